import SchemaModel

/// One token of SQL, white space and comments left out.
package struct Token: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// An unquoted name or keyword.
    case word
    /// A quoted name, in any of the engine's quotings.
    case quotedName
    /// A string constant, in any of the engine's forms.
    case string
    case number
    /// An operator or a piece of punctuation; PostgreSQL's are read greedily.
    case symbol
    /// `$1`, `?`, `:name`.
    case parameter
  }

  package let kind: Kind
  /// As it stands in the source.
  package let text: String
  /// Byte offsets in the source.
  package let range: Range<Int>

  package init(kind: Kind, text: String, range: Range<Int>) {
    self.kind = kind
    self.text = text
    self.range = range
  }

  /// The name of a quoted name without its quotes, the text of everything else.
  package var unquoted: String {
    guard kind == .quotedName, let quote = text.utf8.first else { return text }
    switch quote {
    case UInt8(ascii: "["):
      return String(decoding: text.utf8.dropFirst().dropLast(), as: UTF8.self)
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      let name = Token.undoubled(text.utf8.dropFirst(3).dropLast(), quote: UInt8(ascii: "\""))
      return UnicodeEscapes.decoded(name)
    default:
      return Token.undoubled(text.utf8.dropFirst().dropLast(), quote: quote)
    }
  }

  private static func undoubled(_ inner: Substring.UTF8View, quote: UInt8) -> String {
    var bytes: [UInt8] = []
    var skip = false
    for byte in inner {
      if byte == quote, !skip {
        skip = true
        bytes.append(byte)
        continue
      }
      if skip, byte == quote {
        skip = false
        continue
      }
      skip = false
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether this is the given keyword (lower case), unquoted.
  package func isWord(_ keyword: String) -> Bool {
    kind == .word && text.utf8.count == keyword.utf8.count
      && text.asciiLowercased.hasSameBytes(as: keyword)
  }

  package func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
}

/// Why a text cannot be split into tokens.
package struct LexicalProblem: Error, Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    case unterminatedString, unterminatedName, unterminatedComment, unterminatedDollarQuote
    case unbalanced(String)
    case nulByte
  }

  package let reason: Reason
  /// Byte offset of what was opened and never closed.
  package let offset: Int

  package init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  package var message: String {
    switch reason {
    case .unterminatedString: "a string is never closed"
    case .unterminatedName: "a quoted name is never closed"
    case .unterminatedComment: "a comment is never closed"
    case .unterminatedDollarQuote: "a dollar-quoted string is never closed"
    case .unbalanced(let bracket): "'\(bracket)' has no partner"
    case .nulByte: "the text holds a NUL byte"
    }
  }
}
