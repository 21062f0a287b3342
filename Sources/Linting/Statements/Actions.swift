/// One of the comma-separated parts of an `ALTER TABLE`, or of an ALTER of something else that has them.
package struct AlterAction: Hashable, Sendable {
  package indirect enum Kind: Hashable, Sendable {
    case addColumn(ColumnDefinition, ifNotExists: Bool)
    case dropColumn(Name, cascade: Bool)
    case columnType(Name, TypeText, using: Fragment?, hasCollation: Bool)
    case setDefault(Name, Fragment)
    case dropDefault(Name)
    case setNotNull(Name)
    case dropNotNull(Name)
    case addIdentity(Name)
    case setIdentity(Name, Fragment)
    case dropIdentity(Name)
    case setExpression(Name)
    case dropExpression(Name)
    case setStatistics(Name)
    case setColumnOptions(Name)
    case setStorage(Name)
    case setCompression(Name)
    case addConstraint(TableConstraint)
    case dropConstraint(Name, cascade: Bool)
    case alterConstraint(Name, Fragment)
    case validateConstraint(Name)
    case renameColumn(Name, to: Name)
    case renameTo(Name)
    case renameConstraint(Name, to: Name)
    case setSchema(Name)
    case ownerTo
    case attachPartition(Name, bound: Fragment)
    case detachPartition(Name, concurrently: Bool, finalize: Bool)
    case attachIndex(Name)
    case mergeOrSplitPartitions
    case inherit(Name)
    case noInherit(Name)
    /// Nil: `ALL` or `USER`.
    case enableTrigger(Name?)
    case disableTrigger(Name?)
    case enableOrDisableRule
    case rowSecurity
    case replicaIdentity(index: Name?)
    case clusterOn
    case setWithoutCluster
    case setLogged(Bool)
    case setTablespace
    case setAccessMethod(Name)
    /// The names of the options.
    case setOptions([String])
    case other
  }

  package var kind: Kind
  package var range: Range<Int>
}

/// The kinds of things that DROP, ALTER and COMMENT name.
package enum ObjectWord: String, Hashable, Sendable, CaseIterable {
  case table, index, view, sequence, schema, database, type, domain, function, procedure, routine
  case aggregate, trigger, policy, rule, `extension`, role, user, group, publication, subscription
  case column, constraint, `operator`, collation, conversion, statistics, server, language, cast
  case tablespace, system, owned
  case materializedView = "materialized view"
  case foreignTable = "foreign table"
  case eventTrigger = "event trigger"
  case foreignDataWrapper = "foreign data wrapper"
  case textSearch = "text search"
  case operatorClass = "operator class"
  case operatorFamily = "operator family"
  case accessMethod = "access method"
  case userMapping = "user mapping"
  case defaultPrivileges = "default privileges"
  case largeObject = "large object"

  package var isRelation: Bool {
    switch self {
    case .table, .index, .view, .sequence, .materializedView, .foreignTable: true
    default: false
    }
  }
}
