/// SQLite's words, and how names are quoted.
package enum SQLiteKeywords {
  /// The keywords that SQLite never takes for a name.
  private static let reserved: Set<String> = [
    "ADD", "ALL", "ALTER", "AND", "AS", "AUTOINCREMENT", "BETWEEN", "CASE", "CHECK", "COLLATE",
    "COMMIT", "CONSTRAINT", "CREATE", "DEFAULT", "DEFERRABLE", "DELETE", "DISTINCT", "DROP", "ELSE",
    "ESCAPE", "EXCEPT", "EXISTS", "FOREIGN", "FROM", "GROUP", "HAVING", "IN", "INDEX", "INSERT",
    "INTERSECT", "INTO", "IS", "ISNULL", "JOIN", "LIMIT", "NOT", "NOTHING", "NOTNULL", "NULL", "ON",
    "OR", "ORDER", "PRIMARY", "REFERENCES", "RETURNING", "SELECT", "SET", "TABLE", "THEN", "TO",
    "TRANSACTION", "UNION", "UNIQUE", "UPDATE", "USING", "VALUES", "WHEN", "WHERE",
  ]

  /// Every keyword, so that a name that is one gets quotes, whatever SQLite would accept.
  private static let others: Set<String> = [
    "ABORT", "ACTION", "AFTER", "ALWAYS", "ANALYZE", "ASC", "ATTACH", "BEFORE", "BEGIN", "BY",
    "CASCADE", "CAST", "COLUMN", "CONFLICT", "CROSS", "CURRENT", "CURRENT_DATE", "CURRENT_TIME",
    "CURRENT_TIMESTAMP", "DATABASE", "DEFERRED", "DESC", "DETACH", "DO", "EACH", "END", "EXCLUDE",
    "EXCLUSIVE", "EXPLAIN", "FAIL", "FILTER", "FIRST", "FOLLOWING", "FOR", "FULL", "GENERATED",
    "GLOB", "GROUPS", "IF", "IGNORE", "IMMEDIATE", "INDEXED", "INITIALLY", "INNER", "INSTEAD",
    "KEY", "LAST", "LEFT", "LIKE", "MATCH", "MATERIALIZED", "NATURAL", "NO", "NULLS", "OF",
    "OFFSET", "OTHERS", "OUTER", "OVER", "PARTITION", "PLAN", "PRAGMA", "PRECEDING", "QUERY",
    "RAISE", "RANGE", "RECURSIVE", "REGEXP", "REINDEX", "RELEASE", "RENAME", "REPLACE", "RESTRICT",
    "RIGHT", "ROLLBACK", "ROW", "ROWS", "SAVEPOINT", "TEMP", "TEMPORARY", "TIES", "TRIGGER",
    "UNBOUNDED", "VACUUM", "VIEW", "VIRTUAL", "WINDOW", "WITH", "WITHIN", "WITHOUT", "TRUE",
    "FALSE", "STRICT", "STORED", "ROWID",
  ]

  package static func isReserved(_ word: String) -> Bool { isReserved(Array(word.utf8)[...]) }

  /// The same of bytes, without making a text of them: it is asked of every word.
  static func isReserved(_ word: ArraySlice<UInt8>) -> Bool {
    PackedWord(word).map(packed.contains) ?? false
  }

  private static let packed = Set(reserved.compactMap { PackedWord(Array($0.utf8)[...]) })

  /// Up to sixteen bytes in upper case, as two numbers.
  private struct PackedWord: Hashable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    init?(_ word: ArraySlice<UInt8>) {
      guard word.count <= 16 else { return nil }
      for byte in word {
        let upper = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte - 0x20 : byte
        high = high << 8 | low >> 56
        low = low << 8 | UInt64(upper)
      }
    }
  }

  /// Whether the word means something to SQLite somewhere.
  package static func isKeyword(_ word: String) -> Bool {
    guard word.utf8.count <= 17 else { return false }
    let word = upper(word)
    return reserved.contains(word) || others.contains(word)
  }

  /// ASCII letters in upper case; the rest as it is, as SQLite compares names.
  package static func upper(_ text: String) -> String {
    String(
      decoding: text.utf8.map { byte in
        byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte - 0x20 : byte
      }, as: UTF8.self)
  }

  /// ASCII letters in lower case: two names with the same folding are one name to SQLite.
  package static func folded(_ text: String) -> String {
    String(
      decoding: text.utf8.map { byte in
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte + 0x20 : byte
      }, as: UTF8.self)
  }

  /// What stands between the quotes, doubled quotes made single.
  package static func unquoted(_ bytes: ArraySlice<UInt8>) -> String {
    guard let quote = bytes.first, bytes.count >= 2 else {
      return String(decoding: bytes, as: UTF8.self)
    }
    let inner = bytes.dropFirst().dropLast()
    if quote == UInt8(ascii: "[") { return String(decoding: inner, as: UTF8.self) }
    var result: [UInt8] = []
    result.reserveCapacity(inner.count)
    var previousIsQuote = false
    for byte in inner {
      if byte == quote, previousIsQuote {
        previousIsQuote = false
        continue
      }
      previousIsQuote = byte == quote
      result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
  }
}
