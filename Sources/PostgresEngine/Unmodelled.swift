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

  static func query(serverVersion: Int) -> CatalogQuery {
    let rules = objects + properties + attributes(serverVersion: serverVersion)
    return CatalogQuery(rules.map { "(\($0.sql))" }.joined(separator: "\nUNION ALL\n")) {
      rows, catalog in
      for row in rows {
        catalog.coverage.unmodelled.append(
          .init(kind: row.text(0), count: row.integer(1), examples: row.texts(2)))
      }
    }
  }

  private static let pgClass =
    "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
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
      "foreign tables", from: pgClass, name: relation, where: "c.relkind = 'f' AND \(user)",
      member: member),
    Rule(
      "partitioned tables", from: pgClass, name: relation, where: "c.relkind = 'p' AND \(user)",
      member: member),
    Rule(
      "partitions", from: pgClass, name: relation,
      where: "c.relispartition AND c.relkind = 'r' AND \(user)", member: member),
    Rule(
      "inheriting tables", from: pgClass, name: relation,
      where:
        "c.relkind = 'r' AND NOT c.relispartition AND \(user) AND EXISTS "
        + "(SELECT FROM pg_catalog.pg_inherits h WHERE c.oid IN (h.inhrelid, h.inhparent))",
      member: member),
    Rule(
      "typed tables", from: pgClass, name: relation,
      where: "c.relkind = 'r' AND c.reloftype <> 0 AND \(user)", member: member),
    Rule(
      "aggregates",
      from: "pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace",
      name: "pg_catalog.concat(n.nspname, '.', p.proname)",
      where: "p.prokind = 'a' AND \(CatalogQuery.isUserNamespace("p.pronamespace"))",
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
    Rule(
      "default privileges", from: "pg_catalog.pg_default_acl o",
      name: "pg_catalog.concat(pg_catalog.pg_get_userbyid(o.defaclrole), ' ', o.defaclobjtype)"),
    Rule(
      "large objects", from: "pg_catalog.pg_largeobject_metadata o", name: "o.oid::text"),
  ]

  private static let properties: [Rule] = [
    Rule(
      "tablespaces of relations", from: pgClass, name: relation,
      where: "c.reltablespace <> 0 AND \(user)", member: member),
    Rule(
      "table access methods",
      from: pgClass + " JOIN pg_catalog.pg_am m ON m.oid = c.relam", name: relation,
      where: "c.relkind IN ('r', 'm') AND m.amname <> 'heap' AND \(user)", member: member),
    Rule(
      "replica identities", from: pgClass, name: relation,
      where: "c.relkind IN ('r', 'p') AND c.relreplident <> 'd' AND \(user)", member: member),
    Rule(
      "cluster marks", from: pgClass + " JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid",
      name: relation, where: "i.indisclustered AND \(user)", member: member),
    Rule(
      "unlogged sequences", from: pgClass, name: relation,
      where: "c.relkind = 'S' AND c.relpersistence = 'u' AND \(user) AND NOT EXISTS (SELECT FROM "
        + "pg_catalog.pg_depend d JOIN pg_catalog.pg_class r ON r.oid = d.refobjid "
        + "WHERE d.classid = 1259 AND d.objid = c.oid AND d.deptype IN ('a', 'i') "
        + "AND r.relpersistence = 'u')", member: member),
    Rule(
      "grants on relations", from: pgClass, name: relation,
      where: "c.relacl IS NOT NULL AND c.relkind IN ('r', 'v', 'm', 'S', 'f', 'p') AND \(user) "
        + "AND c.relacl <> pg_catalog.acldefault("
        + "CASE WHEN c.relkind = 'S' THEN 's' ELSE 'r' END::\"char\", c.relowner)", member: member),
    Rule(
      "grants on schemas", from: "pg_catalog.pg_namespace n", name: "n.nspname::text",
      where: "n.nspacl IS NOT NULL AND n.oid >= 16384 AND n.nspname !~ '^pg_'",
      member: (CatalogID.namespace, "n.oid")),
    Rule(
      "objects of other owners than the database's", from: pgClass, name: relation,
      where:
        "c.relkind IN ('r', 'v', 'm', 'S', 'f', 'p') AND \(user) AND c.relowner <> (SELECT d.datdba "
        + "FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())",
      member: member),
  ]

  private static func attributes(serverVersion: Int) -> [Rule] {
    let source =
      "pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
      + "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    let name = "pg_catalog.concat(n.nspname, '.', c.relname, '.', a.attname)"
    let present = "a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'r' AND \(user)"
    var rules = [
      Rule(
        "column storage settings",
        from: source + " JOIN pg_catalog.pg_type t ON t.oid = a.atttypid", name: name,
        where: "a.attstorage <> t.typstorage AND \(present)", member: member),
      Rule(
        "column compression settings", from: source, name: name,
        where: "a.attcompression <> '' AND \(present)", member: member),
      Rule(
        // 17 made the default NULL.
        "column statistics targets", from: source, name: name,
        where: "COALESCE(a.attstattarget, -1) >= 0 AND \(present)", member: member),
      Rule(
        "column options", from: source, name: name,
        where: "a.attoptions IS NOT NULL AND \(present)", member: member),
      Rule(
        "grants on columns", from: source, name: name,
        where: "a.attacl IS NOT NULL AND a.attnum > 0 AND \(user)", member: member),
    ]
    if serverVersion >= 180_000 {
      rules.append(
        Rule(
          "constraints that are not enforced",
          from: "pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid "
            + "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
          name: "pg_catalog.concat(n.nspname, '.', c.relname, '.', k.conname)",
          where: "NOT k.conenforced AND \(user)"))
    }
    return rules
  }
}
