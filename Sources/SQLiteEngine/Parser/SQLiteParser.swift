/// Reads the CREATE statements that SQLite keeps in `sqlite_schema`, by SQLite's own grammar.
///
/// What it does not understand is an error that names the place; nothing is skipped.
package struct SQLiteParser {
  let stream: SQLiteTokens
  /// The index of the next token.
  private(set) var next = 0

  private init(_ stream: SQLiteTokens) { self.stream = stream }

  /// Takes one CREATE statement apart, with or without a semicolon behind it.
  package static func parse(_ text: String) throws(SQLiteSyntaxError) -> SQLiteCreateStatement {
    var parser = SQLiteParser(try SQLiteTokenizer.tokenize(text))
    let value = try parser.statement()
    while parser.accept(symbol: ";") {}
    if parser.current != nil { throw parser.unexpected("the end of the statement") }
    return SQLiteCreateStatement(value: value, tokens: parser.stream)
  }

  private mutating func statement() throws(SQLiteSyntaxError) -> SQLiteCreateStatement.Value {
    try expect("CREATE")
    let isTemporary = accept("TEMP") || accept("TEMPORARY")
    if accept("TABLE") { return .table(try createTable(isTemporary: isTemporary)) }
    if accept("VIEW") { return .view(try createView(isTemporary: isTemporary)) }
    if accept("TRIGGER") { return .trigger(try createTrigger(isTemporary: isTemporary)) }
    if accept("INDEX") { return .index(try createIndex(isUnique: false)) }
    if accept("UNIQUE") {
      try expect("INDEX")
      return .index(try createIndex(isUnique: true))
    }
    if accept("VIRTUAL") {
      try expect("TABLE")
      return .virtualTable(try createVirtualTable())
    }
    throw unexpected("TABLE, INDEX, VIEW, TRIGGER or VIRTUAL TABLE")
  }

  // MARK: Tokens

  var current: SQLiteToken? { token(at: next) }

  func token(at index: Int) -> SQLiteToken? {
    index >= 0 && index < stream.tokens.count ? stream.tokens[index] : nil
  }

  mutating func advance() { next += 1 }

  mutating func move(to index: Int) { next = index }

  func text(_ range: Range<Int>) -> String {
    String(decoding: stream.source[range], as: UTF8.self)
  }

  /// The byte at which the next token starts.
  var position: Int { current?.range.lowerBound ?? stream.source.count }

  /// The byte behind the token that was read last.
  var end: Int { token(at: next - 1)?.range.upperBound ?? 0 }

  /// The bytes from the first token of a run to the last one.
  func range(of tokens: Range<Int>) -> Range<Int> {
    guard let first = token(at: tokens.lowerBound), let last = token(at: tokens.upperBound - 1),
      !tokens.isEmpty
    else { return position..<position }
    return first.range.lowerBound..<last.range.upperBound
  }

  /// Whether the token at an index is this keyword, in any case.
  func isWord(_ keyword: StaticString, at index: Int) -> Bool {
    guard let token = token(at: index), token.kind == .word else { return false }
    return keyword.withUTF8Buffer { keyword in
      guard keyword.count == token.range.count else { return false }
      for (offset, byte) in stream.source[token.range].enumerated()
      where Self.upper(byte) != keyword[offset] {
        return false
      }
      return true
    }
  }

  func isAt(_ keyword: StaticString) -> Bool { isWord(keyword, at: next) }

  func isAt(_ first: StaticString, _ second: StaticString) -> Bool {
    isWord(first, at: next) && isWord(second, at: next + 1)
  }

  mutating func accept(_ keyword: StaticString) -> Bool {
    guard isAt(keyword) else { return false }
    advance()
    return true
  }

  mutating func accept(_ first: StaticString, _ second: StaticString) -> Bool {
    guard isAt(first, second) else { return false }
    next += 2
    return true
  }

  mutating func expect(_ keyword: StaticString) throws(SQLiteSyntaxError) {
    if !accept(keyword) { throw unexpected("\(keyword)") }
  }

  func isSymbol(_ symbol: Unicode.Scalar, at index: Int) -> Bool {
    guard let token = token(at: index), token.kind == .symbol, token.range.count == 1 else {
      return false
    }
    return UInt32(stream.source[token.range.lowerBound]) == symbol.value
  }

  func isAt(symbol: Unicode.Scalar) -> Bool { isSymbol(symbol, at: next) }

  mutating func accept(symbol: Unicode.Scalar) -> Bool {
    guard isAt(symbol: symbol) else { return false }
    advance()
    return true
  }

  mutating func expect(symbol: Unicode.Scalar) throws(SQLiteSyntaxError) {
    if !accept(symbol: symbol) { throw unexpected("`\(Character(symbol))`") }
  }

  func unexpected(_ expected: String) -> SQLiteSyntaxError {
    let found = current.map { "`\(text($0.range))`" } ?? "the end"
    return SQLiteSyntaxError(
      "\(found) stands where \(expected) was expected", at: position, in: stream.source)
  }

  private static func upper(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte - 0x20 : byte
  }

  // MARK: Names

  /// A token as a name: a word that is not reserved, or anything in quotes.
  func name(at index: Int) -> SQLiteName? {
    guard let token = token(at: index) else { return nil }
    switch token.kind {
    case .word where !SQLiteKeywords.isReserved(stream.source[token.range]):
      return SQLiteName(value: text(token.range), range: token.range, isQuoted: false)
    case .quotedName, .string:
      return SQLiteName(
        value: SQLiteKeywords.unquoted(stream.source[token.range]), range: token.range,
        isQuoted: true)
    case .word, .blob, .number, .parameter, .symbol: return nil
    }
  }

  mutating func name(_ role: String) throws(SQLiteSyntaxError) -> SQLiteName {
    guard let name = name(at: next) else { throw unexpected(role) }
    advance()
    return name
  }

  /// A name that may have a database's name before it. The stored texts have none.
  mutating func qualifiedName(_ role: String) throws(SQLiteSyntaxError) -> SQLiteName {
    if accept("IF") {
      // IF is a name, too, unless NOT EXISTS follows.
      if accept("NOT", "EXISTS") {
      } else {
        next -= 1
      }
    }
    let first = try name(role)
    return accept(symbol: ".") ? try name(role) : first
  }

  /// Names in parentheses. SQLite takes COLLATE and a sort order here and ignores them.
  mutating func nameList() throws(SQLiteSyntaxError) -> [SQLiteName] {
    try expect(symbol: "(")
    var names: [SQLiteName] = []
    repeat {
      names.append(try name("a column name"))
      if accept("COLLATE") { _ = try name("a collation name") }
      _ = accept("ASC") || accept("DESC")
    } while accept(symbol: ",")
    try expect(symbol: ")")
    return names
  }

  // MARK: Expressions

  /// Passes over parentheses and whatever is in them; returns the bytes inside.
  mutating func parenthesized() throws(SQLiteSyntaxError) -> Range<Int> {
    let open = next
    try expect(symbol: "(")
    try skip { _ in false }
    if !accept(symbol: ")") { throw unclosed(open) }
    return range(of: (open + 1)..<(next - 1))
  }

  /// Passes over tokens up to a closing parenthesis, the end, or a token outside parentheses that
  /// `stops` accepts.
  mutating func skip(until stops: (SQLiteParser) -> Bool) throws(SQLiteSyntaxError) {
    var open: [Int] = []
    while current != nil {
      if open.isEmpty, stops(self) { return }
      if isAt(symbol: "(") {
        open.append(next)
      } else if isAt(symbol: ")") {
        if open.popLast() == nil { return }
      }
      advance()
    }
    if let index = open.last { throw unclosed(index) }
  }

  private func unclosed(_ index: Int) -> SQLiteSyntaxError {
    SQLiteSyntaxError(
      "a parenthesis is opened and not closed",
      at: token(at: index)?.range.lowerBound ?? position, in: stream.source)
  }
}
