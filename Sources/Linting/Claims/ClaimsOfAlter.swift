import SQLText
import Planning
import SchemaModel

extension ClaimReader {
  mutating func read(_ alter: AlterStatement) {
    switch alter.object {
    case .table, .foreignTable: table(alter)
    case .index:
      let key = catalog.key(alter.name)
      for action in alter.actions {
        switch action.kind {
        case .renameTo: claims.lock(key, version >= 12 ? .shareUpdateExclusive : .accessExclusive)
        case .setOptions: claims.lock(key, .shareUpdateExclusive)
        case .attachIndex: claims.lock(key, .shareUpdateExclusive)
        default: claims.lock(key, .accessExclusive)
        }
      }
    case .view, .materializedView: claims.lock(catalog.key(alter.name), .accessExclusive)
    case .sequence:
      let isPlain = alter.actions.contains { action in
        switch action.kind {
        case .renameTo, .setSchema, .ownerTo, .setLogged: true
        default: false
        }
      }
      claims.lock(catalog.key(alter.name), isPlain ? .accessExclusive : .shareRowExclusive)
    case .trigger, .policy, .rule:
      if let table = alter.table { claims.lock(catalog.key(table), .accessExclusive) }
    case .domain:
      switch alter.domainChange {
      case .addConstraint(let isNotValid): domain(alter.name, scans: !isNotValid)
      case .setNotNull, .validate: domain(alter.name, scans: true)
      case .other, nil: return
      }
    case .type:
      guard case .addValue? = alter.typeChange else { return }
      claims.isNonTransactional = version < 12
    case .system: claims.isNonTransactional = true
    case .publication:
      if alter.rest.contains(word: "table") {
        for name in Self.tables(after: "table", alter.rest) {
          claims.lock(catalog.key(name), .shareUpdateExclusive)
        }
      }
    default: return
    }
  }

  private static func tables(after word: String, _ rest: Fragment) -> [Name] {
    guard let start = rest.tokens.firstIndex(where: { $0.isWord(word) }) else { return [] }
    var cursor = Cursor(Array(rest.tokens[(start + 1)...]), engine: .postgresql)
    return cursor.names { $0.relation() }
  }

  /// Every table with a column of the domain is read under SHARE.
  private mutating func domain(_ name: Name, scans: Bool) {
    let key = catalog.key(name)
    for (table, relation) in catalog.relations where relation.kind == .table {
      let uses = relation.columns.values.contains { column in
        guard let type = column.type else { return false }
        let path = type.split(separator: ".").map { Identifier(String($0)) }
        return catalog.key(path) == key
      }
      guard uses, scans else { continue }
      claims.lock(table, .share)
      claims.scans.insert(table)
    }
  }

  private mutating func table(_ alter: AlterStatement) {
    let key = catalog.key(alter.name)
    if catalog.indexes[key] != nil {
      claims.lock(key, .accessExclusive)
      return
    }
    for action in alter.actions { read(action, of: key, in: alter) }
    guard catalog.relations[key]?.isPartitioned == true else {
      for heir in catalog.allHeirs(of: key) {
        for action in alter.actions where isInherited(action, key) {
          read(action, of: heir, in: alter)
        }
      }
      return
    }
    let below = recurses(alter) ? catalog.allPartitions(of: key) : []
    isInPartition = true
    for partition in below {
      for action in alter.actions { read(action, of: partition, in: alter) }
    }
    isInPartition = false
    // Parents have no rows; what is done is done to every partition.
    for parent in [key] + below where catalog.relations[parent]?.isPartitioned == true {
      claims.scans.remove(parent)
      claims.builds.remove(parent)
      claims.rewrites.remove(parent)
    }
  }

  /// Whether what is done to a table is done to those that inherit from it: keys are each one's own.
  private func isInherited(_ action: AlterAction, _ table: RelationKey) -> Bool {
    switch action.kind {
    case .addColumn, .dropColumn, .columnType, .setDefault, .dropDefault, .setNotNull,
      .dropNotNull, .renameColumn:
      true
    case .addConstraint(let constraint): Self.isInherited(constraint.kind)
    case .dropConstraint(let name, _), .validateConstraint(let name):
      catalog.relations[table]?.constraints[name.last].map { Self.isInherited($0.kind) } ?? true
    default: false
    }
  }

  private static func isInherited(_ kind: TableConstraint.Kind) -> Bool {
    switch kind {
    case .check, .notNull: true
    case .foreignKey, .unique, .primaryKey, .exclusion: false
    }
  }

  private static func isInherited(_ kind: Catalog.Constraint.Kind) -> Bool {
    switch kind {
    case .check, .notNull: true
    case .foreignKey, .unique, .primaryKey, .exclusion: false
    }
  }

  private func recurses(_ alter: AlterStatement) -> Bool {
    alter.actions.allSatisfy { action in
      switch action.kind {
      case .addColumn, .dropColumn, .columnType, .setDefault, .dropDefault, .setNotNull,
        .dropNotNull, .addConstraint, .dropConstraint, .validateConstraint, .renameColumn,
        .enableTrigger, .disableTrigger:
        true
      default: false
      }
    }
  }

  private mutating func read(_ action: AlterAction, of key: RelationKey, in alter: AlterStatement) {
    switch action.kind {
    case .addColumn(let column, let ifNotExists):
      claims.lock(key, .accessExclusive)
      if ifNotExists, catalog.column(column.name.last, of: key) != nil { return }
      add(column, to: key)
    case .dropColumn(let name, _):
      claims.lock(key, .accessExclusive)
      for other in catalog.foreignKeys(on: name.last, of: key) {
        claims.lock(other, .accessExclusive)
      }
    case .columnType(let name, let type, let using, let hasCollation):
      changeType(of: name, of: key, to: type, using: using, hasCollation: hasCollation)
    case .setNotNull(let name):
      claims.lock(key, .accessExclusive)
      guard catalog.column(name.last, of: key)?.isNotNull != true else { return }
      let dropsProof = alter.actions.contains {
        if case .dropConstraint = $0.kind { true } else { false }
      }
      if version < 12 || dropsProof || !catalog.provesNotNull(name.last, of: key) {
        claims.scans.insert(key)
      }
    case .addConstraint(let constraint): add(constraint, to: key)
    case .dropConstraint(let name, _):
      claims.lock(key, .accessExclusive)
      if case .foreignKey(_, let other)? = catalog.relations[key]?.constraints[name.last]?.kind {
        claims.lock(other, .accessExclusive)
      }
    case .validateConstraint(let name): validate(name, of: key)
    case .setStatistics, .setColumnOptions, .clusterOn, .setWithoutCluster:
      claims.lock(key, .shareUpdateExclusive)
    case .setOptions(let names):
      claims.lock(
        key,
        names.contains("user_catalog_table") ? .accessExclusive : .shareUpdateExclusive)
    case .enableTrigger, .disableTrigger: claims.lock(key, .shareRowExclusive)
    case .attachPartition(let name, _): attach(catalog.key(name), to: key)
    case .detachPartition(let name, let concurrently, let finalize):
      let partition = catalog.key(name)
      claims.isNonTransactional = concurrently
      claims.lock(key, concurrently || finalize ? .shareUpdateExclusive : .accessExclusive)
      claims.lock(partition, .accessExclusive)
      if !concurrently, let other = catalog.defaultPartition(of: key) {
        claims.lock(other, .accessExclusive)
      }
      for other in catalog.referenced(by: key) { claims.lock(other, .shareRowExclusive) }
    case .setLogged, .setAccessMethod, .setTablespace:
      claims.lock(key, .accessExclusive)
      claims.rewrites.insert(key)
    case .setExpression(let name):
      claims.lock(key, .accessExclusive)
      let column = catalog.column(name.last, of: key)
      switch column?.generation {
      case .stored?: claims.rewrites.insert(key)
      case .virtual?: if column?.isNotNull == true { claims.scans.insert(key) }
      case .unknown?, nil: claims.mayRewrite.insert(key)
      }
    case .alterConstraint(let name, let change): changeConstraint(name, change, of: key)
    case .replicaIdentity(let index):
      claims.lock(key, .accessExclusive)
      if let index { claims.lock(RelationKey(key.schema, index.last), .share) }
    case .inherit(let parent):
      claims.lock(key, .accessExclusive)
      claims.lock(catalog.key(parent), .shareUpdateExclusive)
    case .noInherit(let parent):
      claims.lock(key, .accessExclusive)
      claims.lock(catalog.key(parent), .accessShare)
    case .setIdentity(let name, _): identity(name, of: key, .shareRowExclusive)
    case .dropIdentity(let name): identity(name, of: key, .accessExclusive)
    case .setDefault, .dropDefault, .dropNotNull, .addIdentity, .dropExpression, .setStorage,
      .setCompression, .renameColumn, .renameTo,
      .renameConstraint, .setSchema, .ownerTo, .attachIndex, .mergeOrSplitPartitions,
      .enableOrDisableRule, .rowSecurity, .other:
      claims.lock(key, .accessExclusive)
    }
  }

  /// The column's sequence goes along.
  private mutating func identity(_ column: Name, of key: RelationKey, _ mode: LockMode) {
    claims.lock(key, .accessExclusive)
    let name = Identifier(key.name.raw + "_" + column.last.raw + "_seq")
    let sequence = RelationKey(key.schema, name)
    if catalog.relations[sequence] != nil { claims.lock(sequence, mode) }
  }

  // MARK: Columns

  private mutating func add(_ column: ColumnDefinition, to key: RelationKey) {
    if let reference = column.reference {
      let other = catalog.key(reference.table)
      if other != key { claims.lock(other, .shareRowExclusive) }
      if column.hasValueForOldRows, column.hasEnforcedReference { claims.scans.insert(key) }
    }
    if column.isUnique || column.isPrimaryKey { claims.builds.insert(key) }
    if column.isSerial || column.isIdentity || isConstrainedDomain(column)
      || column.generated.map({ $0.isStored ?? (version < 18) }) == true
    {
      claims.rewrites.insert(key)
      return
    }
    if let value = column.defaultValue {
      switch Volatility.of(value) {
      case .volatile: claims.rewrites.insert(key)
      case .unknown: claims.mayRewrite.insert(key)
      case .constant, .stable: if version < 11 { claims.rewrites.insert(key) }
      }
    }
    guard !claims.rewrites.contains(key) else { return }
    if column.enforcedCheck != nil || (column.isNotNull && !column.hasValueForOldRows) {
      claims.scans.insert(key)
    }
  }

  func isConstrainedDomain(_ column: ColumnDefinition) -> Bool {
    guard let type = column.type else { return false }
    return catalog.type(of: type)?.isConstrained ?? false
  }

  private mutating func changeType(
    of name: Name, of key: RelationKey, to type: TypeText, using: Fragment?, hasCollation: Bool
  ) {
    claims.lock(key, .accessExclusive)
    for other in catalog.foreignKeys(on: name.last, of: key) {
      claims.lock(other, .accessExclusive)
    }
    for other in catalog.referencing(key) where catalog.refers(other, to: name.last, of: key) {
      claims.lock(other, .accessExclusive)
    }
    let cost = typeChangeCost(of: name, of: key, to: type, using: using)
    switch cost {
    case .rewrite:
      claims.rewrites.insert(key)
      return
    case .unknown: claims.mayRewrite.insert(key)
    case .rebuildsIndexes: if hasIndex(name.last, of: key) { claims.builds.insert(key) }
    case .catalog:
      if hasCollation, hasIndex(name.last, of: key) { claims.builds.insert(key) }
      if hasSpecialIndex(name.last, of: key) { claims.builds.insert(key) }
    }
    if !catalog.validChecks(on: name.last, of: key).isEmpty { claims.scans.insert(key) }
  }

  package func typeChangeCost(
    of name: Name, of key: RelationKey, to type: TypeText, using: Fragment?
  ) -> TypeChangeCost {
    if let using, !isPlainCast(using, of: name, to: type) { return .rewrite }
    let old = catalog.column(name.last, of: key)?.type
    var target = type.canonical
    if let domain = catalog.type(of: type), !domain.isEnum {
      guard !domain.isConstrained, let base = domain.baseType else { return .rewrite }
      target = base
    }
    let base = old.flatMap { baseType(of: $0) }
    return TypeChangeCost.of(
      from: base ?? old, to: target, zoneIsUTC: zoneIsUTC && version >= 12)
  }

  /// What a domain is made of; nil for every other type.
  private func baseType(of type: String) -> String? {
    guard let path = try? PostgresSyntax().path(type) else { return nil }
    return catalog.types[catalog.key(path)]?.baseType
  }

  /// `USING c`, `USING c::type`, `USING cast(c AS type)`.
  package func isPlainCast(_ using: Fragment, of name: Name, to type: TypeText) -> Bool {
    var tokens = using.tokens[...]
    while tokens.first?.isSymbol("(") == true, tokens.last?.isSymbol(")") == true {
      tokens = tokens.dropFirst().dropLast()
    }
    func isColumn(_ token: Token?) -> Bool {
      guard let token else { return false }
      return PostgresSyntax().identifier(token) == name.last
    }
    if tokens.count == 1 { return isColumn(tokens.first) }
    guard isColumn(tokens.first), tokens.dropFirst().first?.isSymbol("::") == true else {
      return false
    }
    let target = tokens.dropFirst(2)
    guard !target.contains(where: { $0.isSymbol("::") }) else { return false }
    return TypeText(Fragment(target), engine: .postgresql).canonical.hasSameBytes(
      as: type.canonical)
  }

  private func hasIndex(_ column: Identifier, of key: RelationKey) -> Bool {
    let isKey =
      catalog.relations[key]?.constraints.values.contains { constraint in
        switch constraint.kind {
        case .primaryKey(let columns), .unique(let columns): columns.contains(column)
        case .check, .foreignKey, .exclusion, .notNull: false
        }
      } ?? false
    return isKey || catalog.indexes(on: key).contains { $0.words.contains(column.raw) }
  }

  private func hasSpecialIndex(_ column: Identifier, of key: RelationKey) -> Bool {
    catalog.indexes(on: key).contains { index in
      index.words.contains(column.raw) && (index.isPartial || index.columns == nil)
    }
  }

  // MARK: Constraints

  private mutating func add(_ constraint: TableConstraint, to key: RelationKey) {
    switch constraint.kind {
    case .foreignKey(let columns, let reference):
      claims.lock(key, .shareRowExclusive)
      if isInPartition, catalog.hasForeignKey(columns, to: reference.table, of: key) {
        // It is taken over, and its triggers on the other table go.
        claims.lock(catalog.key(reference.table), .accessExclusive)
        return
      }
      claims.lock(catalog.key(reference.table), .shareRowExclusive)
      if !constraint.isNotValid, !constraint.isNotEnforced { claims.scans.insert(key) }
    case .check:
      claims.lock(key, .accessExclusive)
      if !constraint.isNotValid, !constraint.isNotEnforced { claims.scans.insert(key) }
    case .notNull(let column):
      claims.lock(key, .accessExclusive)
      if !constraint.isNotValid, needsScan(for: column, of: key) { claims.scans.insert(key) }
    case .unique, .primaryKey:
      var isNotNull = true
      if case .primaryKey(let columns) = constraint.kind {
        isNotNull = columns.allSatisfy { catalog.column($0, of: key)?.isNotNull == true }
      }
      // From 18 on every partition is asked for its NOT NULL, also where there is none to ask for.
      let isOnlyBuilt = isInPartition && isNotNull && version < 18
      claims.lock(key, isOnlyBuilt ? .share : .accessExclusive)
      if let index = constraint.usingIndex {
        claims.lock(RelationKey(key.schema, index.last), .shareUpdateExclusive)
        if case .primaryKey = constraint.kind, hasNullableColumn(index, of: key) {
          claims.scans.insert(key)
        }
      } else if !(isInPartition && catalog.hasKey(constraint.kind, key)) {
        claims.builds.insert(key)
        if case .primaryKey(let columns) = constraint.kind,
          columns.contains(where: { needsScan(for: $0, of: key) })
        {
          claims.scans.insert(key)
        }
      }
    case .exclusion:
      // The rows are held against the index in a second pass.
      claims.lock(key, .accessExclusive)
      claims.builds.insert(key)
      claims.scans.insert(key)
    }
  }

  /// What a foreign key does with the other table depends on whether it is enforced, and is to be.
  private mutating func changeConstraint(_ name: Name, _ change: Fragment, of key: RelationKey) {
    claims.lock(key, .accessExclusive)
    guard change.contains(word: "enforced"),
      let constraint = catalog.relations[key]?.constraints[name.last],
      case .foreignKey(_, let other) = constraint.kind
    else { return }
    let isToBe = !change.contains(words: ["not", "enforced"])
    guard isToBe == constraint.isNotEnforced else { return }
    claims.lock(other, isToBe ? .shareRowExclusive : .accessExclusive)
    if isToBe { claims.scans.insert(key) }
  }

  /// Whether NOT NULL on the column reads the table; a column that nobody knows may be null.
  private func needsScan(for column: Identifier, of key: RelationKey) -> Bool {
    if catalog.column(column, of: key)?.isNotNull == true { return false }
    return version < 12 || !catalog.provesNotNull(column, of: key)
  }

  private func hasNullableColumn(_ index: Name, of key: RelationKey) -> Bool {
    guard let columns = catalog.indexes[RelationKey(key.schema, index.last)]?.columns else {
      return false
    }
    return columns.contains { needsScan(for: $0, of: key) }
  }

  private mutating func validate(_ name: Name, of key: RelationKey) {
    claims.lock(key, .shareUpdateExclusive)
    let constraint = catalog.relations[key]?.constraints[name.last]
    if constraint?.isValid == true { return }
    claims.scans.insert(key)
    if case .foreignKey(_, let other)? = constraint?.kind, other != key {
      claims.lock(other, .rowShare)
    }
  }

  // MARK: Partitions

  private mutating func attach(_ partition: RelationKey, to key: RelationKey) {
    claims.lock(key, version >= 12 ? .shareUpdateExclusive : .accessExclusive)
    claims.lock(partition, .accessExclusive)
    if catalog.relations[partition]?.isNew != true, !catalog.hasValidCheck(partition) {
      claims.scans.insert(partition)
    }
    let present = catalog.indexes(on: partition).map(\.columns)
    if catalog.relations[partition]?.isNew != true,
      catalog.indexes(on: key).contains(where: { !present.contains($0.columns) })
    {
      claims.builds.insert(partition)
    }
    if let other = catalog.defaultPartition(of: key) {
      claims.lock(other, .accessExclusive)
      if !catalog.hasValidCheck(other) { claims.scans.insert(other) }
    }
  }
}
