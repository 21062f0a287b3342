/// Cuts a text by the rules of SQLite's own tokenizer.
package struct SQLiteTokenizer {
  private let source: [UInt8]
  private var position = 0
  private var tokens: [SQLiteToken] = []
  private var comments: [Range<Int>] = []

  private init(_ source: [UInt8]) { self.source = source }

  package static func tokenize(_ text: String) throws(SQLiteSyntaxError) -> SQLiteTokens {
    try tokenize(Array(text.utf8))
  }

  package static func tokenize(_ source: [UInt8]) throws(SQLiteSyntaxError) -> SQLiteTokens {
    var tokenizer = SQLiteTokenizer(source)
    tokenizer.tokens.reserveCapacity(source.count / 5)
    try tokenizer.run()
    return SQLiteTokens(
      source: source, tokens: tokenizer.tokens, comments: tokenizer.comments)
  }

  /// Behind the first semicolon that stands outside quotes and comments; the end if there is none.
  static func endOfStatement(in source: [UInt8], from start: Int) -> Int {
    var tokenizer = SQLiteTokenizer(source)
    tokenizer.position = start
    tokenizer.stopsAtSemicolon = true
    try? tokenizer.run()
    return tokenizer.stoppedAtSemicolon ? tokenizer.position : source.count
  }

  private var stopsAtSemicolon = false
  private var stoppedAtSemicolon: Bool {
    tokens.last.map { source[$0.range].elementsEqual(";".utf8) } ?? false
  }

  private func byte(at index: Int) -> UInt8 { index < source.count ? source[index] : 0 }

  private mutating func add(_ kind: SQLiteToken.Kind, to end: Int) {
    tokens.append(SQLiteToken(kind: kind, range: position..<end))
    position = end
  }

  private mutating func run() throws(SQLiteSyntaxError) {
    while position < source.count {
      let byte = source[position]
      let next = self.byte(at: position + 1)
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0C, 0x0D: position += 1
      case UInt8(ascii: "-") where next == UInt8(ascii: "-"): addLineComment()
      case UInt8(ascii: "/") where next == UInt8(ascii: "*"): addBlockComment()
      case UInt8(ascii: "'"): add(.string, to: try end(ofQuoted: byte))
      case UInt8(ascii: "\""), UInt8(ascii: "`"):
        add(.quotedName, to: try end(ofQuoted: byte))
      case UInt8(ascii: "["): add(.quotedName, to: try endOfBracket())
      case UInt8(ascii: "0")...UInt8(ascii: "9"): try addNumber()
      case UInt8(ascii: ".") where Self.isDigit(next): try addNumber()
      case UInt8(ascii: "x"), UInt8(ascii: "X"):
        if next == UInt8(ascii: "'") { try addBlob() } else { addWord() }
      case UInt8(ascii: "?"):
        add(.parameter, to: end(from: position + 1, while: Self.isDigit))
      case UInt8(ascii: "$") where next == UInt8(ascii: "{"): try addVariable()
      case UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "$"), UInt8(ascii: "#"):
        let end = end(from: position + 1, while: Self.isNamePart)
        if end == position + 1 { throw unexpectedByte() }
        add(.parameter, to: end)
      case 0xEF where next == 0xBB && self.byte(at: position + 2) == 0xBF:
        position += 3  // a byte order mark is white space
      case _ where Self.isNameStart(byte): addWord()
      default:
        try addSymbol()
        if stopsAtSemicolon, stoppedAtSemicolon { return }
      }
    }
  }

  private func end(from start: Int, while holds: (UInt8) -> Bool) -> Int {
    var index = start
    while index < source.count, holds(source[index]) { index += 1 }
    return index
  }

  /// `${NAME}`, which Kedge replaces before SQLite sees the text; SQLite itself knows nothing like it.
  private mutating func addVariable() throws(SQLiteSyntaxError) {
    let close = end(from: position + 2, while: Self.isNamePart)
    guard close > position + 2, byte(at: close) == UInt8(ascii: "}") else { throw unexpectedByte() }
    add(.parameter, to: close + 1)
  }

  private mutating func addWord() {
    add(.word, to: end(from: position, while: Self.isNamePart))
  }

  private mutating func addLineComment() {
    let end = end(from: position) { $0 != 0x0A }
    comments.append(position..<end)
    position = end
  }

  /// A comment that nobody closed runs to the end, as in SQLite.
  private mutating func addBlockComment() {
    var end = position + 2
    while end < source.count {
      if source[end] == UInt8(ascii: "*"), byte(at: end + 1) == UInt8(ascii: "/") {
        end += 2
        break
      }
      end += 1
    }
    comments.append(position..<end)
    position = end
  }

  private func end(ofQuoted quote: UInt8) throws(SQLiteSyntaxError) -> Int {
    var index = position + 1
    while index < source.count {
      if source[index] == quote {
        guard byte(at: index + 1) == quote else { return index + 1 }
        index += 1
      }
      index += 1
    }
    throw SQLiteSyntaxError("a quote is opened and not closed", at: position, in: source)
  }

  private func endOfBracket() throws(SQLiteSyntaxError) -> Int {
    let close = end(from: position) { $0 != UInt8(ascii: "]") }
    if close == source.count {
      throw SQLiteSyntaxError("a bracket is opened and not closed", at: position, in: source)
    }
    return close + 1
  }

  private mutating func addBlob() throws(SQLiteSyntaxError) {
    let close = end(from: position + 2, while: Self.isHexadecimal)
    guard byte(at: close) == UInt8(ascii: "'"), (close - position) % 2 == 0 else {
      throw SQLiteSyntaxError(
        "a blob literal needs pairs of hexadecimal digits", at: position, in: source)
    }
    add(.blob, to: close + 1)
  }

  private mutating func addNumber() throws(SQLiteSyntaxError) {
    var end = position
    let isUnderscoreOrDigit: (UInt8) -> Bool = { Self.isDigit($0) || $0 == UInt8(ascii: "_") }
    if source[end] == UInt8(ascii: "0"), byte(at: end + 1) | 0x20 == UInt8(ascii: "x"),
      Self.isHexadecimal(byte(at: end + 2))
    {
      end = self.end(from: end + 2) { Self.isHexadecimal($0) || $0 == UInt8(ascii: "_") }
    } else {
      end = self.end(from: end, while: isUnderscoreOrDigit)
      if byte(at: end) == UInt8(ascii: ".") {
        end = self.end(from: end + 1, while: isUnderscoreOrDigit)
      }
      if byte(at: end) | 0x20 == UInt8(ascii: "e") {
        let sign = byte(at: end + 1)
        let isSigned = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
        let digits = end + (isSigned ? 2 : 1)
        if Self.isDigit(byte(at: digits)) {
          end = self.end(from: digits, while: isUnderscoreOrDigit)
        }
      }
    }
    if end < source.count, Self.isNamePart(source[end]) {
      throw SQLiteSyntaxError("a name cannot start with a digit", at: position, in: source)
    }
    add(.number, to: end)
  }

  private mutating func addSymbol() throws(SQLiteSyntaxError) {
    let byte = source[position]
    let next = self.byte(at: position + 1)
    switch byte {
    case UInt8(ascii: "-") where next == UInt8(ascii: ">"):
      add(.symbol, to: position + (self.byte(at: position + 2) == UInt8(ascii: ">") ? 3 : 2))
    case UInt8(ascii: "|") where next == byte, UInt8(ascii: "=") where next == byte,
      UInt8(ascii: "<")
    where next == byte || next == UInt8(ascii: "=") || next == UInt8(ascii: ">"),
      UInt8(ascii: ">") where next == byte || next == UInt8(ascii: "="),
      UInt8(ascii: "!") where next == UInt8(ascii: "="):
      add(.symbol, to: position + 2)
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: ";"),
      UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "*"),
      UInt8(ascii: "/"), UInt8(ascii: "%"), UInt8(ascii: "="), UInt8(ascii: "<"),
      UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "~"):
      add(.symbol, to: position + 1)
    default: throw unexpectedByte()
    }
  }

  private func unexpectedByte() -> SQLiteSyntaxError {
    let byte = source[position]
    let shown =
      (0x21...0x7E).contains(byte)
      ? "`\(Character(Unicode.Scalar(byte)))`" : "byte \(byte)"
    return SQLiteSyntaxError("\(shown) is not SQL", at: position, in: source)
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  static func isHexadecimal(_ byte: UInt8) -> Bool {
    isDigit(byte) || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f"))
  }

  static func isNameStart(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
      || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  static func isNamePart(_ byte: UInt8) -> Bool {
    isNameStart(byte) || isDigit(byte) || byte == UInt8(ascii: "$")
  }
}
