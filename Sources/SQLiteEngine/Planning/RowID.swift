import SQLText
import SchemaModel

/// The number by which SQLite knows a row, and the names that it goes by where no column takes them
/// (sqlite.org/lang_createtable.html, 5).
enum RowID {
  static let names = ["rowid", "_rowid_", "oid"].map(SQLiteNames.identifier)

  /// A name for it that is no column's.
  static func freeName(among columns: [Identifier]) -> Identifier? {
    names.first { !columns.contains($0) }
  }

  /// The order in which a table keeps its rows, for ORDER BY; nil where no name is left for the rowid.
  static func order(
    of table: Table, in schema: Schema, naming name: (Identifier) -> Identifier = { $0 }
  ) -> SQL? {
    guard table.isWithoutRowid else {
      return freeName(among: schema.columns(of: table.id).map { name($0.id.name) }).map { "\($0)" }
    }
    let parts = schema.primaryKey(of: table.id)?.columns.map { column -> SQL in
      let collation: SQL = column.collation.map { " COLLATE \($0)" } ?? ""
      return "\(name(column.name))" + collation + (column.isDescending ? " DESC" : "")
    }
    return parts?.joined(", ")
  }
}

extension Schema {
  /// The column that is the rowid: the lone key column of type INTEGER, unless it says DESC behind the
  /// column's type; elsewhere the DESC is not read.
  func rowIDColumn(of table: Table) -> ObjectID? {
    guard !table.isWithoutRowid, let key = primaryKey(of: table.id), key.columns.count == 1,
      let column = column(table.id.part(.column, key.columns[0].name)),
      column.type.canonical == "integer"
    else { return nil }
    return key.columns[0].isDescending ? nil : column.id
  }
}
