import SchemaModel

/// The tables in which virtual tables keep their data: part of the virtual table, not of the schema.
enum ShadowTables {
  static func names(
    _ connection: borrowing SQLiteConnection, _ rows: [SchemaRow]
  ) throws(SQLiteError) -> Set<Identifier> {
    var names: Set<Identifier> = []
    for row in rows where row.type == "table" {
      guard row.sql.utf8.count > 14, SQLiteKeywords.upper(row.sql).hasPrefix("CREATE VIRTUAL"),
        let statement = try? SQLiteParser.parse(row.sql),
        case .virtualTable(let table) = statement.value
      else { continue }
      // By name, too, since SQLite knows the shadows only of modules that are loaded.
      for suffix in suffixes[SQLiteKeywords.folded(table.module.value)] ?? [] {
        names.insert(SQLiteNames.identifier(row.name + suffix))
      }
    }
    guard !names.isEmpty || rows.contains(where: { isVirtual($0) }) else { return [] }
    let known = try connection.query(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'"
    ) { row throws(SQLiteError) in SQLiteNames.identifier(try row.text(0)) }
    return names.union(known)
  }

  private static func isVirtual(_ row: SchemaRow) -> Bool {
    row.type == "table" && SQLiteKeywords.upper(row.sql).hasPrefix("CREATE VIRTUAL")
  }

  private static let suffixes: [String: [String]] = [
    "fts3": ["_content", "_segments", "_segdir", "_docsize", "_stat"],
    "fts4": ["_content", "_segments", "_segdir", "_docsize", "_stat"],
    "fts5": ["_data", "_idx", "_content", "_docsize", "_config"],
    "rtree": ["_node", "_rowid", "_parent"],
    "rtree_i32": ["_node", "_rowid", "_parent"],
    "geopoly": ["_node", "_rowid", "_parent"],
    "spellfix1": ["_vocab"],
  ]
}
