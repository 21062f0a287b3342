import SQLText
package import SchemaModel

/// Reads a database's schema.
package enum SQLiteInspector {
  /// The schema of a database file, in much less time than it takes to open one with many tables.
  package static func inspect(path: String) throws -> Schema {
    try inspect(try SQLiteConnection.openUnparsed(path: path))
  }

  /// The schema, read in one transaction. What cannot be read is named in its coverage.
  package static func inspect(_ connection: borrowing SQLiteConnection) throws -> Schema {
    let isOuter = connection.isInAutocommit
    if isOuter { try connection.execute("BEGIN") }
    do {
      let rows = try SchemaRow.read(connection)
      let shadows = try ShadowTables.read(connection, rows)
      let analyzed = try analyzedTables(connection)
      if isOuter { try connection.execute("COMMIT") }
      let reader = SchemaTableReader(shadows: shadows.names, analyzed: analyzed)
      var coverage = Coverage()
      coverage.notes += shadows.notes
      if connection.isImmutable {
        coverage.notes.append(
          "the database was opened as immutable, since its folder cannot be written; "
            + "what another process changes meanwhile is not seen")
      }
      let schema = Result { try reader.schema(of: rows, coverage: coverage) }
      // What cannot be read here, SQLite may not take for a schema either; then it says why.
      if (try? schema.get())?.coverage.gaps.isEmpty != true { try connection.parseSchema() }
      return try schema.get()
    } catch {
      if isOuter { try? connection.execute("ROLLBACK") }
      throw error
    }
  }
}

extension SQLiteInspector {
  /// The tables that ANALYZE has gathered statistics of.
  private static func analyzedTables(
    _ connection: borrowing SQLiteConnection
  ) throws(SQLiteError) -> Set<Identifier> {
    guard
      try connection.firstValue("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'") != nil
    else { return [] }
    return Set(
      try connection.query("SELECT DISTINCT tbl FROM sqlite_stat1 WHERE tbl IS NOT NULL") {
        row throws(SQLiteError) in SQLiteNames.identifier(try row.text(0))
      })
  }
}

/// One row of `sqlite_schema`.
struct SchemaRow: Sendable {
  let type: String
  let name: String
  let table: String
  let sql: String

  static func read(_ connection: borrowing SQLiteConnection) throws(SQLiteError) -> [SchemaRow] {
    // Objects without text are the indexes of keys; names like sqlite_% are SQLite's own.
    try connection.query(
      """
      SELECT type, name, tbl_name, sql FROM sqlite_master
      WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid
      """
    ) { row throws(SQLiteError) in
      SchemaRow(
        type: try row.text(0), name: try row.text(1), table: try row.text(2),
        sql: try row.text(3))
    }
  }
}
