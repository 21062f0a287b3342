import Foundation
import SQLiteEngine
import SchemaDiff
import SchemaModel
import TestSupport
import Testing

/// Plans between random schemas, carried out and read back.
@Suite struct RandomPairTests {
  static let isLong = ProcessInfo.processInfo.environment["KEDGE_LONG_TESTS"] == "1"
  static let blocks = 0..<8

  /// Numbers for one of the blocks, of which all take `count` together.
  private func seeds(_ block: Int, of count: Int, from first: UInt64) -> [UInt64] {
    let size = count / Self.blocks.count
    return (block * size..<(block + 1) * size).map { first + UInt64($0) }
  }

  @Test(arguments: blocks)
  func schemasGoThereAndBack(_ block: Int) throws {
    for seed in seeds(block, of: Self.isLong ? 800 : 96, from: 1) {
      var (first, second) = (RandomScript(seed: seed), RandomScript(seed: seed + 100_000))
      let (before, after) = (first.script(), second.script())
      let problems = try PlanHarness.roundTrip(before, after)
      #expect(problems == [], "seed \(seed)\n\(before)\n\(after)")
      let schema = try PlanHarness.schema(before)
      #expect(try PlanHarness.script(from: schema, to: schema) == "")
      let bare = try schema.withoutSources()
      #expect(try PlanHarness.script(from: schema, to: bare) == "")
      let built = try SQLiteConnection.open(.memory)
      try built.execute(PlanHarness.script(from: .empty(.sqlite), to: bare))
      #expect(
        PlanHarness.differences(try SQLiteInspector.inspect(built), schema, "bare", before) == [],
        "seed \(seed)")
    }
  }

  /// Two scripts that have some names in common: most tables change in several ways at once.
  @Test(arguments: blocks)
  func rowsSurviveAnotherSchema(_ block: Int) throws {
    var outcomes = Outcomes()
    for seed in seeds(block, of: Self.isLong ? 5_120 : 96, from: 500_000) {
      var (first, second) = (RandomScript(seed: seed), RandomScript(seed: seed + 200_000))
      let from = try PlanHarness.schema(first.script())
      let to = try PlanHarness.schema(second.script())
      try travel(from, to, rows: first.rows(of: from), seed: seed, &outcomes)
    }
    outcomes.check()
  }

  /// A schema and a few changes of it, as a declared schema brings them: without words of its own.
  @Test(arguments: blocks)
  func rowsSurviveAChange(_ block: Int) throws {
    var outcomes = Outcomes()
    for seed in seeds(block, of: Self.isLong ? 5_120 : 96, from: 1) {
      var generator = SchemaGenerator(seed: seed, engine: .sqlite)
      let draft = try generator.draft()
      let to = try generator.mutated(draft).schema()
      let database = try SQLiteConnection.open(.memory)
      try database.execute(PlanHarness.script(from: .empty(.sqlite), to: draft.schema()))
      let from = try SQLiteInspector.inspect(database)
      var random = RandomScript(seed: seed)
      try travel(from, to, rows: random.rows(of: from), seed: seed, &outcomes)
    }
    outcomes.check()
  }

  private struct Outcomes {
    var arrivals = 0
    var unforeseen: [String] = []

    func check() {
      #expect(arrivals > 0)
      #expect(unforeseen == [], "\(unforeseen.joined(separator: "\n\n"))")
    }
  }

  private func travel(
    _ from: Schema, _ to: Schema, rows: [String], seed: UInt64, _ outcomes: inout Outcomes
  ) throws {
    let database = try SQLiteConnection.open(.memory)
    let creation = try PlanHarness.script(from: .empty(.sqlite), to: from)
    try database.execute(creation)
    // Every other time there are rows already that point at nothing.
    try database.execute("PRAGMA foreign_keys = \(seed % 2 == 0 ? "ON" : "OFF")")
    for row in rows { _ = PlanHarness.run(row, on: database) }
    try database.execute("PRAGMA foreign_keys = ON")
    let journey = try Journey.run(database, from: from, to: to)
    let start = "seed \(seed)\n\(creation)\(rows.joined(separator: ";\n"))"
    #expect(journey.problems == [], "\(start)")
    outcomes.arrivals += journey.isRefused ? 0 : 1
    outcomes.unforeseen += journey.unforeseen.map { "\(start)\n\($0)" }
  }
}
