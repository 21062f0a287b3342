import SQLText
import SchemaModel

enum TextSearchParserKind {
  static let query = CatalogQuery(
    """
    SELECT p.oid, p.prsnamespace, p.prsname, p.prsstart::text, p.prstoken::text, p.prsend::text,
      p.prslextype::text, p.prsheadline::text
    FROM pg_catalog.pg_ts_parser p WHERE \(CatalogQuery.isUserNamespace("p.prsnamespace"))
    """
  ) { rows, catalog in
    for row in rows {
      var attributes: [String: DefinedObject.Value?] = [:]
      for (index, name) in functions.enumerated() {
        attributes[name] = catalog.name(.function, row.text(3 + index))
      }
      catalog.add(
        .textSearchParser, at: CatalogAddress(CatalogID.textSearchParser, row.oid(0)),
        namespace: row.oid(1), [row.text(2)], attributes)
    }
  }

  private static let functions = ["start", "gettoken", "end", "lextypes", "headline"]

  static let sql = DefinedKind(
    words: "TEXT SEARCH PARSER",
    create: { object in
      [
        "CREATE TEXT SEARCH PARSER \(path: object.id.path) "
          + DefinedKind.list(functions.map { (.verbatim($0.uppercased()), object.sql($0)) })
      ]
    })
}

enum TextSearchTemplateKind {
  static let query = CatalogQuery(
    """
    SELECT t.oid, t.tmplnamespace, t.tmplname, t.tmplinit::text, t.tmpllexize::text
    FROM pg_catalog.pg_ts_template t WHERE \(CatalogQuery.isUserNamespace("t.tmplnamespace"))
    """
  ) { rows, catalog in
    for row in rows {
      catalog.add(
        .textSearchTemplate, at: CatalogAddress(CatalogID.textSearchTemplate, row.oid(0)),
        namespace: row.oid(1), [row.text(2)],
        [
          "init": catalog.name(.function, row.text(3)),
          "lexize": catalog.name(.function, row.text(4)),
        ])
    }
  }

  static let sql = DefinedKind(
    words: "TEXT SEARCH TEMPLATE",
    create: { object in
      [
        "CREATE TEXT SEARCH TEMPLATE \(path: object.id.path) "
          + DefinedKind.list([("INIT", object.sql("init")), ("LEXIZE", object.sql("lexize"))])
      ]
    })
}

enum TextSearchDictionaryKind {
  static let query = CatalogQuery(
    """
    SELECT d.oid, d.dictnamespace, d.dictname, n.nspname, t.tmplname, d.dictinitoption
    FROM pg_catalog.pg_ts_dict d JOIN pg_catalog.pg_ts_template t ON t.oid = d.dicttemplate
    JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace
    WHERE \(CatalogQuery.isUserNamespace("d.dictnamespace"))
    """
  ) { rows, catalog in
    for row in rows {
      catalog.add(
        .textSearchDictionary, at: CatalogAddress(CatalogID.textSearchDictionary, row.oid(0)),
        namespace: row.oid(1), [row.text(2)],
        [
          "template": catalog.name(.textSearchTemplate, schema: row.text(3), row.text(4)),
          "options": row.optionalText(5).flatMap(options),
        ])
    }
  }

  /// `name = 'value', …` as PostgreSQL keeps it, in its order.
  private static func options(_ text: String) -> DefinedObject.Value? {
    guard let tokens = try? Lexer.tokens(of: text, rules: .postgresql) else { return nil }
    var options: [DefinedObject.Option] = []
    for part in tokens.split(whereSeparator: { $0.isSymbol(",") }) {
      guard let name = part.first, let value = part.last, part.count > 2 else { continue }
      options.append(
        .init(
          name: PostgresSyntax().identifier(name), value: .text(ExactText(constant(value)))))
    }
    return options.isEmpty ? nil : .options(options)
  }

  private static func constant(_ token: Token) -> String {
    guard token.kind == .string else { return token.text }
    var bytes = Array(token.text.utf8)
    let isEscape = bytes.first == UInt8(ascii: "E")
    if isEscape { bytes.removeFirst() }
    var output: [UInt8] = []
    var position = 1
    while position < bytes.count - 1 {
      let byte = bytes[position]
      // A quote or, in an escape string, a backslash is doubled.
      if byte == 0x27 || (isEscape && byte == 0x5C) { position += 1 }
      output.append(byte)
      position += 1
    }
    return String(decoding: output, as: UTF8.self)
  }

  static let sql = DefinedKind(
    words: "TEXT SEARCH DICTIONARY",
    create: { object in
      [
        "CREATE TEXT SEARCH DICTIONARY \(path: object.id.path) "
          + DefinedKind.list(
            [("TEMPLATE", object.sql("template"))] + pairs(object).map { ($0.name, $0.value) })
      ]
    },
    alter: { old, new in
      guard new.differs(from: old, onlyIn: ["options"]) else { return nil }
      let after = new["options"]?.options ?? []
      let gone = (old["options"]?.options ?? []).filter { option in
        !after.contains { $0.name == option.name }
      }
      // Every option that is set moves to the end, so that setting all of them keeps their order.
      let list =
        gone.map { "\($0.name)" as SQL }
        + pairs(new).map { "\($0.name) = \($0.value ?? .empty)" as SQL }
      return ["ALTER TEXT SEARCH DICTIONARY \(path: new.id.path) (\(list.joined(", ")))"]
    })

  private static func pairs(_ object: DefinedObject) -> [(name: SQL, value: SQL?)] {
    (object["options"]?.options ?? []).map {
      ("\($0.name)", $0.value.text.map { "\(literal: $0.string)" })
    }
  }
}

enum TextSearchConfigurationKind {
  static let query = CatalogQuery(
    """
    SELECT c.oid, c.cfgnamespace, c.cfgname, n.nspname, p.prsname,
      (SELECT pg_catalog.array_agg(m.alias ORDER BY m.maptokentype, m.mapseqno)
       FROM (SELECT t.alias, m.maptokentype, m.mapseqno FROM pg_catalog.pg_ts_config_map m
             JOIN pg_catalog.ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype
             WHERE m.mapcfg = c.oid) m)::text,
      (SELECT pg_catalog.array_agg(m.mapdict::pg_catalog.regdictionary::text
         ORDER BY m.maptokentype, m.mapseqno)
       FROM pg_catalog.pg_ts_config_map m WHERE m.mapcfg = c.oid)::text
    FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_ts_parser p ON p.oid = c.cfgparser
    JOIN pg_catalog.pg_namespace n ON n.oid = p.prsnamespace
    WHERE \(CatalogQuery.isUserNamespace("c.cfgnamespace"))
    """
  ) { rows, catalog in
    for row in rows {
      var mappings: [DefinedObject.Option] = []
      for (token, dictionary) in zip(row.texts(5), row.texts(6)) {
        guard let name = catalog.name(.textSearchDictionary, dictionary) else { continue }
        if let last = mappings.last, last.name == Identifier(token) {
          mappings[mappings.count - 1].value = .list(last.value.elements + [name])
        } else {
          mappings.append(.init(name: Identifier(token), value: .list([name])))
        }
      }
      catalog.add(
        .textSearchConfiguration, at: CatalogAddress(CatalogID.textSearchConfiguration, row.oid(0)),
        namespace: row.oid(1), [row.text(2)],
        [
          "parser": catalog.name(.textSearchParser, schema: row.text(3), row.text(4)),
          "mappings": mappings.isEmpty
            ? nil : .options(mappings.sorted { $0.name < $1.name }),
        ])
    }
  }

  static let sql = DefinedKind(
    words: "TEXT SEARCH CONFIGURATION",
    create: { object in
      let parser = object.sql("parser") ?? .empty
      return [
        "CREATE TEXT SEARCH CONFIGURATION \(path: object.id.path) (PARSER = \(parser))"
      ] + (object["mappings"]?.options ?? []).map { change(object, "ADD", $0) }
    },
    alter: { old, new in
      guard new.differs(from: old, onlyIn: ["mappings"]) else { return nil }
      let before = old["mappings"]?.options ?? []
      let after = new["mappings"]?.options ?? []
      var statements: [SQL] = []
      for mapping in before where !after.contains(where: { $0.name == mapping.name }) {
        statements.append(
          "ALTER TEXT SEARCH CONFIGURATION \(path: new.id.path) DROP MAPPING FOR \(mapping.name)")
      }
      for mapping in after where !before.contains(mapping) {
        let isKnown = before.contains { $0.name == mapping.name }
        statements.append(change(new, isKnown ? "ALTER" : "ADD", mapping))
      }
      return statements
    })

  private static func change(
    _ object: DefinedObject, _ word: SQL, _ mapping: DefinedObject.Option
  ) -> SQL {
    let names = mapping.value.elements.compactMap { $0.name.map { "\(path: $0.path)" as SQL } }
    return """
      ALTER TEXT SEARCH CONFIGURATION \(path: object.id.path) \(word) MAPPING FOR \(mapping.name) \
      WITH \(names.joined(", "))
      """
  }
}
