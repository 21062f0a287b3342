import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// What the rows of a table must not say, so that a change of it works and keeps them.
struct RowChecks {
  let rows: OldRows
  let from: Schema
  let to: Schema
  let table: ObjectID

  init(_ table: ObjectID, from: Schema, to: Schema, renames: [Rename]) {
    rows = OldRows(table, from: from, to: to, renames: renames)
    self.from = from
    self.to = to
    self.table = table
  }

  /// Of a table that both sides have. `newAlias` is the column that becomes the rowid.
  func of(_ changes: TableChanges, newAlias: ObjectID?) -> [RowCheck] {
    guard let before = from.table(table), let after = to.table(table) else { return [] }
    var checks = changes.createdColumns.filter { !rows.isNumbered($0) }.compactMap(noDefault)
    for column in to.columns(of: table) {
      if column.id != newAlias { checks += null(column) }
      checks += conversion(column)
    }
    checks += strictness(before, after)
    checks += nullKeys(before, after, newAlias: newAlias)
    let new = changes.createdConstraints + changes.alteredConstraints
    for constraint in new { checks += violation(of: constraint) }
    checks += keptConstraints(except: Set(new.map(\.id)))
    if let newAlias, let column = to.column(newAlias) { checks += notAnInteger(column) }
    return checks
  }

  func check(
    _ hazard: Hazard, _ finding: String, _ query: SQL, _ effect: RowCheck.Effect = .blocks
  ) -> RowCheck {
    RowCheck(effect, hazard: hazard, table: rows.oldTable, finding: finding, query: query)
  }

  private func label(_ column: Identifier) -> String { "\(table.name.raw).\(column.raw)" }

  // MARK: Columns

  private func noDefault(_ column: Column) -> RowCheck? {
    guard let hazard = Hazards.noDefault(column) else { return nil }
    return check(
      hazard, "\(label(column.id.name)) is not null and has no default for existing rows",
      rows.query(where: nil))
  }

  private func null(_ new: Column) -> [RowCheck] {
    guard !new.isNullable else { return [] }
    let old = from.column(new.id)
    let query: SQL?
    if new.generation != nil {
      guard old?.isNullable != false || !rows.keepsValues(new) else { return [] }
      query = rows.query(columns: [new.id.name], where: "\(new.id.name) IS NULL")
    } else {
      guard let old, let hazard = Hazards.null(old, new), hazard.code == "DD02" else { return [] }
      query = rows.query(where: "\(rows.old(new.id.name)) IS NULL")
    }
    guard let query else { return [] }
    return [check(Hazards.null(new), "\(label(new.id.name)) is null", query)]
  }

  /// Texts that look like numbers become these, and numbers beyond what a float can hold lose digits.
  private func conversion(_ new: Column) -> [RowCheck] {
    guard let old = from.column(new.id), old.generation == nil, new.generation == nil,
      rows.affinity(of: old, in: from) != rows.affinity(of: new, in: to)
    else { return [] }
    let name = rows.old(new.id.name)
    let condition: SQL
    switch rows.affinity(of: new, in: to) {
    case .numeric:
      condition = """
        typeof(\(name)) = 'text' AND CAST(\(name) AS NUMERIC) = \(name)
        AND CAST(CAST(\(name) AS NUMERIC) AS TEXT) <> \(name) COLLATE BINARY
        """
    case .real:
      condition = """
        (typeof(\(name)) = 'text' AND CAST(\(name) AS NUMERIC) = \(name)
          AND \(name) COLLATE BINARY NOT IN
            (CAST(CAST(\(name) AS REAL) AS TEXT), CAST(CAST(\(name) AS NUMERIC) AS TEXT)))
        OR (typeof(\(name)) = 'integer' AND CAST(CAST(\(name) AS REAL) AS INTEGER) <> \(name))
        """
    case .text:
      condition = """
        typeof(\(name)) = 'real' AND CAST(CAST(\(name) AS TEXT) AS REAL) <> \(name)
        """
    case .blob: return []
    }
    return [
      check(
        Hazards.conversion(old, new),
        "\(label(new.id.name)) changes when it becomes \(new.type.text)",
        rows.query(where: condition), .converts)
    ]
  }

  // MARK: Strictness and keys

  private func strictness(_ before: Table, _ after: Table) -> [RowCheck] {
    guard after.isStrict else { return [] }
    return to.columns(of: table).compactMap { new -> RowCheck? in
      let old = from.column(new.id)
      if rows.isNumbered(new) { return nil }
      let isChecked = before.isStrict && old?.type.canonical == new.type.canonical
      if isChecked, rows.keepsValues(new) { return nil }
      let query: SQL?
      if let value = rows.given(new) {
        query = unfit(value, type: new.type.canonical.string).map { rows.query(where: $0) }
      } else {
        // What a generated column cannot take it has already become.
        query = unfit("\(new.id.name)", type: new.type.canonical.string).flatMap {
          rows.query(columns: [new.id.name], where: $0)
        }
      }
      guard let query else { return nil }
      return check(
        Hazards.strict(new), "\(label(new.id.name)) holds what is no \(new.type.text)", query)
    }
  }

  /// Values that a STRICT column of this type refuses, its affinity applied (sqlite.org/stricttables.html).
  private func unfit(_ value: SQL, type: String) -> SQL? {
    let numeric: SQL = "CAST(\(value) AS NUMERIC)"
    switch type {
    case "int", "integer":
      return """
        CASE typeof(\(value)) WHEN 'null' THEN 0 WHEN 'integer' THEN 0 WHEN 'blob' THEN 1
        ELSE \(numeric) IS NOT \(value) OR CAST(\(numeric) AS INTEGER) <> \(numeric) END
        """
    case "real":
      return """
        CASE typeof(\(value)) WHEN 'text' THEN \(numeric) IS NOT \(value) WHEN 'blob' THEN 1 ELSE 0 END
        """
    case "text": return "typeof(\(value)) = 'blob'"
    case "blob": return "typeof(\(value)) NOT IN ('null', 'blob')"
    default: return nil
    }
  }

  /// The keys of rowid tables take NULL; those of STRICT and WITHOUT ROWID tables do not.
  private func nullKeys(_ before: Table, _ after: Table, newAlias: ObjectID?) -> [RowCheck] {
    guard after.isWithoutRowid || after.isStrict, let key = to.primaryKey(of: table) else {
      return []
    }
    let wasStrict = before.isWithoutRowid || before.isStrict
    let oldKey = wasStrict ? from.primaryKey(of: table)?.columns.map(\.name) ?? [] : []
    return key.columns.compactMap { part -> RowCheck? in
      let id = table.part(.column, part.name)
      guard id != newAlias, !oldKey.contains(part.name), let new = to.column(id), new.isNullable,
        from.column(id)?.isNullable != false, let value = rows.given(new),
        after.isWithoutRowid || !(key.columns.count == 1 && new.type.canonical == "integer")
      else { return nil }
      return check(
        Hazards.nullKey(new), "\(label(part.name)) is null in the key",
        rows.query(where: "\(value) IS NULL"))
    }
  }

  private func notAnInteger(_ column: Column) -> [RowCheck] {
    guard let condition = unfit("\(rows.old(column.id.name))", type: "integer") else { return [] }
    return [
      check(
        Hazards.notAnInteger(column), "\(label(column.id.name)) is no integer",
        rows.query(where: condition))
    ]
  }
}
