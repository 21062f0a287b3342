import SQLText
import SchemaModel

/// Values of PostgreSQL's types in their text form, the same ones for the same number.
///
/// Numbers that differ give values that differ, as far as the type has so many.
enum PostgresValues {
  /// Nil: nobody knows how such a value is written.
  static func text(_ type: SeedType, _ n: Int) -> String? {
    switch type {
    case .builtin(let name, let modifier): builtin(name, modifier, n)
    case .enumeration(let values): values.isEmpty ? nil : values[n % values.count]
    case .array(let element):
      text(element, n).flatMap { first in
        text(element, n + 1).map { "{\(quoted(first))\(delimiter(element))\(quoted($0))}" }
      }
    case .composite(let attributes): composite(attributes, n)
    case .range(let element): range(element, n)
    case .multirange(let element): range(element, n).map { "{\($0)}" }
    case .other(let name): other(name, n)
    }
  }

  /// Boxes are written with commas themselves (`pg_type.typdelim`).
  static func delimiter(_ element: SeedType) -> String {
    if case .builtin("box", _) = element { ";" } else { "," }
  }

  private static func builtin(_ name: String, _ modifier: [Int], _ n: Int) -> String? {
    switch name {
    case "smallint", "integer", "bigint", "oid", "xid", "xid8", "cid", "oidvector", "int2vector":
      return String(n)
    case "numeric": return numeric(modifier, n)
    case "real", "double precision": return "\(n).5"
    case "money": return "\(n).25"
    case "boolean": return n % 2 == 0 ? "true" : "false"
    case "text", "character varying", "character", "bpchar", "name", "\"char\"":
      let limit = name == "\"char\"" ? 1 : name == "name" ? 63 : modifier.first
      return word(n, limit: limit)
    case "bytea": return "\\x" + hexadecimal(n, digits: 8)
    case "uuid": return "00000000-0000-4000-8000-" + hexadecimal(n, digits: 12)
    case "json", "jsonb": return "{\"n\": \(n)}"
    case "jsonpath": return "$.n\(n)"
    case "xml": return "<n>\(n)</n>"
    case "bit": return binary(n, digits: modifier.first ?? 1)
    case "bit varying": return binary(n, digits: min(modifier.first ?? 8, 8))
    default: break
    }
    return moment(name, n) ?? network(name, n) ?? shape(name, n) ?? internals(name, n)
  }

  // MARK: - Numbers and words

  private static func numeric(_ modifier: [Int], _ n: Int) -> String {
    guard let precision = modifier.first else { return "\(n).5" }
    let scale = modifier.count > 1 ? modifier[1] : 0
    let whole = precision - scale
    guard whole > 0 else {
      // Nothing stands before the point.
      let digits = String(n % 9 + 1)
      return "0." + String(repeating: "0", count: max(0, scale - digits.utf8.count)) + digits
    }
    let limit = whole >= 9 ? 1_000_000_000 : power(10, whole)
    return scale > 0 ? "\(n % limit).5" : String(n % limit)
  }

  private static func power(_ base: Int, _ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }

  /// `value 12`, or the number alone where there is no room.
  static func word(_ n: Int, limit: Int?) -> String {
    let text = "value \(n)"
    guard let limit, text.utf8.count > limit else { return text }
    let digits = String(n, radix: 36)
    return String(digits.suffix(limit))
  }

  /// Exactly so many letters, different for different numbers.
  static func word(_ n: Int, length: Int) -> String {
    let digits = String(n, radix: 36).suffix(length)
    return String(repeating: "x", count: length - digits.utf8.count) + digits
  }

  static func hexadecimal(_ n: Int, digits: Int) -> String {
    let text = String(String(n, radix: 16).suffix(digits))
    return String(repeating: "0", count: digits - text.utf8.count) + text
  }

  private static func binary(_ n: Int, digits: Int) -> String {
    let text = String(String(n, radix: 2).suffix(digits))
    return String(repeating: "0", count: digits - text.utf8.count) + text
  }

  static func padded(_ n: Int, _ digits: Int) -> String {
    let text = String(n)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }

  // MARK: - Dates and times

  static func date(_ n: Int) -> String {
    "\(padded(2024 + n / 336 % 70, 4))-\(padded(1 + n / 28 % 12, 2))-\(padded(1 + n % 28, 2))"
  }

  static func time(_ n: Int) -> String {
    "\(padded(n / 3600 % 24, 2)):\(padded(n / 60 % 60, 2)):\(padded(n % 60, 2))"
  }

  private static func moment(_ name: String, _ n: Int) -> String? {
    switch name {
    case "date": date(n)
    case "time without time zone": time(n)
    case "time with time zone": time(n) + "+00"
    case "timestamp without time zone": date(n) + " " + time(n)
    case "timestamp with time zone": date(n) + " " + time(n) + "+00"
    case "interval": "\(n) days"
    default:
      if name.hasPrefix("interval") {
        name.contains("year") || name.contains("month") ? "\(n) years" : "\(n) days"
      } else {
        nil
      }
    }
  }

  // MARK: - The rest

  private static func network(_ name: String, _ n: Int) -> String? {
    let (high, low) = (n / 250 % 250, n % 250 + 1)
    let bytes = hexadecimal(n % 0x10000, digits: 4)
    let tail = "\(bytes.prefix(2)):\(bytes.suffix(2))"
    return switch name {
    case "inet": "10.0.\(high).\(low)"
    case "cidr": "10.\(high).\(low).0/24"
    case "macaddr": "08:00:2b:01:\(tail)"
    case "macaddr8": "08:00:2b:01:02:03:\(tail)"
    default: nil
    }
  }

  private static func shape(_ name: String, _ n: Int) -> String? {
    switch name {
    case "point": "(\(n),\(n))"
    case "line": "{1,2,\(n)}"
    case "lseg": "[(0,0),(\(n),1)]"
    case "box": "(\(2 * n + 1),1),(\(2 * n),0)"
    case "path": "[(0,0),(\(n),1)]"
    case "polygon": "((0,0),(\(n),0),(\(n),1))"
    case "circle": "<(\(4 * n),0),1>"
    default: nil
    }
  }

  private static func internals(_ name: String, _ n: Int) -> String? {
    switch name {
    case "tsvector": "'word\(n)':1"
    case "tsquery": "'word\(n)'"
    case "pg_lsn": "0/\(hexadecimal(n, digits: 4))"
    case "tid": "(0,\(n))"
    case "txid_snapshot", "pg_snapshot": "\(n):\(n):"
    case "regclass": "pg_class"
    case "regtype": "integer"
    case "regconfig", "regdictionary": "simple"
    case "regnamespace": "pg_catalog"
    case "regproc": "pg_backend_pid"
    case "regprocedure": "pg_backend_pid()"
    case "regoper", "regoperator", "regrole", "regcollation": "-"
    case "refcursor": "cursor \(n)"
    default: nil
    }
  }

  /// Types of the usual extensions, in whatever schema they live.
  private static func other(_ name: String, _ n: Int) -> String? {
    let (bare, modifier) = bareName(name)
    return switch bare {
    case "citext": word(n, limit: nil)
    case "hstore": "n=>\(n)"
    case "ltree": "top.n\(n)"
    case "lquery": "top.*"
    case "cube": "(\(n),\(n))"
    case "seg": "\(n) .. \(n + 1)"
    case "geometry", "geography": "POINT(\(n % 180) \(n % 90))"
    case "vector", "halfvec":
      "[" + (0..<(modifier ?? 3)).map { String(n + $0) }.joined(separator: ",") + "]"
    default: nil
    }
  }

  private static func bareName(_ name: String) -> (String, Int?) {
    let last = name.split(separator: ".").last.map(String.init) ?? name
    guard let open = last.firstIndex(of: "(") else { return (last, nil) }
    let digits = last[last.index(after: open)...].prefix { $0.isNumber }
    return (String(last[..<open]), Int(digits))
  }

  private static func range(_ element: SeedType, _ n: Int) -> String? {
    guard let low = text(element, 2 * n), let high = text(element, 2 * n + 1) else { return nil }
    return "[\(quoted(low)),\(quoted(high)))"
  }

  private static func composite(_ attributes: [SeedType], _ n: Int) -> String? {
    let values = attributes.map { attribute in text(attribute, n).map(quoted) ?? "" }
    return "(" + values.joined(separator: ",") + ")"
  }

  /// An element inside an array, a composite or a range.
  static func quoted(_ text: String) -> String {
    var bytes: [UInt8] = [0x22]
    for byte in text.utf8 {
      if byte == 0x22 || byte == 0x5C { bytes.append(0x5C) }
      bytes.append(byte)
    }
    return String(decoding: bytes + [0x22], as: UTF8.self)
  }
}
