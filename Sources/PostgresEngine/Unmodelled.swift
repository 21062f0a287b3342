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
    return CatalogQuery(all.map { "(\($0))" }.joined(separator: "\nUNION ALL\n")) {
      rows, catalog in
      for row in rows {
        catalog.coverage.unmodelled.append(
          .init(kind: row.text(0), count: row.integer(1), examples: row.texts(2)))
      }
    }
  }()

  private static let relation = "pg_catalog.concat(n.nspname, '.', c.relname)"
  private static let member: (UInt32, String) = (CatalogID.relation, "c.oid")
  private static let user = CatalogQuery.userRelation

  private static func typed(_ letter: String) -> String {
    "t.typtype = '\(letter)' AND \(CatalogQuery.isUserNamespace("t.typnamespace"))"
  }

  private static let pgType =
    "pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
  private static let typeName = "pg_catalog.concat(n.nspname, '.', t.typname)"

  private static func named(
    _ kind: String, _ catalog: String, _ id: UInt32, _ prefix: String, global: Bool = false
  ) -> Rule {
    if global {
      return Rule(
        kind, from: "pg_catalog.\(catalog) o", name: "o.\(prefix)name::text",
        where: "o.oid >= 16384", member: (id, "o.oid"))
    }
    return Rule(
      kind,
      from:
        "pg_catalog.\(catalog) o JOIN pg_catalog.pg_namespace n ON n.oid = o.\(prefix)namespace",
      name: "pg_catalog.concat(n.nspname, '.', o.\(prefix)name)",
      where: CatalogQuery.isUserNamespace("o.\(prefix)namespace"), member: (id, "o.oid"))
  }

  private static let objects: [Rule] = [
    Rule(
      "ordered-set aggregates",
      from: "pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace",
      name: "pg_catalog.concat(n.nspname, '.', p.proname)",
      where: "p.prokind = 'a' AND \(CatalogQuery.isUserNamespace("p.pronamespace")) AND p.oid IN "
        + "(SELECT g.aggfnoid FROM pg_catalog.pg_aggregate g WHERE g.aggkind <> 'n')",
      member: (CatalogID.procedure, "p.oid")),
    Rule(
      "rules",
      from: "pg_catalog.pg_rewrite g JOIN pg_catalog.pg_class c ON c.oid = g.ev_class "
        + "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
      name: "pg_catalog.concat(n.nspname, '.', c.relname, '.', g.rulename)",
      where: "g.rulename <> '_RETURN' AND \(user)", member: (CatalogID.rewrite, "g.oid")),
    Rule(
      "range types", from: pgType, name: typeName, where: typed("r"),
      member: (CatalogID.type, "t.oid")),
    Rule(
      "base types", from: pgType, name: typeName,
      where: typed("b") + " AND NOT (t.typelem <> 0 AND t.typlen = -1)",
      member: (CatalogID.type, "t.oid")),
    named("collations", "pg_collation", CatalogID.collation, "coll"),
    named("conversions", "pg_conversion", 2607, "con"),
    named("operators", "pg_operator", 2617, "opr"),
    named("operator classes", "pg_opclass", 2616, "opc"),
    named("operator families", "pg_opfamily", 2753, "opf"),
    named("text search configurations", "pg_ts_config", 3602, "cfg"),
    named("text search dictionaries", "pg_ts_dict", 3600, "dict"),
    named("text search parsers", "pg_ts_parser", 3601, "prs"),
    named("text search templates", "pg_ts_template", 3764, "tmpl"),
    named("statistics objects", "pg_statistic_ext", 3381, "stx"),
    named("access methods", "pg_am", 2601, "am", global: true),
    named("languages", "pg_language", 2612, "lan", global: true),
    named("event triggers", "pg_event_trigger", 3466, "evt", global: true),
    named("publications", "pg_publication", 6104, "pub", global: true),
    named("foreign-data wrappers", "pg_foreign_data_wrapper", 2328, "fdw", global: true),
    named("foreign servers", "pg_foreign_server", 1417, "srv", global: true),
    Rule(
      "user mappings",
      from: "pg_catalog.pg_user_mappings o", name: "pg_catalog.concat(o.srvname, '.', o.usename)"),
    Rule(
      "casts", from: "pg_catalog.pg_cast o",
      name: "pg_catalog.concat(o.castsource::pg_catalog.regtype, ' as ', "
        + "o.casttarget::pg_catalog.regtype)",
      where: "o.oid >= 16384", member: (2605, "o.oid")),
    Rule(
      "transforms", from: "pg_catalog.pg_transform o", name: "o.oid::text",
      where: "o.oid >= 16384", member: (3576, "o.oid")),
    // Without its columns that only superusers may read.
    Rule(
      "subscriptions", from: "pg_catalog.pg_subscription o", name: "o.subname::text",
      where: "o.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d "
        + "WHERE d.datname = pg_catalog.current_database())"),
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
      ("foreign tables", "c.relkind = 'f'"),
      ("typed tables", "c.relkind = 'r' AND c.reloftype <> 0"),
      (
        "unlogged sequences",
        "c.relkind = 'S' AND c.relpersistence = 'u' AND NOT EXISTS (SELECT FROM "
          + "pg_catalog.pg_depend d JOIN pg_catalog.pg_class r ON r.oid = d.refobjid "
          + "WHERE d.classid = 1259 AND d.objid = c.oid AND d.deptype IN ('a', 'i') "
          + "AND r.relpersistence = 'u')"
      ),
    ])
}
