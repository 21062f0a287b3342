import SchemaModel

/// Splits a PostgreSQL script as psql does: at semicolons outside of quotes, parentheses and `BEGIN ATOMIC`
/// bodies, with psql's own commands and the rows after `COPY … FROM stdin` told apart.
package struct StatementSplitter {
  package struct Piece: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
      case statement
      /// A psql command, without its backslash: `connect other`.
      case command
      /// A `COPY … FROM stdin` whose rows were skipped.
      case copy
    }

    package let kind: Kind
    /// Without the final semicolon.
    package let text: String
    /// The line on which it begins, from one.
    package let line: Int
    /// The bytes of the text in the script.
    package let range: Range<Int>
  }

  private let bytes: [UInt8]
  private var position = 0
  private var line = 1
  private var pieces: [Piece] = []
  private var comments: [Range<Int>] = []

  // The statement that is being read.
  private var start: Int?
  private var startLine = 1
  private var depth = 0
  private var bodyDepth = 0
  private var words: [String] = []
  /// The word `begin` of a routine, until the next one says whether a body follows.
  private var isAtBegin = false
  /// Backslashes escape in every string while `standard_conforming_strings` is off.
  private var escapesInStrings = false

  package static func pieces(of script: String) throws(LexicalProblem) -> [Piece] {
    try self.script(script).pieces
  }

  /// The pieces together with the places of all comments.
  package static func script(_ text: String) throws(LexicalProblem) -> Script {
    var splitter = StatementSplitter(bytes: Array(text.utf8))
    // A byte order mark is no part of the first statement.
    if splitter.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { splitter.position = 3 }
    try splitter.run()
    return Script(pieces: splitter.pieces, comments: splitter.comments)
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func run() throws(LexicalProblem) {
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case 0: throw LexicalProblem(.nulByte, at: position)
      case 0x0A:
        line += 1
        position += 1
      case 0x20, 0x09, 0x0B, 0x0C, 0x0D: position += 1
      case UInt8(ascii: "-") where next == UInt8(ascii: "-"):
        let begin = position
        skipLine()
        comments.append(begin..<position)
      case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
        let begin = position
        try skipComment()
        comments.append(begin..<position)
      case UInt8(ascii: "\\"): command()
      case UInt8(ascii: ";") where depth == 0 && bodyDepth == 0:
        if !finish(at: position) { position += 1 }
      default: try part(byte)
      }
    }
    _ = finish(at: position)
  }

  /// Something that belongs to a statement.
  private mutating func part(_ byte: UInt8) throws(LexicalProblem) {
    if start == nil {
      start = position
      startLine = line
    }
    if !isNameStart(byte) { isAtBegin = false }
    switch byte {
    case UInt8(ascii: "'"): try quoted(byte, escapes: escapesInStrings)
    case UInt8(ascii: "\""): try quoted(byte, escapes: false)
    case UInt8(ascii: "$"): try dollar()
    case UInt8(ascii: "("):
      depth += 1
      position += 1
    case UInt8(ascii: ")"):
      depth = max(0, depth - 1)
      position += 1
    default:
      if isNameStart(byte) { try word() } else { position += 1 }
    }
  }

  /// Ends the statement. True when rows followed it and `position` stands behind them.
  private mutating func finish(at end: Int) -> Bool {
    defer {
      start = nil
      depth = 0
      bodyDepth = 0
      words = []
      isAtBegin = false
    }
    guard let start else { return false }
    let text = String(decoding: bytes[start..<end], as: UTF8.self).trimmingSpace
    let isCopy =
      words.first == "copy" && words.contains("stdin")
      && words.last.map { $0 != "program" } ?? false
    pieces.append(
      Piece(
        kind: isCopy ? .copy : .statement, text: text, line: startLine,
        range: start..<(start + text.utf8.count)))
    if words.first == "set", words.contains("standard_conforming_strings") {
      escapesInStrings = text.asciiLowercased.hasSuffix("off")
    }
    if isCopy { skipRows(from: end) }
    return isCopy
  }

  // MARK: - Tokens

  private var next: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

  private mutating func word() throws(LexicalProblem) {
    let first = bytes[position] | 0x20
    if next == UInt8(ascii: "'"), [0x65, 0x62, 0x78, 0x6E].contains(first) {
      position += 1
      return try quoted(UInt8(ascii: "'"), escapes: first == UInt8(ascii: "e"))
    }
    let begin = position
    while position < bytes.count, isNamePart(bytes[position]) { position += 1 }
    // Enough to know a routine's body and a COPY by.
    let text = String(decoding: bytes[begin..<position], as: UTF8.self).asciiLowercased
    note(text, isLabel: isLabel(at: begin))
  }

  /// After a dot or `AS` any keyword is a name.
  private func isLabel(at begin: Int) -> Bool {
    guard let before = bytes[..<begin].lastIndex(where: { !isSpace($0) }) else { return false }
    if bytes[before] == UInt8(ascii: ".") { return true }
    guard before >= 2, bytes[before] | 0x20 == UInt8(ascii: "s"),
      bytes[before - 1] | 0x20 == UInt8(ascii: "a")
    else { return false }
    return isSpace(bytes[before - 2])
  }

  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

  private mutating func note(_ word: String, isLabel: Bool) {
    if words.count < 4 || words.first == "copy" { words.append(word) }
    guard depth == 0, words.first == "create", words.contains(where: isRoutine) else { return }
    let wasAtBegin = isAtBegin
    isAtBegin = false
    guard !isLabel else { return }
    switch word {
    case "begin": isAtBegin = true
    case "atomic" where wasAtBegin: bodyDepth += 1
    case "case" where bodyDepth > 0: bodyDepth += 1
    case "end" where bodyDepth > 0: bodyDepth -= 1
    default: return
    }
  }

  private func isRoutine(_ word: String) -> Bool { word == "function" || word == "procedure" }

  private mutating func quoted(_ quote: UInt8, escapes: Bool) throws(LexicalProblem) {
    let begin = position
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0x0A { line += 1 }
      if escapes, byte == UInt8(ascii: "\\") {
        if next == 0x0A { line += 1 }
        position += 2
      } else if byte == quote {
        position += 1
        guard position < bytes.count, bytes[position] == quote else { return }
        position += 1
      } else {
        position += 1
      }
    }
    throw LexicalProblem(
      quote == UInt8(ascii: "'") ? .unterminatedString : .unterminatedName, at: begin)
  }

  private mutating func dollar() throws(LexicalProblem) {
    let begin = position
    var end = position + 1
    if end < bytes.count, bytes[end] >= 0x30, bytes[end] <= 0x39 {
      position += 1
      return
    }
    while end < bytes.count, isNamePart(bytes[end]), bytes[end] != UInt8(ascii: "$") { end += 1 }
    guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else {
      position += 1
      return
    }
    let tag = bytes[begin...end]
    position = end + 1
    while position + tag.count <= bytes.count {
      if bytes[position] == UInt8(ascii: "$"), bytes[position...].starts(with: tag) {
        position += tag.count
        return
      }
      if bytes[position] == 0x0A { line += 1 }
      position += 1
    }
    throw LexicalProblem(.unterminatedDollarQuote, at: begin)
  }

  // MARK: - What is no statement

  private mutating func skipLine() {
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
  }

  private mutating func skipComment() throws(LexicalProblem) {
    let begin = position
    var open = 1
    position += 2
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
        open -= 1
        position += 2
        if open == 0 { return }
      } else if bytes[position] == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
        open += 1
        position += 2
      } else {
        if bytes[position] == 0x0A { line += 1 }
        position += 1
      }
    }
    throw LexicalProblem(.unterminatedComment, at: begin)
  }

  /// To the end of its line. One in the middle of a statement (`\gexec`) ends it.
  private mutating func command() {
    let begin = position
    _ = finish(at: begin)
    position = begin
    skipLine()
    let text = String(decoding: bytes[(begin + 1)..<position], as: UTF8.self).trimmingSpace
    pieces.append(Piece(kind: .command, text: text, line: line, range: begin..<position))
  }

  /// The rows end with a line `\.`, or with the script.
  private mutating func skipRows(from end: Int) {
    position = end
    skipLine()
    while position < bytes.count {
      position += 1
      line += 1
      let begin = position
      skipLine()
      var row = bytes[begin..<position]
      if row.last == 0x0D { row.removeLast() }
      if row.elementsEqual("\\.".utf8) { return }
    }
  }

  private func isNameStart(_ byte: UInt8) -> Bool {
    byte == 0x5F || byte >= 0x80 || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
  }

  private func isNamePart(_ byte: UInt8) -> Bool {
    isNameStart(byte) || (byte >= 0x30 && byte <= 0x39) || byte == UInt8(ascii: "$")
  }
}
