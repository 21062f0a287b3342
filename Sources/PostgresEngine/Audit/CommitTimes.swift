package import SchemaModel

/// When the catalog rows behind objects were written, as far as the server keeps commit times.
package enum CommitTimes {
  /// By object, `2026-11-28 22:10:00 UTC`; an object whose time is not known is missing. Nil where the
  /// server keeps no commit times (`track_commit_timestamp` is off).
  package static func read(
    of ids: Set<ObjectID>, on connection: borrowing PostgresConnection
  ) throws(PostgresError) -> [ObjectID: String]? {
    let setting = try connection.query(
      "SELECT pg_catalog.current_setting('track_commit_timestamp')")
    guard setting.first?.text(0) == "on" else { return nil }
    let addresses = try PostgresInspector.addresses(connection)
    var times: [CatalogAddress: String] = [:]
    let wanted = Set(ids.map { $0.attachmentTarget ?? $0 })
    let found = addresses.filter { wanted.contains($0.value) }
    let catalogs = Dictionary(grouping: found.keys, by: \.catalog)
    for (catalog, rows) in catalogs.sorted(by: { $0.key < $1.key }) {
      let oids = "{" + Set(rows.map { String($0.oid) }).sorted().joined(separator: ",") + "}"
      for source in sources(catalog) {
        for row in try connection.query(query(source), [oids]) {
          let address = CatalogAddress(
            catalog, row.oid(0), Int32(truncatingIfNeeded: row.integer(1)))
          guard let time = row.optionalText(2) else { continue }
          times[address] = max(times[address] ?? "", time)
        }
      }
    }
    return try answer(ids, addresses: found, times: times, on: connection)
  }

  /// Where rows about an object stand: the table, the object's OID in it, and the number of its column.
  private struct Source {
    var table: String
    var oid = "oid"
    var part = "0"
  }

  private static func sources(_ catalog: UInt32) -> [Source] {
    switch catalog {
    case CatalogID.relation:
      [
        Source(table: "pg_class"), Source(table: "pg_index", oid: "indexrelid"),
        Source(table: "pg_sequence", oid: "seqrelid"), Source(table: "pg_rewrite", oid: "ev_class"),
        Source(table: "pg_attribute", oid: "attrelid", part: "attnum"),
        Source(table: "pg_attrdef", oid: "adrelid", part: "adnum"),
      ]
    case CatalogID.type: [Source(table: "pg_type"), Source(table: "pg_enum", oid: "enumtypid")]
    case CatalogID.procedure: [Source(table: "pg_proc")]
    case CatalogID.constraint: [Source(table: "pg_constraint")]
    case CatalogID.namespace: [Source(table: "pg_namespace")]
    case CatalogID.rewrite: [Source(table: "pg_rewrite")]
    case CatalogID.trigger: [Source(table: "pg_trigger")]
    case CatalogID.policy: [Source(table: "pg_policy")]
    case CatalogID.collation: [Source(table: "pg_collation")]
    case CatalogID.extensions: [Source(table: "pg_extension")]
    case CatalogID.operator: [Source(table: "pg_operator")]
    case CatalogID.cast: [Source(table: "pg_cast")]
    case CatalogID.statistics: [Source(table: "pg_statistic_ext")]
    case CatalogID.eventTrigger: [Source(table: "pg_event_trigger")]
    case CatalogID.publication: [Source(table: "pg_publication")]
    case CatalogID.server: [Source(table: "pg_foreign_server")]
    case CatalogID.language: [Source(table: "pg_language")]
    default: []
    }
  }

  private static func query(_ source: Source) -> String {
    """
    SELECT \(source.oid), \(source.part), \(time("pg_catalog.pg_xact_commit_timestamp(xmin)"))
    FROM pg_catalog.\(source.table) WHERE \(source.oid) = ANY ($1::pg_catalog.oid[])
    """
  }

  private static func time(_ expression: String) -> String {
    "pg_catalog.to_char(\(expression) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC'"
  }

  /// A comment has a row of its own; owners and grants stand in the row of what they are about.
  private static func answer(
    _ ids: Set<ObjectID>, addresses: [CatalogAddress: ObjectID], times: [CatalogAddress: String],
    on connection: borrowing PostgresConnection
  ) throws(PostgresError) -> [ObjectID: String] {
    var known: [ObjectID: String] = [:]
    for (address, id) in addresses {
      if let time = times[address] { known[id] = max(known[id] ?? "", time) }
    }
    var result: [ObjectID: String] = [:]
    for id in ids { result[id] = known[id.attachmentTarget ?? id] }
    guard ids.contains(where: { $0.kind == .comment }) else { return result }
    let rows = try connection.query(
      """
      SELECT classoid, objoid, objsubid, \(time("pg_catalog.pg_xact_commit_timestamp(xmin)"))
      FROM pg_catalog.pg_description
      """)
    for row in rows {
      let address = CatalogAddress(
        row.oid(0), row.oid(1), Int32(truncatingIfNeeded: row.integer(2)))
      guard let target = addresses[address], let time = row.optionalText(3) else { continue }
      let id = ObjectID.comment(on: target)
      if ids.contains(id) { result[id] = time }
    }
    return result
  }
}
