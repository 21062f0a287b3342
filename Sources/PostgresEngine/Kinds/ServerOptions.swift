import SQLText
import SchemaModel

/// `OPTIONS (…)` of foreign tables and their columns, kept as `name=value`.
enum ServerOptions {
  static func clause(_ options: [ExactText]) -> SQL {
    guard !options.isEmpty else { return .empty }
    return " OPTIONS (\(options.map { entry($0) }.joined(", ")))"
  }

  static func changes(from old: [ExactText], to new: [ExactText]) -> SQL {
    guard old != new else { return .empty }
    let before = Set(old.map(name))
    let after = Set(new.map(name))
    var clauses = before.subtracting(after).sorted().map { "DROP \($0)" as SQL }
    for option in new where !old.contains(option) {
      clauses.append("\(before.contains(name(option)) ? "SET" : "ADD") \(entry(option))")
    }
    return clauses.isEmpty ? .empty : " OPTIONS (\(clauses.joined(", ")))"
  }

  private static func entry(_ option: ExactText) -> SQL {
    let value = option.string.utf8.drop { $0 != UInt8(ascii: "=") }.dropFirst()
    return "\(name(option)) \(literal: String(decoding: value, as: UTF8.self))"
  }

  private static func name(_ option: ExactText) -> Identifier {
    Identifier(
      String(decoding: option.string.utf8.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self))
  }
}
