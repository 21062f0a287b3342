/// Text that is equal to another only when its UTF-8 bytes are.
///
/// `String ==` is Unicode-canonical, so it takes `é` and `e` + U+0301 for one; no database does.
package struct ExactText: Hashable, Sendable, Comparable, ExpressibleByStringLiteral,
  CustomStringConvertible
{
  package let string: String

  package init(_ string: String) { self.string = string }
  package init(stringLiteral value: String) { string = value }

  package var description: String { string }

  package static func == (left: ExactText, right: ExactText) -> Bool {
    left.string.hasSameBytes(as: right.string)
  }

  package static func < (left: ExactText, right: ExactText) -> Bool {
    left.string.bytesPrecede(right.string)
  }

  package func hash(into hasher: inout Hasher) { string.hashBytes(into: &hasher) }
}

extension ExactText: Codable {
  package init(from decoder: any Decoder) throws {
    string = try decoder.singleValueContainer().decode(String.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(string)
  }
}

extension String {
  /// Whether the UTF-8 bytes are the same.
  package func hasSameBytes(as other: String) -> Bool {
    utf8.count == other.utf8.count && compareBytes(to: other) == 0
  }

  /// Byte order, which is the order of `LC_COLLATE=C`.
  package func bytesPrecede(_ other: String) -> Bool {
    compareBytes(to: other) < 0
  }

  /// Negative, zero or positive as the bytes of this text sort before, equal or after the other's.
  package func compareBytes(to other: String) -> Int {
    let ordered = utf8.withContiguousStorageIfAvailable { left in
      other.utf8.withContiguousStorageIfAvailable { right in
        let shared = Swift.min(left.count, right.count)
        var index = 0
        while index < shared {
          if left[index] != right[index] { return left[index] < right[index] ? -1 : 1 }
          index += 1
        }
        return left.count - right.count
      }
    }
    if let answer = ordered.flatMap({ $0 }) { return answer }
    if utf8.elementsEqual(other.utf8) { return 0 }
    return utf8.lexicographicallyPrecedes(other.utf8) ? -1 : 1
  }

  package func hashBytes(into hasher: inout Hasher) {
    let done: Void? = utf8.withContiguousStorageIfAvailable {
      hasher.combine(bytes: UnsafeRawBufferPointer($0))
    }
    if done == nil { for byte in utf8 { hasher.combine(byte) } }
    hasher.combine(0xFF as UInt8)
  }

  /// ASCII letters in lower case, everything else as it is: how SQLite compares names.
  package var asciiLowercased: String {
    guard utf8.contains(where: { $0 >= 65 && $0 <= 90 }) else { return self }
    return String(decoding: utf8.map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}
