/// A stored property that is kept but is not part of the object's meaning: outside equality, hash
/// and fingerprint.
@propertyWrapper
package struct Incidental<Value: Sendable & Codable>: Hashable, Sendable {
  package var wrappedValue: Value

  package init(wrappedValue: Value) { self.wrappedValue = wrappedValue }

  package static func == (left: Incidental, right: Incidental) -> Bool { true }
  package func hash(into hasher: inout Hasher) {}
}

extension Incidental: Codable {
  package init(from decoder: any Decoder) throws {
    wrappedValue = try Value(from: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    try wrappedValue.encode(to: encoder)
  }
}

/// An optional, so that a snapshot may leave an incidental property out.
package protocol OptionalValue {
  static var absent: Self { get }
  var isAbsent: Bool { get }
}

extension Optional: OptionalValue {
  package static var absent: Wrapped? { nil }
  package var isAbsent: Bool { if case .none = self { true } else { false } }
}

extension KeyedDecodingContainer {
  package func decode<Value: OptionalValue>(
    _ type: Incidental<Value>.Type, forKey key: Key
  ) throws -> Incidental<Value> {
    try decodeIfPresent(type, forKey: key) ?? Incidental(wrappedValue: Value.absent)
  }
}

extension KeyedEncodingContainer {
  package mutating func encode<Value: OptionalValue>(
    _ value: Incidental<Value>, forKey key: Key
  ) throws {
    if value.wrappedValue.isAbsent { return }
    try encodeIfPresent(value, forKey: key)
  }
}
