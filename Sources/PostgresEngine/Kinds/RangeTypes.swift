import Planning
import SQLText
import SchemaModel

/// Range types with their multirange types.
enum RangeTypeKind {
  static let query = CatalogQuery(
    """
    SELECT t.oid, t.typarray, t.typnamespace, t.typname, r.rngsubtype,
      pg_catalog.format_type(r.rngsubtype, NULL), r.rngcollation, s.typcollation,
      NOT c.opcdefault, n.nspname, c.opcname, NULLIF(r.rngcanonical::text, '-'),
      NULLIF(r.rngsubdiff::text, '-'), m.oid, m.typarray, m.typnamespace, m.typname
    FROM pg_catalog.pg_range r JOIN pg_catalog.pg_type t ON t.oid = r.rngtypid
    JOIN pg_catalog.pg_type s ON s.oid = r.rngsubtype
    JOIN pg_catalog.pg_type m ON m.oid = r.rngmultitypid
    JOIN pg_catalog.pg_opclass c ON c.oid = r.rngsubopc
    JOIN pg_catalog.pg_namespace n ON n.oid = c.opcnamespace
    WHERE \(CatalogQuery.isUserNamespace("t.typnamespace"))
    """
  ) { rows, catalog in
    for row in rows {
      let type = CatalogAddress(CatalogID.type, row.oid(0))
      guard let namespace = catalog.namespaces[row.oid(2)],
        !catalog.isExtensionMember(CatalogID.type, row.oid(0))
      else { continue }
      let id = ObjectID(.rangeType, [namespace, Identifier(row.text(3))])
      catalog.addresses[type] = id
      for column in [1, 13, 14] {
        catalog.addresses[CatalogAddress(CatalogID.type, row.oid(column))] = id
      }
      catalog.rangeTypes.append((row, id))
    }
  }

  /// When the types that they are ranges of are known.
  static func finish(_ catalog: inout Catalog) {
    for (row, id) in catalog.rangeTypes {
      var multirange: [Identifier] = [Identifier(row.text(16))]
      if let home = catalog.namespaces[row.oid(15)] { multirange.insert(home, at: 0) }
      let isUsual = multirange == PostgresNames.multirange(id.path)
      let collation = row.oid(6)
      catalog.objects.append(
        .defined(
          DefinedObject(
            id: id,
            attributes: [
              "subtype": catalog.type(row.text(5), row.oid(4)),
              "subtype_opclass": row.bool(8)
                ? catalog.name(.operatorClass, schema: row.text(9), row.text(10)) : nil,
              "collation": collation != 0 && collation != row.oid(7)
                ? catalog.name(.collation, catalog.collations[collation]?.string) : nil,
              "canonical": catalog.name(.function, row.optionalText(11)),
              "subtype_diff": catalog.name(.function, row.optionalText(12)),
              "multirange_type_name": isUsual ? nil : .name(ObjectID(.rangeType, multirange)),
            ])))
    }
    catalog.rangeTypes = []
  }

  static let sql = DefinedKind(
    words: "TYPE", create: { [created($0)] }, hasShell: true)

  /// While the old range, under another name, is still there; so its multirange steps aside too, and the
  /// functions of both that make values.
  static func replacing(_ old: DefinedObject, by new: DefinedObject) -> [Statement] {
    let range = old.id.path
    let multirange = old["multirange_type_name"]?.name?.path ?? PostgresNames.multirange(range)
    let subtype = old.sql("subtype") ?? .empty
    let renamed: SQL = "\(path: [range[0], aside(range)])"
    let signatures: [([Identifier], SQL)] = [
      (range, "\(subtype), \(subtype)"), (range, "\(subtype), \(subtype), text"),
      (multirange, .empty), (multirange, renamed), (multirange, "VARIADIC \(renamed)[]"),
    ]
    var statements: [SQL] = ["ALTER TYPE \(path: multirange) RENAME TO \(aside(multirange))"]
    for (path, arguments) in signatures {
      // They lie in the schema of their type.
      statements.append("ALTER FUNCTION \(path: path)(\(arguments)) RENAME TO \(aside(path))")
    }
    return (statements + [created(new)]).map { Statement($0, lock: .accessExclusive) }
  }

  private static func aside(_ path: [Identifier]) -> Identifier {
    let name = path[path.count - 1].raw
    return Identifier(String(decoding: name.utf8.prefix(50), as: UTF8.self) + "__kedge")
  }

  private static func created(_ object: DefinedObject) -> SQL {
    let usual = PostgresNames.multirange(object.id.path)
    return "CREATE TYPE \(path: object.id.path) AS RANGE "
      + DefinedKind.list([
        ("subtype", object.sql("subtype")), ("subtype_opclass", object.sql("subtype_opclass")),
        ("collation", object.sql("collation")), ("canonical", object.sql("canonical")),
        ("subtype_diff", object.sql("subtype_diff")),
        ("multirange_type_name", object.sql("multirange_type_name") ?? "\(path: usual)"),
      ])
  }
}
