/// Writes `Encodable` values as compact JSON straight into bytes, keys in the order in which the values
/// give them. An encoder that builds a tree of values first takes most of an inspection's time.
struct JSONLines {
  private final class Output {
    struct Level {
      let isObject: Bool
      var isEmpty = true
    }

    var bytes: [UInt8] = []
    var levels: [Level] = []

    func open(isObject: Bool) {
      bytes.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
      levels.append(Level(isObject: isObject))
    }

    /// Closes whatever is open above this many levels.
    func close(to depth: Int) {
      while levels.count > depth {
        bytes.append(levels.removeLast().isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
      }
    }

    /// Goes on with the next element of the container at this depth.
    func separate(at depth: Int) {
      close(to: depth)
      if levels[depth - 1].isEmpty {
        levels[depth - 1].isEmpty = false
      } else {
        bytes.append(UInt8(ascii: ","))
      }
    }

    func write(key: String, at depth: Int) {
      separate(at: depth)
      write(key)
      bytes.append(UInt8(ascii: ":"))
    }

    /// https://www.rfc-editor.org/rfc/rfc8259#section-7
    func write(_ text: String) {
      bytes.append(UInt8(ascii: "\""))
      var text = text
      text.withUTF8 { utf8 in
        if utf8.contains(where: {
          $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\")
        }) {
          for byte in utf8 { writeEscaped(byte) }
        } else {
          bytes.append(contentsOf: utf8)
        }
      }
      bytes.append(UInt8(ascii: "\""))
    }

    private func writeEscaped(_ byte: UInt8) {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0x0A: bytes += "\\n".utf8
      case 0x0D: bytes += "\\r".utf8
      case 0x09: bytes += "\\t".utf8
      case 0..<0x20:
        bytes += "\\u00".utf8
        let digits = String(byte, radix: 16)
        if digits.utf8.count == 1 { bytes.append(UInt8(ascii: "0")) }
        bytes += digits.utf8
      default: bytes.append(byte)
      }
    }

    func write(word: String) { bytes.append(contentsOf: word.utf8) }

    func write(_ value: some Encodable) throws {
      let depth = levels.count
      try value.encode(to: Writer(output: self, depth: depth))
      close(to: depth)
    }
  }

  private let output = Output()

  var bytes: [UInt8] { output.bytes }

  /// Appends one value.
  func write(_ value: some Encodable) throws { try output.write(value) }

  /// Appends what is JSON already.
  func write(raw: String) { output.write(word: raw) }

  // MARK: - What values write to

  private struct Writer: Encoder {
    let output: Output
    /// How many levels were open before the value.
    let depth: Int
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// A value that asks twice goes on with the container that it has.
    private func open(isObject: Bool) -> Int {
      if output.levels.count > depth {
        output.close(to: depth + 1)
      } else {
        output.open(isObject: isObject)
      }
      return depth + 1
    }

    func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
      KeyedEncodingContainer(Keyed<Key>(output: output, depth: open(isObject: true)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
      List(output: output, depth: open(isObject: false))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(output: output) }
  }

  private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let output: Output
    let depth: Int
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { raw("null", key) }
    func encode(_ value: Bool, forKey key: Key) { raw(value ? "true" : "false", key) }
    func encode(_ value: Int, forKey key: Key) { raw(String(value), key) }

    func encode(_ value: String, forKey key: Key) {
      output.write(key: key.stringValue, at: depth)
      output.write(value)
    }

    func encode(_ value: some Encodable, forKey key: Key) throws {
      output.write(key: key.stringValue, at: depth)
      try output.write(value)
    }

    private func raw(_ text: String, _ key: Key) {
      output.write(key: key.stringValue, at: depth)
      output.write(word: text)
    }

    func nestedContainer<Inner>(
      keyedBy type: Inner.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Inner> {
      output.write(key: key.stringValue, at: depth)
      return Writer(output: output, depth: depth).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      output.write(key: key.stringValue, at: depth)
      return Writer(output: output, depth: depth).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { Writer(output: output, depth: depth) }
    func superEncoder(forKey key: Key) -> any Encoder {
      output.write(key: key.stringValue, at: depth)
      return Writer(output: output, depth: depth)
    }
  }

  private struct List: UnkeyedEncodingContainer {
    let output: Output
    let depth: Int
    var count = 0
    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil() { raw("null") }
    mutating func encode(_ value: Bool) { raw(value ? "true" : "false") }
    mutating func encode(_ value: Int) { raw(String(value)) }

    mutating func encode(_ value: String) {
      next()
      output.write(value)
    }

    mutating func encode(_ value: some Encodable) throws {
      next()
      try output.write(value)
    }

    private mutating func next() {
      output.separate(at: depth)
      count += 1
    }

    private mutating func raw(_ text: String) {
      next()
      output.write(word: text)
    }

    mutating func nestedContainer<Inner>(
      keyedBy type: Inner.Type
    ) -> KeyedEncodingContainer<Inner> {
      next()
      return Writer(output: output, depth: depth).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
      next()
      return Writer(output: output, depth: depth).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
      next()
      return Writer(output: output, depth: depth)
    }
  }

  private struct Single: SingleValueEncodingContainer {
    let output: Output
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { output.write(word: "null") }
    func encode(_ value: Bool) { output.write(word: value ? "true" : "false") }
    func encode(_ value: String) { output.write(value) }
    func encode(_ value: some Encodable & BinaryInteger) { output.write(word: String(value)) }
    func encode(_ value: some Encodable & BinaryFloatingPoint & CustomStringConvertible) {
      output.write(word: value.description)
    }
    func encode(_ value: some Encodable) throws { try output.write(value) }
  }
}
