import Planning
import SQLText
import SchemaModel

enum OperatorKind {
  /// A shell, which another operator's commutator or negator left behind, is nothing yet.
  static let query: CatalogQuery = {
    func other(_ column: String) -> String {
      """
      (SELECT ARRAY[n.nspname::text, p.oprname::text] FROM pg_catalog.pg_operator p
       JOIN pg_catalog.pg_namespace n ON n.oid = p.oprnamespace WHERE p.oid = o.\(column))::text
      """
    }
    return CatalogQuery(
      """
      SELECT o.oid, o.oprnamespace, o.oprname, pg_catalog.format_type(NULLIF(o.oprleft, 0), NULL),
        pg_catalog.format_type(o.oprright, NULL), o.oprcode::text, \(other("oprcom")),
        \(other("oprnegate")), o.oprrest::text, o.oprjoin::text, o.oprcanhash, o.oprcanmerge
      FROM pg_catalog.pg_operator o
      WHERE o.oprcode <> 0 AND \(CatalogQuery.isUserNamespace("o.oprnamespace"))
      """
    ) { rows, catalog in
      for row in rows {
        let types = [row.optionalText(3) ?? "NONE", row.text(4)]
        func other(_ column: Int) -> DefinedObject.Value? {
          let names = row.texts(column)
          return names.count == 2
            ? catalog.name(.operator, schema: names[0], names[1]) : nil
        }
        catalog.add(
          .operator, at: CatalogAddress(CatalogID.operator, row.oid(0)), namespace: row.oid(1),
          [row.text(2), types.joined(separator: ", ")],
          [
            "function": catalog.name(.function, row.text(5)), "commutator": other(6),
            "negator": other(7), "restrict": catalog.name(.function, row.text(8)),
            "join": catalog.name(.function, row.text(9)), "hashes": Catalog.flag(row.bool(10)),
            "merges": Catalog.flag(row.bool(11)),
          ])
      }
    }
  }()

  /// `schema.=== (integer, integer)`.
  static func signature(_ id: ObjectID) -> SQL {
    let types = SQL.verbatim(id.path.last?.raw ?? "")
    return "\(id.path[0]).\(.verbatim(id.name.raw)) (\(types))"
  }

  static let sql = DefinedKind(
    words: "OPERATOR", name: signature,
    create: { object in
      let sides = OperatorTypes(object.id)
      return [
        "CREATE OPERATOR \(object.id.path[0]).\(.verbatim(object.id.name.raw)) "
          + DefinedKind.list([
            ("FUNCTION", object.sql("function")), ("LEFTARG", sides.left),
            ("RIGHTARG", sides.right),
            ("COMMUTATOR", object.sql("commutator")), ("NEGATOR", object.sql("negator")),
            ("RESTRICT", object.sql("restrict")), ("JOIN", object.sql("join")),
            ("HASHES", object.isSet("hashes") ? "true" : nil),
            ("MERGES", object.isSet("merges") ? "true" : nil),
          ])
      ]
    },
    alter: { old, new in
      // The estimators alone can be changed on every version.
      guard new.differs(from: old, onlyIn: ["restrict", "join"]) else { return nil }
      let clauses = ["restrict", "join"].filter { old[$0] != new[$0] }.map { name -> SQL in
        "\(.verbatim(name.uppercased())) = \(new.sql(name) ?? "NONE")"
      }
      return ["ALTER OPERATOR \(signature(new.id)) SET (\(clauses.joined(", ")))"]
    },
    hazards: { [Hazard("BC03", "Queries that use operator \($0.name) fail.")] })
}

/// The operand types in an operator's id.
struct OperatorTypes {
  /// Nil of a prefix operator.
  let left: SQL?
  let right: SQL

  init(_ id: ObjectID) {
    let text = id.path.last?.raw ?? ""
    let tokens = (try? Lexer.tokens(of: text, rules: .postgresql)) ?? []
    var depth = 0
    var comma: Int?
    for token in tokens {
      if token.isSymbol("(") { depth += 1 }
      if token.isSymbol(")") { depth -= 1 }
      if depth == 0, token.isSymbol(","), comma == nil { comma = token.range.lowerBound }
    }
    let bytes = Array(text.utf8)
    let position = comma ?? 0
    let first = String(decoding: bytes[..<position], as: UTF8.self).trimmingSpace
    let rest = bytes[min(position + (comma == nil ? 0 : 1), bytes.count)...]
    left = first.isEmpty || first.asciiLowercased == "none" ? nil : .verbatim(first)
    right = .verbatim(String(decoding: rest, as: UTF8.self).trimmingSpace)
  }
}

enum OperatorFamilyKind {
  static let query = CatalogQuery(
    """
    SELECT f.oid, f.opfnamespace, f.opfname, m.amname
    FROM pg_catalog.pg_opfamily f JOIN pg_catalog.pg_am m ON m.oid = f.opfmethod
    WHERE \(CatalogQuery.isUserNamespace("f.opfnamespace"))
    """
  ) { rows, catalog in
    for row in rows {
      let oid = row.oid(0)
      catalog.add(
        .operatorFamily, at: CatalogAddress(CatalogID.operatorFamily, oid), namespace: row.oid(1),
        [row.text(2), row.text(3)], ["members": catalog.members(of: CatalogID.operatorFamily, oid)])
    }
  }

  static let sql = DefinedKind(
    words: "OPERATOR FAMILY", name: OperatorClassKind.reference,
    create: { object in
      let members = OperatorClassKind.members(object)
      let name = OperatorClassKind.reference(object.id)
      let create: SQL = "CREATE OPERATOR FAMILY \(name)"
      guard !members.isEmpty else { return [create] }
      return [create, "ALTER OPERATOR FAMILY \(name) ADD\n    \(members.joined(",\n    "))"]
    })
}

enum OperatorClassKind {
  static let query = CatalogQuery(
    """
    SELECT c.oid, c.opcnamespace, c.opcname, m.amname, c.opcdefault, n.nspname, f.opfname,
      f.opfnamespace = c.opcnamespace AND f.opfname = c.opcname,
      pg_catalog.format_type(c.opcintype, NULL), c.opcintype,
      pg_catalog.format_type(NULLIF(c.opckeytype, 0), NULL), c.opckeytype
    FROM pg_catalog.pg_opclass c JOIN pg_catalog.pg_am m ON m.oid = c.opcmethod
    JOIN pg_catalog.pg_opfamily f ON f.oid = c.opcfamily
    JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
    WHERE \(CatalogQuery.isUserNamespace("c.opcnamespace"))
    """
  ) { rows, catalog in
    for row in rows {
      let oid = row.oid(0)
      let storage = row.oid(11) == 0 ? nil : catalog.type(row.text(10), row.oid(11))
      catalog.add(
        .operatorClass, at: CatalogAddress(CatalogID.operatorClass, oid), namespace: row.oid(1),
        [row.text(2), row.text(3)],
        [
          "default": Catalog.flag(row.bool(4)),
          "family": row.bool(7)
            ? nil : catalog.name(.operatorFamily, schema: row.text(5), row.text(6)),
          "type": catalog.type(row.text(8), row.oid(9)), "storage": storage,
          "members": catalog.members(of: CatalogID.operatorClass, oid),
        ])
    }
  }

  /// What belongs to classes and, added later, to families alone.
  static let memberQuery = CatalogQuery(
    """
    SELECT d.refclassid, d.refobjid, pg_catalog.concat('OPERATOR ', o.amopstrategy, ' ',
        o.amopopr::pg_catalog.regoperator, CASE WHEN o.amoppurpose = 'o' THEN
          pg_catalog.concat(' FOR ORDER BY ', pg_catalog.quote_ident(n.nspname), '.',
            pg_catalog.quote_ident(f.opfname)) END), o.oid, 2602
    FROM pg_catalog.pg_amop o
    JOIN pg_catalog.pg_depend d ON d.classid = 2602 AND d.objid = o.oid
      AND d.refclassid IN (2616, 2753)
    LEFT JOIN pg_catalog.pg_opfamily f ON f.oid = o.amopsortfamily
    LEFT JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
    WHERE o.oid >= 16384
    UNION ALL
    SELECT d.refclassid, d.refobjid, pg_catalog.concat('FUNCTION ', p.amprocnum, ' (',
        pg_catalog.format_type(p.amproclefttype, NULL), ', ',
        pg_catalog.format_type(p.amprocrighttype, NULL), ') ', p.amproc::pg_catalog.regprocedure),
      p.oid, 2603
    FROM pg_catalog.pg_amproc p
    JOIN pg_catalog.pg_depend d ON d.classid = 2603 AND d.objid = p.oid
      AND d.refclassid IN (2616, 2753)
    WHERE p.oid >= 16384
    """
  ) { rows, catalog in
    for row in rows {
      let owner = CatalogAddress(row.oid(0), row.oid(1))
      catalog.operatorMembers[owner, default: []].append(row.text(2))
      // What an entry depends on, its owner depends on.
      catalog.memberOwners[CatalogAddress(row.oid(4), row.oid(3))] = owner
    }
  }

  /// `schema.name USING method`.
  static let reference: @Sendable (ObjectID) -> SQL = { id in
    "\(path: Array(id.path.prefix(2))) USING \(id.path[id.path.count - 1])"
  }

  static func members(_ object: DefinedObject) -> [SQL] {
    (object["members"]?.elements ?? []).compactMap { value in
      if case .expression(let expression) = value { "\(expression)" } else { nil }
    }
  }

  static let sql = DefinedKind(
    words: "OPERATOR CLASS", name: reference,
    create: { object in
      var sql: SQL = "CREATE OPERATOR CLASS \(path: Array(object.id.path.prefix(2)))"
      if object.isSet("default") { sql += " DEFAULT" }
      sql += " FOR TYPE \(object.sql("type") ?? .empty) USING \(object.id.path[2])"
      let own: SQL = "\(path: Array(object.id.path.prefix(2)))"
      sql += " FAMILY \(object.sql("family") ?? own) AS\n    "
      var parts: [SQL] = object.sql("storage").map { ["STORAGE \($0)"] } ?? []
      parts += members(object)
      // A class needs an entry at least; its own type as storage says nothing.
      if parts.isEmpty { parts = ["STORAGE \(object.sql("type") ?? .empty)"] }
      return [sql + parts.joined(",\n    ")]
    })
}

extension Catalog {
  func members(of catalog: UInt32, _ oid: UInt32) -> DefinedObject.Value? {
    guard let members = operatorMembers[CatalogAddress(catalog, oid)] else { return nil }
    return .list(DefinedObject.sortedMembers(members.map { syntax.expression($0) }))
  }
}
