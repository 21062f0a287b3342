/// A name as the catalog stores it: never quoted.
///
/// Two identifiers are equal when the engine takes them for one: byte for byte on PostgreSQL, and
/// without regard to the case of ASCII letters on SQLite.
package struct Identifier: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The spelling, for output.
  package let raw: String
  /// What equality looks at, where it is not the spelling itself.
  private let folded: String?

  /// A name whose case counts (PostgreSQL's catalogs).
  package init(_ raw: String) {
    self.raw = raw
    folded = nil
  }

  /// A name under an engine's rule of equality.
  package init(_ raw: String, in engine: EngineName) {
    self.raw = raw
    switch engine {
    case .postgresql: folded = nil
    case .sqlite:
      let lower = raw.asciiLowercased
      folded = lower.hasSameBytes(as: raw) ? nil : lower
    }
  }

  /// What equality, order and fingerprints look at.
  package var key: String { folded ?? raw }

  package var description: String { raw }

  package static func == (left: Identifier, right: Identifier) -> Bool {
    left.key.hasSameBytes(as: right.key)
  }

  package static func < (left: Identifier, right: Identifier) -> Bool {
    left.key.bytesPrecede(right.key)
  }

  package func hash(into hasher: inout Hasher) { key.hashBytes(into: &hasher) }
}

extension Identifier: Codable {
  package init(from decoder: any Decoder) throws {
    let raw = try decoder.singleValueContainer().decode(String.self)
    self.init(raw, in: DecodingContext.engine(of: decoder))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(raw)
  }
}
