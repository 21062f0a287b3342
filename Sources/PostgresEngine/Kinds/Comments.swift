import SchemaModel

enum CommentKind {
  /// What the schema public says in every new database.
  static let ofPublic = "standard public schema"

  static let query = CatalogQuery(
    """
    SELECT classoid, objoid, objsubid, description FROM pg_catalog.pg_description
    WHERE objoid >= 16384 OR (classoid = 2615 AND objoid = 2200)
    """
  ) { rows, catalog in
    for row in rows {
      let address = CatalogAddress(
        row.oid(0), row.oid(1), Int32(truncatingIfNeeded: row.integer(2)))
      // A key's index has the key's id; its comment would be the index's own.
      guard let target = catalog.addresses[address] else { continue }
      if address.catalog == CatalogID.relation, target.kind == .primaryKey || target.kind == .unique
      {
        continue
      }
      // Members of extensions, checks of domains and attributes of types stand for their owners.
      if target.kind == .extension || (address.part > 0 && target.kind != .column)
        || (address.catalog == CatalogID.constraint && target.kind == .domain)
      {
        continue
      }
      let text = row.text(3)
      if address.oid == 2200, text == ofPublic { continue }
      catalog.objects.append(.comment(Comment(on: target, text: text)))
    }
  }
}
