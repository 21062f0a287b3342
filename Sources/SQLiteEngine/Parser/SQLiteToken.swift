/// One token of SQLite's SQL, as a range of bytes of the text it came from.
package struct SQLiteToken: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// A keyword or an unquoted name; which of them is a matter of place.
    case word
    /// "name", `name` or [name].
    case quotedName
    /// 'text', which SQLite also takes for a name where only a name makes sense.
    case string
    /// x'0a'.
    case blob
    case number
    /// ?1, :name, @name, $name.
    case parameter
    /// Punctuation, one to three characters.
    case symbol
  }

  package let kind: Kind
  package let range: Range<Int>
}

/// A text cut into tokens. What is between them is white space and comments.
package struct SQLiteTokens: Sendable {
  package let source: [UInt8]
  package let tokens: [SQLiteToken]
  /// The comments, in order.
  package let comments: [Range<Int>]
}

/// Why a text could not be read, and where.
package struct SQLiteSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A sentence without its full stop.
  package let message: String
  /// The byte at which it went wrong.
  package let offset: Int
  /// From 1, in lines and in UTF-8 bytes.
  package let line: Int
  package let column: Int

  init(_ message: String, at offset: Int, in source: [UInt8]) {
    let before = source.prefix(offset)
    self.message = message
    self.offset = offset
    line = 1 + before.count { $0 == 0x0A }
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    column = offset - lineStart + 1
  }

  package var description: String { "\(line):\(column): \(message)" }
}
