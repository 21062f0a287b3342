import SchemaModel

enum NamespaceKind {
  static let query = CatalogQuery(
    """
    SELECT oid, nspname FROM pg_catalog.pg_namespace
    WHERE \(CatalogQuery.isUserNamespace("oid")) AND nspname !~ '^pg_'
    """
  ) { rows, catalog in
    for row in rows {
      let oid = row.oid(0)
      let name = Identifier(row.text(1))
      catalog.namespaces[oid] = name
      if catalog.isExtensionMember(CatalogID.namespace, oid) { continue }
      catalog.add(
        .namespace(Namespace(id: .namespace(name))), at: CatalogAddress(CatalogID.namespace, oid))
    }
  }
}
