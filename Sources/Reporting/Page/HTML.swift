/// Markup that a bare `String` cannot enter: what is interpolated is escaped.
package struct HTML: ExpressibleByStringInterpolation, Sendable {
  package private(set) var text: String

  package init(stringLiteral value: String) { text = value }
  package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  static let empty: HTML = ""

  static func + (left: HTML, right: HTML) -> HTML {
    var copy = left
    copy += right
    return copy
  }

  static func += (left: inout HTML, right: HTML) { left.text += right.text }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text: String

    package init(literalCapacity: Int, interpolationCount: Int) {
      text = ""
      text.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    package mutating func appendLiteral(_ literal: String) { text += literal }
    package mutating func appendInterpolation(_ value: HTML) { text += value.text }
    package mutating func appendInterpolation(_ value: String) { text += HTML.escaped(value) }
    package mutating func appendInterpolation(_ value: Int) { text += String(value) }
    /// A length, to a tenth of a pixel.
    package mutating func appendInterpolation(_ value: Double) { text += HTML.number(value) }
  }

  /// For element content and for attributes in quotes, in HTML and in XML.
  ///
  /// Characters that turn the direction of writing are spelled out: with them a text can look like
  /// another one.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{200E}", "\u{200F}", "\u{061C}":
        result += "[U+" + String(scalar.value, radix: 16, uppercase: true) + "]"
      default:
        let isText =
          scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar.value != 0xFFFE
          && scalar.value != 0xFFFF
        result.unicodeScalars.append(isText ? scalar : "\u{FFFD}")
      }
    }
    return result
  }

  private static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
    return (tenths < 0 ? "-" : "") + (rest == 0 ? String(whole) : "\(whole).\(rest)")
  }
}

extension Swift.Sequence<HTML> {
  func joined(_ separator: HTML = "") -> HTML {
    var result = HTML.empty
    var isFirst = true
    for item in self {
      if !isFirst { result += separator }
      result += item
      isFirst = false
    }
    return result
  }
}
