import SchemaModel

/// Owners and access control lists of everything, in one query each.
enum PrivilegeKind {
  static let roles = CatalogQuery(
    "SELECT oid, rolname, rolname = current_user FROM pg_catalog.pg_roles"
  ) { rows, catalog in
    for row in rows {
      let name = Identifier(row.text(1))
      catalog.roles[row.oid(0)] = name
      if row.bool(2) { catalog.role = name }
    }
  }

  /// Where owners and lists are kept: catalog, its OID, the prefix of its columns, a letter of
  /// `acldefault`, whether there is a list, which rows.
  private struct Source {
    let catalog: String
    let id: UInt32
    let owner: String
    let acl: String?
    var condition = "x.oid >= 16384"
    /// The object type of `acldefault` and `pg_default_acl`.
    var letter = "''"
  }

  private static let sources: [Source] = [
    Source(
      catalog: "pg_namespace", id: CatalogID.namespace, owner: "nspowner", acl: "nspacl",
      condition: "\(CatalogQuery.isUserNamespace("x.oid")) AND x.nspname !~ '^pg_'", letter: "'n'"),
    Source(
      catalog: "pg_class", id: CatalogID.relation, owner: "relowner", acl: "relacl",
      condition: "x.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND x.relpersistence <> 't' AND "
        + CatalogQuery.isUserNamespace("x.relnamespace"),
      letter: "CASE WHEN x.relkind = 'S' THEN 's' ELSE 'r' END"),
    Source(
      catalog: "pg_proc", id: CatalogID.procedure, owner: "proowner", acl: "proacl", letter: "'f'"),
    // Row types, arrays and multiranges have the owner of what they belong to.
    Source(
      catalog: "pg_type", id: CatalogID.type, owner: "typowner", acl: "typacl",
      condition: "x.oid >= 16384 AND (x.typtype IN ('e', 'd', 'r') OR x.typtype = 'b' AND "
        + "x.typelem = 0 OR x.typtype = 'c' AND EXISTS (SELECT FROM pg_catalog.pg_class r "
        + "WHERE r.oid = x.typrelid AND r.relkind = 'c'))",
      letter: "'T'"),
    Source(
      catalog: "pg_language", id: 2612, owner: "lanowner", acl: "lanacl", letter: "'l'"),
    Source(
      catalog: "pg_foreign_data_wrapper", id: 2328, owner: "fdwowner", acl: "fdwacl", letter: "'F'"),
    Source(catalog: "pg_foreign_server", id: 1417, owner: "srvowner", acl: "srvacl", letter: "'S'"),
    Source(catalog: "pg_collation", id: CatalogID.collation, owner: "collowner", acl: nil),
    Source(catalog: "pg_conversion", id: 2607, owner: "conowner", acl: nil),
    Source(catalog: "pg_operator", id: 2617, owner: "oprowner", acl: nil),
    Source(catalog: "pg_opclass", id: 2616, owner: "opcowner", acl: nil),
    Source(catalog: "pg_opfamily", id: 2753, owner: "opfowner", acl: nil),
    Source(catalog: "pg_ts_config", id: 3602, owner: "cfgowner", acl: nil),
    Source(catalog: "pg_ts_dict", id: 3600, owner: "dictowner", acl: nil),
    Source(catalog: "pg_statistic_ext", id: 3381, owner: "stxowner", acl: nil),
    Source(catalog: "pg_event_trigger", id: 3466, owner: "evtowner", acl: nil),
    Source(catalog: "pg_publication", id: 6104, owner: "pubowner", acl: nil),
    Source(
      catalog: "pg_subscription", id: CatalogID.subscription, owner: "subowner", acl: nil,
      condition: "x.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d "
        + "WHERE d.datname = pg_catalog.current_database())"),
  ]

  static let owners = CatalogQuery(
    sources.map {
      "SELECT \($0.id)::pg_catalog.oid, x.oid, x.\($0.owner) FROM pg_catalog.\($0.catalog) x "
        + "WHERE \($0.condition)"
    }.joined(separator: "\nUNION ALL\n"), isForCompanion: true
  ) { rows, catalog in
    for row in rows {
      let address = CatalogAddress(row.oid(0), row.oid(1))
      // Of `public` the owner is pg_database_owner (6171), before version 15 whoever made the cluster.
      if address.oid == 2200, row.oid(2) == 6171 || row.oid(2) == 10 { continue }
      guard let target = catalog.addresses[address], target.kind != .extension,
        let role = catalog.roles[row.oid(2)], !catalog.ownedSequences.contains(row.oid(1))
      else { continue }
      catalog.objects.append(.owner(Owner(of: target, role: role)))
    }
  }

  /// One row for each entry of a list, and one for a list without entries.
  static let grants: CatalogQuery = {
    var parts = sources.compactMap { source -> String? in
      guard let acl = source.acl else { return nil }
      return
        "SELECT \(source.id)::pg_catalog.oid AS catalog, x.oid, 0 AS part, x.\(source.owner) AS "
        + "owner, \(source.letter) AS letter, x.\(acl) AS acl FROM pg_catalog.\(source.catalog) x "
        + "WHERE x.\(acl) IS NOT NULL AND \(source.condition)"
    }
    parts.append(
      "SELECT 1259, a.attrelid, a.attnum, 0, 'c', a.attacl FROM pg_catalog.pg_attribute a "
        + "WHERE a.attacl IS NOT NULL AND a.attnum > 0 AND NOT a.attisdropped AND a.attrelid >= 16384"
    )
    return CatalogQuery(
      """
      SELECT o.catalog, o.oid, o.part, o.owner, o.letter, e.grantee, e.privilege_type, e.is_grantable
      FROM (\(parts.joined(separator: "\nUNION ALL\n"))) o
      LEFT JOIN LATERAL pg_catalog.aclexplode(o.acl) WITH ORDINALITY e ON true
      ORDER BY o.catalog, o.oid, o.part, e.ordinality
      """, isForCompanion: true
    ) { rows, catalog in
      var list: AccessList?
      for row in rows {
        let address = CatalogAddress(
          row.oid(0), row.oid(1), Int32(truncatingIfNeeded: row.integer(2)))
        if list?.address != address {
          list?.finish(&catalog)
          list = AccessList(address: address, owner: row.oid(3), letter: row.text(4))
        }
        if !row.isNull(5) { list?.add(row.oid(5), row.text(6), isGrantable: row.bool(7)) }
      }
      list?.finish(&catalog)
    }
  }()

  static let defaults = CatalogQuery(
    """
    SELECT d.oid, d.defaclrole, n.nspname, d.defaclobjtype, e.grantee, e.privilege_type, e.is_grantable
    FROM pg_catalog.pg_default_acl d
    LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
    LEFT JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) WITH ORDINALITY e ON true
    ORDER BY d.oid, e.ordinality
    """
  ) { rows, catalog in
    var list: AccessList?
    var home: (role: Identifier, schema: Identifier?, kind: DefaultPrivileges.Kind)?
    func finish(_ catalog: inout Catalog) {
      guard let list, let home else { return }
      // What a schema adds comes on top of what goes without saying.
      for (grantee, held) in list.deviations(catalog, addsOnly: home.schema != nil) {
        catalog.objects.append(
          .defaultPrivileges(
            DefaultPrivileges(
              of: home.role, in: home.schema, on: home.kind, to: grantee,
              privileges: held.privileges, grantable: held.grantable, position: held.position)))
      }
    }
    for row in rows {
      let address = CatalogAddress(826, row.oid(0))
      if list?.address != address {
        finish(&catalog)
        let kind = Privileges.defaultKind(row.text(3))
        home = catalog.roles[row.oid(1)].map {
          ($0, row.optionalText(2).map { Identifier($0) }, kind)
        }
        list = AccessList(
          address: address, owner: row.oid(1), letter: Privileges.letter(of: kind))
      }
      if !row.isNull(4) { list?.add(row.oid(4), row.text(5), isGrantable: row.bool(6)) }
    }
    finish(&catalog)
  }
}

/// One object's entries, put together by grantee.
private struct AccessList {
  struct Held {
    var privileges: [ExactText] = []
    var grantable: [ExactText] = []
    var position = 0
  }

  let address: CatalogAddress
  let owner: UInt32
  let letter: String
  private var held: [UInt32: Held] = [:]

  init(address: CatalogAddress, owner: UInt32, letter: String) {
    self.address = address
    self.owner = owner
    self.letter = letter
  }

  mutating func add(_ grantee: UInt32, _ privilege: String, isGrantable: Bool) {
    let name = ExactText(privilege.asciiLowercased)
    let position = held.count
    var entry = held[grantee] ?? Held(position: position)
    // Several grantors may have given the same.
    if !entry.privileges.contains(name) { entry.privileges.append(name) }
    if isGrantable, !entry.grantable.contains(name) { entry.grantable.append(name) }
    held[grantee] = entry
  }

  /// What is not as `acldefault` has it, by grantee; a grantee whose role is gone has no name.
  func deviations(_ catalog: Catalog, addsOnly: Bool = false) -> [(Identifier, Held)] {
    var usual: [UInt32: Set<ExactText>] = [:]
    if !addsOnly, letter != "c" {
      usual[owner] = Privileges.all(letter, serverVersion: catalog.serverVersion)
      usual[0] = Privileges.ofEverybody(letter)
      if address == CatalogAddress(CatalogID.namespace, 2200) {
        usual[0] = catalog.serverVersion >= 150_000 ? ["usage"] : ["usage", "create"]
      }
    }
    var found: [(Identifier, Held)] = []
    for grantee in Set(held.keys).union(usual.keys) {
      let entry = held[grantee] ?? Held()
      if Set(entry.privileges) == usual[grantee] ?? [],
        // An owner's entries carry no grant option of their own.
        entry.grantable.isEmpty || grantee == owner
      {
        continue
      }
      let name = grantee == 0 ? Grant.everybody : catalog.roles[grantee]
      if let name { found.append((name, entry)) }
    }
    return found
  }

  func finish(_ catalog: inout Catalog) {
    guard let target = target(catalog), target.kind != .extension else { return }
    for (grantee, entry) in deviations(catalog) {
      catalog.objects.append(
        .grant(
          Grant(
            on: target, to: grantee, privileges: entry.privileges, grantable: entry.grantable,
            position: entry.position)))
    }
  }

  /// The sequence of an identity column is part of the column, and can be granted all the same.
  private func target(_ catalog: Catalog) -> ObjectID? {
    if let known = catalog.addresses[address] {
      return address.part == 0 || known.kind == .column ? known : nil
    }
    guard address.catalog == CatalogID.relation, let relation = catalog.relations[address.oid],
      relation.kind == UInt8(ascii: "S"), catalog.ownedSequences.contains(address.oid)
    else { return nil }
    return ObjectID(.sequence, relation.path)
  }
}
