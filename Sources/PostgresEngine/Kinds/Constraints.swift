import SchemaModel

/// Primary keys, unique, check and foreign key constraints: one catalog, one query.
enum ConstraintKind {
  static func query(serverVersion: Int) -> CatalogQuery {
    let news = serverVersion >= 180_000 ? "k.conenforced, k.conperiod" : "true, false"
    let setColumns = serverVersion >= 150_000 ? "k.confdelsetcols" : "NULL::int2[]"
    // Since 18 NOT NULL is a constraint too; it is read with the column.
    return CatalogQuery(
      """
      SELECT k.oid, k.conname, k.contype, k.conrelid, k.conindid, k.confrelid, k.conkey, k.confkey,
        k.confupdtype, k.confdeltype, k.confmatchtype, k.condeferrable, k.condeferred,
        k.convalidated, k.connoinherit, \(setColumns),
        CASE WHEN k.contype = 'c' THEN pg_catalog.pg_get_expr(k.conbin, k.conrelid) END,
        CASE WHEN k.contype = 'x' THEN (
          SELECT pg_catalog.array_agg(CASE WHEN o.oprnamespace = 11 THEN o.oprname::text
            ELSE pg_catalog.format('OPERATOR(%I.%s)', n.nspname, o.oprname) END ORDER BY u.i)
          FROM pg_catalog.unnest(k.conexclop) WITH ORDINALITY u(oid, i)
          JOIN pg_catalog.pg_operator o ON o.oid = u.oid
          JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace)::text END,
        \(news)
      FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
      WHERE c.relkind IN ('r', 'p', 'f') AND k.contype IN ('p', 'u', 'c', 'f', 'x')
        AND k.conparentid = 0 AND (k.conislocal OR k.coninhcount = 0) AND \(CatalogQuery.userRelation)
      """, isForCompanion: true
    ) { rows, catalog in
      // Keys need their indexes' details and are finished with them.
      for row in rows { decode(row, &catalog) }
    }
  }

  private static func decode(_ row: PostgresRow, _ catalog: inout Catalog) {
    let relation = row.oid(3)
    guard let table = catalog.table(relation) else { return }
    let name = Identifier(row.text(1))
    let address = CatalogAddress(CatalogID.constraint, row.oid(0))
    let columns = catalog.columns(relation, row.integers(6))
    let deferrability: Deferrability =
      row.bool(12) ? .initiallyDeferred : row.bool(11) ? .initiallyImmediate : .notDeferrable
    switch row.code(2) {
    case UInt8(ascii: "p"), UInt8(ascii: "u"):
      let isPrimary = row.code(2) == UInt8(ascii: "p")
      catalog.keys[row.oid(4)] = Catalog.Key(
        id: table.part(isPrimary ? .primaryKey : .unique, name), address: address,
        deferrability: deferrability, isTemporal: row.bool(19))
    case UInt8(ascii: "c"):
      let check = CheckConstraint(
        id: table.part(.check, name), expression: catalog.bareExpression(row.text(16)),
        isNoInherit: row.bool(14), isNotValid: !row.bool(13) && row.bool(18),
        isNotEnforced: !row.bool(18))
      catalog.add(.check(check), at: address)
      catalog.dependencies[check.id] = columns.map { table.part(.column, $0) }
    case UInt8(ascii: "f"):
      // What points to something that is not modelled cannot be modelled itself.
      guard let referenced = catalog.table(row.oid(5)) else {
        catalog.count("foreign keys to tables that are not modelled", table.part(.foreignKey, name))
        return
      }
      let key = ForeignKey(
        id: table.part(.foreignKey, name), columns: columns, referencedTable: referenced,
        referencedColumns: catalog.columns(row.oid(5), row.integers(7)),
        onDelete: action(row.code(9)), onUpdate: action(row.code(8)),
        setColumns: catalog.columns(relation, row.integers(15)), match: match(row.code(10)),
        deferrability: deferrability, isNotValid: !row.bool(13) && row.bool(18),
        isNotEnforced: !row.bool(18), isTemporal: row.bool(19))
      catalog.add(.foreignKey(key), at: address)
    case UInt8(ascii: "x"):
      catalog.keys[row.oid(4)] = Catalog.Key(
        id: table.part(.exclusion, name), address: address, deferrability: deferrability,
        operators: row.texts(17))
    default: break
    }
  }

  private static func action(_ code: UInt8) -> ForeignKey.Action {
    switch code {
    case UInt8(ascii: "r"): .restrict
    case UInt8(ascii: "c"): .cascade
    case UInt8(ascii: "n"): .setNull
    case UInt8(ascii: "d"): .setDefault
    default: .noAction
    }
  }

  private static func match(_ code: UInt8) -> ForeignKey.Match {
    switch code {
    case UInt8(ascii: "f"): .full
    case UInt8(ascii: "p"): .partial
    default: .simple
    }
  }
}

extension Catalog {
  /// A primary key or unique constraint, waiting for its index.
  struct Key {
    let id: ObjectID
    let address: CatalogAddress
    let deferrability: Deferrability
    var isTemporal = false
    /// Of an exclusion constraint.
    var operators: [String] = []
  }

  /// One more object that exists and is not modelled.
  mutating func count(_ kind: String, _ id: ObjectID) {
    let name = QualifiedName.text(id.path)
    guard let index = coverage.unmodelled.firstIndex(where: { $0.kind == kind }) else {
      coverage.unmodelled.append(.init(kind: kind, count: 1, examples: [name]))
      return
    }
    coverage.unmodelled[index].count += 1
    if coverage.unmodelled[index].examples.count < 5 {
      coverage.unmodelled[index].examples.append(name)
    }
  }
}
