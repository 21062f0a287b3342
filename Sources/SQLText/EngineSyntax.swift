package import SchemaModel

/// What a reader of declared text must know of an engine's language.
package protocol EngineSyntax: Sendable {
  var engine: EngineName { get }
  var rules: LexicalRules { get }

  /// The type that the text names; throws for a text that cannot be a type.
  func typeName(_ text: String, in context: TypeContext) throws(SyntaxProblem) -> TypeName

  /// A column's default with its canonical form.
  func defaultValue(_ text: String, type: TypeName?) -> Expression
}

/// What a type's name can resolve to.
package struct TypeContext: Sendable {
  /// Where unqualified names are looked up, in this order.
  package var searchPath: [Identifier]
  /// The enums and other types of one's own.
  package var types: Set<ObjectID>
  /// Types that come into being with one of those: the multirange of a range.
  package var companions: [[Identifier]: ObjectID]

  package init(
    searchPath: [Identifier] = [], types: Set<ObjectID> = [],
    companions: [[Identifier]: ObjectID] = [:]
  ) {
    self.searchPath = searchPath
    self.types = types
    self.companions = companions
  }

  /// The kinds whose names are types.
  package static let kinds: [ObjectKind] = [
    .enumType, .domain, .compositeType, .rangeType, .baseType, .table,
  ]

  /// The type of that name; a table is one too.
  package func type(_ path: [Identifier]) -> ObjectID? {
    Self.kinds.map { ObjectID($0, path) }.first(where: types.contains) ?? companions[path]
  }
}

/// Why a text is not what it should be.
package struct SyntaxProblem: Error, Hashable, Sendable {
  /// A sentence without the place: the reader of the file knows that.
  package let message: String
  /// Byte offset in the text.
  package let offset: Int

  package init(_ message: String, at offset: Int = 0) {
    self.message = message
    self.offset = offset
  }
}

extension EngineSyntax {
  package func defaultValue(_ text: String, type: TypeName?) -> Expression {
    expression(text, type: type)
  }

  package func tokens(of text: String) throws(SyntaxProblem) -> [Token] {
    do {
      return try Lexer.tokens(of: text, rules: rules)
    } catch {
      throw SyntaxProblem(error.message, at: error.offset)
    }
  }

  /// A name as the engine would store it: unquoted words fold as the engine folds them.
  package func identifier(_ token: Token) -> Identifier {
    switch token.kind {
    case .quotedName: Identifier(token.unquoted, in: engine)
    default:
      Identifier(rules.foldsToLowerCase ? token.text.asciiLowercased : token.text, in: engine)
    }
  }

  /// `sales.orders`, `"My.Table"`, `orders`: one to three names.
  package func path(_ text: String) throws(SyntaxProblem) -> [Identifier] {
    if text.isPlainWord { return [Identifier(text, in: engine)] }
    let tokens = try tokens(of: text)
    var names: [Identifier] = []
    for (index, token) in tokens.enumerated() {
      if index % 2 == 1 {
        guard token.isSymbol(".") else {
          throw SyntaxProblem(
            "'\(text)' is not a name; quote it as '\"\(text)\"' if it is",
            at: token.range.lowerBound)
        }
      } else {
        guard token.kind == .word || token.kind == .quotedName else {
          throw SyntaxProblem(
            "'\(text)' is not a name; quote it as '\"\(text)\"' if it is",
            at: token.range.lowerBound)
        }
        names.append(identifier(token))
      }
    }
    guard tokens.count % 2 == 1 else { throw SyntaxProblem("a name is missing in '\(text)'") }
    return names
  }

  /// The text with its canonical form; `type` is the column's, whose casts of literals say nothing.
  package func expression(_ text: String, type: TypeName? = nil) -> Expression {
    Normalizer.expression(text, rules: rules, type: type?.canonical.string)
  }

  /// Throws where quotes or brackets are not balanced: inside YAML's flow style such a text has lost its
  /// end.
  package func checkBalance(of text: String) throws(SyntaxProblem) {
    _ = try balancedTokens(of: text)
  }

  /// The tokens of a text that passes `checkBalance`.
  package func balancedTokens(of text: String) throws(SyntaxProblem) -> [Token] {
    let tokens = try tokens(of: text)
    var open: [Token] = []
    for token in tokens where token.kind == .symbol {
      switch token.text {
      case "(", "[": open.append(token)
      case ")", "]":
        guard let last = open.popLast(), (last.text == "(") == (token.text == ")") else {
          throw SyntaxProblem("'\(token.text)' has no partner", at: token.range.lowerBound)
        }
      default: continue
      }
    }
    if let left = open.last {
      throw SyntaxProblem("'\(left.text)' is never closed", at: left.range.lowerBound)
    }
    return tokens
  }
}

extension String {
  /// Whether the text is one word in lower case, as most names are: a name that both engines leave as it is.
  package var isPlainWord: Bool {
    var rest = utf8[...]
    guard let first = rest.popFirst(), first == 0x5F || (0x61...0x7A).contains(first) else {
      return false
    }
    return rest.allSatisfy {
      $0 == 0x5F || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0)
    }
  }
}
