/// What a change of a column's type costs.
package enum TypeChangeCost: Hashable, Sendable {
  /// The catalog only; plain indexes are kept.
  case catalog
  /// The rows stay, but every index with the column is built anew.
  case rebuildsIndexes
  case rewrite
  /// It depends on the present type, which nobody said.
  case unknown

  /// Types as `format_type` prints them. `zoneIsUTC` counts for changes between timestamp and
  /// timestamptz only.
  package static func of(from: String?, to: String, zoneIsUTC: Bool) -> TypeChangeCost {
    guard let from else { return canBeFree(to) ? .unknown : .rewrite }
    if from == to { return .catalog }
    if from.hasSuffix("[]") || to.hasSuffix("[]") { return .rewrite }
    let (old, new) = (Parts(from), Parts(to))
    switch (old.base, new.base) {
    case ("character varying", "character varying"):
      guard let length = new.arguments.first else { return .catalog }
      return (old.arguments.first ?? .max) <= length ? .catalog : .rewrite
    case ("character varying", "text"): return .catalog
    case ("text", "character varying"): return new.arguments.isEmpty ? .catalog : .rewrite
    case ("text", "citext"), ("citext", "text"), ("character varying", "citext"):
      return .rebuildsIndexes
    case ("citext", "character varying"):
      return new.arguments.isEmpty ? .rebuildsIndexes : .rewrite
    case ("numeric", "numeric"):
      if new.arguments.isEmpty { return .catalog }
      guard old.arguments.count == 2, new.arguments.count == 2 else { return .rewrite }
      return new.arguments[1] == old.arguments[1] && new.arguments[0] >= old.arguments[0]
        ? .catalog : .rewrite
    case ("timestamp without time zone", "timestamp with time zone"),
      ("timestamp with time zone", "timestamp without time zone"):
      return zoneIsUTC && isWider(old, new) ? .rebuildsIndexes : .rewrite
    case (let one, let other) where one == other && times.contains(one):
      return isWider(old, new) ? .catalog : .rewrite
    case ("integer", "oid"): return .rebuildsIndexes
    case ("bit varying", "bit varying"):
      guard let length = new.arguments.first else { return .catalog }
      return (old.arguments.first ?? .max) <= length ? .catalog : .rewrite
    case ("cidr", "inet"), ("xml", "text"): return .catalog
    default: return .rewrite
    }
  }

  private static let times: Set<String> = [
    "timestamp without time zone", "timestamp with time zone", "time without time zone",
    "time with time zone", "interval",
  ]

  /// Fractional digits: six when none are written.
  private static func isWider(_ old: Parts, _ new: Parts) -> Bool {
    (old.arguments.first ?? 6) <= (new.arguments.first ?? 6)
  }

  /// Whether there is a type from which the change to this one keeps the rows.
  private static func canBeFree(_ type: String) -> Bool {
    guard !type.hasSuffix("[]") else { return false }
    let base = Parts(type).base
    return times.contains(base)
      || ["character varying", "text", "citext", "numeric", "bit varying", "inet", "oid"].contains(
        base)
  }

  private struct Parts {
    var base: String
    var arguments: [Int] = []

    init(_ type: String) {
      // An extension's type is in whatever schema.
      base = type.hasSuffix(".citext") ? "citext" : type
      guard let open = type.utf8.firstIndex(of: UInt8(ascii: "(")),
        let close = type.utf8[open...].firstIndex(of: UInt8(ascii: ")"))
      else { return }
      base = String(type[..<open]) + String(type[type.utf8.index(after: close)...])
      arguments = type[type.utf8.index(after: open)..<close].split(separator: ",").compactMap {
        Int(String($0.filter { $0 != " " }))
      }
    }
  }
}
