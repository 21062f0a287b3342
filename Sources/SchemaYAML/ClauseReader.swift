import SQLText
import SchemaModel

/// Walks the tokens of one SQL text of the file: what column scalars, index parts and references share.
struct ClauseReader {
  let syntax: any EngineSyntax
  let text: String
  let tokens: [Token]
  var position = 0

  init(_ text: String, syntax: any EngineSyntax) throws(SyntaxProblem) {
    self.text = text
    self.syntax = syntax
    tokens = try syntax.balancedTokens(of: text)
  }

  var current: Token? { position < tokens.count ? tokens[position] : nil }
  var isAtEnd: Bool { position >= tokens.count }

  func peek(_ distance: Int) -> Token? {
    let index = position + distance
    return index >= 0 && index < tokens.count ? tokens[index] : nil
  }

  /// The source text of these tokens, comments and white space between them included.
  func source(_ range: Range<Int>) -> String {
    guard let first = range.first, let last = range.last else { return "" }
    let bytes = Array(text.utf8)[tokens[first].range.lowerBound..<tokens[last].range.upperBound]
    return String(decoding: bytes, as: UTF8.self)
  }

  func problem(_ message: String) -> SyntaxProblem {
    SyntaxProblem(message, at: current?.range.lowerBound ?? text.utf8.count)
  }

  /// Takes these keywords if they come next, all of them or none.
  mutating func take(_ words: String...) -> Bool {
    for (distance, word) in words.enumerated() {
      guard peek(distance)?.isWord(word) == true else { return false }
    }
    position += words.count
    return true
  }

  mutating func takeSymbol(_ symbol: String) -> Bool {
    guard current?.isSymbol(symbol) == true else { return false }
    position += 1
    return true
  }

  /// A name, folded as the engine folds it.
  mutating func name(_ what: String) throws(SyntaxProblem) -> Identifier {
    guard let token = current, token.kind == .word || token.kind == .quotedName else {
      throw problem("\(what) is missing")
    }
    position += 1
    return syntax.identifier(token)
  }

  /// A name with the names that qualify it.
  mutating func path(_ what: String) throws(SyntaxProblem) -> [Identifier] {
    var names = [try name(what)]
    while takeSymbol(".") { names.append(try name(what)) }
    return names
  }

  /// `(a, b)`, or nothing.
  mutating func columnList() throws(SyntaxProblem) -> [Identifier]? {
    guard takeSymbol("(") else { return nil }
    var names = [try name("a column's name")]
    while takeSymbol(",") { names.append(try name("a column's name")) }
    guard takeSymbol(")") else { throw problem("expected ',' or ')' after a column's name") }
    return names
  }

  /// What stands between the parenthesis here and its partner.
  mutating func parenthesised(after what: String) throws(SyntaxProblem) -> String {
    guard current?.isSymbol("(") == true else {
      throw problem("'\(what)' is followed by an expression in parentheses")
    }
    let end = closing(position)
    let inner = source((position + 1)..<end)
    if inner.isEmpty { throw problem("an expression is missing after '\(what)'") }
    position = end + 1
    return inner
  }

  /// The index of the partner of the bracket at `index`; brackets are balanced.
  func closing(_ index: Int) -> Int {
    var depth = 0
    for candidate in index..<tokens.count where tokens[candidate].kind == .symbol {
      switch tokens[candidate].text {
      case "(", "[": depth += 1
      case ")", "]":
        depth -= 1
        if depth == 0 { return candidate }
      default: break
      }
    }
    return tokens.count - 1
  }

  /// A collation as it is written: `C` and `"C"` are one, since no collation is named `c`.
  mutating func collation() throws(SyntaxProblem) -> ExactText {
    var names: [String] = []
    repeat {
      guard let token = current, token.kind == .word || token.kind == .quotedName else {
        throw problem("the name of a collation is missing")
      }
      names.append(token.unquoted)
      position += 1
    } while takeSymbol(".")
    return Collations.text(names, in: syntax.engine)
  }

  mutating func conflictAction() throws(SyntaxProblem) -> ConflictClause? {
    guard syntax.engine == .sqlite, take("on", "conflict") else { return nil }
    guard let word = current?.text.asciiLowercased, let action = ConflictClause(rawValue: word)
    else {
      throw problem("'on conflict' is followed by rollback, abort, fail, ignore or replace")
    }
    position += 1
    return action
  }

  /// `deferrable`, `not deferrable`, `initially deferred`, `initially immediate`.
  mutating func deferrability() -> Deferrability? {
    var found: Deferrability?
    while true {
      if take("not", "deferrable") {
        found = .notDeferrable
      } else if take("deferrable") {
        if found != .initiallyDeferred { found = .initiallyImmediate }
      } else if take("initially", "deferred") {
        found = .initiallyDeferred
      } else if take("initially", "immediate") {
        found = found ?? .notDeferrable
      } else {
        return found
      }
    }
  }
}

/// How collations are spelled in the model.
enum Collations {
  static func text(_ names: [String], in engine: EngineName) -> ExactText {
    switch engine {
    case .postgresql:
      let path = names.count > 1 && names[0] == "pg_catalog" ? Array(names.dropFirst()) : names
      return ExactText(QualifiedName.text(path.map { Identifier($0) }))
    case .sqlite:
      // Case does not count in SQLite's names of collations.
      return ExactText(
        String(
          decoding: (names.last ?? "").utf8.map { $0 >= 97 && $0 <= 122 ? $0 - 32 : $0 },
          as: UTF8.self))
    }
  }

  /// What every column has that names no collation.
  static func isDefault(_ collation: ExactText, in engine: EngineName) -> Bool {
    switch engine {
    case .postgresql: collation == "\"default\"" || collation == "default"
    case .sqlite: collation == "BINARY"
    }
  }
}
