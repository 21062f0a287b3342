import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// Replaces a table in place, by the procedure of sqlite.org/lang_altertable.html, 7: a new table, the
/// rows copied, the old table dropped, the new one renamed.
///
/// The rename runs under `legacy_alter_table`: else SQLite reads every view and trigger of the database
/// at a moment when the table is not there, and fails at the first that mentions it or is broken for
/// another reason. With enforcement of foreign keys off, keys that reference the table keep its name.
struct Rebuild {
  private let changes: TableChanges
  private let from: Schema
  private let to: Schema
  private let changed: Set<ObjectID>
  private let guardian: ForeignKeyGuard
  private let renames: [Rename]
  private let table: ObjectID
  private let before: Table
  private let after: Table

  init(
    _ changes: TableChanges, from: Schema, to: Schema, changed: Set<ObjectID>,
    guardian: ForeignKeyGuard, renames: [Rename]
  ) throws(PlanningError) {
    guard let before = from.table(changes.id), let after = to.table(changes.id) else {
      throw .invalid(.orphan(changes.id, missing: changes.id))
    }
    for case .check(let check) in to.objects(of: .check, under: after.id.path)
    where Self.names(after.id.name, in: check.expression.text) {
      throw .unsupported(
        check.id,
        "the check names its own table, so that the table cannot be rebuilt; name the column alone")
    }
    self.changes = changes
    self.from = from
    self.to = to
    self.changed = changed
    self.guardian = guardian
    self.renames = renames
    self.before = before
    self.after = after
    table = after.id
  }

  private static func names(_ table: Identifier, in text: String) -> Bool {
    guard let tokens = try? SQLiteSyntax().tokens(of: text) else { return false }
    return zip(tokens, tokens.dropFirst()).contains { token, next in
      next.isSymbol(".") && SQLiteSyntax().identifier(token) == table
    }
  }

  private var copyName: Identifier { SQLiteNames.identifier("_kedge_new_" + table.name.raw) }

  func step() -> Step {
    let copy = RowCopy(before: before, after: after, from: from, to: to)
    var statements = [ForeignKeyGuard.preparation] + guardian.baseline(for: table)
    statements.append(
      Statement(TableText.create(after, named: copyName, to: to, from: from)))
    statements.append(Statement(copy.statement(into: copyName), lock: .exclusive))
    statements.append(ForeignKeyGuard.rows(of: before.id.name, copiedTo: copyName))
    statements += counter()
    statements.append(Statement("DROP TABLE \(before.id.name)", lock: .exclusive))
    statements.append(Statement("PRAGMA legacy_alter_table = ON"))
    statements.append(
      Statement("ALTER TABLE \(copyName) RENAME TO \(table.name)", lock: .exclusive))
    statements.append(Statement("PRAGMA legacy_alter_table = OFF"))
    statements += dependents()
    if before.isAnalyzed == true { statements.append(Statement("ANALYZE \(table.name)")) }
    let checks =
      RowChecks(table, from: from, to: to, renames: renames)
      .of(changes, newAlias: copy.newAlias)
      + guardian.keptKeys(with: table).flatMap { key in
        RowChecks(key.id.table, from: from, to: to, renames: renames).violation(of: key)
      }
    let hazards = hazards(copy, checks)
    let isLossy = hazards.contains(where: \.needsPermission)
    return Step(
      .rebuild, table,
      produces: [table] + to.columns(of: table).map(\.id) + to.constraints(of: table).map(\.id),
      destroys: [table] + from.columns(of: table).map(\.id)
        + from.constraints(of: table).map(\.id),
      statements: statements, hazards: hazards, checks: checks,
      reversibility: isLossy ? .structureOnly : hazards.isEmpty ? .exact : .conditional)
  }

  /// AUTOINCREMENT never gives an id twice: the counter goes along, also past deleted rows.
  private func counter() -> [Statement] {
    guard from.primaryKey(of: table)?.isAutoincrement == true,
      to.primaryKey(of: table)?.isAutoincrement == true
    else { return [] }
    let (old, new) = (before.id.name.raw, copyName.raw)
    return [
      Statement("DELETE FROM sqlite_sequence WHERE name = \(literal: new)"),
      Statement(
        """
        INSERT INTO sqlite_sequence (name, seq)
        SELECT \(literal: new), seq FROM sqlite_sequence WHERE name = \(literal: old) COLLATE nocase
        """),
    ]
  }

  /// Indexes and triggers go with the old table; those that do not change come back.
  private func dependents() -> [Statement] {
    let columns = Set(to.columns(of: table).map(\.id.name))
    let indexes = to.indexes(of: table).filter { !changed.contains($0.id) }.map { index in
      ObjectText.create(index, columns: columns, sources: [index.source, source(of: index.id)])
    }
    let triggers = to.triggers(of: table).filter { !changed.contains($0.id) }.map { trigger in
      ObjectText.create(trigger, sources: [trigger.source, source(of: trigger.id)])
    }
    return (indexes + triggers).map { Statement($0, lock: .exclusive) } + fullTextIndexes()
  }

  /// Rows with other rowids or values are found no more by a full-text index over them, until it is made
  /// again. Most rebuilds keep both.
  private func fullTextIndexes() -> [Statement] {
    let copy = RowCopy(before: before, after: after, from: from, to: to)
    guard copy.newAlias != nil || !changes.alteredColumns.isEmpty else { return [] }
    return to.indexes(overContent: table).filter { index in
      !changed.contains(index.id)
        && (ModuleArguments(index).columns ?? []).allSatisfy {
          to.column(table.part(.column, $0)) != nil
        }
    }.map(VirtualTableSteps.rebuild)
  }

  private func source(of id: ObjectID) -> String? {
    if case .index(let index)? = from[id] { return index.source }
    if case .trigger(let trigger)? = from[id] { return trigger.source }
    return nil
  }

  // MARK: Hazards

  private func hazards(_ copy: RowCopy, _ checks: [RowCheck]) -> [Hazard] {
    var hazards: [Hazard] = []
    for column in changes.droppedColumns where column.generation == nil {
      hazards.append(Hazards.dropColumn(column.id))
      hazards += brokenDependents(column.id)
    }
    for alteration in changes.alteredColumns { hazards += self.hazards(alteration) }
    // A new column that is the rowid takes its numbers.
    hazards += changes.createdColumns.filter { $0.id != to.rowIDColumn(of: after) }
      .compactMap(Hazards.noDefault)
    hazards += changes.createdConstraints.map { Hazards.new($0) }
    if let column = copy.newAlias {
      hazards.append(
        Hazard(
          "SL16",
          "\(label(column)) becomes the rowid of \(table.name): rows get other rowids, and where it is "
            + "null it becomes a number"))
    }
    for check in checks where !hazards.contains(check.hazard) { hazards.append(check.hazard) }
    return hazards
  }

  private func hazards(_ alteration: Alteration) -> [Hazard] {
    guard case .column(let old) = alteration.from, case .column(let new) = alteration.to else {
      return []
    }
    var hazards = [Hazards.null(old, new)].compactMap { $0 }
    if old.generation == nil, new.generation != nil { hazards.append(Hazards.dropColumn(new.id)) }
    return hazards
  }

  private func brokenDependents(_ column: ObjectID) -> [Hazard] {
    Dependents.of(table, in: to).compactMap { id in
      guard case .view(let view)? = to[id], Mentions.of(column.name, in: view.query.text) else {
        return nil
      }
      return Hazard(
        "BC11", "the view \(id.name) may need the column \(label(column)), which is dropped")
    }
  }

  private func label(_ column: ObjectID) -> String { "\(table.name).\(column.name)" }
}
