import Planning
import SQLText
import SchemaModel

/// The INSERT … SELECT of a rebuild.
struct RowCopy {
  private let before: Table
  private let after: Table
  private let from: Schema
  private let to: Schema

  init(before: Table, after: Table, from: Schema, to: Schema) {
    self.before = before
    self.after = after
    self.from = from
    self.to = to
  }

  /// Columns by name, generated ones left out; OR ABORT, so that no ON CONFLICT clause drops a row.
  func statement(into copy: Identifier) -> SQL {
    var targets: [SQL] = []
    var values: [SQL] = []
    if let rowID {
      targets.append("\(rowID.new)")
      values.append("\(rowID.old)")
    }
    for column in to.orderedColumns(of: after.id) where column.generation == nil {
      guard let old = from.column(column.id) else { continue }
      targets.append("\(column.id.name)")
      values.append(value(of: old, as: column))
    }
    // Rows that keep nothing are still rows.
    if targets.isEmpty, let first = to.orderedColumns(of: after.id).first(where: isPlain) {
      targets = ["\(first.id.name)"]
      values = [first.defaultValue.map(ElementText.value) ?? "NULL"]
    }
    let sql: SQL = """
      INSERT OR ABORT INTO \(copy) (\(targets.joined(", ")))
      SELECT \(values.joined(", ")) FROM \(before.id.name)
      """
    // The number that SQLite makes up for a null is free only once all others are taken.
    guard let newAlias, from.column(newAlias)?.isNullable == true else { return sql }
    return sql + " ORDER BY \(newAlias.name) IS NULL"
  }

  private func isPlain(_ column: Column) -> Bool { column.generation == nil }

  private func value(of old: Column, as new: Column) -> SQL {
    guard Self.fillsNulls(old, new), let value = new.defaultValue else { return "\(old.id.name)" }
    return "coalesce(\(old.id.name), \(ElementText.value(value)))"
  }

  /// Whether null becomes the default, since the column does not take it any more.
  static func fillsNulls(_ old: Column, _ new: Column) -> Bool {
    old.isNullable && !new.isNullable && new.defaultValue.map { $0.canonical != "null" } == true
  }

  /// The names under which both tables let their implicit rowid be written and read; nil when it need not
  /// or cannot go along.
  private var rowID: (old: Identifier, new: Identifier)? {
    guard !before.isWithoutRowid, !after.isWithoutRowid else { return nil }
    // An INTEGER PRIMARY KEY that is copied is the rowid.
    if let alias = to.rowIDColumn(of: after), from.column(alias) != nil { return nil }
    guard let old = RowID.freeName(among: from.columns(of: before.id).map(\.id.name)),
      let new = RowID.freeName(among: to.columns(of: after.id).map(\.id.name))
    else { return nil }
    return (old, new)
  }

  /// A column with values that becomes the rowid: it takes the place of the one that there was, and a
  /// null in it becomes a number.
  var newAlias: ObjectID? {
    guard !after.isWithoutRowid, let new = to.rowIDColumn(of: after), from.column(new) != nil,
      from.rowIDColumn(of: before) != new
    else { return nil }
    return new
  }
}
