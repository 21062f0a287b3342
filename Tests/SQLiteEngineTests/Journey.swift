import Planning
import SQLiteEngine
import SchemaDiff
import SchemaModel

/// From one schema to another and back on a database with rows, with everything looked at that must hold.
struct Journey {
  private(set) var problems: [String] = []
  /// Rows kept the change, or the way back, from happening: found beforehand, and nothing changed.
  private(set) var isRefused = false
  private(set) var isBackRefused = false
  /// Refused by SQLite itself, and nothing changed, but no check had found what was in the way.
  private(set) var unforeseen: [String] = []

  /// `database` is as `from` says, filled.
  static func run(
    _ database: borrowing SQLiteConnection, from: Schema, to: Schema
  ) throws -> Journey {
    var journey = Journey()
    let picture = try RowPicture(database, from: from, to: to)
    guard try journey.go(database, from: from, to: to, "up") else {
      journey.isRefused = true
      return journey
    }
    try journey.compare(database, with: picture, from: from, to: to, "up")
    guard try journey.go(database, from: to, to: from, "down") else {
      // Rows that lost a column cannot fill it again.
      journey.isBackRefused = true
      return journey
    }
    try journey.compare(database, with: picture, from: from, to: to, "down")
    return journey
  }

  /// False when rows forbid it. Then the checks say so, and nothing has changed.
  private mutating func go(
    _ database: borrowing SQLiteConnection, from: Schema, to: Schema, _ way: String
  ) throws -> Bool {
    let plan = try PlanHarness.plan(from: from, to: to)
    let found = try SQLiteRows.findings(of: plan.checks, in: database).filter {
      $0.count > 0 && $0.check.effect == .blocks
    }
    let script = SQLiteDialect().script(plan, options: ScriptOptions(allowed: .all))
    let whole = try RowPicture(database, from: from, to: from)
    let violations = Self.violations(in: database)
    if let problem = PlanHarness.run(script, on: database) {
      let isOfRows = ["constraint failed", "cannot store", "mismatch"].contains(
        where: problem.contains)
      if !isOfRows {
        problems.append("\(way): \(problem)\n\(script)")
      } else if found.isEmpty {
        unforeseen.append("\(way): \(problem)\n\(script)")
      }
      problems += PlanHarness.differences(
        try SQLiteInspector.inspect(database), from, "refused \(way)", script)
      if try RowPicture(database, from: from, to: from) != whole {
        problems.append("refused \(way): rows changed\n\(script)")
      }
      return false
    }
    if !found.isEmpty {
      problems.append(
        "\(way): \(found.map(\.sentence)) was found, and it went all the same\n\(script)")
    }
    problems += PlanHarness.differences(try SQLiteInspector.inspect(database), to, way, script)
    if try database.firstValue("PRAGMA integrity_check") != .text("ok") {
      problems.append("\(way): integrity_check\n\(script)")
    }
    if let violations, let now = Self.violations(in: database), now > violations {
      problems.append("\(way): foreign_key_check finds more than before\n\(script)")
    }
    if try database.firstValue(
      "SELECT name FROM sqlite_schema WHERE name LIKE '\\_kedge%' ESCAPE '\\'") != nil
    {
      problems.append("\(way): something was left behind\n\(script)")
    }
    return true
  }

  private mutating func compare(
    _ database: borrowing SQLiteConnection, with picture: RowPicture, from: Schema, to: Schema,
    _ way: String
  ) throws {
    let now = try RowPicture(database, from: from, to: to)
    guard now != picture else { return }
    let (old, new) = (Set(picture.lines), Set(now.lines))
    problems.append(
      "\(way): rows changed: \(old.subtracting(new).sorted()) -> \(new.subtracting(old).sorted())\n"
        + "\(try PlanHarness.script(from: from, to: to))")
  }

  /// How many rows point at no row of a table that is there; nil where SQLite cannot say.
  private static func violations(in database: borrowing SQLiteConnection) -> Int64? {
    let count = try? database.firstValue(
      """
      SELECT count(*) FROM pragma_foreign_key_check
      WHERE parent COLLATE nocase IN (SELECT name FROM sqlite_schema WHERE type = 'table')
      """)
    if case .integer(let count)? = count { return count }
    return nil
  }
}
