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
    let publicSchema = ObjectID.namespace(Identifier("public"))
    var isPublicSilent = catalog.namespaces.values.contains(publicSchema.name)
    for row in rows {
      let address = CatalogAddress(
        row.oid(0), row.oid(1), Int32(truncatingIfNeeded: row.integer(2)))
      guard let target = commented(address, catalog), target.kind != .extension else { continue }
      let text = row.text(3)
      if target == publicSchema {
        isPublicSilent = false
        if text == ofPublic { continue }
      }
      catalog.objects.append(.comment(Comment(on: target, text: text)))
    }
    // Dumps say so, too.
    if isPublicSilent {
      catalog.objects.append(.comment(Comment(on: publicSchema, text: "")))
    }
  }

  private static func commented(_ address: CatalogAddress, _ catalog: Catalog) -> ObjectID? {
    if let part = catalog.commentTargets[address] { return part }
    guard let target = catalog.addresses[address] else { return nil }
    // A key's index stands for the key, for the sake of what depends on it.
    let isIndex =
      address.catalog == CatalogID.relation
      && [.primaryKey, .unique, .exclusion].contains(target.kind)
    return isIndex ? target.indexBehind : target
  }
}
