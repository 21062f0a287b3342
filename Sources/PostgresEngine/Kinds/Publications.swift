import Planning
import SQLText
import SchemaModel

enum PublicationKind {
  static func query(serverVersion: Int) -> CatalogQuery {
    let generated =
      serverVersion >= 180_000
      ? "CASE p.pubgencols WHEN 's' THEN 'stored' END" : "NULL"
    return CatalogQuery(
      """
      SELECT p.oid, p.pubname, p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate,
        p.pubviaroot, \(generated)
      FROM pg_catalog.pg_publication p
      """
    ) { rows, catalog in
      for row in rows {
        guard !catalog.isExtensionMember(CatalogID.publication, row.oid(0)) else { continue }
        let operations = zip(Publication.Operation.allCases, 3...6).filter { row.bool($0.1) }
        let id = ObjectID(.publication, [Identifier(row.text(1))])
        catalog.publications[row.oid(0)] = Publication(
          id: id, isForAllTables: row.bool(2), operations: operations.map(\.0),
          viaRoot: row.bool(7), generatedColumns: row.optionalText(8).map { ExactText($0) })
        catalog.addresses[CatalogAddress(CatalogID.publication, row.oid(0))] = id
      }
    }
  }

  /// Read after the publications, which they are put into.
  static func members(serverVersion: Int) -> CatalogQuery {
    let (filter, columns, schemas) =
      serverVersion >= 150_000
      ? (
        "pg_catalog.pg_get_expr(r.prqual, r.prrelid)", "r.prattrs::text",
        """
        UNION ALL SELECT n.oid, n.pnpubid, NULL, NULL, NULL, n.pnnspid
        FROM pg_catalog.pg_publication_namespace n
        """
      ) : ("NULL", "NULL", "")
    return CatalogQuery(
      """
      SELECT r.oid, r.prpubid, r.prrelid, \(filter), \(columns), NULL::pg_catalog.oid
      FROM pg_catalog.pg_publication_rel r \(schemas)
      """
    ) { rows, catalog in
      for row in rows {
        guard let id = catalog.publications[row.oid(1)]?.id else { continue }
        if let namespace = catalog.namespaces[row.oid(5)] {
          catalog.publications[row.oid(1)]?.schemas.append(namespace)
          continue
        }
        catalog.addresses[CatalogAddress(CatalogID.publicationMember, row.oid(0))] = id
        guard let table = catalog.relations[row.oid(2)]?.id else { continue }
        let filter = row.optionalText(3).map { catalog.bareExpression($0) }
        let columns = row.isNull(4) ? [] : catalog.columns(row.oid(2), row.integers(4))
        catalog.publications[row.oid(1)]?.members.append(
          .init(table: table, columns: columns, filter: filter))
      }
      for publication in catalog.publications.values {
        var publication = publication
        publication.members.sort { $0.table < $1.table }
        publication.schemas.sort()
        catalog.objects.append(.publication(publication))
      }
      catalog.publications = [:]
    }
  }
}

enum PublicationSteps {
  static func create(_ publication: Publication, _ context: PlanContext) -> Step {
    var sql: SQL = "CREATE PUBLICATION \(publication.id.name)"
    if publication.isForAllTables {
      sql += " FOR ALL TABLES"
    } else {
      let targets = targets(publication)
      if !targets.isEmpty { sql += " FOR \(targets.joined(", "))" }
    }
    let settings = settings(publication, since: Publication(id: publication.id))
    if !settings.isEmpty { sql += " WITH (\(settings.joined(", ")))" }
    return Step(
      .create, publication.id, produces: [publication.id],
      consumes: context.needs(.publication(publication), in: context.to),
      statements: [Statement(sql, lock: .shareUpdateExclusive)])
  }

  static func drop(_ publication: Publication, _ context: PlanContext) -> Step {
    Step(
      .drop, publication.id, destroys: [publication.id],
      releases: context.needs(.publication(publication), in: context.from),
      statements: [Statement("DROP PUBLICATION \(publication.id.name)")],
      hazards: [
        Hazard("BC18", "What subscribes to publication \(publication.id.name) is no longer fed.")
      ])
  }

  /// Tables and schemas can come and go, not the promise of all tables.
  static func canAlter(_ old: Publication, to new: Publication) -> Bool {
    old.isForAllTables == new.isForAllTables
  }

  static func alter(_ old: Publication, to new: Publication, _ context: PlanContext) -> Step {
    let name = new.id.name
    var statements: [SQL] = []
    let settings = settings(new, since: old)
    // A table's columns and filter cannot be altered: it leaves and joins again.
    let leaving = old.members.filter { member in
      !context.dropped.contains(member.table) && !new.members.contains(member)
    }
    let schemas = old.schemas.filter {
      !new.schemas.contains($0) && context.to.contains(.namespace($0))
    }
    let gone =
      (leaving.isEmpty
        ? [] : ["TABLE \(leaving.map { "\(path: $0.table.path)" as SQL }.joined(", "))" as SQL])
      + schemas.map { "TABLES IN SCHEMA \($0)" as SQL }
    if !gone.isEmpty {
      statements.append("ALTER PUBLICATION \(name) DROP \(gone.joined(", "))")
    }
    if !settings.isEmpty {
      statements.append("ALTER PUBLICATION \(name) SET (\(settings.joined(", ")))")
    }
    let joining = targets(
      Publication(
        id: new.id, members: new.members.filter { !old.members.contains($0) },
        schemas: new.schemas.filter { !old.schemas.contains($0) }))
    if !joining.isEmpty {
      statements.append("ALTER PUBLICATION \(name) ADD \(joining.joined(", "))")
    }
    let needed = Set(context.needs(.publication(new), in: context.to))
    let released = Set(context.needs(.publication(old), in: context.from)).subtracting(needed)
    return Step(
      .alter, new.id, produces: [new.id], consumes: needed.sorted(), releases: released.sorted(),
      statements: statements.map { Statement($0, lock: .shareUpdateExclusive) })
  }

  /// One `TABLE` for all tables, which is all that version 14 understands.
  private static func targets(_ publication: Publication) -> [SQL] {
    let tables = publication.members.map { member -> SQL in
      var sql: SQL = "ONLY \(path: member.table.path)"
      if !member.columns.isEmpty { sql += " (\(member.columns))" }
      if let filter = member.filter { sql += " WHERE (\(filter))" }
      return sql
    }
    return (tables.isEmpty ? [] : ["TABLE \(tables.joined(", "))"])
      + publication.schemas.map { "TABLES IN SCHEMA \($0)" as SQL }
  }

  private static func settings(_ new: Publication, since old: Publication) -> [SQL] {
    var settings: [SQL] = []
    if new.operations != old.operations {
      let list = new.operations.map(\.rawValue).joined(separator: ", ")
      settings.append("publish = \(literal: list)")
    }
    if new.viaRoot != old.viaRoot {
      settings.append("publish_via_partition_root = \(new.viaRoot ? "true" : "false")")
    }
    if new.generatedColumns != old.generatedColumns {
      let value = SQL.verbatim(new.generatedColumns?.string ?? "none")
      settings.append("publish_generated_columns = \(value)")
    }
    return settings
  }
}
