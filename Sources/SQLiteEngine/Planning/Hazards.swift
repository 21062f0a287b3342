import Planning
import SchemaModel

/// The hazards of steps, each in one place, since a check of rows decides the very hazard that the step
/// shows without an answer.
enum Hazards {
  static func dropColumn(_ column: ObjectID) -> Hazard {
    Hazard(
      "DL02", "every value of the column \(column.table.name).\(column.name) is lost",
      needsPermission: true)
  }

  /// Of an added column.
  static func noDefault(_ column: Column) -> Hazard? {
    guard !column.isNullable, column.generation == nil,
      column.defaultValue.map({ $0.canonical == "null" }) ?? true
    else { return nil }
    return Hazard(
      "DD03",
      "adding \(label(column)) fails if the table has rows: it is not null and has no default")
  }

  static func null(_ old: Column, _ new: Column) -> Hazard? {
    guard old.isNullable, !new.isNullable else { return nil }
    return RowCopy.fillsNulls(old, new)
      ? Hazard("SL13", "where \(label(new)) is null it becomes the default") : null(new)
  }

  static func null(_ new: Column) -> Hazard {
    Hazard("DD02", "the change fails if \(label(new)) is null in any row")
  }

  /// Between columns of different affinities: of ANY it depends on whether the table is STRICT.
  static func conversion(_ old: Column, _ new: Column) -> Hazard {
    let change =
      old.type == new.type
      ? "as \(name(new.type)) of a table that is not STRICT"
      : "from \(name(old.type)) to \(name(new.type))"
    return Hazard(
      "SL15",
      "values of \(label(new)) are converted \(change); some may change ('007' becomes 7)")
  }

  static func strict(_ column: Column) -> Hazard {
    Hazard("DD05", "the change fails if \(label(column)) holds what is no \(name(column.type))")
  }

  static func nullKey(_ column: Column) -> Hazard {
    Hazard("SL20", "the change fails if the key column \(label(column)) is null in any row")
  }

  static func notAnInteger(_ column: Column) -> Hazard {
    Hazard("DD05", "the change fails if \(label(column)) holds what is no integer")
  }

  static func new(_ constraint: Constraint) -> Hazard {
    let table = constraint.id.table.name.raw
    let columns = constraint.columns.map(\.raw).joined(separator: ", ")
    switch constraint.value {
    case .primaryKey, .unique:
      return Hazard("DD01", "the key (\(columns)) of \(table) fails if rows repeat it")
    case .check(let check):
      return Hazard(
        "DD04",
        "the check (\(RowChecks.onOneLine(check.expression))) of \(table) fails if rows violate it")
    case .foreignKey(let key): return new(key)
    }
  }

  static func new(_ key: ForeignKey) -> Hazard {
    let columns = key.columns.map(\.raw).joined(separator: ", ")
    return Hazard(
      "DD04",
      "the foreign key (\(columns)) of \(key.id.table.name.raw) fails if rows point at none of "
        + key.referencedTable.name.raw)
  }

  static func new(_ index: Index) -> Hazard {
    Hazard("DD01", "the unique index \(index.id.name) fails if rows repeat its columns")
  }

  private static func label(_ column: Column) -> String {
    "\(column.id.table.name).\(column.id.name)"
  }

  private static func name(_ type: TypeName) -> String {
    type.text.isEmpty ? "no type" : type.text
  }
}
