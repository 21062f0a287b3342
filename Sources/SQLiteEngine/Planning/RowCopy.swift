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
    return order.map { sql + " ORDER BY \($0)" } ?? sql
  }

  /// Where SQLite makes up rowids, they follow the order of the rows.
  private var order: SQL? {
    let rows = RowID.order(of: before, in: from)
    if let newAlias {
      guard from.column(newAlias)?.isNullable == true else { return nil }
      // Such a number is free only once all others are taken.
      return ["\(newAlias.name) IS NULL", rows].compactMap { $0 }.joined(", ")
    }
    return before.isWithoutRowid && !after.isWithoutRowid && !carriesRowID ? rows : nil
  }

  /// An INTEGER PRIMARY KEY that is copied is the rowid.
  private var carriesRowID: Bool {
    to.rowIDColumn(of: after).map { from.column($0) != nil } ?? false
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
    guard !before.isWithoutRowid, !after.isWithoutRowid, !carriesRowID,
      let old = RowID.freeName(among: from.columns(of: before.id).map(\.id.name)),
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
