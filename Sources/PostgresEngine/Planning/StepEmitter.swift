import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// Turns folded changes and rebuilt objects into steps, kind by kind.
struct StepEmitter {
  let context: PlanContext
  let rebuilt: Set<ObjectID>
  private let swappedTypes: Set<ObjectID>
  /// Sequences that a change between `serial` and identity takes along.
  var absorbed: Set<ObjectID> = []
  /// Tables that are made anew, whose parts come with them.
  private let swapped: (tables: Set<ObjectID>, partitions: Set<ObjectID>)
  /// Made and dropped in two steps, since they and others need each other.
  private let loosened: Set<ObjectID>
  /// Nil where plain statements are asked for.
  private let online: Online?
  var emitted: [Step] = []

  init(
    context: PlanContext, closure: (rebuilt: Set<ObjectID>, swapped: Set<ObjectID>),
    loosened: Set<ObjectID> = []
  ) {
    self.context = context
    (rebuilt, swappedTypes) = closure
    swapped = TableSwap.tables(context)
    self.loosened = loosened
    online =
      context.isOnline
      ? Online(context, rebuilt: rebuilt.union(swappedTypes), swapped: swapped.tables) : nil
    absorbed = ColumnSteps.absorbedSequences(context)
  }

  mutating func steps() throws(PlanningError) -> [Step] {
    let folded = Fold.fold(
      context.changes,
      foldsCreate: { [.column, .primaryKey, .unique, .check].contains($0) },
      foldsDrop: { _ in true })
    for change in folded
    where !change.change.id.kind.isPrivilege && !comesWithTable(change.change) {
      if change.change.id.kind == .virtualTable {
        throw .unsupported(change.change.id, "PostgreSQL has no virtual tables")
      }
      if let (old, new) = Inheritance.alteration(change.change, context) {
        emitted += try inheritedColumn(old, becomes: new)
        continue
      }
      if Inheritance.isCarried(change.change, context) { continue }
      switch change.change {
      case .create(let object):
        emitted += create(object, parts: change.parts)
      case .drop(let object):
        if context.leavesPartitionsAlone(of: object.id) {
          throw .unsupported(
            object.id,
            "its partitions are ignored and would go with it; drop them, or say 'partitions: managed'"
          )
        }
        emitted += drop(object, parts: change.parts)
      case .alter(let alteration):
        if swappedTypes.contains(alteration.id) {
          if case (.enumType(let old), .enumType(let new)) = (alteration.from, alteration.to) {
            emitted += EnumSteps.alter(old, to: new, context)
          }
        } else if rebuilt.contains(alteration.id) {
          emitted +=
            online?.replace(alteration.from, by: alteration.to)
            ?? replace(alteration.from, by: alteration.to)
        } else {
          emitted += try alter(alteration)
        }
      }
    }
    for id in swapped.tables.sorted() where context.change[id] == nil {
      guard case .table(let old)? = context.from[id], case .table(let new)? = context.to[id] else {
        continue
      }
      emitted += madeAnew(old, new)
    }
    for id in rebuilt.sorted()
    where context.change[id] == nil && !swapped.tables.contains(id.table) {
      guard let old = context.from[id], let new = context.to[id] else { continue }
      emitted += replace(old, by: new)
    }
    emitted += try TypeSwap.steps(of: swappedTypes, rebuilt: rebuilt, context)
    emitted += try overriddenColumns()
    emitted += DefaultSteps.steps(context, rebuilt: rebuilt)
    var remade = rebuilt.union(swappedTypes).union(swapped.tables)
    for change in context.changes where change.id.kind == .collation {
      if case .alter = change { remade.insert(change.id) }
    }
    for table in swapped.tables { remade.formUnion(context.to.parts(of: table).map(\.id)) }
    Joining.complete(&emitted, context, remade: remade)
    emitted += CommentTargets.restored(context, remade: remade)
    emitted += RelationMarkSteps.steps(context, remade: remade)
    emitted += PartitionIndexes.steps(context, remade: remade)
    emitted += PartitionTriggers.steps(context, remade: remade)
    emitted += PrivilegeSteps.steps(context, remade: remade)
    emitted += CarriedRights.steps(context, remade: remade)
    orderColumns()
    freeNames()
    awaitOverloads()
    let checks = RowChecks(context: context)
    return emitted.map(checks.asked)
  }

  /// A column that comes from a parent on one of the sides, after whatever is done to that.
  private func inheritedColumn(
    _ old: Column, becomes new: Column
  ) throws(PlanningError) -> [Step] {
    var old = old
    old.isInherited = new.isInherited
    var retyped: [Step] = []
    // The type is the parent's, and follows it; a parent to come takes none but its own.
    if Inheritance.isInherited(new.id, context.to) {
      if !Inheritance.isInherited(new.id, context.from), context.from.contains(new.id) {
        retyped = try retyping(old, as: new)
      }
      (old.type, old.collation) = (new.type, new.collation)
      if !Inheritance.isInherited(new.id, context.from), context.from.contains(new.id),
        old.isNullable, !new.isNullable
      {
        retyped += try filling(old, as: new)
        (old.isNullable, old.notNull) = (false, new.notNull)
      }
    }
    guard old != new, case .table(let table)? = context.to[new.id.table] else { return retyped }
    return try retyped
      + ColumnSteps.alter(old, to: new, context).map { step in
        var step = step
        step.produces = []
        step.destroys = []
        step.consumes += [new.id, table.id] + table.parents.map { $0.part(.column, new.id.name) }
        return step
      }
  }

  private func retyping(_ old: Column, as new: Column) throws(PlanningError) -> [Step] {
    var typed = old
    (typed.type, typed.collation) = (new.type, new.collation)
    guard typed != old else { return [] }
    return try ColumnSteps.alter(old, to: typed, context).map { step in
      var step = step
      step.produces = [.milestone("typed", of: new.id)]
      step.consumes.removeAll { $0 == new.id.table }
      step.destroys = []
      return step
    }
  }

  /// No table joins that has rows without a value where its parent has none.
  private func filling(_ old: Column, as new: Column) throws(PlanningError) -> [Step] {
    var filled = old
    (filled.isNullable, filled.notNull) = (false, new.notNull)
    let begun = ObjectID.milestone("begun", of: new.id)
    var steps = try ColumnSteps.alter(old, to: filled, context, online: online).map { step in
      var step = step
      step.produces = step.produces.map { $0 == new.id ? begun : $0 }
      step.consumes = step.consumes.filter { $0 != new.id.table }
        .map { $0 == new.id ? begun : $0 }
      step.destroys = []
      return step
    }
    if !steps.isEmpty {
      steps[0].consumes.append(.milestone("typed", of: new.id))
      steps[steps.count - 1].produces.append(.milestone("not null", of: new.id))
    }
    return steps
  }

  /// A change of a parent's column reaches its children, also those that say something else of it: they say
  /// it again.
  private func overriddenColumns() throws(PlanningError) -> [Step] {
    var steps: [Step] = []
    for change in context.changes {
      guard case .alter(let alteration) = change, case .column(let new) = alteration.to,
        case .column(let old) = alteration.from
      else { continue }
      for child in context.descendants(of: new.id.table) {
        let id = child.part(.column, new.id.name)
        guard context.change[id] == nil, case .column(let own)? = context.to[id] else { continue }
        var reached = own
        if old.defaultValue != new.defaultValue { reached.defaultValue = new.defaultValue }
        if old.isNullable != new.isNullable { reached.isNullable = new.isNullable }
        if old.settings.storage != new.settings.storage {
          reached.settings.storage = new.settings.storage
        }
        for step in try inheritedColumn(reached, becomes: own) {
          var step = step
          step.consumes.append(new.id)
          steps.append(step)
        }
      }
    }
    return steps
  }

  // MARK: - By kind

  private func replace(_ old: SchemaObject, by new: SchemaObject) -> [Step] {
    if case (.domain(let before), .domain(let after)) = (old, new) {
      return DomainSteps.recalled(before, after, context)
    }
    return drop(old, parts: []) + create(new, parts: [])
  }

  func create(_ object: SchemaObject, parts: [SchemaObject]) -> [Step] {
    if let steps = online?.create(object, parts: parts) { return steps }
    return switch object {
    case .namespace(let value): [NamespaceSteps.create(value)]
    case .enumType(let value): [EnumSteps.create(value)]
    case .sequence(let value):
      absorbed.contains(value.id) ? [] : SequenceSteps.create(value, context)
    case .table(let value): created(value, parts: parts)
    case .column(let value): [ColumnSteps.add(value, context)]
    case .primaryKey, .unique, .check, .exclusion, .foreignKey:
      [ConstraintSteps.add(object, context)]
    case .index(let value): [IndexSteps.create(value, context)]
    case .view(let value): ViewSteps.create(value, context, inTwo: loosened.contains(value.id))
    case .comment(let value): [CommentSteps.set(value, context)]
    case .trigger(let value): [TriggerSteps.create(value, context)]
    case .extension(let value): [ExtensionKind.create(value)]
    case .domain(let value): [DomainSteps.create(value, context)]
    case .compositeType(let value): [CompositeTypeSteps.create(value, context)]
    case .function(let value): [RoutineSteps.create(value, context)]
    case .materializedView(let value): [MaterializedViewSteps.create(value, context)]
    case .policy(let value): [PolicySteps.create(value, context)]
    case .rule(let value): [RuleSteps.create(value, context)]
    case .statistics(let value): [StatisticsSteps.create(value, context)]
    case .publication(let value): [PublicationSteps.create(value, context)]
    case .defined(let value): DefinedSteps.create(value, context)
    // Refused before; planned by target.
    case .virtualTable, .owner, .grant, .defaultPrivileges: []
    }
  }

  func drop(_ object: SchemaObject, parts: [SchemaObject]) -> [Step] {
    switch object {
    case .namespace(let value): [NamespaceSteps.drop(value)]
    case .enumType(let value): [EnumSteps.drop(value)]
    case .sequence(let value):
      absorbed.contains(value.id) || goesWithOwner(value)
        ? [] : [SequenceSteps.drop(value, context)]
    case .table(let value): dropped(value, parts: parts)
    case .column(let value):
      Inheritance.goesWithParents(value, context)
        ? [] : [ColumnSteps.drop(value, context, rebuilt: rebuilt)]
    case .primaryKey, .unique, .check, .exclusion, .foreignKey:
      goesWithColumn(object) ? [] : [ConstraintSteps.drop(object, context)]
    case .index(let value):
      goesWithColumn(object) || goesWithView(object)
        ? [] : online?.drop(value) ?? [IndexSteps.drop(value, context)]
    case .view(let value): ViewSteps.drop(value, context, inTwo: loosened.contains(value.id))
    case .comment(let value):
      CommentTargets.goesAlong(value, context, rebuilt: rebuilt)
        ? [] : [CommentSteps.remove(value, context)]
    case .trigger(let value):
      goesWithView(object) ? [] : [TriggerSteps.drop(value, context)]
    case .extension(let value): [ExtensionKind.drop(value)]
    case .domain(let value): [DomainSteps.drop(value, context)]
    case .compositeType(let value): [CompositeTypeSteps.drop(value, context)]
    case .function(let value):
      context.goesWithType(value.id) ? [] : [RoutineSteps.drop(value, context)]
    case .materializedView(let value): [MaterializedViewSteps.drop(value, context)]
    case .policy(let value): [PolicySteps.drop(value, context)]
    case .rule(let value): goesWithView(object) ? [] : [RuleSteps.drop(value, context)]
    case .statistics(let value):
      StatisticsSteps.goesWith(value, context) ? [] : [StatisticsSteps.drop(value, context)]
    case .publication(let value): [PublicationSteps.drop(value, context)]
    case .defined(let value): DefinedSteps.drop(value, context)
    case .virtualTable, .owner, .grant, .defaultPrivileges: []
    }
  }

  private func created(_ table: Table, parts: [SchemaObject]) -> [Step] {
    let plain = TableSteps.create(
      table, parts: parts, context, inTwo: loosened.contains(table.id))
    return online?.createPartition(table, parts: parts, plain) ?? plain
  }

  private func dropped(_ table: Table, parts: [SchemaObject]) -> [Step] {
    let plain = TableSteps.drop(table, parts: parts, context, inTwo: loosened.contains(table.id))
    return online?.dropPartition(table, plain) ?? plain
  }

  func alter(_ alteration: Alteration) throws(PlanningError) -> [Step] {
    switch (alteration.from, alteration.to) {
    case (.enumType(let old), .enumType(let new)):
      return EnumSteps.alter(old, to: new, context)
    case (.extension(let old), .extension(let new)): return [ExtensionKind.alter(old, to: new)]
    case (.domain(let old), .domain(let new)):
      return [DomainSteps.alter(old, to: new, context)]
    case (.compositeType(let old), .compositeType(let new)):
      return [CompositeTypeSteps.alter(old, to: new, context)]
    case (.function(let old), .function(let new)):
      return [RoutineSteps.replace(old, by: new, context)]
    case (.materializedView(let old), .materializedView(let new)):
      return [MaterializedViewSteps.alter(old, to: new, context)]
    case (.trigger(let old), .trigger(let new)):
      return [TriggerSteps.alter(old, to: new, context)]
    case (.policy(let old), .policy(let new)): return [PolicySteps.alter(old, to: new, context)]
    case (.rule(let old), .rule(let new)): return [RuleSteps.alter(old, to: new, context)]
    case (.statistics, .statistics(let new)): return [StatisticsSteps.alter(new)]
    case (.publication(let old), .publication(let new)):
      return [PublicationSteps.alter(old, to: new, context)]
    case (.defined, .defined(let new)) where new.id.kind == .collation:
      return [CollationSwap.step(new, context)]
    case (.defined(let old), .defined(let new)):
      return [try DefinedSteps.alter(old, to: new, context)]
    case (.sequence(let old), .sequence(let new)):
      return absorbed.contains(new.id) ? [] : SequenceSteps.alter(old, to: new, context)
    case (.table(let old), .table(let new)):
      if old.partitionKey != new.partitionKey, context.leavesPartitionsAlone(of: new.id) {
        throw .unsupported(
          new.id, "its partitions are ignored, so how it is partitioned cannot be changed")
      }
      guard old.server == new.server else {
        throw .unsupported(
          new.id,
          "PostgreSQL cannot move a table to another server; drop it in one step and make it anew in the "
            + "next")
      }
      if swapped.tables.contains(new.id) { return madeAnew(old, new) }
      guard old.partitionKey == new.partitionKey else {
        throw .unsupported(
          new.id,
          "how it is partitioned cannot change while tables stay that are its partitions; detach "
            + "them first")
      }
      if old.accessMethod != new.accessMethod, context.serverVersion < 150_000 {
        throw .unsupported(
          new.id, "PostgreSQL can change a table's access method from version 15 on")
      }
      return online?.detach(old, new) ?? online?.attach(old, new)
        ?? TableSteps.alterations(old, to: new, context)
    case (.column(let old), .column(let new)):
      if old.isInherited, new.isInherited { return try inheritedColumn(old, becomes: new) }
      guard Inheritance.gainsParent(new.id.table, context) else {
        return try ColumnSteps.alter(old, to: new, context, online: online)
      }
      let typed = try retyping(old, as: new)
      var present = old
      (present.type, present.collation) = (new.type, new.collation)
      return try present == new
        ? typed : typed + ColumnSteps.alter(present, to: new, context, online: online)
    case (.view(let old), .view(let new)): return [ViewSteps.replace(old, by: new, context)]
    case (.comment, .comment(let new)): return [CommentSteps.set(new, context)]
    case (.primaryKey, .primaryKey), (.unique, .unique), (.check, .check),
      (.exclusion, .exclusion), (.foreignKey, .foreignKey), (.index, .index):
      let step = ConstraintSteps.alter(alteration)
      return context.isOnline ? Online.validated(step) : [step]
    default:
      throw .unhandled(alteration.id, fields: alteration.fields.map(\.name))
    }
  }

  private func madeAnew(_ old: Table, _ new: Table) -> [Step] {
    let later = context.to.parts(of: new.id).filter { !TableSwap.isInside($0) }
    return TableSwap(old, new, context).steps(later: later.flatMap { create($0, parts: []) })
  }

  // MARK: - What goes by itself

  /// The parts of a table that is made anew, and the partitions that go with the old one.
  private func comesWithTable(_ change: Change) -> Bool {
    let id = change.id
    if swapped.partitions.contains(id) { return true }
    return id.kind.isPartOfRelation
      && (swapped.tables.contains(id.table) || swapped.partitions.contains(id.table))
  }

  /// A column takes its keys, constraints and indexes along.
  private func goesWithColumn(_ object: SchemaObject) -> Bool {
    guard !rebuilt.contains(object.id) || !context.to.contains(object.id) else { return false }
    let table = object.id.table
    return PlanContext.ownColumns(object).contains {
      context.dropped.contains(table.part(.column, $0))
    }
  }

  /// A view takes its triggers along, a materialized view its indexes.
  private func goesWithView(_ object: SchemaObject) -> Bool {
    [ObjectKind.view, .materializedView].contains { kind in
      let view = ObjectID(kind, object.id.relationPath)
      return rebuilt.contains(view) || context.dropped.contains(view)
    }
  }

  private func goesWithOwner(_ sequence: Sequence) -> Bool {
    guard let owner = sequence.ownedBy else { return false }
    return context.dropped.contains(owner) || context.dropped.contains(owner.table)
  }

  // MARK: - Afterwards

  /// New columns of a table come in the order in which they are declared, generated ones last.
  private mutating func orderColumns() {
    var added: [ObjectID: [Int]] = [:]
    for (index, step) in emitted.enumerated()
    where step.operation == .create && step.subject.kind == .column {
      added[step.subject.table, default: []].append(index)
    }
    for (table, indices) in added where indices.count > 1 {
      guard case .table(let wanted)? = context.to[table], let order = wanted.columnOrder else {
        continue
      }
      let position = Dictionary(
        order.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
      func rank(_ index: Int) -> Int {
        let id = emitted[index].subject
        guard case .column(let column)? = context.to[id] else { return .max }
        return (column.generation == nil ? 0 : 10_000) + (position[id.name] ?? 5_000)
      }
      let sorted = indices.sorted { rank($0) < rank($1) }
      for (previous, next) in zip(sorted, sorted.dropFirst()) {
        emitted[next].consumes.append(emitted[previous].subject)
      }
    }
  }
}
