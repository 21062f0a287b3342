/// Which texts YAML needs quoted, and how to quote them.
package enum YAMLText {
  /// The text on one line: plain when safe, else in the quotes that need fewer escapes.
  package static func inline(_ text: String) -> String {
    if isPlain(text) { return text }
    if !isPrintable(text) { return doubleQuoted(text) }
    let quotes = text.utf8.count { $0 == 0x27 }
    if quotes > 0, !text.utf8.contains(0x22), !text.utf8.contains(0x5C) {
      return "\"\(text)\""
    }
    var quoted: [UInt8] = [0x27]
    quoted.reserveCapacity(text.utf8.count + quotes + 2)
    for byte in text.utf8 {
      quoted.append(byte)
      if byte == 0x27 { quoted.append(byte) }
    }
    quoted.append(0x27)
    return String(decoding: quoted, as: UTF8.self)
  }

  static func doubleQuoted(_ text: String) -> String {
    var output: [UInt8] = [0x22]
    escape(text, into: &output)
    output.append(0x22)
    return String(decoding: output, as: UTF8.self)
  }

  /// True when both YAML 1.1 and 1.2 read the bare text, as a key or a value in block style, as itself.
  package static func isPlain(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, let last = bytes.last else { return false }
    if first == 0x20 || last == 0x20 || last == 0x3A { return false }
    if indicators.contains(first) { return false }
    if isResolved(text) || !isPrintable(text) { return false }
    var previous: UInt8 = 0
    for byte in bytes {
      if byte == 0x09 { return false }
      if previous == 0x3A && byte == 0x20 || previous == 0x20 && byte == 0x23 { return false }
      previous = byte
    }
    return true
  }

  /// True for words of letters, digits, `_`, `$`, `-` and `.`, with single spaces between them.
  static func isFlowWord(_ text: String) -> Bool {
    // A word such as `y` is quoted there too.
    guard isPlain(text) || isResolved(text) && !text.isEmpty else { return false }
    var previous: UInt8 = 0x20
    for byte in text.utf8 {
      switch byte {
      case 0x20: if previous == 0x20 { return false }
      case 0x30...0x39, 0x24, 0x2D, 0x2E: if previous == 0x20 { return false }
      case 0x41...0x5A, 0x61...0x7A, 0x5F, 0x80...: break
      default: return false
      }
      previous = byte
    }
    return previous != 0x20
  }

  /// True when some YAML reads the plain text as null, a boolean, a number, a date or a merge key.
  static func isResolved(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first else { return true }
    switch first {
    case 0x30...0x39, 0x2B, 0x2D, 0x2E:
      // Everything that a number or a date can be made of. Too much is quoted, but nothing too little.
      return first == 0x2E || bytes.allSatisfy(isNumeric)
    default: break
    }
    guard bytes.count <= 5 else { return false }
    let lower = String(
      decoding: bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
    switch lower {
    case "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<": return true
    default: return false
    }
  }

  /// True when a `|` block keeps the text: printable but for line feeds and tabs, and more than those.
  static func fitsLiteral(_ text: String) -> Bool {
    isPrintable(text, lineFeeds: true) && text.utf8.contains { $0 != 0x0A && $0 != 0x20 && $0 != 9 }
  }

  /// True when every character may stand unescaped, and no YAML takes one for a line break.
  private static func isPrintable(_ text: String, lineFeeds: Bool = false) -> Bool {
    var needsScalars = false
    for byte in text.utf8 {
      switch byte {
      case 0x09, 0x20...0x7E: break
      case 0x0A: if !lineFeeds { return false }
      case 0x80...: needsScalars = true
      default: return false
      }
    }
    return !needsScalars || text.unicodeScalars.allSatisfy { !mustEscape($0) }
  }

  private static func mustEscape(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09: false
    case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
    // Marks that reorder the text on a screen; a reviewer has to see them.
    case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    case 0x10000...: scalar.value & 0xFFFE == 0xFFFE
    default: false
    }
  }

  /// Appends the text as it stands between double quotes.
  static func escape(_ text: String, into output: inout [UInt8]) {
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: output.append(contentsOf: "\\\"".utf8)
      case 0x5C: output.append(contentsOf: "\\\\".utf8)
      case 0x00: output.append(contentsOf: "\\0".utf8)
      case 0x09: output.append(contentsOf: "\\t".utf8)
      case 0x0A: output.append(contentsOf: "\\n".utf8)
      case 0x0D: output.append(contentsOf: "\\r".utf8)
      default:
        guard mustEscape(scalar) else {
          output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
          continue
        }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let (letter, width) =
          scalar.value > 0xFFFF ? ("U", 8) : scalar.value > 0xFF ? ("u", 4) : ("x", 2)
        output.append(contentsOf: "\\\(letter)".utf8)
        output.append(contentsOf: repeatElement(0x30, count: width - digits.utf8.count))
        output.append(contentsOf: digits.utf8)
      }
    }
  }

  private static let indicators = Array("-?:,[]{}#&*!|>'\"%@`".utf8)

  private static func isNumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    case UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "o"), UInt8(ascii: "O"),
      UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "z"), UInt8(ascii: "Z"),
      UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "+"),
      UInt8(ascii: "-"), UInt8(ascii: " "):
      true
    default: false
    }
  }
}
