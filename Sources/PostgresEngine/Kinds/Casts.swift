import Planning
import SQLText
import SchemaModel

enum CastKind {
  static let query = CatalogQuery(
    """
    SELECT c.oid, pg_catalog.format_type(c.castsource, NULL), pg_catalog.format_type(c.casttarget, NULL),
      s.typnamespace, t.typnamespace, c.castcontext, c.castmethod,
      CASE WHEN c.castfunc <> 0 THEN c.castfunc::pg_catalog.regprocedure::text END
    FROM pg_catalog.pg_cast c JOIN pg_catalog.pg_type s ON s.oid = c.castsource
    JOIN pg_catalog.pg_type t ON t.oid = c.casttarget
    WHERE c.oid >= 16384 AND NOT EXISTS (
      -- A range type brings one along.
      SELECT FROM pg_catalog.pg_depend i
      WHERE i.classid = 2605 AND i.objid = c.oid AND i.deptype = 'i')
    """
  ) { rows, catalog in
    for row in rows {
      let home = catalog.namespaces[row.oid(3)] ?? catalog.namespaces[row.oid(4)]
      let name = Identifier("\(row.text(1)) AS \(row.text(2))")
      let context: ExactText? =
        switch row.code(5) {
        case UInt8(ascii: "a"): "assignment"
        case UInt8(ascii: "i"): "implicit"
        default: nil
        }
      let method: ExactText? =
        switch row.code(6) {
        case UInt8(ascii: "i"): "inout"
        case UInt8(ascii: "b"): "binary"
        default: nil
        }
      catalog.add(
        .cast, at: CatalogAddress(CatalogID.cast, row.oid(0)),
        path: (home.map { [$0] } ?? []) + [name],
        [
          "context": context.map { .text($0) }, "method": method.map { .text($0) },
          "function": row.optionalText(7).map { .expression(catalog.syntax.expression($0)) },
        ])
    }
  }

  static let sql = DefinedKind(
    words: "CAST", name: { "(\(.verbatim($0.name.raw)))" },
    create: { object in
      var sql: SQL = "CREATE CAST (\(.verbatim(object.id.name.raw)))"
      if let function = object.sql("function") {
        sql += " WITH FUNCTION \(function)"
      } else {
        sql += object["method"]?.text == "inout" ? " WITH INOUT" : " WITHOUT FUNCTION"
      }
      switch object["context"]?.text {
      case "assignment"?: sql += " AS ASSIGNMENT"
      case "implicit"?: sql += " AS IMPLICIT"
      default: break
      }
      return [sql]
    },
    hazards: { [Hazard("BC03", "Queries that lean on cast \($0.name) fail.")] })
}

enum TransformKind {
  static let query = CatalogQuery(
    """
    SELECT r.oid, pg_catalog.format_type(r.trftype, NULL), t.typnamespace, l.lanname,
      CASE WHEN r.trffromsql <> 0 THEN r.trffromsql::pg_catalog.regprocedure::text END,
      CASE WHEN r.trftosql <> 0 THEN r.trftosql::pg_catalog.regprocedure::text END
    FROM pg_catalog.pg_transform r JOIN pg_catalog.pg_type t ON t.oid = r.trftype
    JOIN pg_catalog.pg_language l ON l.oid = r.trflang WHERE r.oid >= 16384
    """
  ) { rows, catalog in
    for row in rows {
      let home = catalog.namespaces[row.oid(2)]
      let language = QualifiedName.text([Identifier(row.text(3))])
      catalog.add(
        .transform, at: CatalogAddress(CatalogID.transform, row.oid(0)),
        path: (home.map { [$0] } ?? []) + [Identifier("\(row.text(1)) LANGUAGE \(language)")],
        [
          "from_sql": row.optionalText(4).map { .expression(catalog.syntax.expression($0)) },
          "to_sql": row.optionalText(5).map { .expression(catalog.syntax.expression($0)) },
        ])
    }
  }

  static let sql = DefinedKind(
    words: "TRANSFORM", name: { "FOR \(.verbatim($0.name.raw))" },
    create: { object in
      var parts: [SQL] = []
      if let function = object.sql("from_sql") {
        parts.append("FROM SQL WITH FUNCTION \(function)")
      }
      if let function = object.sql("to_sql") { parts.append("TO SQL WITH FUNCTION \(function)") }
      return [
        "CREATE TRANSFORM FOR \(.verbatim(object.id.name.raw)) (\(parts.joined(", ")))"
      ]
    })
}

enum ConversionKind {
  static let query = CatalogQuery(
    """
    SELECT c.oid, c.connamespace, c.conname, pg_catalog.pg_encoding_to_char(c.conforencoding),
      pg_catalog.pg_encoding_to_char(c.contoencoding), c.conproc::text, c.condefault
    FROM pg_catalog.pg_conversion c WHERE \(CatalogQuery.isUserNamespace("c.connamespace"))
    """
  ) { rows, catalog in
    for row in rows {
      catalog.add(
        .conversion, at: CatalogAddress(CatalogID.conversion, row.oid(0)), namespace: row.oid(1),
        [row.text(2)],
        [
          "for": Catalog.text(row.text(3)), "to": Catalog.text(row.text(4)),
          "function": catalog.name(.function, row.text(5)),
          "default": Catalog.flag(row.bool(6)),
        ])
    }
  }

  static let sql = DefinedKind(
    words: "CONVERSION",
    create: { object in
      let word: SQL = object.isSet("default") ? "DEFAULT " : ""
      return [
        """
        CREATE \(word)CONVERSION \(path: object.id.path) FOR \(object.literal("for") ?? "''") \
        TO \(object.literal("to") ?? "''") FROM \(object.sql("function") ?? .empty)
        """
      ]
    })
}
