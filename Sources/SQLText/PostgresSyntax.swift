package import SchemaModel

/// PostgreSQL's names and types.
package struct PostgresSyntax: EngineSyntax {
  package init() {}

  package var engine: EngineName { .postgresql }
  package var rules: LexicalRules { .postgresql }

  /// The spelling of `format_type` under an empty search_path.
  package func typeName(
    _ text: String, in context: TypeContext
  ) throws(SyntaxProblem) -> TypeName {
    var parts = try TypeParts(tokens: tokens(of: text), text: text, syntax: self)
    if parts.names.count == 2, parts.names[0].raw == "pg_catalog" { parts.names.removeFirst() }
    if parts.names.count == 1 {
      if let known = PostgresTypes.canonical(parts) {
        return TypeName(known + parts.arraySuffix, spelling: nil)
      }
      // Several words are a built-in type or nothing.
      guard parts.trailer.isEmpty else { throw SyntaxProblem("'\(text)' is not a type") }
    }
    let path: [Identifier]
    if parts.names.count > 1 {
      path = parts.names
    } else {
      let schemas = context.searchPath.isEmpty ? [Identifier("public")] : context.searchPath
      let name = parts.names[0]
      let home = schemas.first { context.type([$0, name]) != nil }
      // A pseudo-type of pg_catalog whose name needs quotes.
      if home == nil, parts.isQuoted, name.raw == "any" {
        return TypeName("\"any\"" + parts.arraySuffix)
      }
      path = [home ?? schemas[0], name]
    }
    return TypeName(
      QualifiedName.text(path) + parts.modifier + parts.arraySuffix, object: context.type(path))
  }
}

extension TypeName {
  /// The built-in type of PostgreSQL that is meant perhaps, where this is none and nothing declares it.
  package var nearlyMissed: String? {
    object == nil ? PostgresTypes.nearlyMissed(by: canonical.string) : nil
  }
}

/// A type's text, taken apart.
struct TypeParts {
  /// One name, or schema and name; for built-in types of several words their words with one space.
  var names: [Identifier]
  var isQuoted: Bool
  /// `(10,2)` or nothing.
  var modifier: String
  /// The numbers of the modifier.
  var arguments: [String]
  /// `with time zone`, `day to second` …, in lower case.
  var trailer: String
  var isArray: Bool

  var arraySuffix: String { isArray ? "[]" : "" }

  init(tokens: [Token], text: String, syntax: PostgresSyntax) throws(SyntaxProblem) {
    names = []
    isQuoted = false
    modifier = ""
    arguments = []
    trailer = ""
    isArray = false
    var position = 0
    func problem(_ at: Int) -> SyntaxProblem {
      SyntaxProblem(
        "'\(text)' is not a type", at: at < tokens.count ? tokens[at].range.lowerBound : 0)
    }
    guard let first = tokens.first, first.kind == .word || first.kind == .quotedName else {
      throw problem(0)
    }
    isQuoted = first.kind == .quotedName
    names = [syntax.identifier(first)]
    position = 1
    while position + 1 < tokens.count, tokens[position].isSymbol(".") {
      names.append(syntax.identifier(tokens[position + 1]))
      isQuoted = isQuoted || tokens[position + 1].kind == .quotedName
      position += 2
    }
    var words: [String] = []
    while position < tokens.count {
      let token = tokens[position]
      if token.kind == .word {
        if token.isWord("array") {
          isArray = true
        } else {
          words.append(token.text.asciiLowercased)
        }
        position += 1
      } else if token.isSymbol("("), modifier.isEmpty {
        let end = tokens[position...].firstIndex { $0.isSymbol(")") }
        guard let end else { throw problem(position) }
        arguments = tokens[(position + 1)..<end].split { $0.isSymbol(",") }
          .map { $0.map(\.text).joined() }
        modifier = "(" + arguments.joined(separator: ",") + ")"
        position = end + 1
      } else if token.isSymbol("[") {
        guard let end = tokens[position...].firstIndex(where: { $0.isSymbol("]") }) else {
          throw problem(position)
        }
        isArray = true
        position = end + 1
      } else {
        throw problem(position)
      }
    }
    trailer = words.joined(separator: " ")
    if !trailer.isEmpty, names.count > 1 || isQuoted { throw problem(1) }
  }
}

/// Built-in types and their other names (postgresql.org/docs/current/datatype.html, table 8.1).
enum PostgresTypes {
  /// Nil when the words name no built-in type.
  static func canonical(_ parts: TypeParts) -> String? {
    let name = parts.names[0].raw
    if parts.isQuoted {
      if name == "char" || name == "any" { return "\"\(name)\"" }
      // Quotes keep the grammar out: only the names of pg_type are left.
      if grammarOnly.contains(name) { return nil }
    }
    switch (name, parts.trailer) {
    case ("timestamp", ""), ("timestamp", "without time zone"):
      return "timestamp\(parts.modifier) without time zone"
    case ("timestamptz", ""), ("timestamp", "with time zone"):
      return "timestamp\(parts.modifier) with time zone"
    case ("time", ""), ("time", "without time zone"):
      return "time\(parts.modifier) without time zone"
    case ("timetz", ""), ("time", "with time zone"): return "time\(parts.modifier) with time zone"
    case ("interval", let fields):
      return fields.isEmpty ? "interval" + parts.modifier : "interval " + fields + parts.modifier
    case ("varchar", ""), ("character", "varying"), ("char", "varying"), ("nchar", "varying"),
      ("national", "character varying"), ("national", "char varying"):
      return "character varying" + parts.modifier
    case ("character", ""), ("char", ""), ("nchar", ""), ("national", "character"),
      ("national", "char"):
      return "character" + (parts.modifier.isEmpty ? "(1)" : parts.modifier)
    case ("bpchar", ""): return parts.modifier.isEmpty ? "bpchar" : "character" + parts.modifier
    case ("bit", "varying"), ("varbit", ""): return "bit varying" + parts.modifier
    case ("bit", ""): return "bit" + (parts.modifier.isEmpty ? "(1)" : parts.modifier)
    case ("double", "precision"), ("float8", ""): return "double precision"
    case ("float", ""): return floating(parts)
    case ("numeric", ""), ("decimal", ""), ("dec", ""):
      return parts.arguments.count == 1
        ? "numeric(\(parts.arguments[0]),0)" : "numeric" + parts.modifier
    default: break
    }
    guard parts.trailer.isEmpty else { return nil }
    if let alias = aliases[name] { return alias }
    return plain.contains(name) ? name + parts.modifier : nil
  }

  /// The built-in type that a name of another misses by one letter: `timestamptz` for `public.timestampz`.
  static func nearlyMissed(by canonical: String) -> String? {
    let path = canonical.prefix { $0 != "(" && $0 != "[" }.split(separator: ".")
    guard path.count == 2, let name = path.last else { return nil }
    let bytes = Array(name.utf8)
    // Shorter names are near to many.
    guard bytes.count > 4 else { return nil }
    let names = Set(aliases.keys).union(plain).union(grammarOnly).union(written)
    let near = names.sorted().filter { editDistance(bytes, Array($0.utf8)) == 1 }
    // A letter is forgotten inside of a word rather than added to its end: timestampz.
    return near.first { $0.utf8.last == bytes.last } ?? near.first
  }

  private static let written: Set<String> = [
    "timestamp", "timestamptz", "time", "timetz", "interval", "varchar", "char", "numeric",
    "varbit",
  ]

  private static func floating(_ parts: TypeParts) -> String {
    guard let digits = parts.arguments.first.flatMap({ Int($0) }) else { return "double precision" }
    return digits <= 24 ? "real" : "double precision"
  }

  private static let aliases: [String: String] = [
    "int": "integer", "int4": "integer", "int8": "bigint", "int2": "smallint", "bool": "boolean",
    "float4": "real",
  ]

  /// Names of types that the grammar knows and the catalog does not, and those that mean something else
  /// there.
  private static let grammarOnly: Set<String> = [
    "bigint", "bit", "boolean", "character", "dec", "decimal", "double", "float", "int", "integer",
    "national", "nchar", "real", "smallint",
  ]

  private static let plain: Set<String> = [
    "bigint", "boolean", "box", "bytea", "cidr", "circle", "date", "daterange", "datemultirange",
    "inet", "integer", "int4range", "int4multirange", "int8range", "int8multirange", "json",
    "jsonb",
    "jsonpath", "line", "lseg", "macaddr", "macaddr8", "money", "name", "nummultirange", "numrange",
    "oid", "path", "pg_lsn", "pg_snapshot", "point", "polygon", "real", "refcursor", "regclass",
    "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper", "regoperator",
    "regproc", "regprocedure", "regrole", "regtype", "smallint", "text", "tid", "tsmultirange",
    "tsquery", "tsrange", "tstzmultirange", "tstzrange", "tsvector", "txid_snapshot", "uuid",
    "void",
    "trigger", "event_trigger", "record", "xid", "xid8", "cid", "xml", "aclitem", "int2vector",
    "oidvector", "anyelement", "anyarray", "anynonarray", "anyenum", "anyrange", "cstring",
    "internal", "unknown", "anycompatible", "anycompatiblearray", "anycompatiblenonarray",
    "anycompatiblerange", "gtsvector", "anymultirange", "anycompatiblemultirange",
    "fdw_handler", "index_am_handler", "language_handler", "table_am_handler", "tsm_handler",
    "pg_brin_bloom_summary", "pg_brin_minmax_multi_summary", "pg_ddl_command", "pg_dependencies",
    "pg_mcv_list", "pg_ndistinct", "pg_node_tree",
  ]
}
