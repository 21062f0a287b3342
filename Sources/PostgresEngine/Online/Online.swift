import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// The forms of changes that leave tables usable which are there already: what takes long is done under
/// locks that let readers and writers pass, and what locks them out is done in an instant.
struct Online {
  let context: PlanContext
  /// What is dropped and made again.
  let rebuilt: Set<ObjectID>
  /// Tables that are made anew.
  private let swapped: Set<ObjectID>
  /// The names of indexes that are there, with their schemas.
  private let takenNames: Set<[Identifier]>

  init(_ context: PlanContext, rebuilt: Set<ObjectID>, swapped: Set<ObjectID>) {
    self.context = context
    self.rebuilt = rebuilt
    self.swapped = swapped
    var names: Set<[Identifier]> = []
    for kind in [ObjectKind.index, .primaryKey, .unique, .exclusion] {
      for object in context.from.objects(of: kind) {
        names.insert([object.id.path[0], object.id.name])
      }
    }
    takenNames = names
  }

  /// Nil where the plain form is as good, or there is no other.
  func create(_ object: SchemaObject, parts: [SchemaObject]) -> [Step]? {
    switch object {
    case .index(let index):
      isSwapped(ObjectID(.materializedView, index.id.relationPath)) ? [] : create(index)
    case .primaryKey, .unique: createKey(object)
    case .check, .foreignKey: createConstraint(object)
    case .column(let column): add(column)
    default: nil
    }
  }

  func replace(_ old: SchemaObject, by new: SchemaObject) -> [Step]? {
    switch (old, new) {
    case (.index(let old), .index(let new)):
      // It came with its view, if that was swapped.
      isSwapped(ObjectID(.materializedView, new.id.relationPath)) ? [] : replace(old, by: new)
    case (.materializedView(let old), .materializedView(let new)): replace(old, by: new)
    case (.primaryKey, .primaryKey), (.unique, .unique): replaceKey(old, by: new)
    case (.check, .check), (.foreignKey, .foreignKey): replaceConstraint(old, by: new)
    default: nil
    }
  }

  // MARK: - What is there

  /// The relation, when rows of it may be in use all the while.
  func standing(_ part: ObjectID) -> ObjectID? {
    for kind in [ObjectKind.table, .materializedView] {
      let id = ObjectID(kind, part.relationPath)
      guard context.from.contains(id), context.to.contains(id), !rebuilt.contains(id),
        !swapped.contains(id)
      else { continue }
      // The rows of a foreign table are somewhere else.
      if case .table(let table)? = context.to[id], table.server != nil { return nil }
      return id
    }
    return nil
  }

  func isPartitioned(_ relation: ObjectID) -> Bool {
    guard case .table(let table)? = context.to[relation] else { return false }
    return table.partitionKey != nil
  }

  /// Whether the object is made anew for its own sake, and nothing that either form needs changes with it.
  func isReplaceable(_ old: SchemaObject, by new: SchemaObject) -> Bool {
    guard case .alter? = context.change[new.id] else { return false }
    let needed = context.needs(old, in: context.from) + context.needs(new, in: context.to)
    return needed.allSatisfy { id in
      id.kind == .table || (context.change[id] == nil && !rebuilt.contains(id))
    }
  }

  /// Whether partitions come, go or are left to others, so that those on hand are not all there are.
  func hasMovingPartitions(_ table: ObjectID) -> Bool {
    if context.leavesPartitionsAlone(of: table) { return true }
    let before = Set(context.descendants(of: table))
    var after: Set<ObjectID> = []
    var queue = [table]
    while let parent = queue.popLast() {
      for child in context.newChildren[parent] ?? [] where after.insert(child).inserted {
        queue.append(child)
      }
    }
    return before != after || before.contains { standing($0) == nil }
  }

  func partitions(of table: ObjectID) -> [Table] {
    (context.newChildren[table] ?? []).compactMap { id in
      guard case .table(let child)? = context.to[id] else { return nil }
      return child
    }
  }

  /// What is built or proven of columns waits until they are filled.
  func filled(_ part: SchemaObject) -> [ObjectID] {
    let table = part.id.table
    return context.to.objects(of: .column, under: table.path).filter {
      context.change[$0.id] != nil
        && (PlanContext.ownColumns(part).contains($0.id.name)
          || ConstraintSteps.mentions(part, $0.id.name))
    }.map { .milestone("filled", of: $0.id) }
  }

  // MARK: - Names

  func isTaken(_ path: [Identifier]) -> Bool { takenNames.contains(path) }

  /// A name for what stands beside the old one for a while.
  static func beside(_ name: Identifier, _ suffix: String = "__new") -> Identifier {
    let room = PostgresNames.longest - suffix.utf8.count
    return Identifier(PostgresNames.prefix(name.raw, room) + suffix)
  }

  // MARK: - Pieces

  /// A statement that cannot stand in a transaction and takes its time.
  static func concurrently(
    _ sql: SQL, on relation: ObjectID, work: Work = .build
  ) -> Statement {
    Statement(
      sql, lock: .shareUpdateExclusive, on: [relation], work: work, isTransactional: false)
  }

  /// VALIDATE, which reads every row while others read and write.
  static func validation(
    of constraint: Identifier, on table: ObjectID, subject: ObjectID, after: [ObjectID],
    referencing other: ObjectID? = nil
  ) -> Step {
    Step(
      .alter, subject, produces: [.milestone("validated", of: subject)], consumes: after,
      statements: [
        Statement(
          "ALTER TABLE \(path: table.path) VALIDATE CONSTRAINT \(constraint)",
          lock: .shareUpdateExclusive, on: [table], work: .scan)
      ], reversibility: .exact, stage: .late, isAlone: true)
  }
}

extension PostgresNames {
  /// At most `length` bytes of the name, no character cut in two.
  static func prefix(_ text: String, _ length: Int) -> String {
    guard text.utf8.count > length else { return text }
    var bytes = Array(text.utf8.prefix(length))
    while let last = bytes.last, last & 0x80 != 0 {
      let isWhole = String(validating: bytes, as: UTF8.self) != nil
      if isWhole { break }
      bytes.removeLast()
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
