import Planning
import SQLText
import SchemaModel

/// Types that are made of functions in another language, and shells of types.
enum BaseTypeKind {
  static let query = CatalogQuery(
    """
    SELECT t.oid, t.typarray, t.typnamespace, t.typname, t.typisdefined, t.typlen, t.typbyval,
      NULLIF(t.typinput::text, '-'), NULLIF(t.typoutput::text, '-'), NULLIF(t.typreceive::text, '-'),
      NULLIF(t.typsend::text, '-'), NULLIF(t.typmodin::text, '-'), NULLIF(t.typmodout::text, '-'),
      NULLIF(t.typanalyze::text, '-'), NULLIF(t.typsubscript::text, '-'), t.typdefault, t.typelem,
      pg_catalog.format_type(NULLIF(t.typelem, 0), NULL), t.typdelim, t.typcategory,
      t.typispreferred, t.typalign, t.typstorage, t.typcollation
    FROM pg_catalog.pg_type t
    WHERE (t.typtype = 'b' OR t.typtype = 'p' AND NOT t.typisdefined)
      AND \(CatalogQuery.isUserNamespace("t.typnamespace"))
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e
                      WHERE e.oid = t.typelem AND e.typarray = t.oid)
    """
  ) { rows, catalog in
    for row in rows {
      guard !catalog.isExtensionMember(CatalogID.type, row.oid(0)) else { continue }
      let isShell = !row.bool(4)
      let element = row.oid(16) == 0 ? nil : catalog.type(row.text(17), row.oid(16))
      let address = CatalogAddress(CatalogID.type, row.oid(0))
      catalog.add(
        .baseType, at: address, namespace: row.oid(2), [row.text(3)],
        isShell
          ? [:]
          : [
            "length": row.integer(5) < 0 ? nil : Catalog.text(row.text(5)),
            "passed_by_value": Catalog.flag(row.bool(6)),
            "input": catalog.name(.function, row.optionalText(7)),
            "output": catalog.name(.function, row.optionalText(8)),
            "receive": catalog.name(.function, row.optionalText(9)),
            "send": catalog.name(.function, row.optionalText(10)),
            "typmod_in": catalog.name(.function, row.optionalText(11)),
            "typmod_out": catalog.name(.function, row.optionalText(12)),
            "analyze": catalog.name(.function, row.optionalText(13)),
            "subscript": catalog.name(.function, row.optionalText(14)),
            "default": Catalog.text(row.optionalText(15)), "element": element,
            "delimiter": row.text(18) == "," ? nil : Catalog.text(row.text(18)),
            "category": row.text(19) == "U" ? nil : Catalog.text(row.text(19)),
            "preferred": Catalog.flag(row.bool(20)),
            "alignment": alignments[row.text(21)].map { .text(ExactText($0)) },
            "storage": storages[row.text(22)].map { .text(ExactText($0)) },
            "collatable": Catalog.flag(row.oid(23) != 0),
          ])
      if let id = catalog.addresses[address], row.oid(1) != 0 {
        catalog.addresses[CatalogAddress(CatalogID.type, row.oid(1))] = id
      }
    }
  }

  /// Without the usual ones.
  private static let alignments = ["c": "char", "s": "int2", "d": "double"]
  private static let storages = ["e": "external", "x": "extended", "m": "main"]

  static let sql = DefinedKind(
    words: "TYPE",
    create: { object in
      object.isSet("input") ? [created(object)] : ["CREATE TYPE \(path: object.id.path)"]
    },
    hazards: { [Hazard("BC03", "Programs that use type \($0.name) fail.")] }, hasShell: true)

  private static func created(_ object: DefinedObject) -> SQL {
    func flag(_ name: String) -> SQL? { object.isSet(name) ? "true" : nil }
    return "CREATE TYPE \(path: object.id.path) "
      + DefinedKind.list(
        [
          ("INTERNALLENGTH", object.sql("length") ?? "variable"), ("INPUT", object.sql("input")),
          ("OUTPUT", object.sql("output")), ("RECEIVE", object.sql("receive")),
          ("SEND", object.sql("send")), ("TYPMOD_IN", object.sql("typmod_in")),
          ("TYPMOD_OUT", object.sql("typmod_out")), ("ANALYZE", object.sql("analyze")),
          ("SUBSCRIPT", object.sql("subscript")), ("DEFAULT", object.literal("default")),
          ("ELEMENT", object.sql("element")), ("DELIMITER", object.literal("delimiter")),
          ("CATEGORY", object.literal("category")), ("PREFERRED", flag("preferred")),
          ("ALIGNMENT", object.sql("alignment")), ("STORAGE", object.sql("storage")),
          ("COLLATABLE", flag("collatable")),
        ].map { ($0.0, $0.1) } + [("PASSEDBYVALUE", flag("passed_by_value"))])
  }
}
