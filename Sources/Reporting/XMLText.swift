/// Text inside of XML.
enum XMLText {
  /// For an attribute with its quotes around it, and for the text of an element. Characters that XML cannot
  /// hold become question marks.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\"": result += "&quot;"
      case "\n", "\t", "\r": result += "&#\(scalar.value);"
      default:
        let isAllowed = scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
        result.unicodeScalars.append(isAllowed ? scalar : "?")
      }
    }
    return result
  }

  /// With its quotes.
  static func attribute(_ text: String) -> String { "\"\(escaped(text))\"" }
}
