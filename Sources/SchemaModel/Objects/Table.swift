/// PostgreSQL: what of an old row logical replication carries along; nil is the primary key.
package enum ReplicaIdentity: Hashable, Sendable, Codable {
  case full, nothing
  case index(Identifier)

  var text: String {
    switch self {
    case .full: "full"
    case .nothing: "nothing"
    case .index(let name): "index " + QualifiedName.text([name])
    }
  }
}

/// PostgreSQL: what the NOT NULL constraint of a column that comes from a parent is called.
package struct InheritedNotNull: Hashable, Sendable, Codable {
  package var column: Identifier
  package var name: Identifier

  package init(column: Identifier, name: Identifier) {
    self.column = column
    self.name = name
  }
}

/// PostgreSQL: an index that a partition has for one of its parent's.
package struct AttachedIndex: Hashable, Sendable, Codable {
  package var name: Identifier
  /// What the parent's is called, which is also the name of its constraint if it carries one.
  package var parentName: Identifier

  package init(name: Identifier, parentName: Identifier) {
    self.name = name
    self.parentName = parentName
  }
}

/// PostgreSQL: a trigger that a partition has from its parent, and that fires otherwise there.
package struct PartitionTrigger: Hashable, Sendable, Codable {
  package var name: Identifier
  package var enabled: Trigger.Enabled

  package init(name: Identifier, enabled: Trigger.Enabled) {
    self.name = name
    self.enabled = enabled
  }
}

/// A table without what is in it: columns and constraints are objects of their own.
package struct Table: Describable {
  package var id: ObjectID
  /// SQLite: `STRICT`.
  package var isStrict: Bool
  /// SQLite: `WITHOUT ROWID`.
  package var isWithoutRowid: Bool
  /// PostgreSQL: `UNLOGGED`.
  package var isUnlogged: Bool
  /// PostgreSQL: `ENABLE ROW LEVEL SECURITY`.
  package var hasRowSecurity: Bool
  /// PostgreSQL: `FORCE ROW LEVEL SECURITY`, for the owner too.
  package var forcesRowSecurity: Bool
  /// Storage parameters as `name=value`, sorted (`pg_class.reloptions`).
  package var storageParameters: [ExactText]
  /// PostgreSQL: `RANGE (at)`, of a partitioned table.
  package var partitionKey: ExactText?
  /// PostgreSQL: the tables that it inherits from, or the one that it is a partition of. What it has from
  /// them (columns, constraints, indexes) is theirs, and not modelled again.
  package var parents: [ObjectID]
  /// PostgreSQL: `FOR VALUES …` or `DEFAULT`, of a partition.
  package var partitionBound: ExactText?
  /// PostgreSQL: another tablespace than the database's own.
  package var tablespace: Identifier?
  /// PostgreSQL: another table access method than `heap`.
  package var accessMethod: Identifier?
  package var replicaIdentity: ReplicaIdentity?
  /// PostgreSQL: the index (or key) that CLUSTER goes by.
  package var clusteredOn: Identifier?
  /// PostgreSQL: the composite type whose attributes the columns are (`OF type`).
  package var type: ObjectID?
  /// PostgreSQL: the server of a foreign table.
  package var server: Identifier?
  /// The options of a foreign table as `name=value`, sorted.
  package var serverOptions: [ExactText]
  /// PostgreSQL: the indexes that a partition has for its parent's under other names than PostgreSQL gives,
  /// sorted by the parent's.
  package var partitionIndexes: [AttachedIndex]
  /// Sorted by name.
  package var partitionTriggers: [PartitionTrigger]
  /// The storage parameters in the order of the catalog, which dumps keep.
  @Incidental package var parameterOrder: [ExactText]?
  /// The columns in the order of the catalog or of the file.
  @Incidental package var columnOrder: [Identifier]?
  /// PostgreSQL 18: the names of the NOT NULL constraints of columns that come from a parent, by column.
  @Incidental package var inheritedNotNulls: [InheritedNotNull]?
  /// PostgreSQL: they stay with a partition that leaves its parent.
  @Incidental package var attachedIndexes: [AttachedIndex]?
  /// SQLite: the whole `CREATE TABLE` as `sqlite_schema` has it.
  @Incidental package var source: String?
  /// SQLite: the table has statistics of ANALYZE, which a rebuild has to gather again.
  @Incidental package var isAnalyzed: Bool?

  package init(
    id: ObjectID, isStrict: Bool = false, isWithoutRowid: Bool = false, isUnlogged: Bool = false,
    hasRowSecurity: Bool = false, forcesRowSecurity: Bool = false,
    storageParameters: [ExactText] = [], partitionKey: ExactText? = nil,
    parents: [ObjectID] = [], partitionBound: ExactText? = nil, tablespace: Identifier? = nil,
    accessMethod: Identifier? = nil, replicaIdentity: ReplicaIdentity? = nil,
    clusteredOn: Identifier? = nil, type: ObjectID? = nil, server: Identifier? = nil,
    serverOptions: [ExactText] = [], partitionIndexes: [AttachedIndex] = [],
    partitionTriggers: [PartitionTrigger] = [], columnOrder: [Identifier]? = nil,
    inheritedNotNulls: [InheritedNotNull]? = nil, attachedIndexes: [AttachedIndex]? = nil,
    parameterOrder: [ExactText]? = nil,
    source: String? = nil, isAnalyzed: Bool? = nil
  ) {
    self.id = id
    self.isStrict = isStrict
    self.isWithoutRowid = isWithoutRowid
    self.isUnlogged = isUnlogged
    self.hasRowSecurity = hasRowSecurity
    self.forcesRowSecurity = forcesRowSecurity
    self.storageParameters = storageParameters
    self.partitionKey = partitionKey
    self.parents = parents
    self.partitionBound = partitionBound
    self.tablespace = tablespace
    self.accessMethod = accessMethod
    self.replicaIdentity = replicaIdentity
    self.clusteredOn = clusteredOn
    self.type = type
    self.server = server
    self.serverOptions = serverOptions
    self.partitionIndexes = partitionIndexes
    self.partitionTriggers = partitionTriggers
    _columnOrder = Incidental(wrappedValue: columnOrder)
    _parameterOrder = Incidental(wrappedValue: parameterOrder)
    _inheritedNotNulls = Incidental(wrappedValue: inheritedNotNulls)
    _attachedIndexes = Incidental(wrappedValue: attachedIndexes)
    _source = Incidental(wrappedValue: source)
    _isAnalyzed = Incidental(wrappedValue: isAnalyzed)
  }

  package var requires: [ObjectID] {
    (id.namespace.map { [.namespace($0)] } ?? []) + parents
      + (accessMethod.map { [ObjectID(.accessMethod, [$0])] } ?? []) + (type.map { [$0] } ?? [])
      + (server.map { [ObjectID(.server, [$0])] } ?? [])
  }
  package var fields: [Field] {
    [
      Field("strict", isStrict), Field("without_rowid", isWithoutRowid),
      Field("unlogged", isUnlogged), Field("row_security", hasRowSecurity),
      Field("force_row_security", forcesRowSecurity),
      Field("storage_parameters", .list(storageParameters.map { .text($0) })),
      Field("partition_by", partitionKey?.string),
      Field(
        "inherits",
        parents.isEmpty
          ? .absent
          : .list(parents.map { parent in .list(parent.path.map { .text(ExactText($0.key)) }) })),
      Field("partition_bound", partitionBound?.string), Field("tablespace", tablespace),
      Field("access_method", accessMethod), Field("replica_identity", replicaIdentity?.text),
      Field("clustered_on", clusteredOn), Field("of", type), Field("server", server),
      Field("server_options", texts: serverOptions),
      Field(
        "partition_indexes",
        partitionIndexes.isEmpty
          ? .absent
          : .record(partitionIndexes.map { Field($0.parentName.raw, $0.name) })),
      Field(
        "partition_triggers",
        partitionTriggers.isEmpty
          ? .absent
          : .record(partitionTriggers.map { Field($0.name.raw, $0.enabled.rawValue) })),
    ]
  }

  /// Names that PostgreSQL made of what is renamed now stay as they were, and so become names of their own.
  private func partitionIndexes(after names: Renaming, new: ObjectID) -> [AttachedIndex] {
    guard let parent = parents.first, partitionBound != nil else { return [] }
    let isTouched =
      new != id || names.names.keys.contains { $0.kind == .column && $0.table == parent }
    let kept = isTouched ? attachedIndexes ?? partitionIndexes : partitionIndexes
    return kept.map {
      AttachedIndex(name: $0.name, parentName: names.index($0.parentName, of: parent))
    }.sorted { $0.parentName < $1.parentName }
  }

  package func renamed(by names: Renaming) -> Table {
    var copy = self
    copy.id = names(id)
    copy.parents = parents.map { names($0) }
    copy.type = type.map { names($0) }
    copy.server = server.map { names(ObjectID(.server, [$0])).name }
    copy.clusteredOn = clusteredOn.map { names.index($0, of: id) }
    if case .index(let name)? = replicaIdentity {
      copy.replicaIdentity = .index(names.index(name, of: id))
    }
    copy.columnOrder = columnOrder.map { names.columns($0, of: id) }
    copy.partitionIndexes = partitionIndexes(after: names, new: copy.id)
    if let parent = parents.first {
      copy.attachedIndexes = attachedIndexes?.map {
        AttachedIndex(name: $0.name, parentName: names.index($0.parentName, of: parent))
      }
      copy.partitionTriggers = partitionTriggers.map {
        let name = names.names[parent.part(.trigger, $0.name)] ?? $0.name
        return PartitionTrigger(name: name, enabled: $0.enabled)
      }
    }
    return copy
  }
}
