import SchemaModel

enum EnumTypeKind {
  static let query = CatalogQuery(
    """
    SELECT t.oid, t.typarray, t.typnamespace, t.typname,
      (SELECT pg_catalog.array_agg(e.enumlabel ORDER BY e.enumsortorder)
       FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid)::text
    FROM pg_catalog.pg_type t
    WHERE t.typtype = 'e' AND \(CatalogQuery.isUserNamespace("t.typnamespace"))
    """
  ) { rows, catalog in
    for row in rows {
      let oid = row.oid(0)
      guard let namespace = catalog.namespaces[row.oid(2)],
        !catalog.isExtensionMember(CatalogID.type, oid)
      else { continue }
      let id = ObjectID(.enumType, [namespace, Identifier(row.text(3))])
      catalog.add(
        .enumType(EnumType(id: id, values: row.texts(4).map { ExactText($0) })),
        at: CatalogAddress(CatalogID.type, oid))
      catalog.addresses[CatalogAddress(CatalogID.type, row.oid(1))] = id
    }
  }
}
