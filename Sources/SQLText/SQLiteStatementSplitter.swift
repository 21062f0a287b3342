import SchemaModel

/// Splits a SQLite script as its shell does: at semicolons outside of quotes and trigger bodies; lines that
/// begin with a dot are the shell's own commands.
package struct SQLiteStatementSplitter {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1
  private var pieces: [StatementSplitter.Piece] = []
  private var comments: [Range<Int>] = []

  // The statement that is being read.
  private var start: Int?
  private var startLine = 1
  private var words: [String] = []
  /// What stands before, for the end of a trigger's body: `; end ;`.
  private var last: [String] = []

  package static func script(_ text: String) throws(LexicalProblem) -> Script {
    var splitter = SQLiteStatementSplitter(bytes: Array(text.utf8))
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
      case 0x20, 0x09, 0x0C, 0x0D: position += 1
      case UInt8(ascii: "-") where next == byte: comment(until: nil)
      case UInt8(ascii: "/") where next == UInt8(ascii: "*"): comment(until: [0x2A, 0x2F])
      case UInt8(ascii: ".") where start == nil && isAtLineStart: command()
      case UInt8(ascii: ";"): semicolon()
      default: try part(byte)
      }
    }
    finish(at: position)
  }

  private var next: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

  private var isAtLineStart: Bool { position == 0 || bytes[position - 1] == 0x0A }

  private mutating func part(_ byte: UInt8) throws(LexicalProblem) {
    if start == nil {
      start = position
      startLine = line
    }
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): try quoted(byte)
    case UInt8(ascii: "["): try quoted(UInt8(ascii: "]"))
    default:
      guard isNamePart(byte) else {
        position += 1
        return note("?")
      }
      let begin = position
      while position < bytes.count, isNamePart(bytes[position]) { position += 1 }
      note(String(decoding: bytes[begin..<position], as: UTF8.self).asciiLowercased)
    }
  }

  private mutating func note(_ word: String) {
    if words.count < 4 { words.append(word) }
    last = last.suffix(1) + [word]
  }

  private var isTrigger: Bool {
    guard words.first == "create" else { return false }
    let isTemporary = words.count > 1 && ["temp", "temporary"].contains(words[1])
    return words.dropFirst(isTemporary ? 2 : 1).first == "trigger"
  }

  private mutating func semicolon() {
    if isTrigger, last != [";", "end"] {
      position += 1
      return note(";")
    }
    finish(at: position)
    position += 1
  }

  private mutating func finish(at end: Int) {
    defer {
      start = nil
      words = []
      last = []
    }
    guard let start else { return }
    let text = String(decoding: bytes[start..<end], as: UTF8.self).trimmingSpace
    pieces.append(
      StatementSplitter.Piece(
        kind: .statement, text: text, line: startLine, range: start..<(start + text.utf8.count)))
  }

  private mutating func quoted(_ end: UInt8) throws(LexicalProblem) {
    let begin = position
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0x0A { line += 1 }
      position += 1
      guard byte == end else { continue }
      if end != UInt8(ascii: "]"), position < bytes.count, bytes[position] == end {
        position += 1
        continue
      }
      return note("?")
    }
    throw LexicalProblem(
      end == UInt8(ascii: "'") ? .unterminatedString : .unterminatedName, at: begin)
  }

  /// A block that is never closed ends with the script.
  private mutating func comment(until end: [UInt8]?) {
    let begin = position
    position += 2
    while position < bytes.count {
      if let end {
        if bytes[position...].starts(with: end) {
          position += 2
          break
        }
        if bytes[position] == 0x0A { line += 1 }
      } else if bytes[position] == 0x0A {
        break
      }
      position += 1
    }
    comments.append(begin..<position)
  }

  private mutating func command() {
    let begin = position
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
    let text = String(decoding: bytes[(begin + 1)..<position], as: UTF8.self).trimmingSpace
    pieces.append(
      StatementSplitter.Piece(kind: .command, text: text, line: line, range: begin..<position))
  }

  private func isNamePart(_ byte: UInt8) -> Bool {
    byte == 0x5F || byte >= 0x80 || (byte >= 0x30 && byte <= 0x39)
      || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
  }
}
