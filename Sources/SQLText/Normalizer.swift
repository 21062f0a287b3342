package import SchemaModel

/// Gives SQL texts a form in which what cannot matter is gone (white space, comments, letter case of
/// keywords and unquoted names, needless quotes, redundant parentheses around the whole).
package enum Normalizer {
  /// The expression with its canonical form. A cast of a literal to `type` (a column's own) is dropped.
  /// A text that cannot be split into tokens is its own canonical form.
  package static func expression(
    _ text: String, rules: LexicalRules, type: String? = nil
  ) -> Expression {
    let trimmed = text.trimmingSpace
    guard var tokens = try? Lexer.tokens(of: trimmed, rules: rules) else {
      return Expression(text: trimmed, canonical: trimmed)
    }
    tokens = withoutOuterParentheses(tokens)
    if rules.hasDollarQuotes, let type {
      tokens = LiteralCast.removed(from: tokens, type: type)
    }
    return Expression(text: trimmed, canonical: canonical(tokens, rules: rules))
  }

  /// The tokens in their canonical spelling, one space between them.
  package static func canonical(_ tokens: [Token], rules: LexicalRules) -> String {
    var text = ""
    for token in tokens {
      if !text.isEmpty { text += " " }
      switch token.kind {
      case .word: text += token.text.asciiLowercased
      case .quotedName: text += canonicalName(token, rules: rules)
      case .string: text += rules.hasDollarQuotes ? token.text : sqliteString(token.text)
      case .number: text += token.text.asciiLowercased
      case .symbol: text += canonicalSymbol(token.text)
      case .parameter: text += token.text
      }
    }
    return text
  }

  /// Tokens without parentheses that enclose all of them.
  package static func withoutOuterParentheses(_ tokens: [Token]) -> [Token] {
    var tokens = tokens[...]
    while tokens.count > 2, tokens.first?.isSymbol("(") == true, tokens.last?.isSymbol(")") == true
    {
      var depth = 0
      for token in tokens.dropLast() {
        if token.isSymbol("(") { depth += 1 }
        if token.isSymbol(")") { depth -= 1 }
        if depth == 0 { return Array(tokens) }
      }
      tokens = tokens.dropFirst().dropLast()
    }
    return Array(tokens)
  }

  /// A quoted name that could stand unquoted is written so; one that folds differently keeps its quotes.
  private static func canonicalName(_ token: Token, rules: LexicalRules) -> String {
    let name = token.unquoted
    // On SQLite "Abc" is a string where no column is called so: its letters count.
    if !rules.foldsToLowerCase, token.text.utf8.first == 0x22,
      name.utf8.contains(where: { $0 >= 0x41 && $0 <= 0x5A })
    {
      return token.text
    }
    let plain =
      !name.isEmpty
      && name.utf8.enumerated().allSatisfy { index, byte in
        byte == 0x5F || (byte >= 0x61 && byte <= 0x7A)
          || (index > 0 && byte >= 0x30 && byte <= 0x39)
          || (!rules.foldsToLowerCase && byte >= 0x41 && byte <= 0x5A)
      }
    if plain, !Keywords.mustQuote.contains(name.asciiLowercased) {
      return rules.foldsToLowerCase ? name : name.asciiLowercased
    }
    return "\"" + (rules.foldsToLowerCase ? name : name.asciiLowercased) + "\""
  }

  private static func sqliteString(_ text: String) -> String {
    text.utf8.first == UInt8(ascii: "'") ? text : text.asciiLowercased
  }

  private static func canonicalSymbol(_ text: String) -> String {
    switch text {
    case "!=": "<>"
    case "==": "="
    default: text
    }
  }
}

extension String {
  /// Without ASCII white space at both ends.
  package var trimmingSpace: String {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
    guard let first = utf8.first, let last = utf8.last, isSpace(first) || isSpace(last) else {
      return self
    }
    var bytes = Array(utf8)[...]
    while let byte = bytes.first, isSpace(byte) { bytes.removeFirst() }
    while let byte = bytes.last, isSpace(byte) { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
