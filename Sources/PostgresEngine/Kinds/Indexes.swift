import SchemaModel

/// Indexes, and with them the keys that they carry.
enum IndexKind {
  static let operatorClasses = CatalogQuery(
    """
    SELECT o.oid, o.opcname, o.opcnamespace, n.nspname, o.opcdefault, o.opcintype, o.opcmethod
    FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace
    """
  ) { rows, catalog in
    for row in rows {
      let name = Identifier(row.text(1))
      let path = row.oid(2) == 11 ? [name] : [Identifier(row.text(3)), name]
      catalog.operatorClasses[row.oid(0)] = Catalog.OperatorClass(
        name: QualifiedName.text(path), isDefault: row.bool(4), type: row.oid(5),
        method: row.oid(6))
      if row.bool(4) { catalog.defaultClassTypes.insert(Catalog.key(row.oid(6), row.integer(5))) }
    }
  }

  static func query(serverVersion: Int) -> CatalogQuery {
    let distinct = serverVersion >= 150_000 ? "i.indnullsnotdistinct" : "false"
    // Key by key and only where there are expressions: printing whole definitions costs far more.
    return CatalogQuery(
      """
      SELECT i.indexrelid, i.indrelid, x.relname, m.amname, i.indisunique, i.indnkeyatts, i.indkey,
        i.indclass, i.indcollation, i.indoption, i.indisvalid, \(distinct), x.reloptions,
        CASE WHEN i.indpred IS NOT NULL THEN pg_catalog.pg_get_expr(i.indpred, i.indrelid) END,
        CASE WHEN i.indexprs IS NOT NULL THEN
          (SELECT pg_catalog.array_agg(pg_catalog.pg_get_indexdef(i.indexrelid, k, false) ORDER BY k)
           FROM pg_catalog.generate_series(1, i.indnkeyatts) k WHERE i.indkey[k - 1] = 0)::text END,
        CASE WHEN i.indexprs IS NOT NULL THEN
          (SELECT pg_catalog.array_agg(b.atttypid ORDER BY b.attnum)
           FROM pg_catalog.pg_attribute b WHERE b.attrelid = i.indexrelid)::text END,
        s.spcname, i.indisclustered, i.indisreplident, i.indisprimary, i.indisexclusion
      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
      JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
      JOIN pg_catalog.pg_am m ON m.oid = x.relam
      LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = x.reltablespace
      WHERE c.relkind IN ('r', 'm', 'p') AND \(CatalogQuery.userRelation)
      """
    ) { rows, catalog in
      for row in rows { decode(row, &catalog) }
      ColumnKind.finishTables(&catalog)
    }
  }

  private static func decode(_ row: PostgresRow, _ catalog: inout Catalog) {
    let oid = row.oid(0)
    let relation = row.oid(1)
    if row.bool(17) { catalog.clustered[relation] = Identifier(row.text(2)) }
    if row.bool(18) { catalog.replicaIndexes[relation] = Identifier(row.text(2)) }
    if let parent = catalog.parents[oid]?.first {
      let name = Identifier(row.text(2))
      catalog.attachedIndexes[relation, default: []].append((name, parent))
      if isNamed(row, name, relation, &catalog) {
        catalog.namedIndexes[relation, default: []].append((name, parent))
      }
    }
    // A partition's part of its parent's index comes and goes with that.
    guard let table = catalog.relations[relation]?.id, catalog.parents[oid] == nil else { return }
    let numbers = row.integers(6)
    let keyCount = row.integer(5)
    let include = catalog.columns(relation, Array(numbers.dropFirst(keyCount)))
    let tablespace = row.optionalText(16).map { Identifier($0) }
    let storage = IndexStorage(
      parameters: Catalog.options(row.texts(12)), tablespace: tablespace)
    if let key = catalog.keys[oid], key.id.kind == .exclusion {
      let parts = parts(row, numbers: Array(numbers.prefix(keyCount)), relation, &catalog)
      let elements = zip(parts, key.operators).map {
        ExclusionConstraint.Element(part: $0, operatorName: ExactText($1))
      }
      catalog.add(
        .exclusion(
          ExclusionConstraint(
            id: key.id, method: ExactText(row.text(3)), elements: elements, include: include,
            predicate: row.optionalText(13).map { catalog.bareExpression($0) },
            deferrability: key.deferrability, storage: storage)), at: key.address)
      catalog.addresses[CatalogAddress(CatalogID.relation, oid)] = key.id
      return
    }
    if let key = catalog.keys[oid] {
      let columns = catalog.columns(relation, Array(numbers.prefix(keyCount))).map {
        KeyColumn($0)
      }
      if key.id.kind == .primaryKey {
        catalog.add(
          .primaryKey(
            PrimaryKey(
              id: key.id, columns: columns, include: include, deferrability: key.deferrability,
              isWithoutOverlaps: key.isTemporal, storage: storage)), at: key.address)
      } else {
        catalog.add(
          .unique(
            UniqueConstraint(
              id: key.id, columns: columns, include: include, deferrability: key.deferrability,
              nullsNotDistinct: row.bool(11), isWithoutOverlaps: key.isTemporal,
              storage: storage)), at: key.address)
      }
      // Foreign keys depend on the index.
      catalog.addresses[CatalogAddress(CatalogID.relation, oid)] = key.id
      return
    }
    let index = Index(
      id: table.part(.index, Identifier(row.text(2))), isUnique: row.bool(4),
      method: ExactText(row.text(3)),
      parts: parts(row, numbers: Array(numbers.prefix(keyCount)), relation, &catalog),
      include: include, predicate: row.optionalText(13).map { catalog.bareExpression($0) },
      nullsNotDistinct: row.bool(11), storageParameters: storage.parameters,
      tablespace: tablespace, isValid: row.bool(10),
      parameterOrder: row.texts(12).map { ExactText($0) })
    catalog.add(.index(index), at: CatalogAddress(CatalogID.relation, oid))
  }

  /// Whether a partition's index has another name than PostgreSQL would have given it.
  private static func isNamed(
    _ row: PostgresRow, _ name: Identifier, _ relation: UInt32, _ catalog: inout Catalog
  ) -> Bool {
    guard let table = catalog.relations[relation]?.path.last else { return false }
    let numbers = row.integers(6)
    let keyCount = row.integer(5)
    let parts = parts(row, numbers: Array(numbers.prefix(keyCount)), relation, &catalog)
    let include = catalog.columns(relation, Array(numbers.dropFirst(keyCount)))
    // Whether a unique index carries a constraint is not told here.
    let kinds: [ObjectKind] =
      row.bool(19)
      ? [.primaryKey] : row.bool(20) ? [.exclusion] : row.bool(4) ? [.unique, .index] : [.index]
    return !kinds.contains { kind in
      PartitionIndexes.isUsual(name, of: table, kind: kind, parts: parts, include: include)
    }
  }

  private static func parts(
    _ row: PostgresRow, numbers: [Int], _ relation: UInt32, _ catalog: inout Catalog
  ) -> [IndexPart] {
    let classes = row.integers(7)
    let collations = row.integers(8)
    let flags = row.integers(9)
    let types = row.isNull(15) ? [] : row.integers(15)
    var expressions = row.isNull(14) ? [] : row.texts(14)[...]
    return numbers.indices.map { position in
      let subject: IndexPart.Subject
      var usualCollation: UInt32?
      if let column = catalog.column(relation, numbers[position]) {
        subject = .column(column)
        usualCollation = catalog.columnInfo(relation, numbers[position])?.collation
      } else {
        subject = .expression(catalog.bareExpression(expressions.popFirst() ?? ""))
      }
      let type =
        catalog.columnInfo(relation, numbers[position])?.type
        ?? (position < types.count ? UInt32(truncatingIfNeeded: types[position]) : 0)
      let collation =
        position < collations.count ? UInt32(truncatingIfNeeded: collations[position]) : 0
      let flag = position < flags.count ? flags[position] : 0
      // An expression's own collation is in no catalog; its type's is the best guess, and the index's type
      // may be the operator class's storage.
      let usual = usualCollation ?? (collation == 100 ? 100 : catalog.types[type]?.collation ?? 0)
      return IndexPart(
        subject,
        collation: collation != 0 && collation != usual ? catalog.collations[collation] : nil,
        operatorClass: catalog.operatorClass(
          position < classes.count ? UInt32(truncatingIfNeeded: classes[position]) : 0, type: type,
          options: catalog.indexOptions[Catalog.key(row.oid(0), position + 1)] ?? ""),
        isDescending: flag & 1 != 0, nullsFirst: flag & 2 != 0,
        statisticsTarget: catalog.indexStatistics[Catalog.key(row.oid(0), position + 1)])
    }
  }
}

extension Catalog {
  struct OperatorClass {
    let name: String
    let isDefault: Bool
    /// The type that it is made for.
    let type: UInt32
    let method: UInt32
  }

  /// The operator class as it has to be written, or nil where it goes without saying.
  func operatorClass(_ oid: UInt32, type: UInt32, options: String) -> ExactText? {
    guard let found = operatorClasses[oid] else { return nil }
    // A default class of a coercible type is not the one that this type itself would get.
    let hasOwn = found.type != type && defaultClassTypes.contains(Self.key(found.method, Int(type)))
    if found.isDefault, !hasOwn, options.isEmpty { return nil }
    if options.isEmpty { return ExactText(found.name) }
    let pairs = PostgresArray.elements(of: options).compactMap(\.self)
    return ExactText("\(found.name) (\(pairs.map(Self.optionText).joined(separator: ", ")))")
  }

  /// `name=value` as `name='value'`.
  static func optionText(_ pair: String) -> String {
    let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 2 else { return pair }
    return "\(halves[0])=\(quotedLiteral(String(halves[1])))"
  }
}
