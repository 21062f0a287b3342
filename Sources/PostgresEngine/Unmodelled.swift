import SchemaModel

/// What a database can hold that the model does not know: counted, with some names, so that "no
/// difference" never hides what nobody looked at.
enum Unmodelled {
  /// One kind of thing: where it is found, what it is called, and which rows are not an extension's.
  private struct Rule {
    let kind: String
    let source: String
    let name: String
    let condition: String
    /// Catalog and OID, by which members of extensions are left out.
    let member: (catalog: UInt32, oid: String)?

    init(
      _ kind: String, from source: String, name: String, where condition: String = "true",
      member: (UInt32, String)? = nil
    ) {
      self.kind = kind
      self.source = source
      self.name = name
      self.condition = condition
      self.member = member
    }

    var sql: String {
      let notMember =
        member.map {
          " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = \($0.catalog) "
            + "AND e.objid = \($0.oid) AND e.deptype = 'e')"
        } ?? ""
      return """
        SELECT \(quotedLiteral(kind)), pg_catalog.count(*),
          (pg_catalog.array_agg(x.name ORDER BY x.name))[1:5]::text
        FROM (SELECT \(name) AS name FROM \(source) WHERE (\(condition))\(notMember)) x
        HAVING pg_catalog.count(*) > 0
        """
    }
  }

  static let query: CatalogQuery = {
    let all = objects.map(\.sql)
    return CatalogQuery(
      all.map { "(\($0))" }.joined(separator: "\nUNION ALL\n"), isForCompanion: true
    ) { rows, catalog in
      for row in rows {
        catalog.coverage.unmodelled.append(
          .init(kind: row.text(0), count: row.integer(1), examples: row.texts(2)))
      }
    }
  }()

  private static let objects: [Rule] = [
    Rule(
      "security labels", from: "pg_catalog.pg_seclabel o",
      name: "pg_catalog.concat(o.provider, ': ', o.label)",
      where: "o.objoid >= 16384"),
    Rule(
      "large objects", from: "pg_catalog.pg_largeobject_metadata o", name: "o.oid::text"),
  ]
}
