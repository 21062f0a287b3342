package import SchemaModel

/// SQLite's names and types.
package struct SQLiteSyntax: EngineSyntax {
  package init() {}

  package var engine: EngineName { .sqlite }
  package var rules: LexicalRules { .sqlite }

  /// SQLite takes any words for a type (sqlite.org/datatype3.html, 3.1); they are only folded.
  package func typeName(
    _ text: String, in context: TypeContext
  ) throws(SyntaxProblem) -> TypeName {
    // Most types are one word.
    if !text.isEmpty, text.utf8.allSatisfy({ $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }) {
      return TypeName(text.asciiLowercased, spelling: text)
    }
    let tokens = try tokens(of: text)
    for token in tokens {
      switch token.kind {
      case .word, .quotedName, .number, .string: continue
      case .symbol where ["(", ")", ",", "+", "-"].contains(token.text): continue
      case .symbol, .parameter:
        throw SyntaxProblem("'\(text)' is not a type", at: token.range.lowerBound)
      }
    }
    return TypeName(SQLiteSyntax.canonicalType(tokens), spelling: text.trimmingSpace)
  }

  /// A lone word or quoted name is a string here (sqlite.org/lang_createtable.html, 3.2): `DEFAULT Abc`
  /// is `DEFAULT 'Abc'`, in exactly these letters.
  package func defaultValue(_ text: String, type: TypeName?) -> Expression {
    guard let tokens = try? tokens(of: text), tokens.count == 1,
      tokens[0].kind == .quotedName
        || tokens[0].kind == .word
          && !SQLiteSyntax.constants.contains(tokens[0].text.asciiLowercased)
    else { return expression(text) }
    return Expression(text: text.trimmingSpace, canonical: Quoting.literal(tokens[0].unquoted))
  }

  private static let constants: Set<String> = [
    "null", "true", "false", "current_date", "current_time", "current_timestamp",
  ]

  /// `VARCHAR ( 10,2 )` is `varchar(10,2)`.
  package static func canonicalType(_ tokens: [Token]) -> String {
    var text = ""
    var previous: Token?
    for token in tokens {
      let word = token.unquoted.asciiLowercased
      let glued = token.kind == .symbol || previous?.kind == .symbol
      text += text.isEmpty || glued ? word : " " + word
      previous = token
    }
    return text
  }
}
