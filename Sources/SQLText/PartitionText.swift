import SchemaModel

/// `range (at)`, `for values from (1) to (2)`: in one spelling, which is PostgreSQL's own but for numbers.
package enum PartitionText {
  private static let keywords: Set<String> = [
    "range", "list", "hash", "for", "values", "from", "to", "in", "with", "modulus", "remainder",
    "default", "minvalue", "maxvalue",
  ]

  package static func canonical(_ text: String) -> String {
    guard let tokens = try? PostgresSyntax().tokens(of: text) else { return text.trimmingSpace }
    let source = Array(text.utf8)
    // The two numbers of a hash are no values of a type.
    let hasValues =
      tokens.contains { $0.isWord("for") } && !tokens.contains { $0.isWord("modulus") }
    var bytes: [UInt8] = []
    var end = 0
    var depth = 0
    for (index, token) in tokens.enumerated() {
      if token.isSymbol("(") { depth += 1 }
      if token.isSymbol(")") { depth -= 1 }
      let isValue = hasValues && depth > 0
      // PostgreSQL prints a number with quotes or without, as its type has it.
      let isSign =
        isValue && token.isSymbol("-") && index + 1 < tokens.count
        && tokens[index + 1].kind == .number
      let isSigned = isValue && index > 0 && tokens[index - 1].isSymbol("-")
      let isNumber = isValue && token.kind == .number
      if !(isNumber && isSigned) { bytes += source[end..<token.range.lowerBound] }
      end = token.range.upperBound
      if isSign || (isNumber && !isSigned) { bytes.append(UInt8(ascii: "'")) }
      let word = token.text.asciiLowercased
      let isKeyword =
        token.kind == .word && keywords.contains(word)
        && (depth == 0 || word == "minvalue" || word == "maxvalue")
      bytes += source[token.range].map { byte in
        isKeyword && byte >= 0x61 && byte <= 0x7A ? byte - 0x20 : byte
      }
      if isNumber { bytes.append(UInt8(ascii: "'")) }
    }
    bytes += source[end...]
    return String(decoding: bytes, as: UTF8.self).trimmingSpace
  }
}
