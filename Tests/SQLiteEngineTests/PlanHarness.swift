import Planning
import SQLiteEngine
import SchemaDiff
import SchemaModel

/// Plans between two schemas, and carries the plans out on real databases.
enum PlanHarness {
  static func schema(_ script: String) throws -> Schema {
    let database = try SQLiteConnection.open(.memory)
    try database.execute(script)
    return try SQLiteInspector.inspect(database)
  }

  static func difference(from: Schema, to: Schema) throws -> Difference {
    let renames = try RenameHints.renames(from: from, to: to, byShape: [])
    return try Differ.difference(from: from, to: to, renames: renames)
  }

  static func plan(from: Schema, to: Schema) throws -> Plan {
    try Planner.plan(
      try difference(from: from, to: to), from: from, to: to, dialect: SQLiteDialect())
  }

  static func script(
    from: Schema, to: Schema, form: ScriptOptions.Form = .sql, allowed: Permissions = .all
  ) throws -> String {
    let difference = try difference(from: from, to: to)
    let plan = try Planner.plan(difference, from: from, to: to, dialect: SQLiteDialect())
    return SQLiteDialect().script(plan, options: ScriptOptions(form: form, allowed: allowed))
  }

  static func reverse(from: Schema, to: Schema) throws -> String {
    let difference = try difference(from: from, to: to)
    let plan = try Planner.reverse(difference, from: from, to: to, dialect: SQLiteDialect())
    return SQLiteDialect().script(plan, options: ScriptOptions(allowed: .all))
  }

  /// The texts of `sqlite_schema` without comments, white space and letter case, by name.
  static func texts(_ database: borrowing SQLiteConnection) throws -> [String] {
    try database.query(
      "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    ) { row throws(SQLiteError) in
      let sql = try row.text(2)
      guard let tokens = try? SQLiteTokenizer.tokenize(sql) else { return sql }
      let words = tokens.tokens.map { token in
        let text = String(decoding: tokens.source[token.range], as: UTF8.self)
        return SQLiteKeywords.folded(
          token.kind == .quotedName ? String(text.dropFirst().dropLast()) : text)
      }
      return "\(try row.text(0)) \(SQLiteKeywords.folded(try row.text(1))): "
        + words.joined(separator: " ")
    }.sorted()
  }

  /// What went wrong on the way from one script's schema to another's and back.
  static func roundTrip(_ before: String, _ after: String, rows: String = "") throws -> [String] {
    var problems: [String] = []
    let to = try schema(after)
    let database = try SQLiteConnection.open(.memory)
    try database.execute(before)
    try database.execute(rows)
    try database.execute("PRAGMA foreign_keys = ON")
    let from = try SQLiteInspector.inspect(database)
    let up = try script(from: from, to: to)
    if let problem = run(up, on: database) { return ["up: \(problem)\n\(up)"] }
    let reached = try SQLiteInspector.inspect(database)
    problems += differences(reached, to, "up", up)
    let down = try reverse(from: from, to: to)
    if let problem = run(down, on: database) { return problems + ["down: \(problem)\n\(down)"] }
    problems += differences(try SQLiteInspector.inspect(database), from, "down", down)
    return problems
  }

  static func run(_ script: String, on database: borrowing SQLiteConnection) -> String? {
    do throws(SQLiteError) {
      try database.execute(script)
      return nil
    } catch {
      try? database.execute("ROLLBACK")
      return error.description
    }
  }

  static func differences(
    _ reached: Schema, _ wanted: Schema, _ way: String, _ sql: String
  ) -> [String] {
    guard let difference = try? Differ.difference(from: reached, to: wanted, renames: []) else {
      return ["\(way): no difference can be made"]
    }
    return difference.isEmpty
      ? [] : ["\(way): \(difference.changes.map { "\($0)" }.joined(separator: "\n  "))\n\(sql)"]
  }
}
