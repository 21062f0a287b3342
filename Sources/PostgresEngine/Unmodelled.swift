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

  /// Conditions on the rows of one catalog, looked at in one scan.
  private struct Scan {
    let source: String
    let name: String
    let condition: String
    let member: (catalog: UInt32, oid: String)
    let kinds: [(kind: String, condition: String)]

    var sql: String {
      let labels = kinds.map { "CASE WHEN \($0.condition) THEN \(quotedLiteral($0.kind)) END" }
      return """
        SELECT x.kind, pg_catalog.count(*), (pg_catalog.array_agg(x.name ORDER BY x.name))[1:5]::text
        FROM (SELECT pg_catalog.unnest(ARRAY[\(labels.joined(separator: ", "))]) AS kind,
                \(name) AS name
              FROM \(source)
              WHERE \(condition) AND (\(kinds.map(\.condition).joined(separator: " OR ")))
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = \(member.catalog)
                  AND e.objid = \(member.oid) AND e.deptype = 'e')) x
        WHERE x.kind IS NOT NULL GROUP BY x.kind
        """
    }
  }

  static let query: CatalogQuery = {
    let all = [relations.sql] + objects.map(\.sql)
    return CatalogQuery(
      all.map { "(\($0))" }.joined(separator: "\nUNION ALL\n"), isForCompanion: true
    ) { rows, catalog in
      for row in rows {
        catalog.coverage.unmodelled.append(
          .init(kind: row.text(0), count: row.integer(1), examples: row.texts(2)))
      }
    }
  }()

  private static let relation = "pg_catalog.concat(n.nspname, '.', c.relname)"
  private static let member: (UInt32, String) = (CatalogID.relation, "c.oid")
  private static let user = CatalogQuery.userRelation

  private static let objects: [Rule] = [
    Rule(
      "triggers of partitions that fire otherwise than their parent's",
      from: "pg_catalog.pg_trigger g JOIN pg_catalog.pg_trigger p ON p.oid = g.tgparentid "
        + "JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid "
        + "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
      name: "pg_catalog.concat(n.nspname, '.', c.relname, '.', g.tgname)",
      where: "g.tgenabled <> p.tgenabled AND NOT g.tgisinternal AND \(user)"),
    Rule(
      "settings of columns of materialized views",
      from: "pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
        + "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        + "JOIN pg_catalog.pg_type t ON t.oid = a.atttypid",
      name: "pg_catalog.concat(n.nspname, '.', c.relname, '.', a.attname)",
      where: "c.relkind = 'm' AND a.attnum > 0 AND (a.attstorage <> t.typstorage OR "
        + "a.attcompression <> '' OR a.attstattarget >= 0 OR a.attoptions IS NOT NULL) "
        + "AND \(user)"),
    Rule(
      "security labels", from: "pg_catalog.pg_seclabel o",
      name: "pg_catalog.concat(o.provider, ': ', o.label)",
      where: "o.objoid >= 16384"),
    Rule(
      "large objects", from: "pg_catalog.pg_largeobject_metadata o", name: "o.oid::text"),
  ]

  private static let relations = Scan(
    source: "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
    name: relation, condition: user, member: member,
    kinds: [
      (
        "unlogged sequences",
        "c.relkind = 'S' AND c.relpersistence = 'u' AND NOT EXISTS (SELECT FROM "
          + "pg_catalog.pg_depend d JOIN pg_catalog.pg_class r ON r.oid = d.refobjid "
          + "WHERE d.classid = 1259 AND d.objid = c.oid AND d.deptype IN ('a', 'i') "
          + "AND r.relpersistence = 'u')"
      )
    ])
}
