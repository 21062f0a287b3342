/// A dictionary in many small parts, so that a copy that changes shares nearly all of itself: what is known
/// before each statement of a long script is kept.
package struct Shelves<Key: Hashable & Sendable, Value: Sendable>: Sendable, Sequence {
  package typealias Element = (key: Key, value: Value)

  private var parts: [[Key: Value]] = Array(repeating: [:], count: 128)

  package init() {}

  private func part(of key: Key) -> Int { Int(key.hashValue.magnitude % UInt(parts.count)) }

  package subscript(key: Key) -> Value? {
    get { parts[part(of: key)][key] }
    _modify { yield &parts[part(of: key)][key] }
  }

  package subscript(key: Key, default value: @autoclosure () -> Value) -> Value {
    get { self[key] ?? value() }
    _modify { yield &parts[part(of: key)][key, default: value()] }
  }

  package mutating func removeValue(forKey key: Key) -> Value? {
    parts[part(of: key)].removeValue(forKey: key)
  }

  package mutating func removeAll(where isUnwanted: (Key) -> Bool) {
    for index in parts.indices where parts[index].keys.contains(where: isUnwanted) {
      parts[index] = parts[index].filter { !isUnwanted($0.key) }
    }
  }

  package var keys: [Key] { parts.flatMap(\.keys) }

  package func makeIterator() -> some IteratorProtocol<Element> { parts.joined().makeIterator() }
}
