import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// How a table is partitioned, and the types of the columns that say which partition a row is in, change only by
/// making it anew. Tables that are its partitions, or inherit from
/// it, and stay, are taken off before, and put where they belong after.
enum Repartitioning {
  /// The tables that both sides have and that are made anew, with those that they have to leave for it.
  static func madeAnew(from: Schema, to: Schema) -> Set<ObjectID> {
    var found: Set<ObjectID> = []
    for case .table(let old) in from.objects(of: .table) {
      guard case .table(let new)? = to[old.id] else { continue }
      if old.partitionKey != new.partitionKey {
        found.insert(old.id)
      } else if let key = new.partitionKey, retypes(key, of: old.id, from, to) {
        // The column is its ancestors' too.
        found.formUnion(Inheritance.ancestors([old.id], in: from).filter(to.contains))
      }
    }
    return found
  }

  private static func retypes(
    _ key: ExactText, of table: ObjectID, _ from: Schema, _ to: Schema
  ) -> Bool {
    columns(of: table, in: from).contains { name in
      guard TypeSwap.mentions(name, in: key.string),
        let old = Inheritance.effective(table.part(.column, name), in: from),
        let new = Inheritance.effective(table.part(.column, name), in: to)
      else { return false }
      return old.type != new.type || old.collation != new.collation
    }
  }

  static func detour(from: Schema, to: Schema, serverVersion: Int?) -> Detour? {
    let families = families(from: from, to: to)
    guard !families.isEmpty else { return nil }
    var objects: [ObjectID: SchemaObject] = [:]
    var dependencies = from.dependencies
    for (child, parents) in families {
      let left = parts(of: child, without: parents, in: from)
      for (object, model) in left {
        objects[object.id] = object
        dependencies[object.id] = dependencies[object.id] ?? from.dependencies[model]
      }
    }
    let apart = referring(to: families.reduce(into: []) { $0.formUnion($1.parents) }, in: from)
    var all = from.objects.filter { !apart.contains($0.id) }.map {
      objects.removeValue(forKey: $0.id) ?? $0
    }
    all += objects.values
    guard
      var schema = try? Schema(
        engine: from.engine, objects: all, dependencies: dependencies, scope: from.scope,
        coverage: from.coverage, serverVersion: from.serverVersion)
    else { return nil }
    schema.conversions = from.conversions
    let tables = families.map(\.child.id)
    return Detour(
      over: schema, apart: tables,
      dialect: PostgresDialect(style: PlanStyle(isOnline: false, serverVersion: serverVersion)))
  }

  /// Foreign keys on tables that partitions leave, which takes no rows that are referred to; and what is said of
  /// them.
  private static func referring(to tables: Set<ObjectID>, in schema: Schema) -> Set<ObjectID> {
    var found: Set<ObjectID> = []
    for case .foreignKey(let key) in schema.objects(of: .foreignKey)
    where tables.contains(key.referencedTable) {
      found.formUnion([key.id, .comment(on: key.id)])
    }
    return found
  }

  /// The tables that have to leave these of their parents.
  private static func families(
    from: Schema, to: Schema
  ) -> [(child: Table, parents: Set<ObjectID>)] {
    // What hangs below a table that goes would go with it.
    var loose = madeAnew(from: from, to: to).filter {
      !from.scope.leavesPartitionsAlone(of: $0) && !to.scope.leavesPartitionsAlone(of: $0)
    }
    guard !loose.isEmpty else { return [] }
    var children: [ObjectID: [Table]] = [:]
    for case .table(let table) in from.objects(of: .table) {
      for parent in table.parents { children[parent, default: []].append(table) }
    }
    var queue = Array(loose)
    var found: [ObjectID: (child: Table, parents: Set<ObjectID>)] = [:]
    while let parent = queue.popLast() {
      for child in children[parent] ?? [] {
        if to.contains(child.id) {
          found[child.id, default: (child, [])].parents.insert(parent)
        } else if loose.insert(child.id).inserted {
          queue.append(child.id)
        }
      }
    }
    return found.values.sorted { $0.child.id < $1.child.id }
  }

  /// The table once it has left, with what becomes its own by that; each with the id of what it comes from.
  private static func parts(
    of child: Table, without parents: Set<ObjectID>, in schema: Schema
  ) -> [(object: SchemaObject, model: ObjectID)] {
    var table = child
    table.parents.removeAll(where: parents.contains)
    var found: [(object: SchemaObject, model: ObjectID)] = []
    if child.partitionBound != nil {
      for index in PartitionIndexes.inherited(by: child, in: schema) {
        guard let name = index.present(on: child) else { continue }
        let id = child.id.part(index.model.kind, name)
        found.append((index.model.copied(to: id), index.model.id))
      }
      table.partitionBound = nil
      table.attachedIndexes = nil
      table.partitionIndexes = []
      table.partitionTriggers = []
    }
    for parent in parents.sorted() {
      for name in columns(of: parent, in: schema) {
        let id = child.id.part(.column, name)
        guard !table.parents.contains(where: { has($0, name, in: schema) }),
          var column = Inheritance.effective(id, in: schema)
        else { continue }
        let isOwn = schema.contains(id)
        column.isInherited = false
        if !isOwn { column.identity = nil }
        if let constraint = child.inheritedNotNulls?.first(where: { $0.column == name }) {
          let usual = PostgresNames.make(child.id.name.raw, name.raw, "not_null")
          column.notNull.name = constraint.name == usual ? nil : constraint.name
        }
        found.append((.column(column), isOwn ? id : parent.part(.column, name)))
      }
      let kinds: [ObjectKind] = child.partitionBound == nil ? [.check] : [.check, .foreignKey]
      for object in kinds.flatMap({ schema.objects(of: $0, under: parent.path) }) {
        if case .check(let check) = object, check.isNoInherit { continue }
        let id = child.id.part(object.kind, object.id.name)
        if !schema.contains(id) { found.append((object.copied(to: id), object.id)) }
      }
    }
    if table.parents.isEmpty { table.inheritedNotNulls = nil }
    return found + [(.table(table), child.id)]
  }

  /// The names of the columns that the table has, its parents' included.
  private static func columns(of table: ObjectID, in schema: Schema) -> [Identifier] {
    var names = Set(schema.objects(of: .column, under: table.path).map(\.id.name))
    if case .table(let value)? = schema[table] {
      for parent in value.parents { names.formUnion(columns(of: parent, in: schema)) }
    }
    return names.sorted()
  }

  private static func has(_ table: ObjectID, _ column: Identifier, in schema: Schema) -> Bool {
    Inheritance.effective(table.part(.column, column), in: schema) != nil
  }
}
