import SchemaModel

/// The cast of a literal to a column's own type, which says nothing in that column's default.
enum LiteralCast {
  /// `'x'::text` and `CAST('x' AS text)` are `'x'` for a column of type text; `'-1'::integer`, as
  /// PostgreSQL prints it, is `-1` for a column of any number type.
  static func removed(from tokens: [Token], type: String) -> [Token] {
    guard let (literal, castType) = parts(tokens) else { return tokens }
    guard let written = canonicalType(castType), let own = canonicalType(of: type) else {
      return tokens
    }
    if let number = number(literal, castTo: written, columnType: own) { return number }
    return written == own || written == withoutModifier(own) ? [literal] : tokens
  }

  private static func parts(_ tokens: [Token]) -> (literal: Token, type: ArraySlice<Token>)? {
    if tokens.count > 2, isLiteral(tokens[0]), tokens[1].isSymbol("::") {
      return (tokens[0], tokens[2...])
    }
    if tokens.count > 5, tokens[0].isWord("cast"), tokens[1].isSymbol("("), isLiteral(tokens[2]),
      tokens[3].isWord("as"), tokens[tokens.count - 1].isSymbol(")")
    {
      return (tokens[2], tokens[4..<(tokens.count - 1)])
    }
    return nil
  }

  private static func isLiteral(_ token: Token) -> Bool {
    token.kind == .string || token.kind == .number || token.isWord("null")
  }

  /// Nil for what is more than a type: `'a'::text || 'b'`.
  private static func canonicalType(_ tokens: ArraySlice<Token>) -> String? {
    canonicalType(of: tokens.map(\.text).joined(separator: " "))
  }

  private static func canonicalType(of text: String) -> String? {
    (try? PostgresSyntax().typeName(text, in: TypeContext()))?.canonical.string
  }

  /// How a default's cast is printed: without the column's length. `character` and `bit` without one
  /// would be of length 1, so they go by their catalog names.
  private static func withoutModifier(_ type: String) -> String {
    guard let open = type.utf8.firstIndex(of: UInt8(ascii: "(")),
      let close = type.utf8[open...].firstIndex(of: UInt8(ascii: ")"))
    else { return type }
    let name = String(type[..<open])
    if name == "character" { return "bpchar" + type[type.index(after: close)...] }
    if name == "bit" { return type }
    return name + type[type.index(after: close)...]
  }

  private static let numberTypes = [
    "smallint", "integer", "bigint", "numeric", "real", "double precision",
  ]

  private static func number(
    _ literal: Token, castTo type: String, columnType: String
  ) -> [Token]? {
    guard literal.kind == .string, literal.text.utf8.first == UInt8(ascii: "'"),
      ["integer", "bigint", "numeric"].contains(type),
      numberTypes.contains(withoutModifier(columnType)),
      let tokens = try? Lexer.tokens(
        of: String(decoding: literal.text.utf8.dropFirst().dropLast(), as: UTF8.self),
        rules: .postgresql),
      let digits = tokens.last, digits.kind == .number,
      tokens.count == 1 || (tokens.count == 2 && tokens[0].isSymbol("-")),
      digits.text.utf8.allSatisfy({
        ($0 >= 0x30 && $0 <= 0x39) || ($0 == UInt8(ascii: ".") && type == "numeric")
      })
    else { return nil }
    return tokens
  }
}
