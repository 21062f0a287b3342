import SQLText
import SchemaModel

enum RelationKind {
  /// Of tables and of indexes.
  static let parents = CatalogQuery(
    """
    SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits ORDER BY inhrelid, inhseqno
    """
  ) { rows, catalog in
    for row in rows { catalog.parents[row.oid(0), default: []].append(row.oid(1)) }
  }

  static let query = CatalogQuery(
    """
    SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.relpersistence, c.reloptions,
      c.reloftype, c.relrowsecurity, c.relforcerowsecurity,
      CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END,
      CASE WHEN c.relispartition AND c.relkind IN ('r', 'p', 'f')
        THEN pg_catalog.pg_get_expr(c.relpartbound, c.oid) END,
      s.spcname, CASE WHEN m.amname <> 'heap' THEN m.amname END, c.relreplident, o.reloptions,
      v.srvname, f.ftoptions
    FROM pg_catalog.pg_class c
    LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
    LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam AND m.amtype = 't'
    LEFT JOIN pg_catalog.pg_class o ON o.oid = c.reltoastrelid AND o.reloptions IS NOT NULL
    LEFT JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = c.oid
    LEFT JOIN pg_catalog.pg_foreign_server v ON v.oid = f.ftserver
    WHERE c.relkind IN ('r', 'v', 'S', 'm', 'f', 'p', 'i', 'I') AND \(CatalogQuery.userRelation)
    """
  ) { rows, catalog in
    catalog.relations.reserveCapacity(rows.count)
    for row in rows { decode(row, &catalog) }
    forgetOrphans(&catalog)
  }

  /// A table whose parent is not modelled is not modelled either.
  private static func forgetOrphans(_ catalog: inout Catalog) {
    var isChanged = true
    while isChanged {
      isChanged = false
      catalog.tables.removeAll { oid, _ in
        let parents = catalog.parents[oid] ?? []
        guard parents.contains(where: { catalog.relations[$0]?.id == nil }) else { return false }
        catalog.orphans.append(oid)
        isChanged = true
        return true
      }
      for oid in catalog.orphans {
        guard let id = catalog.relations[oid]?.id else { continue }
        catalog.count("tables that inherit from tables that are not modelled", id)
        catalog.relations[oid]?.id = nil
        catalog.addresses[CatalogAddress(CatalogID.relation, oid)] = nil
      }
    }
    for index in catalog.tables.indices {
      let parents = catalog.parents[catalog.tables[index].oid] ?? []
      catalog.tables[index].table.parents = parents.compactMap { catalog.relations[$0]?.id }
    }
  }

  private static func decode(_ row: PostgresRow, _ catalog: inout Catalog) {
    let oid = row.oid(0)
    guard let namespace = catalog.namespaces[row.oid(1)] else { return }
    let path = [namespace, Identifier(row.text(2))]
    let kind = row.code(3)
    var relation = Catalog.Relation(kind: kind, path: path)
    relation.isUnlogged = row.code(4) == UInt8(ascii: "u")
    let isModelled = !catalog.isExtensionMember(CatalogID.relation, oid)
    switch kind {
    case UInt8(ascii: "r"), UInt8(ascii: "p"), UInt8(ascii: "f"):
      guard isModelled else { break }
      let id = ObjectID(.table, path)
      relation.id = id
      // The table itself is added when its columns and indexes are known.
      var table = Table(
        id: id, isUnlogged: relation.isUnlogged, hasRowSecurity: row.bool(7),
        forcesRowSecurity: row.bool(8), partitionKey: row.optionalText(9).map { ExactText($0) },
        partitionBound: row.optionalText(10).map { ExactText(PartitionText.canonical($0)) })
      table.storageParameters = Catalog.options(
        row.texts(5) + row.texts(14).map { "toast." + $0 })
      table.parameterOrder = (row.texts(5) + row.texts(14).map { "toast." + $0 }).map {
        ExactText($0)
      }
      table.tablespace = row.optionalText(11).map { Identifier($0) }
      table.accessMethod = row.optionalText(12).map { Identifier($0) }
      table.replicaIdentity =
        switch row.code(13) {
        case UInt8(ascii: "f"): .full
        // A foreign table has none, and cannot be told.
        case UInt8(ascii: "n"): kind == UInt8(ascii: "f") ? nil : .nothing
        default: nil
        }
      table.server = row.optionalText(15).map { Identifier($0) }
      table.serverOptions = Secrets.plain(row.texts(16))
      if row.oid(6) != 0 { catalog.typedTables[oid] = row.oid(6) }
      catalog.tables.append((oid, table))
      catalog.addresses[CatalogAddress(CatalogID.relation, oid)] = id
    case UInt8(ascii: "v"), UInt8(ascii: "m"):
      guard isModelled else { break }
      let id = ObjectID(kind == UInt8(ascii: "v") ? .view : .materializedView, path)
      relation.id = id
      catalog.relationKinds[path] = id.kind
      catalog.views.append(
        Catalog.PendingView(
          oid: oid, id: id, options: Catalog.options(row.texts(5)),
          optionOrder: row.texts(5).map { ExactText($0) },
          tablespace: row.optionalText(11).map { Identifier($0) },
          accessMethod: row.optionalText(12).map { Identifier($0) }))
      catalog.addresses[CatalogAddress(CatalogID.relation, oid)] = id
    case UInt8(ascii: "S") where isModelled:
      relation.id = ObjectID(.sequence, path)
    default: break
    }
    catalog.relations[oid] = relation
  }
}
