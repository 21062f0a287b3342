import Comparison
import Foundation
import Planning
import PostgresEngine
import SQLText
import SchemaDiff
import SchemaModel
import SchemaYAML
import TestSupport
import Testing

/// Random schemas and random changes of them, on a real server.
@Suite struct PropertyTests {
  private static let isLong = ProcessInfo.processInfo.environment["KEDGE_LONG_TESTS"] != nil
  private static let seeds = Array(0..<UInt64(isLong ? 500 : 16))

  /// As psql would run the script: through the text that people get.
  private static func run(
    _ plan: Plan, on connection: borrowing PostgresConnection
  ) throws {
    let script = PostgresDialect().script(plan, options: ScriptOptions(allowed: .all))
    for piece in try StatementSplitter.pieces(of: script) {
      try connection.execute(piece.text)
    }
  }

  /// What the server says after it has built the schema in a database of its own.
  private static func built(_ schema: Schema) throws -> Schema {
    try SharedServer.withDatabase { connection, _ in
      try run(Plans.plan(.empty(.postgresql), schema), on: connection)
      return try PostgresInspector.inspect(connection)
    }
  }

  @Test(arguments: seeds)
  func aChangeGoesThereAndBack(seed: UInt64) throws {
    var generator = SchemaGenerator(seed: seed, engine: .postgresql)
    let draft = try generator.draft()
    let changed = try generator.mutated(draft)
    let to = try PropertyTests.built(changed.schema())
    try SharedServer.withDatabase { connection, _ in
      try PropertyTests.run(
        Plans.plan(.empty(.postgresql), draft.schema()), on: connection)
      let from = try PropertyTests.at(connection)
      #expect(try Plans.plan(from, from).isEmpty)
      try PropertyTests.run(Plans.plan(from, to), on: connection)
      let there = try PropertyTests.at(connection)
      #expect(Differ.changes(from: there, to: to).isEmpty, "seed \(seed)")
      try PropertyTests.run(Plans.plan(to, from), on: connection)
      let back = try PropertyTests.at(connection)
      #expect(Differ.changes(from: back, to: from).isEmpty, "seed \(seed)")
    }
  }

  @Test(arguments: seeds.map { $0 + 1_000 })
  func twoStrangersBecomeEachOther(seed: UInt64) throws {
    var generator = SchemaGenerator(seed: seed, engine: .postgresql)
    let (one, other) = (try generator.draft().schema(), try generator.draft().schema())
    let to = try PropertyTests.built(other)
    try SharedServer.withDatabase { connection, _ in
      try PropertyTests.run(Plans.plan(.empty(.postgresql), one), on: connection)
      let from = try PropertyTests.at(connection)
      try PropertyTests.run(Plans.plan(from, to), on: connection)
      #expect(
        Differ.changes(from: try PropertyTests.at(connection), to: to).isEmpty, "seed \(seed)")
      try PropertyTests.run(Plans.plan(to, from), on: connection)
      #expect(
        Differ.changes(from: try PropertyTests.at(connection), to: from).isEmpty, "seed \(seed)")
    }
  }

  @Test(arguments: seeds)
  func whatTheServerHoldsComesBackFromYAML(seed: UInt64) throws {
    var generator = SchemaGenerator(seed: seed, engine: .postgresql)
    let live = try PropertyTests.built(generator.draft().schema())
    let written = SchemaWriter.write(live, managing: .everything)
    #expect(written.losses.isEmpty)
    let read = try SchemaReader.read([YAMLSource(file: "schema.yaml", text: written.text)]).schema
    #expect(Differ.changes(from: live, to: read).isEmpty, "seed \(seed): \(written.text)")
  }

  private static func at(_ connection: borrowing PostgresConnection) throws -> Schema {
    try PostgresInspector.inspect(connection)
  }
}
