/// What `U&"…"` writes as `\\0061` and `\\+01F5FC` (sql-syntax-lexical, 4.1.2.3), with the backslash as the
/// escape character: a `UESCAPE` clause is a token of its own that no name carries.
enum UnicodeEscapes {
  /// The text with its escapes replaced; as it is where one of them is broken.
  static func decoded(_ text: String) -> String {
    guard text.utf8.contains(backslash) else { return text }
    let bytes = Array(text.utf8)
    var scalars = String.UnicodeScalarView()
    var plain: [UInt8] = []
    var position = 0
    func flush() {
      scalars.append(contentsOf: String(decoding: plain, as: UTF8.self).unicodeScalars)
      plain = []
    }
    while position < bytes.count {
      guard bytes[position] == backslash else {
        plain.append(bytes[position])
        position += 1
        continue
      }
      if position + 1 < bytes.count, bytes[position + 1] == backslash {
        plain.append(backslash)
        position += 2
        continue
      }
      guard let (value, next) = number(bytes, after: position) else { return text }
      flush()
      position = next
      if (0xD800...0xDBFF).contains(value) {
        guard position < bytes.count, bytes[position] == backslash,
          let (low, end) = number(bytes, after: position), (0xDC00...0xDFFF).contains(low),
          let scalar = Unicode.Scalar(0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00))
        else { return text }
        scalars.append(scalar)
        position = end
      } else {
        guard let scalar = Unicode.Scalar(value) else { return text }
        scalars.append(scalar)
      }
    }
    flush()
    return String(scalars)
  }

  private static let backslash = UInt8(ascii: "\\")

  /// The number of the escape at `start`, and where the text goes on.
  private static func number(_ bytes: [UInt8], after start: Int) -> (UInt32, Int)? {
    var position = start + 1
    var digits = 4
    if position < bytes.count, bytes[position] == UInt8(ascii: "+") {
      position += 1
      digits = 6
    }
    guard position + digits <= bytes.count else { return nil }
    let text = String(decoding: bytes[position..<(position + digits)], as: UTF8.self)
    guard let value = UInt32(text, radix: 16), !text.utf8.contains(UInt8(ascii: "-")) else {
      return nil
    }
    return (value, position + digits)
  }
}
