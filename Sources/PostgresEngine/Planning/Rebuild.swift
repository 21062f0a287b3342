import Planning
import SchemaDiff
import SchemaModel

/// Finds what has to be dropped and made again, because it is in the way of a change or because it cannot
/// be altered itself.
struct Rebuild {
  private let context: PlanContext
  private var rebuilt: Set<ObjectID> = []
  /// Types that make place for another of the same name.
  private var swapped: Set<ObjectID> = []
  private var queue: [Disturbance] = []

  private enum Disturbance {
    /// A column gets another type; `isOther` unless only a length or precision changes.
    case retyped(ObjectID, isOther: Bool)
    case removed(SchemaObject)
    /// An enum makes place for another of the same name.
    case swapped(ObjectID)
  }

  static func closure(
    in context: PlanContext
  ) -> (rebuilt: Set<ObjectID>, swapped: Set<ObjectID>) {
    var rebuild = Rebuild(context: context)
    for change in context.changes { rebuild.start(with: change) }
    for table in TableSwap.tables(context).tables {
      if let object = context.from[table] { rebuild.queue.append(.removed(object)) }
    }
    while let disturbance = rebuild.queue.popLast() { rebuild.spread(disturbance) }
    return (rebuild.rebuilt, rebuild.swapped)
  }

  private init(context: PlanContext) { self.context = context }

  private mutating func start(with change: Change) {
    switch change {
    case .create: return
    case .drop(let object): queue.append(.removed(object))
    case .alter(let alteration):
      switch (alteration.from, alteration.to) {
      case (.column(let old), .column(let new)):
        if ColumnSteps.mustBeReplaced(old, by: new, context) {
          mark(alteration.from)
        } else if old.type != new.type || old.collation != new.collation {
          queue.append(.retyped(old.id, isOther: !TypeChange.isSameBase(old.type, new.type)))
        }
      case (.enumType(let old), .enumType(let new)):
        if EnumSteps.mustBeSwapped(old, by: new, context) { queue.append(.swapped(old.id)) }
      case (.view(let old), .view(let new)):
        if !ViewSteps.canReplace(old, by: new) { mark(alteration.from) }
      case (.materializedView(let old), .materializedView(let new)):
        if !MaterializedViewSteps.canAlter(old, to: new) { mark(alteration.from) }
      case (.function(let old), .function(let new)):
        if !RoutineSteps.canReplace(old, by: new) { mark(alteration.from) }
      case (.domain(let old), .domain(let new)):
        if DomainSteps.mustBeSwapped(old, by: new) { queue.append(.swapped(old.id)) }
      case (.compositeType(let old), .compositeType(let new)):
        if isInUse(old.id) {
          if !CompositeTypeSteps.canAlter(old, to: new) || CompositeTypeSteps.retypes(old, by: new)
          {
            queue.append(.swapped(old.id))
          }
        } else if !CompositeTypeSteps.canAlter(old, to: new) {
          mark(alteration.from)
        }
      case (.trigger(let old), .trigger(let new)):
        if !TriggerSteps.canAlter(old, to: new), !TriggerSteps.canReplace(old, by: new, context) {
          mark(alteration.from)
        }
      case (.policy(let old), .policy(let new)):
        if !PolicySteps.canAlter(old, to: new) { mark(alteration.from) }
      case (.statistics(let old), .statistics(let new)):
        if !StatisticsSteps.canAlter(old, to: new) { mark(alteration.from) }
      case (.publication(let old), .publication(let new)):
        if !PublicationSteps.canAlter(old, to: new) { mark(alteration.from) }
      case (.defined(let old), .defined(let new)):
        if new.id.kind == .rangeType {
          queue.append(.swapped(new.id))
        } else if new.id.kind == .collation {
          for id in context.dependents[new.id] ?? [] where canComeAgain(id) { mark(id) }
          for column in CollationSwap.columns(of: new.id, in: context.from) {
            queue.append(.retyped(column.id, isOther: true))
          }
        } else if !DefinedSteps.canAlter(old, to: new) {
          mark(alteration.from)
        }
      case (.primaryKey, .primaryKey), (.unique, .unique), (.check, .check),
        (.exclusion, .exclusion), (.foreignKey, .foreignKey), (.index, .index):
        if !ConstraintSteps.canAlter(alteration) { mark(alteration.from) }
      default: return
      }
    }
  }

  private mutating func mark(_ object: SchemaObject) {
    guard rebuilt.insert(object.id).inserted else { return }
    queue.append(.removed(object))
  }

  private mutating func mark(_ id: ObjectID) {
    if let object = context.from[id] { mark(object) }
  }

  private mutating func spread(_ disturbance: Disturbance) {
    switch disturbance {
    case .retyped(let column, let isOther):
      for id in context.dependents[column] ?? [] where blocksRetyping(id) { mark(id) }
      for child in context.descendants(of: column.table) {
        let own = child.part(.column, column.name)
        for id in context.dependents[own] ?? [] where blocksRetyping(id) { mark(id) }
      }
      if context.isOnline { spare(column) }
      guard isOther else { return }
      for key in context.foreignKeys[column] ?? [] { mark(.foreignKey(key)) }
    case .removed(let object):
      removed(object)
    case .swapped(let type):
      swap(type)
    }
  }

  /// Where the rows stay as they are, what would be checked or built anew for them is taken away before and
  /// comes back without a lock.
  private mutating func spare(_ column: ObjectID) {
    guard case .alter(let alteration)? = context.change[column],
      case (.column(let old), .column(let new)) = (alteration.from, alteration.to),
      TypeChange.isMetadataOnly(old.type, new.type), context.newChildren[column.table] == nil
    else { return }
    for part in context.from.objects(of: .check, under: column.table.path) {
      guard case .check(let check) = part, !check.isNotValid, !check.isNotEnforced,
        context.to.contains(part.id), ConstraintSteps.mentions(part, column.name)
      else { continue }
      mark(part)
    }
    let isBuiltAnew =
      old.collation != new.collation || TypeChange.rebuildsIndexes(old.type, new.type)
    for part in context.from.objects(of: .index, under: column.table.path) {
      // What keeps rows unique stays, though it is built under the lock.
      guard case .index(let index) = part, !index.isUnique, context.to.contains(part.id) else {
        continue
      }
      let isPlain = PlanContext.ownColumns(part).contains(column.name)
      if isPlain ? isBuiltAnew : ConstraintSteps.mentions(part, column.name) { mark(part) }
    }
  }

  private mutating func removed(_ object: SchemaObject) {
    for id in context.dependents[object.id] ?? [] where goesWithRelation(id) { mark(id) }
    switch object {
    case .table(let table):
      // Only one that comes back takes its company along; its own parts come with it.
      guard context.to.contains(table.id) else { return }
      for part in context.from.parts(of: table.id) {
        for id in context.dependents[part.id] ?? [] where id.relationPath != table.id.path {
          if !isPlainDefault(id) { mark(id) }
        }
        for key in context.foreignKeys(on: part) where key.id.table != table.id {
          mark(.foreignKey(key))
        }
      }
      for id in context.dependents[table.id] ?? [] where id.relationPath != table.id.path {
        if !isPlainDefault(id) { mark(id) }
      }
    case .function(let routine):
      for id in context.dependents[routine.id] ?? []
      where !isPlainDefault(id) && !letsGo(id, of: routine.id) { mark(id) }
    case .view, .materializedView:
      for kind in [ObjectKind.rule, .trigger, .index] {
        for part in context.from.objects(of: kind, under: object.id.path) { mark(part) }
      }
    case .defined:
      for id in context.dependents[object.id] ?? [] where canComeAgain(id) { mark(id) }
    case .primaryKey, .unique, .index:
      for key in context.foreignKeys(on: object) { mark(.foreignKey(key)) }
    case .column(let column):
      // Only a column that comes back takes its company along; of a dropped one it is dropped anyway.
      guard context.to.contains(column.id) else { return }
      for id in context.dependents[column.id] ?? [] { mark(id) }
      for key in context.foreignKeys[column.id] ?? [] { mark(.foreignKey(key)) }
      for kind in [ObjectKind.primaryKey, .unique, .exclusion, .index] {
        for part in context.from.objects(of: kind, under: column.id.table.path)
        where PlanContext.ownColumns(part).contains(column.id.name) { mark(part) }
      }
    default: return
    }
  }

  /// A trigger that is replaced needs what goes no more.
  private func letsGo(_ id: ObjectID, of routine: ObjectID) -> Bool {
    guard !context.to.contains(routine), case .alter(let alteration)? = context.change[id],
      case (.trigger(let old), .trigger(let new)) = (alteration.from, alteration.to)
    else { return false }
    return TriggerSteps.canReplace(old, by: new, context)
  }

  /// Views of a view, its statistics, and functions that take or return its rows or whose parsed bodies read it.
  private func goesWithRelation(_ id: ObjectID) -> Bool {
    [.view, .materializedView, .function, .statistics].contains(id.kind)
  }

  /// Whether the object can be dropped and made again, and nothing is lost but itself.
  private func canComeAgain(_ id: ObjectID) -> Bool {
    switch id.kind {
    case .column: !isPlainDefault(id)
    case .function, .operator, .operatorFamily, .operatorClass, .cast, .conversion, .transform,
      .textSearchParser, .textSearchTemplate, .textSearchDictionary, .textSearchConfiguration,
      .primaryKey, .unique, .check, .exclusion, .foreignKey, .index, .statistics, .view,
      .materializedView, .rule, .trigger, .policy, .publication, .userMapping, .eventTrigger:
      true
    case .namespace, .extension, .language, .accessMethod, .collation, .enumType, .baseType,
      .domain, .compositeType, .rangeType, .sequence, .foreignDataWrapper, .server, .table,
      .virtualTable, .subscription, .comment, .owner, .grant, .defaultPrivileges:
      false
    }
  }

  /// Views, generated columns, triggers, policies and parsed bodies hold a column's type fast.
  private func blocksRetyping(_ id: ObjectID) -> Bool {
    switch id.kind {
    case .view, .materializedView, .rule, .trigger, .policy, .publication, .function: true
    case .column: !isPlainDefault(id)
    case .namespace, .extension, .language, .accessMethod, .collation, .enumType, .baseType,
      .domain, .compositeType, .rangeType, .sequence, .operator, .operatorFamily,
      .operatorClass, .cast, .conversion, .transform, .textSearchParser, .textSearchTemplate,
      .textSearchDictionary, .textSearchConfiguration, .foreignDataWrapper, .server, .userMapping,
      .table, .primaryKey, .unique, .check, .exclusion, .foreignKey, .index, .statistics,
      .virtualTable, .subscription, .eventTrigger, .comment, .owner, .grant, .defaultPrivileges:
      false
    }
  }

  /// A default is taken off and put back; the column stays.
  private func isPlainDefault(_ id: ObjectID) -> Bool {
    guard case .column(let column)? = context.from[id] else { return false }
    return column.generation == nil
  }

  /// What is made of a type that is swapped is swapped with it.
  private mutating func disturb(_ id: ObjectID) {
    guard context.to.contains(id) else { return }
    if id.kind == .domain || id.kind == .compositeType || id.kind == .rangeType {
      queue.append(.swapped(id))
    } else {
      mark(id)
    }
  }

  private func isInUse(_ type: ObjectID) -> Bool {
    context.from.objects(of: .column).contains { object in
      guard case .column(let column) = object else { return false }
      return column.type.object == type
    }
  }

  /// What mentions the enum in a text keeps the old type's OID, which is about to be dropped.
  private mutating func swap(_ type: ObjectID) {
    guard swapped.insert(type).inserted else { return }
    for id in context.dependents[type] ?? [] where id.kind != .column { disturb(id) }
    for kind in [ObjectKind.domain, .compositeType] {
      for object in context.from.objects(of: kind) where object.requires.contains(type) {
        disturb(object.id)
      }
    }
    for object in context.from.objects(of: .function) where object.requires.contains(type) {
      mark(object)
    }
    for object in context.from.objects(of: .column) {
      guard case .column(let column) = object, column.type.object == type else { continue }
      queue.append(.retyped(column.id, isOther: true))
      if column.generation != nil { mark(object) }
      for id in context.dependents[column.id] ?? [] where id.kind == .check || id.kind == .index {
        mark(id)
      }
      for kind in [ObjectKind.index, .check, .exclusion] {
        for part in context.from.objects(of: kind, under: column.id.table.path)
        where ConstraintSteps.mentions(part, column.id.name) { mark(part) }
      }
    }
  }
}
