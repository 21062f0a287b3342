import Planning
import SQLText
import SchemaModel

/// Checks and foreign keys: they hold for new rows at once, and are proven for the old ones afterwards.
extension Online {
  func createConstraint(_ object: SchemaObject) -> [Step]? {
    guard let table = standing(object.id), let unproven = unproven(object) else { return nil }
    if case .foreignKey(let key) = object, isPartitioned(table), context.serverVersion < 180_000 {
      return foreignKeyOnPartitions(key, table)
    }
    var add = ConstraintSteps.add(unproven, context)
    add.statements = add.statements.map { Statement($0.sql, lock: $0.lock, on: locked(object)) }
    add.consumes += filled(object)
    add.hazards = hazards(object)
    return [
      add,
      Online.validation(
        of: object.id.name, on: table, subject: object.id, after: [object.id]),
    ]
  }

  /// There is no moment without the one or the other.
  func replaceConstraint(_ old: SchemaObject, by new: SchemaObject) -> [Step]? {
    guard let table = standing(new.id), let unproven = unproven(new), isReplaceable(old, by: new)
    else { return nil }
    if new.kind == .foreignKey, isPartitioned(table) { return nil }
    let name = Online.beside(new.id.name)
    let added = ObjectID.milestone("added", of: new.id)
    let beside = unproven.copied(to: unproven.id.renamed(to: name))
    var add = ConstraintSteps.add(beside, context)
    add.subject = new.id
    add.produces = [added]
    add.consumes = context.needs(new, in: context.to)
    add.statements = add.statements.map { Statement($0.sql, lock: $0.lock, on: locked(new)) }
    add.hazards = hazards(new)
    let validate = Online.validation(of: name, on: table, subject: new.id, after: [added])
    let swap = Step(
      .rebuild, new.id, produces: [new.id], consumes: validate.produces, destroys: [new.id],
      releases: context.needs(old, in: context.from),
      statements: [
        Statement(
          "ALTER TABLE \(path: table.path) DROP CONSTRAINT \(new.id.name)",
          lock: .accessExclusive, on: locked(old)),
        Statement(
          "ALTER TABLE \(path: table.path) RENAME CONSTRAINT \(name) TO \(new.id.name)",
          lock: .accessExclusive, on: [table]),
      ],
      hazards: old.kind == .foreignKey
        ? [Hazard("LK27", "The referenced table of \(new.id.name) is locked as well.")] : [])
    return [add, validate, swap]
  }

  /// An alteration that ends in VALIDATE: that gets a transaction of its own.
  static func validated(_ step: Step) -> [Step] {
    guard step.statements.contains(where: { $0.lock == .shareUpdateExclusive }),
      let last = step.statements.last, last.sql.text.contains(" VALIDATE CONSTRAINT ")
    else { return [step] }
    var first = step
    first.statements.removeLast()
    var rest = step
    rest.statements = [
      Statement(last.sql, lock: last.lock, on: [step.subject.table], work: .scan)
    ]
    rest.stage = .late
    rest.isAlone = true
    guard !first.statements.isEmpty else { return [rest] }
    rest.consumes.append(step.subject)
    rest.produces = []
    rest.destroys = []
    rest.hazards = []
    return [first, rest]
  }

  /// NOT VALID; nil for what is not to be proven, or cannot be left unproven.
  private func unproven(_ object: SchemaObject) -> SchemaObject? {
    switch object {
    case .check(var check) where !check.isNotValid && !check.isNotEnforced:
      check.isNotValid = true
      return .check(check)
    case .foreignKey(var key) where !key.isNotValid && !key.isNotEnforced:
      key.isNotValid = true
      return .foreignKey(key)
    default: return nil
    }
  }

  private func locked(_ object: SchemaObject) -> [ObjectID] {
    if case .foreignKey(let key) = object { return [key.id.table, key.referencedTable] }
    return [object.id.table]
  }

  private func hazards(_ object: SchemaObject) -> [Hazard] {
    let table = object.id.table.name
    guard object.kind == .check else {
      return [
        Hazard(
          "DD04",
          "Rows of table \(table) without a partner stop the validation of \(object.id.name).")
      ]
    }
    return [
      Hazard(
        "DD07",
        "Rows of table \(table) that \(object.id.name) forbids cannot be updated any more, and stop its "
          + "validation: mend them before.")
    ]
  }

  // MARK: - Partitioned tables

  /// Before version 18 a partitioned table has no unproven foreign key: the partitions get theirs first,
  /// and the parent's takes them over.
  private func foreignKeyOnPartitions(_ key: ForeignKey, _ table: ObjectID) -> [Step]? {
    guard !hasMovingPartitions(table), !rebuilt.contains(key.id) else { return nil }
    var steps: [Step] = []
    var whole = ConstraintSteps.add(.foreignKey(key), context)
    whole.statements = whole.statements.map {
      Statement($0.sql, lock: .shareRowExclusive, on: [table, key.referencedTable])
    }
    whole.hazards = []
    for leaf in leaves(of: table) {
      var own = key
      own.id = leaf.part(.foreignKey, key.id.name)
      own.isNotValid = true
      let added = ObjectID.milestone("added", of: own.id)
      var add = ConstraintSteps.add(.foreignKey(own), context)
      add.subject = key.id
      add.produces = [added]
      add.consumes = context.needs(.foreignKey(key), in: context.to).filter { $0 != key.id }
      add.statements = add.statements.map {
        Statement($0.sql, lock: .shareRowExclusive, on: [leaf, key.referencedTable])
      }
      add.hazards = hazards(.foreignKey(own))
      var validate = Online.validation(
        of: key.id.name, on: leaf, subject: key.id, after: [added])
      validate.produces = [.milestone("validated", of: own.id)]
      steps += [add, validate]
      whole.consumes += validate.produces
    }
    return steps + [whole]
  }

  /// The partitions that hold rows.
  func leaves(of table: ObjectID) -> [ObjectID] {
    partitions(of: table).flatMap { partition in
      partition.partitionKey == nil ? [partition.id] : leaves(of: partition.id)
    }
  }
}
