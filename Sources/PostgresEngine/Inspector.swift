package import SchemaModel

/// Reads the catalogs of a live database into a schema.
package enum PostgresInspector {
  /// How often the catalogs are read again when they changed under the reading.
  private static let attempts = 3

  /// Set-based and in three round trips, however large the database is: the snapshot, the raw catalog rows
  /// under it, then the texts of views, which the server prints outside of it.
  ///
  /// A second connection shares the work where `pg_attribute` is larger than this many bytes: 8 MiB are
  /// some 3,000 tables.
  package static func inspect(
    _ connection: borrowing PostgresConnection, companionFrom bytes: Int = 8 << 20
  ) throws(PostgresError) -> Schema {
    try finish(try catalog(connection, companionFrom: bytes))
  }

  /// Where the objects stand in the catalogs.
  static func addresses(
    _ connection: borrowing PostgresConnection
  ) throws(PostgresError) -> [CatalogAddress: ObjectID] {
    try catalog(connection, companionFrom: 8 << 20).addresses
  }

  private static func catalog(
    _ connection: borrowing PostgresConnection, companionFrom bytes: Int
  ) throws(PostgresError) -> Catalog {
    var attempt = 1
    while true {
      var catalog = Catalog(serverVersion: connection.serverVersionNumber)
      let isSteady: Bool
      do throws(PostgresError) {
        isSteady = try read(
          connection, into: &catalog, gently: attempt == attempts, companionFrom: bytes)
      } catch {
        if connection.isInTransaction { try? connection.execute("ROLLBACK") }
        // A view that went away, a relation that went away while it was printed.
        guard connection.isOpen, attempt < attempts, isConcurrentChange(error) else { throw error }
        attempt += 1
        continue
      }
      if isSteady || attempt == attempts {
        if !isSteady {
          catalog.coverage.gaps.append(
            .init(subject: "the catalogs", reason: "they changed while they were being read"))
        }
        return catalog
      }
      attempt += 1
    }
  }

  // MARK: - Reading

  private static func queries(serverVersion: Int) -> [CatalogQuery] {
    [
      PrivilegeKind.roles, ExtensionKind.query, ExtensionKind.members, NamespaceKind.query,
      TypeKind.collations, CollationKind.query(serverVersion: serverVersion), RelationKind.parents,
      RelationKind.query, EnumTypeKind.query, CompositeTypeKind.query, DomainKind.query,
      DomainKind.checks, RangeTypeKind.query, BaseTypeKind.query, TypeKind.properties,
      TypeKind.names, CompositeTypeKind.attributes, SequenceKind.query, ColumnKind.defaults,
      TypeKind.storage,
    ] + [ColumnKind.notNulls(serverVersion: serverVersion)].compactMap(\.self) + [
      ColumnKind.query, RoutineKind.query, ConstraintKind.query(serverVersion: serverVersion),
      IndexKind.operatorClasses, TriggerKind.clones,
      IndexKind.query(serverVersion: serverVersion), TriggerKind.query, PolicyKind.query,
      RuleKind.query, StatisticsKind.query(serverVersion: serverVersion),
    ] + standalone(serverVersion: serverVersion)
  }

  /// What lives beside tables, and is in most databases a handful.
  private static func standalone(serverVersion: Int) -> [CatalogQuery] {
    [
      OperatorClassKind.memberQuery, LanguageKind.query, AccessMethodKind.query,
      OperatorKind.query, OperatorFamilyKind.query, OperatorClassKind.query, CastKind.query,
      ConversionKind.query, TransformKind.query, TextSearchParserKind.query,
      TextSearchTemplateKind.query, TextSearchDictionaryKind.query,
      TextSearchConfigurationKind.query, ForeignDataWrapperKind.query, ServerKind.query,
      UserMappingKind.query, PublicationKind.query(serverVersion: serverVersion),
      PublicationKind.members(serverVersion: serverVersion),
      SubscriptionKind.query(serverVersion: serverVersion), EventTriggerKind.query,
    ]
  }

  /// These resolve what they point to among all that was read before.
  private static let lastQueries: [CatalogQuery] = [
    DependencyKind.query, CommentKind.query, PrivilegeKind.owners, PrivilegeKind.grants,
    PrivilegeKind.defaults, Unmodelled.query,
  ]

  /// Whether the catalogs stayed the same until the last text was read.
  private static func read(
    _ connection: borrowing PostgresConnection, into catalog: inout Catalog, gently: Bool,
    companionFrom bytes: Int
  ) throws(PostgresError) -> Bool {
    let first = queries(serverVersion: catalog.serverVersion)
    let last = lastQueries
    let opening = try connection.run([
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
      SessionSettings().statement(local: true),
      CatalogReading.opening(companionFrom: bytes),
    ]).last?.first
    let snapshot = opening?.text(0) ?? ""
    var reading = CatalogReading(first + last, sharing: opening?.optionalText(1), of: connection)
    do throws(PostgresError) {
      try read(&reading, first, connection, &catalog, gently: gently)
    } catch {
      reading.abandon()
      throw error
    }
    for (query, rows) in zip(last, reading.rows.suffix(last.count)) {
      if let rows { query.decode(rows, &catalog) }
    }
    return try isUnchanged(since: snapshot, connection)
  }

  private static func read(
    _ reading: inout CatalogReading, _ first: [CatalogQuery],
    _ connection: borrowing PostgresConnection, _ catalog: inout Catalog, gently: Bool
  ) throws(PostgresError) {
    let decode = { (query: Int, rows: PostgresRows, catalog: inout Catalog) in
      if query < first.count { first[query].decode(rows, &catalog) }
    }
    try reading.run(connection) { decode($0, $1, &catalog) }
    let texts = try definitions(connection, &catalog, gently: gently)
    try reading.finish(connection) { decode($0, $1, &catalog) }
    try connection.execute("COMMIT")
    ViewKind.finish(texts, &catalog)
  }

  private static func definitions(
    _ connection: borrowing PostgresConnection, _ catalog: inout Catalog, gently: Bool
  ) throws(PostgresError) -> [UInt32: String] {
    var texts: [UInt32: String] = [:]
    guard !catalog.views.isEmpty else { return texts }
    if !gently {
      for row in try connection.query(ViewKind.definitions(of: catalog.views.map(\.oid))) {
        texts[row.oid(0)] = row.optionalText(1)
      }
      return texts
    }
    // The last attempt: what cannot be read, because somebody holds a lock on it, is named.
    for view in catalog.views {
      let (oid, id) = (view.oid, view.id)
      try connection.execute("SAVEPOINT kedge")
      do throws(PostgresError) {
        texts[oid] = try connection.query(ViewKind.definitions(of: [oid])).first?.optionalText(1)
      } catch {
        guard connection.isOpen else { throw error }
        try connection.execute("ROLLBACK TO SAVEPOINT kedge")
        catalog.coverage.gaps.append(
          .init(subject: "view \(QualifiedName.text(id.path))", reason: error.message))
      }
    }
    return texts
  }

  /// Cheap first: no transaction ended meanwhile. Else a look at the newest rows of the catalogs that
  /// texts are printed from.
  private static func isUnchanged(
    since snapshot: String, _ connection: borrowing PostgresConnection
  ) throws(PostgresError) -> Bool {
    let rows = try connection.query(
      """
      SELECT pg_catalog.pg_current_snapshot()::text = $1 OR NOT EXISTS (
        SELECT FROM (
          SELECT xmin FROM pg_catalog.pg_class UNION ALL SELECT xmin FROM pg_catalog.pg_attribute
          UNION ALL SELECT xmin FROM pg_catalog.pg_rewrite
          UNION ALL SELECT xmin FROM pg_catalog.pg_constraint
          UNION ALL SELECT xmin FROM pg_catalog.pg_type UNION ALL SELECT xmin FROM pg_catalog.pg_proc
        ) r
        WHERE pg_catalog.age(r.xmin) <=
          (pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::numeric
           - pg_catalog.pg_snapshot_xmin($1::pg_catalog.pg_snapshot)::text::numeric))
      """, [snapshot])
    return rows.first?.bool(0) ?? false
  }

  /// Undefined things, caches that lost an entry, lock and deadlock failures.
  private static func isConcurrentChange(_ error: PostgresError) -> Bool {
    ["42P01", "42703", "XX000", "55P03", "40P01", "42704", "42883"].contains(error.sqlState ?? "")
  }

  private static func finish(_ catalog: Catalog) throws(PostgresError) -> Schema {
    var coverage = catalog.coverage
    coverage.unmodelled.sort { $0.kind < $1.kind }
    do {
      return try Schema(
        engine: .postgresql, objects: catalog.objects, dependencies: catalog.dependencies,
        scope: Schema.Scope(role: catalog.role), coverage: coverage,
        serverVersion: catalog.serverVersion)
    } catch {
      throw .inconsistentCatalog(String(describing: error))
    }
  }
}
