import SQLText
import SchemaModel

/// Walks over the tokens of one statement.
struct Cursor {
  let tokens: [Token]
  let engine: EngineName
  var position: Int
  /// Tokens from here on belong to somebody else.
  var limit: Int

  init(_ tokens: [Token], engine: EngineName) {
    self.tokens = tokens
    self.engine = engine
    position = 0
    limit = tokens.count
  }

  var isAtEnd: Bool { position >= limit }
  var current: Token? { isAtEnd ? nil : tokens[position] }
  /// Where the last token that was read ends.
  var end: Int { position > 0 ? tokens[position - 1].range.upperBound : 0 }
  var offset: Int { current?.range.lowerBound ?? end }

  func peek(_ distance: Int) -> Token? {
    position + distance < limit ? tokens[position + distance] : nil
  }

  func isAt(_ words: String...) -> Bool {
    words.indices.allSatisfy { peek($0)?.isWord(words[$0]) ?? false }
  }

  func isAtSymbol(_ symbol: String) -> Bool { current?.isSymbol(symbol) ?? false }

  /// Goes past the words if all of them come next.
  mutating func take(_ words: String...) -> Bool {
    guard words.indices.allSatisfy({ peek($0)?.isWord(words[$0]) ?? false }) else { return false }
    position += words.count
    return true
  }

  mutating func takeSymbol(_ symbol: String) -> Bool {
    guard isAtSymbol(symbol) else { return false }
    position += 1
    return true
  }

  mutating func next() -> Token? {
    guard let token = current else { return nil }
    position += 1
    return token
  }

  private func identifier(_ token: Token) -> Identifier {
    if token.kind == .quotedName || (engine == .sqlite && token.kind == .string) {
      let text =
        token.kind == .string ? String(token.text.dropFirst().dropLast()) : token.unquoted
      return Identifier(text, in: engine)
    }
    return Identifier(
      engine == .postgresql ? token.text.asciiLowercased : token.text, in: engine)
  }

  private func isName(_ token: Token?) -> Bool {
    guard let token else { return false }
    switch token.kind {
    case .word, .quotedName: return true
    case .string: return engine == .sqlite
    case .number, .symbol, .parameter: return false
    }
  }

  /// A name of one or more parts.
  mutating func name() -> Name? {
    guard isName(current), let first = next() else { return nil }
    var path = [identifier(first)]
    while isAtSymbol("."), isName(peek(1)) {
      position += 1
      if let part = next() { path.append(identifier(part)) }
    }
    return Name(path: path, range: first.range.lowerBound..<end)
  }

  /// A name of one part.
  mutating func simpleName() -> Name? {
    guard isName(current), let token = next() else { return nil }
    return Name(path: [identifier(token)], range: token.range)
  }

  /// A relation, with the star and ONLY that may stand around it.
  mutating func relation() -> Name? {
    _ = take("only")
    let isWrapped = takeSymbol("(")
    let result = name()
    if isWrapped { _ = takeSymbol(")") }
    _ = takeSymbol("*")
    return result
  }

  mutating func names(_ read: (inout Cursor) -> Name?) -> [Name] {
    var all: [Name] = []
    repeat {
      guard let name = read(&self) else { break }
      all.append(name)
    } while takeSymbol(",")
    return all
  }

  /// What stands in the parentheses that come next, without them.
  mutating func parenthesized() -> Fragment? {
    guard isAtSymbol("(") else { return nil }
    let start = position + 1
    skipBalanced()
    let end = max(start, position - 1)
    return Fragment(tokens[min(start, limit)..<min(end, limit)])
  }

  /// Goes past one token, or a whole pair of brackets.
  mutating func skipBalanced() {
    guard let token = next() else { return }
    guard token.isSymbol("(") || token.isSymbol("[") else { return }
    var depth = 1
    while depth > 0, let token = next() {
      if token.isSymbol("(") || token.isSymbol("[") { depth += 1 }
      if token.isSymbol(")") || token.isSymbol("]") { depth -= 1 }
    }
  }

  /// Tokens up to one outside of brackets for which the test holds; the first is taken in any case when
  /// `least` is one.
  mutating func fragment(least: Int = 0, until stop: (Token) -> Bool) -> Fragment {
    let start = position
    var count = 0
    while let token = current {
      if count >= least, stop(token) { break }
      skipBalanced()
      count += 1
    }
    return Fragment(tokens[start..<position])
  }

  /// Columns in parentheses.
  mutating func columnList() -> [Identifier] {
    guard let inner = parenthesized() else { return [] }
    return inner.tokens.split { $0.isSymbol(",") }.compactMap { part in
      part.first.flatMap { isName($0) ? identifier($0) : nil }
    }
  }

  /// Splits at commas outside of brackets.
  static func parts(_ fragment: Fragment) -> [Fragment] {
    var parts: [Fragment] = []
    var part: [Token] = []
    var depth = 0
    for token in fragment.tokens {
      if token.isSymbol("(") || token.isSymbol("[") { depth += 1 }
      if token.isSymbol(")") || token.isSymbol("]") { depth -= 1 }
      if depth == 0, token.isSymbol(",") {
        parts.append(Fragment(part))
        part = []
      } else {
        part.append(token)
      }
    }
    if !part.isEmpty { parts.append(Fragment(part)) }
    return parts
  }
}
