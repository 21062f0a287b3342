import SQLText
import SchemaModel

enum CollationKind {
  static func query(serverVersion: Int) -> CatalogQuery {
    let locale =
      switch serverVersion {
      case 170_000...: "l.colllocale"
      case 150_000...: "l.colliculocale"
      default: "NULL"
      }
    let rules = serverVersion >= 160_000 ? "l.collicurules" : "NULL"
    return CatalogQuery(
      """
      SELECT l.oid, l.collnamespace, l.collname, l.collprovider, l.collisdeterministic, l.collcollate,
        l.collctype, \(locale), \(rules)
      FROM pg_catalog.pg_collation l WHERE \(CatalogQuery.isUserNamespace("l.collnamespace"))
      """
    ) { rows, catalog in
      for row in rows {
        let collate = row.optionalText(5)
        let ctype = row.optionalText(6)
        // Before 15 the locale of ICU was kept in both; only libc has two that may differ.
        let isWhole = row.isNull(7) && collate == ctype
        catalog.add(
          .collation, at: CatalogAddress(CatalogID.collation, row.oid(0)), namespace: row.oid(1),
          [row.text(2)],
          [
            "provider": .text(provider(row.code(3))),
            "locale": Catalog.text(row.optionalText(7) ?? (isWhole ? collate : nil)),
            "lc_collate": isWhole || !row.isNull(7) ? nil : Catalog.text(collate),
            "lc_ctype": isWhole || !row.isNull(7) ? nil : Catalog.text(ctype),
            "nondeterministic": Catalog.flag(!row.bool(4)),
            "rules": Catalog.text(row.optionalText(8)),
          ])
      }
    }
  }

  private static func provider(_ code: UInt8) -> ExactText {
    switch code {
    case UInt8(ascii: "i"): "icu"
    case UInt8(ascii: "b"): "builtin"
    case UInt8(ascii: "d"): "default"
    default: "libc"
    }
  }

  static let sql = DefinedKind(
    words: "COLLATION",
    create: { object in
      [
        "CREATE COLLATION \(path: object.id.path) "
          + DefinedKind.list([
            ("provider", object.sql("provider")),
            ("deterministic", object.isSet("nondeterministic") ? "false" : nil),
            ("locale", object.literal("locale")), ("lc_collate", object.literal("lc_collate")),
            ("lc_ctype", object.literal("lc_ctype")), ("rules", object.literal("rules")),
          ])
      ]
    })
}
