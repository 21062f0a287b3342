/// A whole database schema: engine, objects sorted by id, and what depends on what.
///
/// The only way into the pure core; a duplicate id or a part without its relation is refused.
package struct Schema: Sendable {
  package let engine: EngineName
  /// Sorted by id: by kind, then by path in bytes.
  package private(set) var objects: [SchemaObject]
  /// What an object's SQL texts need, from the engine's own records or from the parsed texts; ids not in
  /// the schema are allowed (system objects are left out). Outside equality and fingerprint.
  package var dependencies: [ObjectID: [ObjectID]]
  /// Old names of declared objects, newest first (`renamed_from`).
  package var renamedFrom: [ObjectID: [Identifier]]
  /// How rows that are there get their values, by column.
  package var conversions: [ObjectID: Conversion] = [:]
  package var scope: Scope
  package var coverage: Coverage
  /// The server's or library's version, when it is live: 150004 for PostgreSQL 15.4, 3040001 for SQLite.
  package var serverVersion: Int?

  /// What a source claims to describe.
  package struct Scope: Hashable, Sendable, Codable {
    /// The schemas that it describes; nil: all that there are.
    package var namespaces: [Identifier]?
    /// How unqualified names inside its SQL texts are meant.
    package var searchPath: [Identifier]
    /// Whether its texts are an engine's own prints, against declared by a person.
    package var isDeclared: Bool
    /// What it says of owners and grants; nil: everything.
    package var management: Management?
    /// The role that a live database was read as: it owns what it makes.
    package var role: Identifier?
    /// Partitioned tables whose partitions somebody else makes and drops.
    package var unmanagedPartitions: [ObjectID]?

    package init(
      namespaces: [Identifier]? = nil, searchPath: [Identifier] = [], isDeclared: Bool = false,
      management: Management? = nil, role: Identifier? = nil,
      unmanagedPartitions: [ObjectID]? = nil
    ) {
      self.namespaces = namespaces
      self.searchPath = searchPath
      self.isDeclared = isDeclared
      self.management = management
      self.role = role
      self.unmanagedPartitions = unmanagedPartitions
    }

    package func leavesPartitionsAlone(of table: ObjectID) -> Bool {
      unmanagedPartitions?.contains(table) ?? false
    }
  }

  /// What is to be done with the rows when a column comes or changes: no property of the column.
  package struct Conversion: Hashable, Sendable {
    /// What fills the column where it has no value.
    package var backfill: Expression?
    /// The same for the way back.
    package var backfillDown: Expression?
    /// The new value, in terms of the old ones (`USING`).
    package var using: Expression?
    package var usingDown: Expression?

    package init(
      backfill: Expression? = nil, backfillDown: Expression? = nil, using: Expression? = nil,
      usingDown: Expression? = nil
    ) {
      self.backfill = backfill
      self.backfillDown = backfillDown
      self.using = using
      self.usingDown = usingDown
    }
  }

  package enum Problem: Error, Hashable, Sendable {
    case duplicate(ObjectID)
    /// A part whose relation, or a comment whose target, is not there.
    case orphan(ObjectID, missing: ObjectID)
  }

  package init(
    engine: EngineName, objects unsorted: [SchemaObject],
    dependencies: [ObjectID: [ObjectID]] = [:], renamedFrom: [ObjectID: [Identifier]] = [:],
    scope: Scope = Scope(), coverage: Coverage = Coverage(), serverVersion: Int? = nil
  ) throws(Problem) {
    self.engine = engine
    let ids: [ObjectID]
    (objects, ids) = ObjectOrder.sortedWithIDs(unsorted)
    self.dependencies = dependencies
    self.renamedFrom = renamedFrom
    self.scope = scope
    self.coverage = coverage
    self.serverVersion = serverVersion
    try checkParts(ids)
  }

  /// What a new database holds: nothing, on PostgreSQL in a schema `public`.
  package static func empty(_ engine: EngineName) -> Schema {
    Schema(engine: engine)
  }

  private init(engine: EngineName) {
    self.engine = engine
    switch engine {
    case .postgresql: objects = [.namespace(Namespace(id: .namespace(Identifier("public"))))]
    case .sqlite: objects = []
    }
    dependencies = [:]
    renamedFrom = [:]
    scope = Scope(management: .nothing)
    coverage = Coverage()
  }

  package subscript(id: ObjectID) -> SchemaObject? {
    let index = firstIndex(notBefore: id)
    guard index < objects.count, objects[index].id == id else { return nil }
    return objects[index]
  }

  package func contains(_ id: ObjectID) -> Bool { self[id] != nil }

  /// All objects of a kind, in order.
  package func objects(of kind: ObjectKind) -> ArraySlice<SchemaObject> {
    objects(of: kind, under: [])
  }

  /// The objects of a kind whose path starts with these names, in order.
  package func objects(of kind: ObjectKind, under prefix: [Identifier]) -> ArraySlice<SchemaObject>
  {
    let start = firstIndex { $0.precedes(kind, prefix) }
    if prefix.isEmpty { return objects[start..<firstIndex(after: kind)] }
    return objects(of: kind, under: prefix, from: start)
  }

  /// The same, looked for where a guess says: what follows the objects that were asked for before.
  package func objects(
    of kind: ObjectKind, under prefix: [Identifier], near guess: Int
  ) -> ArraySlice<SchemaObject> {
    let isStart =
      guess <= objects.count
      && (guess == 0 || objects[guess - 1].id.precedes(kind, prefix))
      && (guess == objects.count || !objects[guess].id.precedes(kind, prefix))
    return objects(
      of: kind, under: prefix,
      from: isStart ? guess : firstIndex { $0.precedes(kind, prefix) })
  }

  private func objects(
    of kind: ObjectKind, under prefix: [Identifier], from start: Int
  ) -> ArraySlice<SchemaObject> {
    var end = start
    while end < objects.count, objects[end].id.kind == kind, objects[end].id.starts(with: prefix) {
      end += 1
    }
    return objects[start..<end]
  }

  /// Where the object of this id stands. It is looked for around a guess first, since what is asked for in
  /// a row mostly stands close together.
  package func position(of id: ObjectID, near guess: Int) -> Int? {
    for distance in 0..<12 {
      let (after, before) = (guess + distance, guess - distance - 1)
      if objects.indices.contains(after), objects[after].id == id { return after }
      if objects.indices.contains(before), objects[before].id == id { return before }
    }
    let index = firstIndex(notBefore: id)
    return index < objects.count && objects[index].id == id ? index : nil
  }

  /// Everything inside a relation, kind by kind.
  package func parts(of relation: ObjectID) -> [SchemaObject] {
    var parts: [SchemaObject] = []
    for kind in ObjectKind.allCases where kind.isPartOfRelation {
      parts += objects(of: kind, under: relation.path)
    }
    return parts
  }

  /// The same schema without objects that nothing else needs.
  package func removing(where isUnwanted: (SchemaObject) -> Bool) -> Schema {
    var copy = self
    copy.objects.removeAll(where: isUnwanted)
    return copy
  }

  /// The same schema with other objects; what is no longer there is dropped from the rest.
  package func replacing(objects: [SchemaObject]) throws(Problem) -> Schema {
    var schema = try Schema(
      engine: engine, objects: objects, dependencies: dependencies, renamedFrom: renamedFrom,
      scope: scope, coverage: coverage, serverVersion: serverVersion)
    schema.conversions = conversions
    return schema
  }

  private func firstIndex(notBefore id: ObjectID) -> Int {
    firstIndex { $0 < id }
  }

  private func firstIndex(after kind: ObjectKind) -> Int {
    firstIndex { $0.kind <= kind }
  }

  /// The first object whose id is not `before`, by halving.
  private func firstIndex(where before: (ObjectID) -> Bool) -> Int {
    var low = 0
    var high = objects.count
    while low < high {
      let middle = (low + high) / 2
      if before(objects[middle].id) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Refuses duplicates and parts without a home. The objects are sorted, so that those of one kind in one
  /// relation follow each other: the relation is looked up once for all of them.
  private func checkParts(_ ids: [ObjectID]) throws(Problem) {
    // Parts and tables come in one order, so that a walk over the tables answers for each kind of part.
    let tables = ids.indices(of: .table)
    var place = tables.lowerBound
    // By hash, for what is not in a table: halving the objects for each takes longer than all the rest.
    var relations: Set<ObjectID>?
    for (index, id) in ids.enumerated() {
      if index > 0, ids[index - 1].kind == id.kind, ids[index - 1].hasSameHome(as: id) {
        if ids[index - 1] == id { throw .duplicate(id) }
        continue
      }
      if index == 0 || ids[index - 1].kind != id.kind { place = tables.lowerBound }
      let homes: [ObjectKind]
      switch id.kind {
      case .column, .primaryKey, .unique, .check, .exclusion, .foreignKey, .policy:
        homes = [.table]
      case .index: homes = [.table, .materializedView]
      case .rule, .trigger: homes = [.table, .view]
      case .namespace, .extension, .language, .accessMethod, .collation, .enumType, .baseType,
        .domain, .compositeType, .rangeType, .sequence, .function, .operator, .operatorFamily,
        .operatorClass, .cast, .conversion, .transform, .textSearchParser, .textSearchTemplate,
        .textSearchDictionary, .textSearchConfiguration, .foreignDataWrapper, .server,
        .userMapping, .table, .statistics, .virtualTable, .view, .materializedView, .publication,
        .subscription, .eventTrigger, .comment, .owner, .grant, .defaultPrivileges:
        continue
      }
      while place < tables.upperBound, ids[place].compareHome(of: id) < 0 { place += 1 }
      if place < tables.upperBound, ids[place].compareHome(of: id) == 0 { continue }
      let known = relations ?? Set(ids.lazy.filter(\.kind.isRelationWithParts))
      relations = known
      guard homes.contains(where: { known.contains(id.home($0)) }) else {
        throw .orphan(id, missing: id.table)
      }
    }
  }
}

extension [ObjectID] {
  /// Where the ids of a kind are, in an array that is in order.
  fileprivate func indices(of kind: ObjectKind) -> Range<Int> {
    let start = firstIndex { $0.kind.rank >= kind.rank } ?? count
    let end = self[start...].firstIndex { $0.kind != kind } ?? count
    return start..<end
  }
}

extension Schema: Equatable {
  /// Equal as schemas: the same engine and the same objects.
  package static func == (left: Schema, right: Schema) -> Bool {
    left.engine == right.engine && left.objects == right.objects
  }
}
