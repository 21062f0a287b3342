import Planning
import PostgresEngine
import SQLText
import SchemaDiff
import SchemaModel
import SchemaYAML
import Testing

/// Two scripts, and the ways between what they make.
struct Walk: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let before: String
  let after: String
  /// The oldest version that understands both.
  var since = 140_000

  init(_ name: String, since: Int = 140_000, _ before: String, _ after: String) {
    testDescription = name
    self.since = since
    self.before = before
    self.after = after
  }

  static func load(_ script: String, _ connection: borrowing PostgresConnection) throws {
    for piece in try StatementSplitter.pieces(of: script) { try connection.execute(piece.text) }
  }

  static func execute(_ plan: Plan, _ connection: borrowing PostgresConnection) throws {
    let script = PostgresDialect().script(plan, options: ScriptOptions(allowed: .all))
    for piece in try StatementSplitter.pieces(of: script) { try connection.execute(piece.text) }
  }

  /// Up, down, up from nothing, down to nothing, and through YAML.
  func prove() throws {
    try SharedServer.withDatabase { one, _ in
      guard one.serverVersionNumber >= since else { return }
      let empty = try PostgresInspector.inspect(one)
      try Walk.load(before, one)
      let before = try PostgresInspector.inspect(one)
      try SharedServer.withDatabase { other, _ in
        try Walk.load(after, other)
        let after = try PostgresInspector.inspect(other)
        #expect(after.coverage.isComplete, "\(after.coverage)")
        try Walk.execute(Plans.plan(before, after), one)
        let up = try PostgresInspector.inspect(one)
        #expect(Differ.differences(up, after) == [], "up")
        try Walk.execute(Plans.plan(up, before), one)
        let down = try PostgresInspector.inspect(one)
        #expect(Differ.differences(down, before) == [], "down")
        try Walk.execute(Plans.plan(after, empty), other)
        #expect(
          Differ.differences(try PostgresInspector.inspect(other), empty) == [], "to nothing")
        try Walk.execute(Plans.plan(empty, after), other)
        #expect(
          Differ.differences(try PostgresInspector.inspect(other), after) == [], "from nothing")
        for schema in [before, after] {
          let written = SchemaWriter.write(schema, managing: .everything)
          #expect(written.losses == [], "\(written.text)")
        }
      }
    }
  }
}
