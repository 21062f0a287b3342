/// A `.env` file: `NAME=value`, one a line, with `#` comments, `export` and quotes. Values in single quotes
/// are taken as they are; in double quotes `\n`, `\"` and `\\` are what they are elsewhere.
package enum DotEnvironment {
  /// Lines that say nothing are left out.
  package static func read(_ text: String) -> [String: String] {
    var values: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      var rest = Substring(line).drop { $0 == " " || $0 == "\t" }
      if rest.hasPrefix("export ") { rest = rest.dropFirst("export ".count) }
      guard let sign = rest.firstIndex(of: "="), rest.first != "#" else { continue }
      let name = rest[..<sign].filter { $0 != " " && $0 != "\t" }
      guard !name.isEmpty else { continue }
      values[String(name)] = value(rest[rest.index(after: sign)...])
    }
    return values
  }

  private static func value(_ text: Substring) -> String {
    let text = text.drop { $0 == " " || $0 == "\t" }
    switch text.first {
    case "'": return String(text.dropFirst().prefix { $0 != "'" })
    case "\"": return quoted(text.dropFirst())
    default:
      // A comment needs a blank before it: a password may hold the sign.
      let comment = text.utf8.indices.first { index in
        text.utf8[index] == UInt8(ascii: "#") && index > text.utf8.startIndex
          && [0x20, 0x09].contains(text.utf8[text.utf8.index(before: index)])
      }
      let value = comment.map { text[..<$0] } ?? text
      return String(value.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
  }

  private static func quoted(_ text: Substring) -> String {
    var value = ""
    var isEscaped = false
    for character in text {
      if isEscaped {
        value.append(character == "n" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "\"" {
        break
      } else {
        value.append(character)
      }
    }
    return value
  }
}
