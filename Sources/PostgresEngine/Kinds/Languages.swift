import SQLText
import SchemaModel

enum LanguageKind {
  static let query = CatalogQuery(
    """
    SELECT l.oid, l.lanname, l.lanpltrusted, NULLIF(l.lanplcallfoid, 0)::regproc::text,
      NULLIF(l.laninline, 0)::regproc::text, NULLIF(l.lanvalidator, 0)::regproc::text
    FROM pg_catalog.pg_language l WHERE l.oid >= 16384
    """
  ) { rows, catalog in
    for row in rows {
      catalog.add(
        .language, at: CatalogAddress(CatalogID.language, row.oid(0)),
        path: [Identifier(row.text(1))],
        [
          "trusted": Catalog.flag(row.bool(2)),
          "handler": catalog.name(.function, row.optionalText(3)),
          "inline": catalog.name(.function, row.optionalText(4)),
          "validator": catalog.name(.function, row.optionalText(5)),
        ])
    }
  }

  static let sql = DefinedKind(
    words: "LANGUAGE",
    create: { object in
      let word: SQL = object.isSet("trusted") ? "TRUSTED " : ""
      var sql: SQL =
        "CREATE \(word)LANGUAGE \(object.id.name) HANDLER \(object.sql("handler") ?? .empty)"
      if let function = object.sql("inline") { sql += " INLINE \(function)" }
      if let function = object.sql("validator") { sql += " VALIDATOR \(function)" }
      return [sql]
    })
}

enum AccessMethodKind {
  static let query = CatalogQuery(
    """
    SELECT m.oid, m.amname, m.amtype, m.amhandler::text FROM pg_catalog.pg_am m WHERE m.oid >= 16384
    """
  ) { rows, catalog in
    for row in rows {
      catalog.add(
        .accessMethod, at: CatalogAddress(CatalogID.accessMethod, row.oid(0)),
        path: [Identifier(row.text(1))],
        [
          "type": .text(row.code(2) == UInt8(ascii: "t") ? "table" : "index"),
          "handler": catalog.name(.function, row.text(3)),
        ])
    }
  }

  static let sql = DefinedKind(
    words: "ACCESS METHOD",
    create: { object in
      let type: SQL = object["type"]?.text == "table" ? "TABLE" : "INDEX"
      return [
        """
        CREATE ACCESS METHOD \(object.id.name) TYPE \(type) HANDLER \
        \(object.sql("handler") ?? .empty)
        """
      ]
    })
}
