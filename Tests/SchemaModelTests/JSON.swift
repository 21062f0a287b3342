import Foundation

/// A JSON document that can be changed leaf by leaf.
indirect enum JSON: Hashable {
  case null
  case flag(Bool)
  case number(Int64)
  case text(String)
  case list([JSON])
  case record([String: JSON])

  static func encode(_ value: some Encodable) throws -> JSON {
    try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(value))
  }

  static func decode<Value: Decodable>(_ type: Value.Type, from document: JSON) throws -> Value {
    try JSONDecoder().decode(type, from: JSONEncoder().encode(document))
  }

  var dictionary: [String: JSON] { if case .record(let entries) = self { entries } else { [:] } }

  func replacing(_ key: String, by value: JSON) -> JSON {
    var entries = dictionary
    entries[key] = value
    return .record(entries)
  }

  struct Mutation {
    let value: JSON
    /// Where in the value, for messages.
    var path = ""
    /// What `Expression`, `TypeName` and the like keep beside their canonical form.
    var isIncidental = false
  }

  /// The value with one thing in it changed, in as many ways as there are things; a type need not accept
  /// all of them.
  func mutations() -> [Mutation] {
    switch self {
    case .null: return []
    case .flag(let flag): return [Mutation(value: .flag(!flag))]
    case .number(let number): return [Mutation(value: .number(number ^ 1))]
    case .text(let text):
      return JSON.words.filter { $0 != text }.map { Mutation(value: .text($0)) }
        + [Mutation(value: .text(text + "x")), Mutation(value: .null)]
    case .list(let elements):
      var all = elements.isEmpty ? [] : [Mutation(value: .list(Array(elements.dropLast())))]
      for (index, element) in elements.enumerated() {
        for inner in element.mutations() {
          var changed = elements
          changed[index] = inner.value
          all.append(
            Mutation(
              value: .list(changed), path: "[\(index)]\(inner.path)",
              isIncidental: inner.isIncidental))
        }
      }
      return all
    case .record(let entries):
      var all: [Mutation] = []
      for (key, entry) in entries {
        for inner in entry.mutations() {
          let besideCanonical = entries["canonical"] != nil && key != "canonical"
          all.append(
            Mutation(
              value: replacing(key, by: inner.value), path: ".\(key)\(inner.path)",
              isIncidental: inner.isIncidental || besideCanonical))
        }
      }
      return all
    }
  }

  /// Other values of the model's enums.
  private static let words = [
    "always", "by default", "stored", "virtual", "deferrable", "not deferrable", "cascade",
    "restrict", "full", "partial", "simple", "before", "after", "instead of", "abort", "replace",
    "replica", "restricted", "stable", "immutable", "insert",
  ]
}

extension JSON: Codable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Int64.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([JSON].self) {
      self = .list(list)
    } else {
      self = .record(try container.decode([String: JSON].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .flag(let flag): try container.encode(flag)
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    case .list(let list): try container.encode(list)
    case .record(let entries): try container.encode(entries)
    }
  }
}
