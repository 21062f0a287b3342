import SQLiteEngine
import SchemaModel

/// Fills the tables of a schema with rows that respect types, keys and foreign keys, and looks at them
/// afterwards. A row that a check refuses is left out.
struct RowFiller {
  let schema: Schema
  static let rowsPerTable = 5

  func fill(_ database: borrowing SQLiteConnection) throws {
    try database.execute("PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = OFF")
    for table in tablesParentsFirst() {
      let columns = columns(of: table).filter { $0.generation == nil }
      for row in 1...Self.rowsPerTable {
        let values = columns.map { value(of: $0, row: row) }
        let names = columns.map { quoted($0.id.name) }.joined(separator: ", ")
        try? database.execute(
          "INSERT OR IGNORE INTO \(quoted(table.name)) (\(names)) "
            + "VALUES (\(values.joined(separator: ", ")))")
      }
    }
    // A gap in the rowids, and a counter beyond the highest of them.
    for table in tablesParentsFirst().reversed() {
      try? database.execute(
        "DELETE FROM \(quoted(table.name)) WHERE rowid IN (2, \(Self.rowsPerTable))")
    }
  }

  func columns(of table: ObjectID) -> [Column] {
    schema.objects(of: .column, under: table.path).compactMap {
      if case .column(let column) = $0 { column } else { nil }
    }
  }

  func quoted(_ name: Identifier) -> String {
    "\""
      + name.raw.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  private func foreignKeys(of table: ObjectID) -> [ForeignKey] {
    schema.objects(of: .foreignKey, under: table.path).compactMap {
      if case .foreignKey(let key) = $0 { key } else { nil }
    }
  }

  private func tablesParentsFirst() -> [ObjectID] {
    var ordered: [ObjectID] = []
    var seen: Set<ObjectID> = []
    func visit(_ table: ObjectID) {
      guard schema.contains(table), seen.insert(table).inserted else { return }
      for key in foreignKeys(of: table) { visit(key.referencedTable) }
      ordered.append(table)
    }
    for table in schema.objects(of: .table) { visit(table.id) }
    return ordered
  }

  /// The same for a column and for what references it, so that the row of one points at that of the other.
  private func value(of column: Column, row: Int, depth: Int = 0) -> String {
    if depth < 9 {
      for key in foreignKeys(of: column.id.table) {
        guard let index = key.columns.firstIndex(of: column.id.name) else { continue }
        let parentKey =
          key.referencedColumns.isEmpty
          ? primaryKey(of: key.referencedTable) : key.referencedColumns
        guard index < parentKey.count,
          case .column(let parent)? =
            schema[key.referencedTable.part(.column, parentKey[index])], parent.id != column.id
        else { continue }
        // The second row goes from every table, and nothing is to point at it.
        let target = row == 2 || row == Self.rowsPerTable ? 1 : row
        return value(of: parent, row: target, depth: depth + 1)
      }
    }
    let type = column.type.canonical.string
    let isKey = primaryKey(of: column.id.table).contains(column.id.name)
    if row == 3, column.isNullable, !isKey { return "NULL" }
    if type.contains("int") || type.contains("bool") { return "\(row)" }
    if type.contains("blob") { return "x'0\(row)'" }
    if ["real", "floa", "doub", "num", "dec"].contains(where: type.contains) { return "\(row).5" }
    if type.contains("date") || type.contains("time") { return "'2026-01-0\(row) 00:00:00'" }
    return "'text \(row)'"
  }

  private func primaryKey(of table: ObjectID) -> [Identifier] {
    guard case .primaryKey(let key)? = schema.objects(of: .primaryKey, under: table.path).first
    else { return [] }
    return key.columns.map(\.name)
  }
}

/// What a change must leave alone: the rows, their rowids and counters, and what they hold in the columns
/// whose values the change does not touch.
struct RowPicture: Equatable {
  private(set) var lines: [String] = []

  init(_ database: borrowing SQLiteConnection, from: Schema, to: Schema) throws {
    let filler = RowFiller(schema: from)
    for object in from.objects(of: .table) {
      guard case .table(let before) = object, case .table(let after)? = to[object.id] else {
        continue
      }
      let name = filler.quoted(object.id.name)
      let aliases = [Self.rowidAlias(of: before, in: from), Self.rowidAlias(of: after, in: to)]
      var parts = filler.columns(of: object.id).filter { column in
        Self.keepsValues(column, in: to) && (aliases[0] == aliases[1] || column.id != aliases[1])
      }.map { "quote(\(filler.quoted($0.id.name)))" }
      if !before.isWithoutRowid, !after.isWithoutRowid, aliases[0] == aliases[1] {
        parts.append("'rowid ' || rowid")
      }
      let rows = try database.query(
        "SELECT \((parts.isEmpty ? ["1"] : parts).joined(separator: " || ', ' || ")) FROM \(name) "
          + "ORDER BY 1"
      ) { row throws(SQLiteError) in try row.text(0) }
      lines += rows.map { "\(object.id.name.raw): \($0)" }
      if Self.isAutoincrement(before.id, in: from), Self.isAutoincrement(after.id, in: to) {
        let counter = try database.firstValue(
          "SELECT max(seq) FROM sqlite_sequence WHERE name = ? COLLATE nocase",
          [.text(object.id.name.raw)])
        lines.append("\(object.id.name.raw): counter \(counter.map { "\($0)" } ?? "")")
      }
    }
  }

  /// Whether nothing about the column's new form touches a value.
  private static func keepsValues(_ old: Column, in to: Schema) -> Bool {
    guard case .column(let new)? = to[old.id], old.generation == nil, new.generation == nil else {
      return false
    }
    return old.type == new.type
      && (new.isNullable || !old.isNullable || new.defaultValue == nil)
  }

  private static func rowidAlias(of table: Table, in schema: Schema) -> ObjectID? {
    guard !table.isWithoutRowid, let key = primaryKey(of: table.id, in: schema),
      key.columns.count == 1, !key.columns[0].isDescending,
      case .column(let column)? = schema[table.id.part(.column, key.columns[0].name)],
      column.type.canonical == "integer"
    else { return nil }
    return column.id
  }

  private static func isAutoincrement(_ table: ObjectID, in schema: Schema) -> Bool {
    primaryKey(of: table, in: schema)?.isAutoincrement == true
  }

  private static func primaryKey(of table: ObjectID, in schema: Schema) -> PrimaryKey? {
    if case .primaryKey(let key)? = schema.objects(of: .primaryKey, under: table.path).first {
      key
    } else {
      nil
    }
  }
}
