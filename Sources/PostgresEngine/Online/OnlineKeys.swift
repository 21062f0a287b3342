import Planning
import SQLText
import SchemaModel

/// Primary keys and unique constraints: the index is built first, and becomes the constraint in an instant.
extension Online {
  func createKey(_ object: SchemaObject) -> [Step]? {
    guard let table = standing(object.id), var index = index(for: object) else { return nil }
    if isPartitioned(table) { return keyOnPartitions(object, index, table) }
    let built = ObjectID.milestone("built", of: object.id)
    let path = [index.id.path[0], index.id.name]
    if isTaken(path) {
      index.id = table.part(.index, Online.beside(object.id.name))
    }
    let (build, key) = made(object, index, built)
    return [build, key]
  }

  /// The old key keeps its place until the new one can take it.
  func replaceKey(_ old: SchemaObject, by new: SchemaObject) -> [Step]? {
    guard let table = standing(new.id), !isPartitioned(table), var index = index(for: new),
      isReplaceable(old, by: new)
    else { return nil }
    index.id = table.part(.index, Online.beside(new.id.name))
    let built = ObjectID.milestone("built", of: new.id)
    var (build, key) = made(new, index, built)
    key.operation = .rebuild
    key.destroys = [new.id]
    key.releases = context.needs(old, in: context.from)
    key.statements = ConstraintSteps.drop(old, context).statements + key.statements
    return [build, key]
  }

  private func made(
    _ object: SchemaObject, _ index: Index, _ built: ObjectID
  ) -> (build: Step, key: Step) {
    let table = object.id.table
    let plain = ConstraintSteps.add(object, context)
    let build = Step(
      .create, object.id, produces: [built],
      consumes: context.needs(object, in: context.to) + filled(object),
      statements: [
        Online.concurrently(IndexSteps.definition(index, concurrently: true), on: table)
      ], hazards: plain.hazards.filter { $0.code == "DD01" }, stage: .early)
    let key = Step(
      .create, object.id, produces: [object.id], consumes: plain.consumes + [built],
      statements: [using(index.id.name, for: object)])
    return (build, key)
  }

  private func using(_ index: Identifier, for object: SchemaObject) -> Statement {
    let word: SQL = object.kind == .primaryKey ? "PRIMARY KEY" : "UNIQUE"
    let table = object.id.table
    return Statement(
      "ALTER TABLE \(path: table.path) ADD CONSTRAINT \(object.id.name) \(word) USING INDEX \(index)"
        + ConstraintSteps.deferrable(deferrability(object)), lock: .accessExclusive, on: [table])
  }

  private func deferrability(_ object: SchemaObject) -> Deferrability {
    switch object {
    case .primaryKey(let key): key.deferrability
    case .unique(let key): key.deferrability
    default: .notDeferrable
    }
  }

  /// The index that can become the constraint; nil where none can.
  private func index(for object: SchemaObject) -> Index? {
    let columns: [KeyColumn]
    var index = Index(id: object.id.table.part(.index, object.id.name), isUnique: true, parts: [])
    let storage: IndexStorage
    switch object {
    case .primaryKey(let key):
      if key.isWithoutOverlaps { return nil }
      (columns, index.include, storage) = (key.columns, key.include, key.storage)
    case .unique(let key):
      if key.isWithoutOverlaps { return nil }
      (columns, index.include, storage) = (key.columns, key.include, key.storage)
      index.nullsNotDistinct = key.nullsNotDistinct
    default: return nil
    }
    index.parts = columns.map { IndexPart(.column($0.name)) }
    index.storageParameters = storage.parameters
    index.tablespace = storage.tablespace
    return index
  }

  // MARK: - Partitioned tables

  /// Every partition gets the key of its own; the parent's takes them over.
  private func keyOnPartitions(
    _ object: SchemaObject, _ index: Index, _ table: ObjectID
  ) -> [Step]? {
    guard !hasMovingPartitions(table), !rebuilt.contains(object.id) else { return nil }
    var steps: [Step] = []
    var whole = ConstraintSteps.add(object, context)
    whole.statements = whole.statements.map {
      Statement($0.sql, lock: .accessExclusive, on: [table])
    }
    whole.hazards.removeAll { $0.code.hasPrefix("LK") }
    let inherited = PartitionIndexes.Inherited(model: object, parentName: object.id.name)
    keys(inherited, name: object.id.name, of: table, object, index, &steps, &whole)
    return steps + [whole]
  }

  /// The key that a table is to have before it becomes a partition, so that nothing is built while it is
  /// attached; nil where it has one, or where the key is none.
  func key(
    _ inherited: PartitionIndexes.Inherited, ofComing table: Table
  ) -> (build: Step, key: Step)? {
    let model = inherited.model
    let present = context.from.objects(of: model.kind, under: table.id.path)
    guard context.from.contains(model.id), var index = index(for: model),
      !present.contains(where: {
        PlanContext.ownColumns($0) == PlanContext.ownColumns(model)
      }), let name = inherited.wanted(of: table), !isTaken([table.id.path[0], name])
    else { return nil }
    index.id = table.id.part(.index, name)
    let own = model.copied(to: table.id.part(model.kind, name))
    var (build, key) = made(own, index, .milestone("built", of: index.id))
    build.subject = table.id
    build.consumes = PlanContext.ownColumns(model).map { table.id.part(.column, $0) }
    key.subject = table.id
    key.produces = [.milestone("keyed", of: index.id)]
    key.consumes =
      build.produces + build.consumes.map { .milestone("not null", of: $0) }
    return (build, key)
  }

  private func keys(
    _ inherited: PartitionIndexes.Inherited, name: Identifier, of table: ObjectID,
    _ object: SchemaObject, _ index: Index, _ steps: inout [Step], _ whole: inout Step
  ) {
    for partition in partitions(of: table) {
      let link = PartitionIndexes.Inherited(model: inherited.model, parentName: name)
      guard let own = link.wanted(of: partition) else { continue }
      if partition.partitionKey != nil {
        keys(link, name: own, of: partition.id, object, index, &steps, &whole)
        continue
      }
      var copy = index
      copy.id = partition.id.part(.index, own)
      let built = ObjectID.milestone("built", of: copy.id)
      let keyed = ObjectID.milestone("keyed", of: copy.id)
      let part = partition.id.part(object.kind, own)
      let renamed = object.copied(to: part)
      let (build, key) = made(renamed, copy, built)
      var (first, second) = (build, key)
      first.subject = object.id
      first.consumes = context.needs(object, in: context.to).filter { $0 != object.id }
      second.subject = object.id
      second.produces = [keyed]
      second.consumes =
        [built]
        + PlanContext.ownColumns(object).map {
          .milestone("not null", of: table.part(.column, $0))
        }
      steps += [first, second]
      whole.consumes.append(keyed)
    }
  }
}
