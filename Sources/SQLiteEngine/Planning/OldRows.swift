import SQLText
import SchemaDiff
import SchemaModel

/// The rows of a table as they are before a plan, as a relation with the names and the values that they
/// are to have: what a new constraint can be asked about.
struct OldRows {
  private let from: Schema
  private let to: Schema
  let renames: [Rename]
  private let names: Renaming
  let table: ObjectID

  /// `from` is the schema after the renames, `table` as it is called then.
  init(_ table: ObjectID, from: Schema, to: Schema, renames: [Rename]) {
    self.table = table
    self.from = from
    self.to = to
    self.renames = renames
    names = Renaming(
      Dictionary(
        renames.map { ($0.to, $0.from.name) }, uniquingKeysWith: { first, _ in first }),
      in: .sqlite)
  }

  /// The table's name before the plan.
  var oldTable: ObjectID { names(table) }

  func old(_ column: Identifier) -> Identifier { names(table.part(.column, column)).name }

  /// What tells one row from another: the rowid, else the columns of the key.
  var key: SQL { qualifiedKey(nil) }

  /// `alias`: what the table is called in the query.
  func qualifiedKey(_ alias: Identifier?) -> SQL {
    let prefix: SQL = alias.map { "\($0)." } ?? ""
    let columns = from.columns(of: table).map { old($0.id.name) }
    if from.table(table)?.isWithoutRowid == true {
      let parts = (from.primaryKey(of: table)?.columns ?? []).map { column -> SQL in
        "quote(\(prefix)\(old(column.name)))"
      }
      return parts.isEmpty ? "NULL" : parts.joined(" || ', ' || ")
    }
    let free = ["rowid", "_rowid_", "oid"].map(SQLiteNames.identifier).first {
      !columns.contains($0)
    }
    return free.map { "\(prefix)\($0)" } ?? "NULL"
  }

  /// The rows for which a condition over old names holds.
  func query(where condition: SQL?) -> SQL {
    let rows: SQL = "SELECT \(key) AS key FROM \(oldTable.name)"
    return condition.map { rows + " WHERE \($0)" } ?? rows
  }

  /// The rows for which a condition over new names holds; nil when a column that it mentions gets a
  /// value that a query cannot tell.
  func query(columns: [Identifier], where condition: SQL) -> SQL? {
    guard let rows = relation(columns) else { return nil }
    return "SELECT _kedge_key AS key FROM \(rows) AS \(table.name) WHERE \(condition)"
  }

  /// One row for each value that several rows share.
  func repetitions(of columns: [KeyColumn], mentioned: [Identifier], where condition: SQL?) -> SQL?
  {
    let named = columns.map(\.name)
    guard let rows = relation(named + mentioned.filter { !named.contains($0) }, keepsTypes: false)
    else { return nil }
    let isComplete =
      named.map { name -> SQL in "\(name) IS NOT NULL" } + (condition.map { [$0] } ?? [])
    let parts = columns.map { column -> SQL in
      let own = to.column(table.part(.column, column.name))?.collation.map { Identifier($0.string) }
      return "\(column.name) COLLATE \(column.collation ?? own ?? Identifier("BINARY"))"
    }
    return """
      SELECT max(_kedge_key) AS key FROM \(rows) AS \(table.name) WHERE \(isComplete.joined(" AND "))
      GROUP BY \(parts.joined(", ")) HAVING count(*) > 1
      """
  }

  private func relation(_ columns: [Identifier], keepsTypes: Bool = true) -> SQL? {
    var list: [SQL] = ["\(key) AS _kedge_key"]
    for name in columns {
      guard let value = value(of: name, keepsTypes: keepsTypes) else { return nil }
      list.append("\(value) AS \(name)")
    }
    return "(SELECT \(list.joined(", ")) FROM \(oldTable.name))"
  }

  /// What the rows will hold. `keepsTypes`: comparisons must come out as they will in the table, so the
  /// expression must have the column's affinity and collation.
  private func value(of name: Identifier, keepsTypes: Bool) -> SQL? {
    guard let new = to.column(table.part(.column, name)), new.generation == nil else { return nil }
    guard let old = from.column(new.id) else { return keepsTypes ? nil : added(new) }
    let column = self.old(name)
    guard Affinity(old.type) == Affinity(new.type) || Affinity(new.type) == .blob && !keepsTypes
    else { return nil }
    if keepsTypes, old.collation != new.collation { return nil }
    guard old.isNullable, !new.isNullable, let value = new.defaultValue, value.canonical != "null"
    else { return "\(column)" }
    guard !keepsTypes, ElementText.isPlain(value) else { return nil }
    return "coalesce(\(column), \(ElementText.defaultValue(value)))"
  }

  private func added(_ column: Column) -> SQL? {
    guard let value = column.defaultValue else { return "NULL" }
    // Which value it is does not matter: it is the same in every row.
    return ElementText.isPlain(value) ? ElementText.defaultValue(value) : nil
  }
}
