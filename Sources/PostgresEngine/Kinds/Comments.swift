import SchemaModel

enum CommentKind {
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
      guard var target = catalog.addresses[address] else { continue }
      if address.catalog == CatalogID.relation, target.kind == .primaryKey || target.kind == .unique
      {
        continue
      }
      // A type's array has the type's id too, and never a comment.
      if address.part > 0, target.kind != .column { target = ObjectID(.column, target.path) }
      let text = row.text(3)
      if address.oid == 2200, text == "standard public schema" { continue }
      catalog.objects.append(.comment(Comment(on: target, text: text)))
    }
  }
}
