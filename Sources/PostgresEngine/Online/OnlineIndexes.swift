import Planning
import SQLText
import SchemaModel

/// Indexes that no constraint owns.
extension Online {
  func create(_ index: Index) -> [Step]? {
    guard let relation = standing(index.id) else { return nil }
    if isPartitioned(relation) { return onPartitions(index, relation) }
    var build = IndexSteps.create(index, context)
    build.statements = [
      Online.concurrently(IndexSteps.definition(index, concurrently: true), on: relation)
    ]
    build.consumes += filled(.index(index))
    build.hazards.removeAll { $0.code == "LK01" }
    build.stage = .early
    return [build] + statistics(index, after: index.id)
  }

  func drop(_ index: Index) -> [Step]? {
    guard let relation = standing(index.id), !isPartitioned(relation) else { return nil }
    var step = IndexSteps.drop(index, context)
    let path = [index.id.path[0], index.id.name]
    step.statements = [
      Online.concurrently(
        "DROP INDEX CONCURRENTLY \(path: path)", on: relation, work: .metadata)
    ]
    step.hazards.removeAll { $0.code == "LK02" }
    // What is made again should be away as shortly as can be, but not while others wait for that.
    step.stage = rebuilt.contains(index.id) ? .early : .late
    return [step]
  }

  /// The new one is built beside the old one and takes its name.
  func replace(_ old: Index, by new: Index) -> [Step]? {
    guard let relation = standing(new.id), !isPartitioned(relation),
      isReplaceable(.index(old), by: .index(new))
    else { return nil }
    let schema = new.id.path[0]
    var beside = new
    beside.id = new.id.table.part(.index, Online.beside(new.id.name))
    let built = ObjectID.milestone("built", of: new.id)
    var build = IndexSteps.create(new, context)
    build.produces = [built]
    build.statements = [
      Online.concurrently(IndexSteps.definition(beside, concurrently: true), on: relation)
    ]
    build.hazards.removeAll { $0.code == "LK01" }
    build.stage = .early
    let aside = Online.beside(new.id.name, "__old")
    let naming: SQL =
      "ALTER INDEX \(path: [schema, beside.id.name]) RENAME TO \(new.id.name)"
    var swap = Step(
      .rebuild, new.id, produces: [new.id], consumes: [built], destroys: [new.id],
      releases: context.needs(.index(old), in: context.from), statements: [])
    // Foreign keys would lean on the older of two unique indexes.
    if old.isUnique || new.isUnique {
      swap.statements = [
        Statement(
          "DROP INDEX \(path: [schema, old.id.name])", lock: .accessExclusive, on: [relation]),
        Statement(naming, lock: .shareUpdateExclusive, on: [new.id]),
      ]
      return [build, swap] + statistics(new, after: new.id)
    }
    swap.statements = [
      Statement(
        "ALTER INDEX \(path: [schema, old.id.name]) RENAME TO \(aside)",
        lock: .shareUpdateExclusive, on: [new.id]),
      Statement(naming, lock: .shareUpdateExclusive, on: [new.id]),
    ]
    let drop = Step(
      .drop, new.id, consumes: [new.id],
      statements: [
        Online.concurrently(
          "DROP INDEX CONCURRENTLY \(path: [schema, aside])", on: relation, work: .metadata)
      ], stage: .late)
    return [build, swap, drop] + statistics(new, after: new.id)
  }

  private func statistics(_ index: Index, after id: ObjectID) -> [Step] {
    let statements = IndexSteps.statistics(index, from: index.parts.map { _ in nil })
    guard !statements.isEmpty else { return [] }
    return [Step(.alter, index.id, consumes: [id], statements: statements)]
  }

  // MARK: - Partitioned tables

  /// The parent's index is made empty; those of the partitions are built one by one and attached.
  private func onPartitions(_ index: Index, _ table: ObjectID) -> [Step]? {
    guard !hasMovingPartitions(table) else { return nil }
    let hazards = IndexSteps.create(index, context).hazards.filter { $0.code != "LK01" }
    let inherited = PartitionIndexes.Inherited(
      model: .index(index), parentName: index.id.name)
    var steps: [Step] = []
    var root = IndexSteps.create(index, context)
    root.hazards = []
    root.produces = [.milestone("begun", of: index.id)]
    root.statements = [
      Statement(
        IndexSteps.definition(index, only: true), lock: .share, on: [table])
    ]
    var attached = Step(
      .create, index.id, produces: [index.id], consumes: root.produces, statements: [],
      hazards: hazards)
    steps.append(root)
    attach(inherited, name: index.id.name, to: table, index, &steps, &attached)
    return steps + [attached] + statistics(index, after: index.id)
  }

  private func attach(
    _ inherited: PartitionIndexes.Inherited, name: Identifier, to table: ObjectID,
    _ index: Index, _ steps: inout [Step], _ attached: inout Step
  ) {
    let schema = table.path[0]
    for partition in partitions(of: table) {
      let link = PartitionIndexes.Inherited(model: inherited.model, parentName: name)
      guard let own = link.wanted(of: partition) else { continue }
      var copy = index
      copy.id = partition.id.part(.index, own)
      let built = ObjectID.milestone("built", of: copy.id)
      let isLeaf = partition.partitionKey == nil
      steps.append(
        Step(
          .create, index.id, produces: [built],
          consumes: context.needs(.index(index), in: context.to).filter { $0 != index.id },
          statements: [
            isLeaf
              ? Online.concurrently(
                IndexSteps.definition(copy, concurrently: true), on: partition.id)
              : Statement(
                IndexSteps.definition(copy, only: true), lock: .share, on: [partition.id])
          ], stage: isLeaf ? .early : .main))
      attached.consumes.append(built)
      if !isLeaf { attach(link, name: own, to: partition.id, index, &steps, &attached) }
      attached.statements.append(
        Statement(
          "ALTER INDEX \(path: [schema, name]) ATTACH PARTITION \(path: [partition.id.path[0], own])",
          lock: .shareUpdateExclusive, on: [index.id]))
    }
  }
}
