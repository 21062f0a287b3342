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
    if Self.isCanonicalButForCase(text) {
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

  /// Most types are one word, with numbers in parentheses or without: `VARCHAR(10)`.
  private static func isCanonicalButForCase(_ text: String) -> Bool {
    var isInWord = false
    var isInNumber = false
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
        if isInNumber { return false }
        isInWord = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): isInNumber = !isInWord
      case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","):
        (isInWord, isInNumber) = (false, false)
      default: return false
      }
    }
    return !text.isEmpty
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
