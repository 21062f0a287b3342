import SchemaModel

/// The tables in which virtual tables keep their data: part of the virtual table, not of the schema.
struct ShadowTables {
  var names: Set<Identifier> = []
  /// Sentences on what is only presumed.
  var notes: [String] = []

  static func read(
    _ connection: borrowing SQLiteConnection, _ rows: [SchemaRow]
  ) throws(SQLiteError) -> ShadowTables {
    let tables = rows.filter { row in
      row.type == "table"
        && SQLiteKeywords.upper(String(decoding: row.sql.utf8.prefix(14), as: UTF8.self))
          == "CREATE VIRTUAL"
    }
    guard !tables.isEmpty else { return ShadowTables() }
    try connection.parseSchema()
    let modules = Set(
      try connection.query("SELECT lower(name) FROM pragma_module_list") {
        row throws(SQLiteError) in try row.text(0)
      })
    var shadows = ShadowTables()
    for row in tables {
      guard let statement = try? SQLiteParser.parse(row.sql),
        case .virtualTable(let table) = statement.value
      else { continue }
      // By name, too, since SQLite knows the shadows only of modules that are loaded.
      let module = SQLiteKeywords.folded(table.module.value)
      for suffix in suffixes[module] ?? [] {
        shadows.names.insert(SQLiteNames.identifier(row.name + suffix))
      }
      if suffixes[module] == nil, !modules.contains(module) { shadows.presume(row, module, rows) }
    }
    let known = try connection.query(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'"
    ) { row throws(SQLiteError) in SQLiteNames.identifier(try row.text(0)) }
    shadows.names.formUnion(known)
    return shadows
  }

  /// Nobody can be asked about a module that is not there: by custom the shadows carry the table's name.
  private mutating func presume(_ table: SchemaRow, _ module: String, _ rows: [SchemaRow]) {
    let prefix = SQLiteNames.identifier(table.name + "_").key
    let found = rows.filter {
      $0.type == "table" && SQLiteNames.identifier($0.name).key.hasPrefix(prefix)
    }
    names.formUnion(found.map { SQLiteNames.identifier($0.name) })
    guard !found.isEmpty else { return }
    notes.append(
      "the module \(module) is not in this SQLite; "
        + "these are taken for parts of its virtual table \(table.name): "
        + found.map(\.name).joined(separator: ", "))
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
