import Planning
import SQLText
import SchemaModel

enum CompositeTypeKind {
  static let query = CatalogQuery(
    """
    SELECT t.oid, t.typarray, t.typrelid, t.typnamespace, t.typname
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
    WHERE c.relkind = 'c' AND \(CatalogQuery.isUserNamespace("t.typnamespace"))
    """
  ) { rows, catalog in
    for row in rows {
      let oid = row.oid(0)
      guard let namespace = catalog.namespaces[row.oid(3)],
        !catalog.isExtensionMember(CatalogID.type, oid)
      else { continue }
      let id = ObjectID(.compositeType, [namespace, Identifier(row.text(4))])
      catalog.addresses[CatalogAddress(CatalogID.type, oid)] = id
      catalog.addresses[CatalogAddress(CatalogID.type, row.oid(1))] = id
      catalog.compositeTypes[row.oid(2)] = CompositeType(id: id, attributes: [])
    }
  }

  /// Read when the types have their names.
  static let attributes = CatalogQuery(
    """
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid,
      pg_catalog.format_type(a.atttypid, a.atttypmod), a.attcollation
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'c'
      AND \(CatalogQuery.isUserNamespace("c.relnamespace"))
    ORDER BY a.attrelid, a.attnum
    """
  ) { rows, catalog in
    for row in rows {
      let relation = row.oid(0)
      guard let type = catalog.compositeTypes[relation] else { continue }
      let known = catalog.types[row.oid(3)]
      let collation = row.oid(5)
      catalog.compositeTypes[relation]?.attributes.append(
        .init(
          name: Identifier(row.text(2)), type: TypeName(row.text(4), object: known?.object),
          collation: collation != 0 && collation != known?.collation ?? 0
            ? catalog.collations[collation] : nil))
      let number = Int32(truncatingIfNeeded: row.integer(1))
      let address = CatalogAddress(CatalogID.relation, relation, number)
      catalog.addresses[address] = type.id
      catalog.commentTargets[address] = type.id.part(.column, Identifier(row.text(2)))
    }
    for type in catalog.compositeTypes.values { catalog.objects.append(.compositeType(type)) }
    catalog.compositeTypes = [:]
  }
}

enum CompositeTypeSteps {
  static func create(_ type: CompositeType, _ context: PlanContext) -> Step {
    Step(
      .create, type.id, produces: [type.id],
      consumes: context.needs(.compositeType(type), in: context.to), statements: [created(type)])
  }

  static func created(_ type: CompositeType) -> Statement {
    let attributes = type.attributes.map { "\n    " + definition($0) }
    return Statement("CREATE TYPE \(path: type.id.path) AS (\(attributes.joined(","))\n)")
  }

  /// Whether values of an attribute would have to be converted, which no ALTER does where tables hold some.
  static func retypes(_ old: CompositeType, by new: CompositeType) -> Bool {
    new.attributes.contains { attribute in
      old.attributes.contains { $0.name == attribute.name && $0 != attribute }
    }
  }

  static func drop(_ type: CompositeType, _ context: PlanContext) -> Step {
    Step(
      .drop, type.id, destroys: [type.id],
      releases: context.needs(.compositeType(type), in: context.from),
      statements: [Statement("DROP TYPE \(path: type.id.path)", lock: .accessExclusive)])
  }

  /// Attributes can be dropped, retyped and appended, not put between others.
  static func canAlter(_ old: CompositeType, to new: CompositeType) -> Bool {
    let wanted = new.attributes.map(\.name)
    let kept = old.attributes.map(\.name).filter(wanted.contains)
    return Array(wanted.prefix(kept.count)) == kept
  }

  static func alter(_ old: CompositeType, to new: CompositeType, _ context: PlanContext) -> Step {
    var clauses: [SQL] = []
    for attribute in old.attributes
    where !new.attributes.contains(where: { $0.name == attribute.name }) {
      clauses.append("DROP ATTRIBUTE \(attribute.name)")
    }
    for attribute in new.attributes {
      guard let before = old.attributes.first(where: { $0.name == attribute.name }) else {
        clauses.append("ADD ATTRIBUTE " + definition(attribute))
        continue
      }
      if before == attribute { continue }
      var clause: SQL = "ALTER ATTRIBUTE \(attribute.name) TYPE \(attribute.type)"
      if let collation = attribute.collation {
        clause += " COLLATE \(CollationName.sql(collation))"
      }
      clauses.append(clause)
    }
    return Step(
      .alter, new.id, produces: [new.id],
      consumes: context.needs(.compositeType(new), in: context.to), destroys: [new.id],
      statements: [
        Statement("ALTER TYPE \(path: new.id.path) \(clauses.joined(", "))", lock: .accessExclusive)
      ], hazards: [Hazard("BC19", "Values of type \(new.id.name) get another shape.")])
  }

  private static func definition(_ attribute: CompositeType.Attribute) -> SQL {
    var sql: SQL = "\(attribute.name) \(attribute.type)"
    if let collation = attribute.collation { sql += " COLLATE \(CollationName.sql(collation))" }
    return sql
  }
}
