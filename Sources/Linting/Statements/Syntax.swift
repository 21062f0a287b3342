package import SQLText
package import SchemaModel

/// A name as it stands in a statement, with its place in the file.
package struct Name: Hashable, Sendable {
  /// One name, or schema and name.
  package let path: [Identifier]
  /// Bytes of the file.
  package let range: Range<Int>

  package init(path: [Identifier], range: Range<Int>) {
    self.path = path
    self.range = range
  }

  package var last: Identifier { path.last ?? Identifier("") }
  package var isQualified: Bool { path.count > 1 }
  /// As messages quote it.
  package var text: String { path.map(\.raw).joined(separator: ".") }
}

/// A part of a statement that is kept as tokens: an expression, a query, a bound.
package struct Fragment: Hashable, Sendable {
  package let tokens: [Token]

  package init(_ tokens: some Swift.Sequence<Token>) { self.tokens = Array(tokens) }

  package var isEmpty: Bool { tokens.isEmpty }

  package var range: Range<Int> {
    guard let first = tokens.first, let last = tokens.last else { return 0..<0 }
    return first.range.lowerBound..<last.range.upperBound
  }

  /// The tokens with one space between them.
  package var text: String { tokens.map(\.text).joined(separator: " ") }

  package func contains(word: String) -> Bool { tokens.contains { $0.isWord(word) } }

  /// Whether the words stand in it one after the other.
  package func contains(words: [String]) -> Bool {
    guard tokens.count >= words.count else { return false }
    return (0...(tokens.count - words.count)).contains { start in
      words.indices.allSatisfy { tokens[start + $0].isWord(words[$0]) }
    }
  }

  /// The names of the functions that it calls, folded.
  package var calls: [String] {
    zip(tokens, tokens.dropFirst()).compactMap { name, next in
      guard next.isSymbol("("), name.kind == .word || name.kind == .quotedName else { return nil }
      return name.kind == .word ? name.text.asciiLowercased : name.unquoted
    }
  }

  /// The names in it, folded, keywords among them.
  package var words: Set<String> {
    Set(
      tokens.compactMap { token in
        switch token.kind {
        case .word: token.text.asciiLowercased
        case .quotedName: token.unquoted
        case .string, .number, .symbol, .parameter: nil
        }
      })
  }

  /// Whether it is one literal, with or without a sign and a cast.
  package var isLiteral: Bool {
    var rest = tokens[...]
    if let sign = rest.first, sign.isSymbol("-") || sign.isSymbol("+") { rest = rest.dropFirst() }
    guard let first = rest.first else { return false }
    let isConstant =
      first.kind == .string || first.kind == .number
      || ["null", "true", "false"].contains { first.isWord($0) }
    return isConstant && (rest.count == 1 || rest.dropFirst().first?.isSymbol("::") == true)
  }
}

/// A type's text.
package struct TypeText: Hashable, Sendable {
  package let fragment: Fragment
  /// The spelling of `format_type` where it is a built-in type; else the names, folded.
  package let canonical: String

  package init(_ fragment: Fragment, engine: EngineName) {
    self.fragment = fragment
    let text = fragment.text
    canonical =
      engine == .postgresql
      ? (try? PostgresSyntax().typeName(text, in: TypeContext()).canonical.string) ?? text : text
  }

  /// The type without its arguments: `character varying`, `numeric`.
  package var base: String { TypeText.base(of: canonical) }

  package static func base(of type: String) -> String {
    guard let open = type.utf8.firstIndex(of: UInt8(ascii: "(")),
      let close = type.utf8[open...].firstIndex(of: UInt8(ascii: ")"))
    else { return type }
    return String(type[..<open]) + String(type[type.utf8.index(after: close)...])
  }

  package var isArray: Bool { canonical.hasSuffix("[]") }

  /// The names of a type that is not built in.
  package var names: [Identifier] {
    (try? PostgresSyntax().path(fragment.text)) ?? []
  }
}
