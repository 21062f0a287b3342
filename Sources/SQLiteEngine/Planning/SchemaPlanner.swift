import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// Turns changes into steps. `from` is the schema after the renames.
///
/// SQLite checks no reference when an object is made, so the order of kinds is enough: triggers, views,
/// indexes and tables are dropped, then tables are made and changed, then the rest is made.
struct SchemaPlanner {
  let from: Schema
  let to: Schema
  private let changes: [Change]
  private let renames: [Rename]
  /// Objects that both sides have in the same form.
  private let changed: Set<ObjectID>
  private let created: Set<ObjectID>
  private let dropped: Set<ObjectID>

  init(from: Schema, to: Schema, changes: [Change], renames: [Rename]) {
    self.renames = renames
    self.from = from
    self.to = to
    self.changes = changes
    changed = Set(changes.map(\.id))
    created = Set(
      changes.compactMap { if case .create(let object) = $0 { object.id } else { nil } })
    dropped = Set(changes.compactMap { if case .drop(let object) = $0 { object.id } else { nil } })
  }

  func steps() throws(PlanningError) -> [Step] {
    for change in changes { try checkTarget(of: change) }
    var steps: [Step] = []
    let referenced = referencedTables()
    var tables: [ObjectID: TableChanges] = [:]
    var order: [ObjectID] = []
    for change in changes {
      let id = change.id
      switch id.kind {
      case .column, .primaryKey, .unique, .check, .foreignKey:
        let table = id.table
        if created.contains(table) || dropped.contains(table) { continue }
        if tables[table] == nil { order.append(table) }
        tables[table, default: TableChanges(id: table)].add(change)
      case .table:
        switch change {
        case .create(let object): steps.append(create(object))
        case .drop(let object):
          steps.append(drop(object, isReferenced: referenced.contains(id)))
        case .alter:
          if tables[id] == nil { order.append(id) }
          tables[id, default: TableChanges(id: id)].add(change)
        }
      case .virtualTable: steps += VirtualTableSteps(from: from, to: to).steps(change)
      case .index, .view, .trigger: break
      case .namespace, .extension, .language, .accessMethod, .collation, .enumType, .baseType,
        .domain, .compositeType, .rangeType, .sequence, .function, .operator, .operatorFamily,
        .operatorClass, .cast, .conversion, .transform, .textSearchParser, .textSearchTemplate,
        .textSearchDictionary, .textSearchConfiguration, .foreignDataWrapper, .server,
        .userMapping, .exclusion, .statistics, .materializedView, .rule, .policy, .publication,
        .subscription, .eventTrigger, .comment, .owner, .grant, .defaultPrivileges:
        throw .unsupported(id, "SQLite has no \(id.kind.displayName)")
      }
    }
    let guardian = ForeignKeyGuard(from: from, to: to, changed: changed)
    let dropsColumns = tables.values.contains { !$0.droppedColumns.isEmpty }
    let dropKeepsWords = dropsColumns && !DoubleQuotedStrings.areIn(from)
    for id in order {
      guard let table = tables[id] else { continue }
      let native = NativeAlteration(
        table, from: from, to: to, changed: changed, renames: renames,
        dropKeepsWords: dropKeepsWords)
      if let native = native.steps() {
        steps += native
      } else {
        steps.append(
          try Rebuild(
            table, from: from, to: to, changed: changed, guardian: guardian, renames: renames
          ).step())
      }
    }
    for change in changes { steps += dependentSteps(change) }
    return steps
  }

  private func checkTarget(of change: Change) throws(PlanningError) {
    switch change {
    case .create(let object): try Unsupported.check(object, version: from.serverVersion)
    case .alter(let alteration):
      try Unsupported.check(alteration.to, version: from.serverVersion)
    case .drop: break
    }
  }

  // MARK: Tables

  /// Tables that others, or rows of their own, reference.
  private func referencedTables() -> Set<ObjectID> {
    var tables: Set<ObjectID> = []
    for object in from.objects(of: .foreignKey) {
      if case .foreignKey(let key) = object { tables.insert(key.referencedTable) }
    }
    return tables
  }

  private func create(_ object: SchemaObject) -> Step {
    guard case .table(let table) = object else { return Step(.create, object.id, statements: []) }
    return Step(
      .create, table.id, produces: [table.id] + parts(of: table.id, in: to),
      statements: [Statement(TableText.create(table, to: to))])
  }

  /// With enforcement of foreign keys on, DROP TABLE first deletes every row (lang_droptable.html).
  private func drop(_ object: SchemaObject, isReferenced: Bool) -> Step {
    let statement = Statement("DROP TABLE \(object.id.name)", lock: .exclusive)
    return Step(
      .drop, object.id, destroys: [object.id] + parts(of: object.id, in: from),
      statements: isReferenced ? [ForeignKeyGuard.preparation, statement] : [statement],
      hazards: [
        Hazard(
          "DL01", "every row of the table \(object.id.name) is lost", needsPermission: true)
      ], reversibility: .structureOnly)
  }

  private func parts(of table: ObjectID, in schema: Schema) -> [ObjectID] {
    schema.columns(of: table).map(\.id) + schema.constraints(of: table).map(\.id)
  }

  // MARK: Indexes, views, triggers

  private func dependentSteps(_ change: Change) -> [Step] {
    switch change {
    case .create(let object): return create(dependent: object).map { [$0] } ?? []
    case .drop(let object): return drop(dependent: object).map { [$0] } ?? []
    case .alter(let alteration):
      return [drop(dependent: alteration.from), create(dependent: alteration.to)].compactMap { $0 }
    }
  }

  private func create(dependent object: SchemaObject) -> Step? {
    let statements: [Statement]
    var hazards: [Hazard] = []
    var checks: [RowCheck] = []
    if case .index(let index) = object {
      let columns = Set(to.columns(of: index.id.table).map(\.id.name))
      let sql = ObjectText.create(index, columns: columns, sources: [index.source])
      statements = [Statement(sql, lock: .exclusive)]
      if index.isUnique, from.contains(index.id.table) {
        hazards.append(Hazards.new(index))
        checks = RowChecks(index.id.table, from: from, to: to, renames: renames)
          .violation(of: index)
      }
    } else if case .view(let view) = object {
      // Its triggers went with the old one; those that change have steps of their own.
      let triggers = to.triggers(of: view.id).filter { !changed.contains($0.id) }
      statements =
        [Statement(ObjectText.create(view, sources: [view.source]))]
        + triggers.map { trigger in
          let sources = [trigger.source, source(of: trigger.id)]
          return Statement(ObjectText.create(trigger, sources: sources))
        }
    } else if case .trigger(let trigger) = object {
      statements = [Statement(ObjectText.create(trigger, sources: [trigger.source]))]
    } else {
      return nil
    }
    return Step(
      .create, object.id, produces: [object.id], statements: statements, hazards: hazards,
      checks: checks)
  }

  private func source(of id: ObjectID) -> String? {
    if case .trigger(let trigger)? = from[id] { trigger.source } else { nil }
  }

  private func drop(dependent object: SchemaObject) -> Step? {
    let id = object.id
    let sql: SQL
    if id.kind == .view {
      sql = "DROP VIEW \(id.name)"
    } else {
      // What is on a relation goes with it; so do the triggers of a view that is made again.
      let view = ObjectID(.view, id.relationPath)
      let isOnView = from.contains(view)
      if dropped.contains(isOnView ? view : id.table) || (isOnView && changed.contains(view)) {
        return nil
      }
      if id.kind == .index {
        sql = "DROP INDEX \(id.name)"
      } else if id.kind == .trigger {
        sql = "DROP TRIGGER \(id.name)"
      } else {
        return nil
      }
    }
    return Step(.drop, id, destroys: [id], statements: [Statement(sql, lock: .exclusive)])
  }
}
