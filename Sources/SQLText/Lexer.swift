/// Splits SQL into tokens by an engine's lexical rules, walking UTF-8.
package struct Lexer {
  private let bytes: [UInt8]
  private let rules: LexicalRules
  private var position = 0
  private var tokens: [Token] = []

  /// Every token of the text; throws where a quote or comment is never closed.
  package static func tokens(
    of text: String, rules: LexicalRules
  ) throws(LexicalProblem) -> [Token] {
    var lexer = Lexer(bytes: Array(text.utf8), rules: rules)
    try lexer.run()
    return lexer.tokens
  }

  private init(bytes: [UInt8], rules: LexicalRules) {
    self.bytes = bytes
    self.rules = rules
  }

  private mutating func run() throws(LexicalProblem) {
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case 0: throw LexicalProblem(.nulByte, at: position)
      case 0x20, 0x09...0x0D: position += 1
      case UInt8(ascii: "-") where next == UInt8(ascii: "-"): skipLine()
      case UInt8(ascii: "/") where next == UInt8(ascii: "*"): try skipComment()
      case UInt8(ascii: "'"): try quoted(.string, by: byte, from: position, escapes: false)
      case UInt8(ascii: "\""): try quoted(.quotedName, by: byte, from: position, escapes: false)
      case UInt8(ascii: "`") where rules.hasBackticksAndBrackets:
        try quoted(.quotedName, by: byte, from: position, escapes: false)
      case UInt8(ascii: "[") where rules.hasBackticksAndBrackets: try bracketed()
      case UInt8(ascii: "$"): try dollar()
      case UInt8(ascii: "?") where !rules.hasDollarQuotes: parameter()
      case UInt8(ascii: ":") where !rules.hasDollarQuotes && isNameStart(next): parameter()
      case UInt8(ascii: "@") where !rules.hasDollarQuotes && isNameStart(next): parameter()
      case 0x30...0x39: number()
      case UInt8(ascii: ".") where rules.hasDollarQuotes && next == byte:
        // PL/pgSQL's ranges: `1..3`.
        position += 2
        emit(.symbol, from: position - 2)
      case UInt8(ascii: ".") where isDigit(next): number()
      default:
        if isNameStart(byte) { try word() } else { symbol() }
      }
    }
  }

  private var next: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

  private mutating func emit(_ kind: Token.Kind, from start: Int) {
    tokens.append(
      Token(
        kind: kind, text: String(decoding: bytes[start..<position], as: UTF8.self),
        range: start..<position))
  }

  private mutating func skipLine() {
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
  }

  private mutating func skipComment() throws(LexicalProblem) {
    let start = position
    var depth = 1
    position += 2
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
        depth -= 1
        position += 2
        if depth == 0 { return }
      } else if rules.nestsComments, bytes[position] == UInt8(ascii: "/"), next == UInt8(ascii: "*")
      {
        depth += 1
        position += 2
      } else {
        position += 1
      }
    }
    // SQLite takes the end of the text for the end of the comment.
    if rules.nestsComments { throw LexicalProblem(.unterminatedComment, at: start) }
  }

  private mutating func quoted(
    _ kind: Token.Kind, by quote: UInt8, from start: Int, escapes: Bool
  ) throws(LexicalProblem) {
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0 { throw LexicalProblem(.nulByte, at: position) }
      if escapes, byte == UInt8(ascii: "\\") {
        position += 2
      } else if byte == quote {
        position += 1
        guard position < bytes.count, bytes[position] == quote else {
          emit(kind, from: start)
          return
        }
        position += 1
      } else {
        position += 1
      }
    }
    throw LexicalProblem(kind == .string ? .unterminatedString : .unterminatedName, at: start)
  }

  private mutating func bracketed() throws(LexicalProblem) {
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "]") { position += 1 }
    guard position < bytes.count else { throw LexicalProblem(.unterminatedName, at: start) }
    position += 1
    emit(.quotedName, from: start)
  }

  /// `$1`, `$tag$…$tag$`, or SQLite's `$name`.
  private mutating func dollar() throws(LexicalProblem) {
    let start = position
    guard rules.hasDollarQuotes else { return parameter() }
    if isDigit(next) {
      position += 1
      while position < bytes.count, isDigit(bytes[position]) { position += 1 }
      return emit(.parameter, from: start)
    }
    var end = position + 1
    while end < bytes.count, isNamePart(bytes[end]), bytes[end] != UInt8(ascii: "$") { end += 1 }
    guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else { return symbol() }
    let tag = Array(bytes[start...end])
    position = end + 1
    while position + tag.count <= bytes.count {
      if bytes[position] == UInt8(ascii: "$"),
        bytes[position..<(position + tag.count)].elementsEqual(tag)
      {
        position += tag.count
        return emit(.string, from: start)
      }
      position += 1
    }
    throw LexicalProblem(.unterminatedDollarQuote, at: start)
  }

  private mutating func parameter() {
    let start = position
    position += 1
    while position < bytes.count, isNamePart(bytes[position]) { position += 1 }
    emit(.parameter, from: start)
  }

  private mutating func number() {
    let start = position
    if bytes[position] == UInt8(ascii: "0"), let mark = next, mark | 0x20 == UInt8(ascii: "x") {
      position += 2
      while position < bytes.count, isNamePart(bytes[position]) { position += 1 }
      return emit(.number, from: start)
    }
    skipDigits()
    if position < bytes.count, bytes[position] == UInt8(ascii: "."), next != UInt8(ascii: ".") {
      position += 1
      skipDigits()
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      let mark = position
      position += 1
      if position < bytes.count, bytes[position] == 0x2B || bytes[position] == 0x2D {
        position += 1
      }
      if position < bytes.count, isDigit(bytes[position]) { skipDigits() } else { position = mark }
    }
    emit(.number, from: start)
  }

  private mutating func skipDigits() {
    while position < bytes.count, isDigit(bytes[position]) || bytes[position] == 0x5F {
      position += 1
    }
  }

  private mutating func word() throws(LexicalProblem) {
    let start = position
    let first = bytes[position] | 0x20
    if next == UInt8(ascii: "'"), rules.hasEscapeStrings,
      [UInt8(ascii: "e"), UInt8(ascii: "b"), UInt8(ascii: "x"), UInt8(ascii: "n")].contains(first)
    {
      position += 1
      return try quoted(
        .string, by: UInt8(ascii: "'"), from: start, escapes: first == UInt8(ascii: "e"))
    }
    if next == UInt8(ascii: "'"), !rules.hasEscapeStrings, first == UInt8(ascii: "x") {
      position += 1
      return try quoted(.string, by: UInt8(ascii: "'"), from: start, escapes: false)
    }
    if rules.hasEscapeStrings, first == UInt8(ascii: "u"), next == UInt8(ascii: "&"),
      position + 2 < bytes.count,
      bytes[position + 2] == UInt8(ascii: "'") || bytes[position + 2] == UInt8(ascii: "\"")
    {
      let quote = bytes[position + 2]
      position += 2
      return try quoted(
        quote == UInt8(ascii: "'") ? .string : .quotedName, by: quote, from: start, escapes: false)
    }
    while position < bytes.count, isNamePart(bytes[position]) { position += 1 }
    emit(.word, from: start)
  }

  private mutating func symbol() {
    let start = position
    position += 1
    if rules.hasDollarQuotes {
      postgresOperator(from: start)
    } else if let second = position < bytes.count ? bytes[position] : nil,
      Lexer.isSQLitePair(bytes[start], second)
    {
      position += 1
      if bytes[start] == UInt8(ascii: "-"), position < bytes.count, bytes[position] == 0x3E {
        position += 1
      }
    }
    emit(.symbol, from: start)
  }

  private static func isSQLitePair(_ first: UInt8, _ second: UInt8) -> Bool {
    switch (first, second) {
    case (0x7C, 0x7C), (0x3C, 0x3D), (0x3E, 0x3D), (0x3C, 0x3E), (0x3D, 0x3D), (0x21, 0x3D),
      (0x3C, 0x3C), (0x3E, 0x3E), (0x2D, 0x3E):
      true
    default: false
    }
  }

  /// Operators are read as long as they go (sql-syntax-lexical, 4.1.3): a comment ends them, and one of
  /// several characters ends in `+` or `-` only with one of `~!@#%^&|?` or a backtick in it.
  private mutating func postgresOperator(from start: Int) {
    let first = bytes[start]
    if first == UInt8(ascii: ":") {
      if position < bytes.count, bytes[position] == first || bytes[position] == 0x3D {
        position += 1
      }
      return
    }
    guard Lexer.isOperator(first) else { return }
    position = start
    while position < bytes.count, Lexer.isOperator(bytes[position]) {
      if bytes[position] == UInt8(ascii: "-"), next == UInt8(ascii: "-") { break }
      if bytes[position] == UInt8(ascii: "/"), next == UInt8(ascii: "*") { break }
      position += 1
    }
    let special = bytes[start..<position].contains { Lexer.isSpecialOperator($0) }
    while !special, position > start + 1, bytes[position - 1] == 0x2B || bytes[position - 1] == 0x2D
    {
      position -= 1
    }
  }

  private static func isOperator(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"),
      UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "="):
      true
    default: isSpecialOperator(byte)
    }
  }

  private static func isSpecialOperator(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "~"), UInt8(ascii: "!"), UInt8(ascii: "@"), UInt8(ascii: "#"),
      UInt8(ascii: "%"), UInt8(ascii: "^"), UInt8(ascii: "&"), UInt8(ascii: "|"),
      UInt8(ascii: "`"), UInt8(ascii: "?"):
      true
    default: false
    }
  }

  private func isDigit(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return byte >= 0x30 && byte <= 0x39
  }

  private func isNameStart(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return byte == 0x5F || byte >= 0x80 || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
  }

  private func isNamePart(_ byte: UInt8) -> Bool {
    isNameStart(byte) || isDigit(byte) || byte == UInt8(ascii: "$")
  }
}
