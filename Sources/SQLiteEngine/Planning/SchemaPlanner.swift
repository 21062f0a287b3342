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
  /// Objects that both sides have in the same form.
  private let changed: Set<ObjectID>
  private let created: Set<ObjectID>
  private let dropped: Set<ObjectID>

  init(from: Schema, to: Schema, changes: [Change]) {
    self.from = from
    self.to = to
    self.changes = changes
    changed = Set(changes.map(\.id))
    created = Set(
      changes.compactMap { if case .create(let object) = $0 { object.id } else { nil } })
    dropped = Set(changes.compactMap { if case .drop(let object) = $0 { object.id } else { nil } })
  }

  func steps() throws(PlanningError) -> [Step] {
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
      case .index, .view, .trigger: break
      case .namespace, .enumType, .sequence, .comment:
        throw .unsupported(id, "SQLite has no \(id.kind.displayName)")
      }
    }
    let guardian = ForeignKeyGuard(from: from, to: to, changed: changed)
    var rebuilt: Set<ObjectID> = []
    for id in order {
      guard let table = tables[id] else { continue }
      if let native = NativeAlteration.steps(table, from: from, to: to, changed: changed) {
        steps += native
      } else {
        rebuilt.insert(id)
        steps.append(
          try Rebuild(table, from: from, to: to, changed: changed, guardian: guardian).step())
      }
    }
    for change in changes { steps += dependentSteps(change) }
    return steps
  }

  // MARK: Tables

  /// Tables that others reference.
  private func referencedTables() -> Set<ObjectID> {
    var tables: Set<ObjectID> = []
    for object in from.objects(of: .foreignKey) {
      guard case .foreignKey(let key) = object, key.referencedTable != key.id.table else {
        continue
      }
      tables.insert(key.referencedTable)
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
    switch object {
    case .index(let index):
      let columns = Set(to.columns(of: index.id.table).map(\.id.name))
      statements = [
        Statement(
          ObjectText.create(index, columns: columns, sources: [index.source]), lock: .exclusive)
      ]
      if index.isUnique, from.contains(index.id.table) {
        hazards.append(
          Hazard("DD01", "the unique index \(index.id.name) fails if rows repeat its columns"))
      }
    case .view(let view):
      // Its triggers went with the old one; those that change have steps of their own.
      let triggers = to.triggers(of: view.id).filter { !changed.contains($0.id) }
      statements =
        [Statement(ObjectText.create(view, sources: [view.source]))]
        + triggers.map { trigger in
          let sources = [trigger.source, source(of: trigger.id)]
          return Statement(ObjectText.create(trigger, sources: sources))
        }
    case .trigger(let trigger):
      statements = [Statement(ObjectText.create(trigger, sources: [trigger.source]))]
    case .namespace, .enumType, .sequence, .table, .column, .primaryKey, .unique, .check,
      .foreignKey, .comment:
      return nil
    }
    return Step(
      .create, object.id, produces: [object.id], statements: statements, hazards: hazards)
  }

  private func source(of id: ObjectID) -> String? {
    if case .trigger(let trigger)? = from[id] { trigger.source } else { nil }
  }

  private func drop(dependent object: SchemaObject) -> Step? {
    // What is on a relation goes with it; so do the triggers of a view that is made again.
    let id = object.id
    let isView = from.contains(ObjectID(.view, id.relationPath))
    let relation = isView ? ObjectID(.view, id.relationPath) : id.table
    let goesAlong = dropped.contains(relation) || (isView && changed.contains(relation))
    let sql: SQL
    switch object {
    case .index: sql = "DROP INDEX \(id.name)"
    case .view: sql = "DROP VIEW \(id.name)"
    case .trigger: sql = "DROP TRIGGER \(id.name)"
    case .namespace, .enumType, .sequence, .table, .column, .primaryKey, .unique, .check,
      .foreignKey, .comment:
      return nil
    }
    if goesAlong, id.kind != .view { return nil }
    return Step(.drop, id, destroys: [id], statements: [Statement(sql, lock: .exclusive)])
  }
}

/// The changes of one table that both sides have.
struct TableChanges {
  let id: ObjectID
  /// Of the table itself, its columns and its constraints, in order of id.
  private(set) var changes: [Change] = []

  init(id: ObjectID) { self.id = id }

  mutating func add(_ change: Change) { changes.append(change) }

  var createdColumns: [Column] {
    changes.compactMap { if case .create(.column(let column)) = $0 { column } else { nil } }
  }

  var droppedColumns: [Column] {
    changes.compactMap { if case .drop(.column(let column)) = $0 { column } else { nil } }
  }

  var alteredColumns: [Alteration] {
    changes.compactMap {
      if case .alter(let alteration) = $0, alteration.id.kind == .column { alteration } else { nil }
    }
  }

  var createdConstraints: [Constraint] {
    changes.compactMap { if case .create(let object) = $0 { Constraint(object) } else { nil } }
  }

  var droppedConstraints: [Constraint] {
    changes.compactMap { if case .drop(let object) = $0 { Constraint(object) } else { nil } }
  }

  /// Whether the table itself, or something that stays, takes another form.
  var hasAlterations: Bool {
    changes.contains { if case .alter = $0 { true } else { false } }
  }
}
