import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// What the rows of a table must not say, so that a change of it works and keeps them.
struct RowChecks {
  private let rows: OldRows
  private let from: Schema
  private let to: Schema
  private let table: ObjectID

  init(_ table: ObjectID, from: Schema, to: Schema, renames: [Rename]) {
    rows = OldRows(table, from: from, to: to, renames: renames)
    self.from = from
    self.to = to
    self.table = table
  }

  /// Of a table that both sides have.
  func of(_ changes: TableChanges, newAlias: ObjectID?) -> [RowCheck] {
    guard let before = from.table(table), let after = to.table(table) else { return [] }
    var checks = changes.createdColumns.compactMap(noDefault)
    for alteration in changes.alteredColumns {
      guard case .column(let old) = alteration.from, case .column(let new) = alteration.to else {
        continue
      }
      if new.id != newAlias { checks += null(old, new) }
      checks += conversion(old, new)
    }
    checks += strictness(before, after)
    checks += nullKeys(before, after, newAlias: newAlias)
    for constraint in changes.createdConstraints { checks += violation(of: constraint) }
    if let newAlias, let column = to.column(newAlias) { checks += notAnInteger(column) }
    return checks
  }

  private func check(
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

  private func null(_ old: Column, _ new: Column) -> [RowCheck] {
    guard let hazard = Hazards.null(old, new), hazard.code == "DD02" else { return [] }
    return [
      check(
        hazard, "\(label(new.id.name)) is null",
        rows.query(where: "\(rows.old(new.id.name)) IS NULL"))
    ]
  }

  /// Texts that look like numbers become these, and numbers beyond what a float can hold lose digits.
  private func conversion(_ old: Column, _ new: Column) -> [RowCheck] {
    guard let hazard = Hazards.conversion(old, new), old.generation == nil, new.generation == nil
    else { return [] }
    let name = rows.old(new.id.name)
    let condition: SQL
    switch Affinity(new.type) {
    case .integer, .numeric:
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
        hazard, "\(label(new.id.name)) changes when it becomes \(new.type.text)",
        rows.query(where: condition), .converts)
    ]
  }

  // MARK: Strictness and keys

  private func strictness(_ before: Table, _ after: Table) -> [RowCheck] {
    guard after.isStrict else { return [] }
    return to.columns(of: table).compactMap { new -> RowCheck? in
      guard new.generation == nil, let old = from.column(new.id), old.generation == nil,
        !before.isStrict || old.type.canonical != new.type.canonical,
        let condition = unfit(rows.old(new.id.name), type: new.type.canonical.string)
      else { return nil }
      return check(
        Hazards.strict(new), "\(label(new.id.name)) holds what is no \(new.type.text)",
        rows.query(where: condition))
    }
  }

  /// Values that a STRICT column of this type refuses, its affinity applied (sqlite.org/stricttables.html).
  private func unfit(_ name: Identifier, type: String) -> SQL? {
    let numeric: SQL = "CAST(\(name) AS NUMERIC)"
    switch type {
    case "int", "integer":
      return """
        CASE typeof(\(name)) WHEN 'null' THEN 0 WHEN 'integer' THEN 0 WHEN 'blob' THEN 1
        ELSE \(numeric) IS NOT \(name) OR CAST(\(numeric) AS INTEGER) <> \(numeric) END
        """
    case "real":
      return """
        CASE typeof(\(name)) WHEN 'text' THEN \(numeric) IS NOT \(name) WHEN 'blob' THEN 1 ELSE 0 END
        """
    case "text": return "typeof(\(name)) = 'blob'"
    case "blob": return "typeof(\(name)) NOT IN ('null', 'blob')"
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
      guard id != newAlias, !oldKey.contains(part.name), let old = from.column(id), old.isNullable,
        let new = to.column(id), new.isNullable,
        after.isWithoutRowid || !(key.columns.count == 1 && new.type.canonical == "integer")
      else { return nil }
      return check(
        Hazards.nullKey(new), "\(label(part.name)) is null in the key",
        rows.query(where: "\(rows.old(part.name)) IS NULL"))
    }
  }

  private func notAnInteger(_ column: Column) -> [RowCheck] {
    guard let condition = unfit(rows.old(column.id.name), type: "integer") else { return [] }
    return [
      check(
        Hazards.notAnInteger(column), "\(label(column.id.name)) is no integer",
        rows.query(where: condition))
    ]
  }

  // MARK: Constraints

  /// Existing rows that a new constraint would refuse; nothing where a query cannot tell.
  func violation(of constraint: Constraint) -> [RowCheck] {
    switch constraint.value {
    case .primaryKey(let key): repetition(key.columns, constraint)
    case .unique(let key): repetition(key.columns, constraint)
    case .check(let value): violation(of: value, constraint)
    case .foreignKey(let key): orphans(of: key, constraint)
    }
  }

  private func repetition(_ columns: [KeyColumn], _ constraint: Constraint) -> [RowCheck] {
    guard let query = rows.repetitions(of: columns, mentioned: [], where: nil) else { return [] }
    return [check(Hazards.new(constraint), repeated(columns.map(\.name)), query)]
  }

  private func repeated(_ columns: [Identifier]) -> String {
    "\(table.name.raw) repeats (\(columns.map(\.raw).joined(separator: ", ")))"
  }

  /// Of a unique index over plain columns.
  func violation(of index: Index) -> [RowCheck] {
    var columns: [KeyColumn] = []
    for part in index.parts {
      guard case .column(let name) = part.subject else { return [] }
      columns.append(
        KeyColumn(name, collation: part.collation.map { Identifier($0.string) }))
    }
    let condition = index.predicate.map { predicate -> SQL in
      "(\(ObjectText.verbatim(predicate)))"
    }
    guard let mentioned = mentioned(in: index.predicate),
      let query = rows.repetitions(of: columns, mentioned: mentioned, where: condition)
    else { return [] }
    return [check(Hazards.new(index), repeated(columns.map(\.name)), query)]
  }

  private func violation(of value: CheckConstraint, _ constraint: Constraint) -> [RowCheck] {
    guard let columns = mentioned(in: value.expression),
      let query = rows.query(
        columns: columns, where: "NOT (\(ObjectText.verbatim(value.expression)))")
    else { return [] }
    let name = constraint.isNamed ? " \(constraint.id.name.raw)" : ""
    return [
      check(
        Hazards.new(constraint),
        "\(table.name.raw) violates the check\(name) (\(Self.onOneLine(value.expression)))", query)
    ]
  }

  static func onOneLine(_ expression: Expression) -> String {
    expression.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// The columns that an expression names; nil where it names the implicit rowid or asks elsewhere.
  private func mentioned(in expression: Expression?) -> [Identifier]? {
    guard let expression else { return [] }
    let columns = to.columns(of: table).map(\.id.name)
    let hidden = ["rowid", "_rowid_", "oid", "select"].map(SQLiteNames.identifier)
      .filter { !columns.contains($0) }
    if hidden.contains(where: { Mentions.of($0, in: expression.text) }) { return nil }
    return columns.filter { Mentions.of($0, in: expression.text) }
  }

  private func orphans(of key: ForeignKey, _ constraint: Constraint) -> [RowCheck] {
    let parent = key.referencedTable
    let parentKey =
      key.referencedColumns.isEmpty
      ? to.primaryKey(of: parent)?.columns.map(\.name) ?? [] : key.referencedColumns
    let parents = OldRows(parent, from: from, to: to, renames: rows.renames)
    guard parentKey.count == key.columns.count, from.table(parent) != nil else { return [] }
    var matches: [SQL] = []
    for (name, parentName) in zip(key.columns, parentKey) {
      let ids = (table.part(.column, name), parent.part(.column, parentName))
      guard let old = from.column(ids.0), let new = to.column(ids.0),
        let target = from.column(ids.1), let newTarget = to.column(ids.1), target == newTarget,
        Affinity(old.type) == Affinity(new.type), Affinity(new.type) == Affinity(target.type),
        old.isNullable == new.isNullable || new.defaultValue == nil,
        old.generation == nil, target.generation == nil
      else { return [] }
      matches.append("p.\(parents.old(parentName)) = c.\(rows.old(name))")
    }
    let present = key.columns.map { name -> SQL in "c.\(rows.old(name)) IS NOT NULL" }
    let query: SQL = """
      SELECT \(rows.qualifiedKey(Identifier("c"))) AS key FROM \(rows.oldTable.name) AS c
      WHERE \(present.joined(" AND ")) AND NOT EXISTS
        (SELECT 1 FROM \(parents.oldTable.name) AS p WHERE \(matches.joined(" AND ")))
      """
    let columns = key.columns.map(\.raw).joined(separator: ", ")
    return [
      check(
        Hazards.new(constraint),
        "\(table.name.raw) (\(columns)) points at no row of \(parent.name.raw)", query)
    ]
  }
}
