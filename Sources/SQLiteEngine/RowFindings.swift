package import Planning
import SQLText
import SchemaModel

/// Asks a live database what a plan wants to know of its rows.
package enum SQLiteRows {
  /// One finding a check, in one read transaction. A check that this SQLite cannot answer (a function of
  /// the application's) is left out: the guard in the SQL asks again.
  package static func findings(
    of checks: [RowCheck], in connection: borrowing SQLiteConnection
  ) throws(SQLiteError) -> [RowFinding] {
    guard !checks.isEmpty else { return [] }
    try connection.execute("BEGIN")
    defer { try? connection.execute("ROLLBACK") }
    var findings: [RowFinding] = []
    for check in checks {
      do throws(SQLiteError) {
        findings.append(try finding(check, in: connection))
      } catch  where error.reason == .statement {
        continue
      }
    }
    return findings
  }

  private static func finding(
    _ check: RowCheck, in connection: borrowing SQLiteConnection
  ) throws(SQLiteError) -> RowFinding {
    var count: Int64 = 0
    if case .integer(let number)? = try connection.firstValue(
      "SELECT count(*) FROM (\(check.query.text))")
    {
      count = number
    }
    var keys: [String] = []
    if count > 0 {
      keys = try connection.query(
        "SELECT CAST(key AS TEXT) FROM (\(check.query.text)) WHERE key IS NOT NULL LIMIT 5"
      ) { row throws(SQLiteError) in try row.text(0) }
    }
    let isRowid = keys.allSatisfy { Int64($0) != nil }
    return RowFinding(
      check: check, count: count, firstKeys: isRowid ? keys.map { "rowid \($0)" } : keys)
  }
}
