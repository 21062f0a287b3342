import SQLText
import SchemaModel

/// What a change of a column's type needs and costs.
enum TypeChange {
  /// Whether only length, precision or scale differ.
  static func isSameBase(_ old: TypeName, _ new: TypeName) -> Bool {
    base(old).hasSameBytes(as: base(new)) && isArray(old) == isArray(new)
  }

  /// The `USING` expression, where no cast is made by assignment. Nil lets PostgreSQL cast by itself: an
  /// explicit cast to a shorter text would cut values that an assignment refuses.
  static func conversion(of column: Identifier, from old: TypeName, to new: TypeName) -> SQL? {
    if isSameBase(old, new) { return nil }
    let (from, to) = (base(old), base(new))
    if isArray(old) == isArray(new) {
      if !isArray(old), hasAssignment(from: from, to: to) { return nil }
      if isArray(old), hasAssignment(from: from, to: to) { return "\(column)::\(new)" }
      if hasExplicit(from: from, to: to) { return "\(column)::\(new)" }
      return isArray(old) ? "\(column)::text[]::\(new)" : "\(column)::text::\(new)"
    }
    if isArray(new) {
      let isCast =
        from.hasSameBytes(as: to) || hasAssignment(from: from, to: to)
        || hasExplicit(from: from, to: to)
      return isCast ? "ARRAY[\(column)]::\(new)" : "ARRAY[\(column)::text]::\(new)"
    }
    return texts.contains(to) ? nil : "\(column)::text::\(new)"
  }

  /// Whether values can be changed or cut by the conversion (rule DL07).
  static func isLossy(_ old: TypeName, _ new: TypeName) -> Bool {
    let (from, to) = (base(old), base(new))
    if isSameBase(old, new) {
      // A shorter text is refused, not cut; fewer digits are rounded away.
      guard
        [
          "numeric", "timestamp without time zone", "timestamp with time zone", "interval",
          "time without time zone", "time with time zone",
        ].contains(from)
      else { return false }
      return !covers(modifier(new), modifier(old))
    }
    let lossy: [String: Set<String>] = [
      "numeric": ["smallint", "integer", "bigint", "real", "double precision", "money"],
      "double precision": ["smallint", "integer", "bigint", "real", "numeric"],
      "real": ["smallint", "integer", "bigint"],
      "timestamp with time zone": [
        "timestamp without time zone", "date", "time without time zone",
      ],
      "timestamp without time zone": ["date", "time without time zone"],
      "json": ["jsonb"],
      "bigint": ["real", "double precision"],
      "integer": ["real", "boolean"],
    ]
    return lossy[from]?.contains(to) ?? false
  }

  /// Whether the rows stay as they are on disk (measured on 11 to 18).
  static func isMetadataOnly(_ old: TypeName, _ new: TypeName) -> Bool {
    let (from, to) = (base(old), base(new))
    if old == new { return true }
    // Every change of an array's elements writes the rows.
    if isArray(old) || isArray(new) { return false }
    switch (from, to) {
    case ("character varying", "text"), ("cidr", "inet"), ("xml", "text"), ("integer", "oid"):
      return true
    case ("text", "character varying"), ("text", "citext"), ("citext", "text"),
      ("character varying", "citext"):
      return modifier(new).isEmpty
    case ("timestamp without time zone", "timestamp with time zone"),
      ("timestamp with time zone", "timestamp without time zone"):
      return covers(modifier(new), modifier(old))
    case ("character varying", "character varying"), ("numeric", "numeric"),
      ("bit varying", "bit varying"),
      ("timestamp without time zone", "timestamp without time zone"),
      ("timestamp with time zone", "timestamp with time zone"),
      ("time without time zone", "time without time zone"),
      ("time with time zone", "time with time zone"):
      return covers(modifier(new), modifier(old))
    default: return false
    }
  }

  /// Whether indexes on the column are built anew though the rows stay.
  static func rebuildsIndexes(_ old: TypeName, _ new: TypeName) -> Bool {
    let pair = [base(old), base(new)]
    return pair.contains("citext") || pair == ["integer", "oid"] || isZoned(old, new)
  }

  /// Between times with and without a zone: what they mean depends on the session's.
  static func isZoned(_ old: TypeName, _ new: TypeName) -> Bool {
    let bases: Set = ["timestamp without time zone", "timestamp with time zone"]
    return base(old) != base(new) && bases.contains(base(old)) && bases.contains(base(new))
  }

  // MARK: - Names

  /// Without modifier and brackets.
  private static func base(_ type: TypeName) -> String {
    var bytes = Array(type.canonical.string.utf8)
    if bytes.suffix(2).elementsEqual("[]".utf8) { bytes.removeLast(2) }
    // An extension's type, wherever that was installed.
    let name = String(decoding: bytes, as: UTF8.self)
    if name.hasSuffix(".citext") { return "citext" }
    guard bytes.first != UInt8(ascii: "\""), let open = bytes.firstIndex(of: UInt8(ascii: "(")),
      let close = bytes.lastIndex(of: UInt8(ascii: ")")), open < close
    else { return String(decoding: bytes, as: UTF8.self) }
    return String(decoding: bytes[..<open] + bytes[(close + 1)...], as: UTF8.self)
  }

  private static func isArray(_ type: TypeName) -> Bool {
    type.canonical.string.utf8.suffix(2).elementsEqual("[]".utf8)
  }

  private static func modifier(_ type: TypeName) -> [Int] {
    let bytes = Array(type.canonical.string.utf8)
    guard let open = bytes.firstIndex(of: UInt8(ascii: "(")),
      let close = bytes.lastIndex(of: UInt8(ascii: ")")), open < close
    else { return [] }
    return bytes[(open + 1)..<close].split(separator: UInt8(ascii: ",")).compactMap {
      Int(String(decoding: $0, as: UTF8.self))
    }
  }

  /// Whether everything of the old length or precision and scale fits into the new.
  private static func covers(_ new: [Int], _ old: [Int]) -> Bool {
    if new.isEmpty { return true }
    guard !old.isEmpty, let newFirst = new.first, let oldFirst = old.first else { return false }
    let newScale = new.count > 1 ? new[1] : 0
    let oldScale = old.count > 1 ? old[1] : 0
    return newScale == oldScale && newFirst >= oldFirst
  }

  // MARK: - Casts (pg_cast, castcontext)

  private static let texts: Set<String> = [
    "text", "character varying", "character", "bpchar", "name", "\"char\"",
  ]
  private static let numbers: Set<String> = [
    "smallint", "integer", "bigint", "numeric", "real", "double precision",
  ]
  private static let moments: Set<String> = [
    "date", "timestamp without time zone", "timestamp with time zone",
  ]

  private static func hasAssignment(from: String, to: String) -> Bool {
    // Every type can be assigned to a text.
    if ["text", "character varying", "character", "bpchar"].contains(to) { return true }
    if texts.contains(from), texts.contains(to) { return true }
    if numbers.contains(from), numbers.contains(to) { return true }
    if moments.contains(from), moments.contains(to) { return true }
    let pairs: Set<[String]> = [
      ["json", "jsonb"], ["jsonb", "json"], ["numeric", "money"], ["money", "numeric"],
      ["integer", "money"], ["bigint", "money"], ["cidr", "inet"], ["inet", "cidr"],
      ["bit", "bit varying"], ["bit varying", "bit"], ["integer", "oid"], ["bigint", "oid"],
      ["oid", "bigint"], ["oid", "integer"],
      ["timestamp without time zone", "time without time zone"],
      ["timestamp with time zone", "time without time zone"],
      ["timestamp with time zone", "time with time zone"],
      ["time without time zone", "time with time zone"],
      ["time with time zone", "time without time zone"], ["time without time zone", "interval"],
      ["interval", "time without time zone"], ["macaddr", "macaddr8"], ["macaddr8", "macaddr"],
    ]
    return pairs.contains([from, to])
  }

  private static func hasExplicit(from: String, to: String) -> Bool {
    if texts.contains(from) { return true }
    if from == "jsonb" { return numbers.contains(to) || to == "boolean" }
    let pairs: Set<[String]> = [
      ["integer", "boolean"], ["boolean", "integer"], ["integer", "bit"], ["bigint", "bit"],
      ["bit", "integer"], ["bit", "bigint"],
    ]
    return pairs.contains([from, to])
  }
}
