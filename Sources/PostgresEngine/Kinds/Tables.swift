import SchemaModel

enum RelationKind {
  /// Partitions, inheritance, typed tables: in the catalogs as tables, not in the model.
  static let unmodelledForms = """
    (c.relispartition OR c.reloftype <> 0
      OR EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid OR h.inhparent = c.oid))
    """

  static let query = CatalogQuery(
    """
    SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.relpersistence, c.reloptions,
      c.relispartition OR c.reloftype <> 0 OR i.oid IS NOT NULL, c.relrowsecurity,
      c.relforcerowsecurity
    FROM pg_catalog.pg_class c
    LEFT JOIN (SELECT inhrelid AS oid FROM pg_catalog.pg_inherits
               UNION SELECT inhparent FROM pg_catalog.pg_inherits) i ON i.oid = c.oid
    WHERE c.relkind IN ('r', 'v', 'S', 'm', 'f', 'p', 'i', 'I') AND \(CatalogQuery.userRelation)
    """
  ) { rows, catalog in
    catalog.relations.reserveCapacity(rows.count)
    for row in rows { decode(row, &catalog) }
  }

  private static func decode(_ row: PostgresRow, _ catalog: inout Catalog) {
    let oid = row.oid(0)
    guard let namespace = catalog.namespaces[row.oid(1)] else { return }
    let path = [namespace, Identifier(row.text(2))]
    let kind = row.code(3)
    var relation = Catalog.Relation(kind: kind, path: path)
    let isModelled = !row.bool(6) && !catalog.isExtensionMember(CatalogID.relation, oid)
    switch kind {
    case UInt8(ascii: "r") where isModelled:
      let id = ObjectID(.table, path)
      relation.id = id
      // The table itself is added when its columns are known.
      catalog.tables.append(
        (
          oid,
          Table(
            id: id, isUnlogged: row.code(4) == UInt8(ascii: "u"),
            hasRowSecurity: row.bool(7), forcesRowSecurity: row.bool(8),
            storageParameters: Catalog.options(row.texts(5)))
        ))
      catalog.addresses[CatalogAddress(CatalogID.relation, oid)] = id
    case UInt8(ascii: "v"), UInt8(ascii: "m"):
      guard isModelled else { break }
      let id = ObjectID(kind == UInt8(ascii: "v") ? .view : .materializedView, path)
      relation.id = id
      catalog.relationKinds[path] = id.kind
      catalog.views.append((oid, id, Catalog.options(row.texts(5))))
      catalog.addresses[CatalogAddress(CatalogID.relation, oid)] = id
    case UInt8(ascii: "S") where isModelled:
      relation.id = ObjectID(.sequence, path)
    default: break
    }
    catalog.relations[oid] = relation
  }
}
