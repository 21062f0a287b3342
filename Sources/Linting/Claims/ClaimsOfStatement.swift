import SQLText
import Planning
import SchemaModel

/// How a claim is worked out: the statement in the light of what is known.
package struct ClaimReader {
  package let catalog: Catalog
  /// PostgreSQL's major version.
  package let version: Int
  /// Whether the session's time zone is known to be UTC.
  package let zoneIsUTC: Bool
  var claims = Claims()
  /// Whether a partition is read about for what is done to its parent.
  var isInPartition = false

  package static func claims(
    of statement: ParsedStatement, catalog: Catalog, version: Int, zoneIsUTC: Bool = false
  ) -> Claims {
    guard catalog.engine == .postgresql else { return Claims() }
    var reader = ClaimReader(catalog: catalog, version: version, zoneIsUTC: zoneIsUTC)
    reader.read(statement.node)
    return reader.claims
  }

  init(catalog: Catalog, version: Int, zoneIsUTC: Bool) {
    self.catalog = catalog
    self.version = version
    self.zoneIsUTC = zoneIsUTC
  }

  private mutating func read(_ node: StatementNode) {
    switch node {
    case .alter(let alter): read(alter)
    case .createTable(let table): read(table)
    case .createIndex(let index): read(index)
    case .createView(let view):
      if view.isReplace, catalog.relation(view.name) != nil {
        claims.lock(catalog.key(view.name), .accessExclusive)
      }
    case .createTrigger(let trigger): claims.lock(catalog.key(trigger.table), .shareRowExclusive)
    case .create(let object): read(object)
    case .drop(let drop): read(drop)
    case .reindex(let reindex): read(reindex)
    case .truncate(let tables, let cascade, _):
      for table in tables {
        let key = catalog.key(table)
        for each in [key] + (cascade ? catalog.referencing(key) : []) {
          claims.lock(each, .accessExclusive)
          claims.rewrites.insert(each)
        }
      }
    case .vacuum(let tables, let isFull):
      claims.isNonTransactional = true
      for table in tables {
        let key = catalog.key(table)
        claims.lock(key, isFull ? .accessExclusive : .shareUpdateExclusive)
        if isFull { claims.rewrites.insert(key) }
      }
    case .cluster(let table):
      guard let table else {
        claims.isNonTransactional = true
        return
      }
      claims.lock(catalog.key(table), .accessExclusive)
      claims.rewrites.insert(catalog.key(table))
    case .analyze(let tables):
      for table in tables { claims.lock(catalog.key(table), .shareUpdateExclusive) }
    case .refresh(let view, let concurrently):
      claims.lock(catalog.key(view), concurrently ? .exclusive : .accessExclusive)
      if concurrently {
        claims.scans.insert(catalog.key(view))
      } else {
        claims.rewrites.insert(catalog.key(view))
      }
    case .lock(let tables, let mode):
      for table in tables { claims.lock(catalog.key(table), Self.mode(mode)) }
    case .comment(let object, let name): comment(object, name)
    case .insert(let rows), .update(let rows), .delete(let rows), .merge(let rows):
      claims.lock(catalog.key(rows.table), .rowExclusive)
    case .createType, .createDomain, .createRoutine, .grant, .transaction, .set, .select,
      .doBlock, .call, .execute, .copy, .pragma, .attach, .other:
      return
    }
  }

  private static func mode(_ text: String?) -> LockMode {
    LockMode.allCases.first { $0.rawValue.lowercased() == text ?? "access exclusive" }
      ?? .accessExclusive
  }

  // MARK: Create

  private mutating func read(_ table: CreateTable) {
    for reference in table.references {
      let key = catalog.key(reference.table)
      if key != catalog.key(table.name) { claims.lock(key, .shareRowExclusive) }
    }
    for source in table.likes { claims.lock(catalog.key(source), .accessShare) }
    for parent in table.inherits { claims.lock(catalog.key(parent), .shareUpdateExclusive) }
    if let parent = table.partitionOf {
      let key = catalog.key(parent)
      claims.lock(key, .accessExclusive)
      if let other = catalog.defaultPartition(of: key) {
        claims.lock(other, .accessExclusive)
        claims.scans.insert(other)
      }
      for reference in catalog.referenced(by: key) { claims.lock(reference, .shareRowExclusive) }
    }
  }

  private mutating func read(_ index: CreateIndex) {
    let table = catalog.key(index.table)
    if index.isConcurrent {
      claims.isNonTransactional = true
      claims.lock(table, .shareUpdateExclusive)
      claims.builds.insert(table)
      return
    }
    claims.lock(table, .share)
    if index.ifNotExists, let name = index.name,
      catalog.indexes[RelationKey(table.schema, name.last)] != nil
    {
      return
    }
    if catalog.relations[table]?.isPartitioned == true {
      guard !index.isOnly else { return }
      for partition in catalog.allPartitions(of: table) {
        claims.lock(partition, .share)
        if catalog.relations[partition]?.isPartitioned != true { claims.builds.insert(partition) }
      }
    } else {
      claims.builds.insert(table)
    }
  }

  private mutating func read(_ object: CreateObject) {
    switch object.object {
    case .policy, .rule:
      if let table = object.table { claims.lock(catalog.key(table), .accessExclusive) }
    case .database, .tablespace: claims.isNonTransactional = true
    case .subscription: claims.isNonTransactional = !object.rest.contains(word: "create_slot")
    case .statistics, .publication:
      let names = relations(after: object.object == .statistics ? "from" : "table", object.rest)
      for name in names { claims.lock(catalog.key(name), .shareUpdateExclusive) }
    default: return
    }
  }

  private func relations(after word: String, _ rest: Fragment) -> [Name] {
    guard let start = rest.tokens.firstIndex(where: { $0.isWord(word) }) else { return [] }
    var cursor = Cursor(Array(rest.tokens[(start + 1)...]), engine: catalog.engine)
    return cursor.names { $0.relation() }
  }

  private mutating func comment(_ object: ObjectWord?, _ name: Name?) {
    guard let name, let object else { return }
    switch object {
    case .table, .view, .materializedView, .index, .sequence, .foreignTable:
      claims.lock(catalog.key(name), .shareUpdateExclusive)
    case .column: claims.lock(catalog.key(Array(name.path.dropLast())), .shareUpdateExclusive)
    default: return
    }
  }

  // MARK: Drop, reindex

  private mutating func read(_ drop: DropStatement) {
    switch drop.object {
    case .table, .foreignTable: for name in drop.names { dropTable(catalog.key(name)) }
    case .index:
      for name in drop.names {
        let key = catalog.key(name)
        let mode = drop.isConcurrent ? LockMode.shareUpdateExclusive : .accessExclusive
        claims.lock(key, mode)
        guard let index = catalog.indexes[key] else { continue }
        for table in [index.table] + catalog.allPartitions(of: index.table) {
          claims.lock(table, mode)
        }
      }
      if drop.isConcurrent { claims.isNonTransactional = true }
    case .view, .materializedView, .sequence:
      for name in drop.names { claims.lock(catalog.key(name), .accessExclusive) }
    case .trigger, .policy, .rule:
      if let table = drop.table { claims.lock(catalog.key(table), .accessExclusive) }
    case .database, .tablespace, .subscription: claims.isNonTransactional = true
    default: return
    }
  }

  private mutating func dropTable(_ key: RelationKey) {
    claims.lock(key, .accessExclusive)
    for other in catalog.referenced(by: key) { claims.lock(other, .accessExclusive) }
    if let parent = catalog.relations[key]?.parent {
      claims.lock(parent, .accessExclusive)
      if let other = catalog.defaultPartition(of: parent), other != key {
        claims.lock(other, .accessExclusive)
      }
    }
    for partition in catalog.allPartitions(of: key) { claims.lock(partition, .accessExclusive) }
  }

  private mutating func read(_ reindex: Reindex) {
    let isWide =
      reindex.target == .schema || reindex.target == .database
      || reindex.target == .system
    claims.isNonTransactional = reindex.isConcurrent || isWide
    guard let name = reindex.name, !isWide else { return }
    let key = catalog.key(name)
    let table = reindex.target == .index ? catalog.indexes[key]?.table : key
    if reindex.target == .index {
      claims.lock(key, reindex.isConcurrent ? .shareUpdateExclusive : .accessExclusive)
    }
    if let table {
      claims.lock(table, reindex.isConcurrent ? .shareUpdateExclusive : .share)
      claims.builds.insert(table)
    }
  }
}
