import SQLText
import SchemaModel
import Testing

/// Expectations are lists of `kind:text`; white space never makes a token.
struct LexerTests {
  private func spelled(_ text: String, _ rules: LexicalRules) throws -> [String] {
    try Lexer.tokens(of: text, rules: rules).map { "\($0.kind):\($0.text)" }
  }

  @Test(arguments: [
    ("$$a'b$$", ["string:$$a'b$$"]),
    ("$fn$ $$ $other$ $fn$;", ["string:$fn$ $$ $other$ $fn$", "symbol:;"]),
    ("$1 + $23", ["parameter:$1", "symbol:+", "parameter:$23"]),
    ("a$b$c", ["word:a$b$c"]),
    ("$é$x$é$", ["string:$é$x$é$"]),
    ("/* a /* b */ c */ d", ["word:d"]),
    ("a -- b\nc", ["word:a", "word:c"]),
    ("a -- no end", ["word:a"]),
    ("E'it\\'s' x", ["string:E'it\\'s'", "word:x"]),
    ("e'\\\\' x", ["string:e'\\\\'", "word:x"]),
    ("'back\\' x", ["string:'back\\'", "word:x"]),
    ("'it''s'", ["string:'it''s'"]),
    ("B'01' X'1F' N'é' ", ["string:B'01'", "string:X'1F'", "string:N'é'"]),
    ("U&'d\\0061t' u&\"d\\0061t\"", ["string:U&'d\\0061t'", "quotedName:u&\"d\\0061t\""]),
    ("u & 'x'", ["word:u", "symbol:&", "string:'x'"]),
    ("ez'x'", ["word:ez", "string:'x'"]),
    ("\"a\"\"b\".c", ["quotedName:\"a\"\"b\"", "symbol:.", "word:c"]),
    ("a[1]", ["word:a", "symbol:[", "number:1", "symbol:]"]),
    (
      "1.5e-3 .5 1. 0x1F 1_000",
      ["number:1.5e-3", "number:.5", "number:1.", "number:0x1F", "number:1_000"]
    ),
    ("1..3", ["number:1", "symbol:..", "number:3"]),
    ("1e", ["number:1", "word:e"]),
    ("x::text", ["word:x", "symbol:::", "word:text"]),
    (
      "f(a := 1, b => 2)",
      [
        "word:f", "symbol:(", "word:a", "symbol::=", "number:1", "symbol:,", "word:b", "symbol:=>",
        "number:2", "symbol:)",
      ]
    ),
    (
      "a ->> 'b' @> c ?| d #>> e",
      [
        "word:a", "symbol:->>", "string:'b'", "symbol:@>", "word:c", "symbol:?|", "word:d",
        "symbol:#>>", "word:e",
      ]
    ),
    ("a*-1", ["word:a", "symbol:*", "symbol:-", "number:1"]),
    ("a @-1", ["word:a", "symbol:@-", "number:1"]),
    ("a!~~*b", ["word:a", "symbol:!~~*", "word:b"]),
    ("1-/* c */2", ["number:1", "symbol:-", "number:2"]),
    ("2*--c\n3", ["number:2", "symbol:*", "number:3"]),
    ("Straße été", ["word:Straße", "word:été"]),
  ])
  func postgres(_ text: String, _ expected: [String]) throws {
    #expect(try spelled(text, .postgresql) == expected)
  }

  @Test(arguments: [
    (
      "[a b].`c``d`.\"e\"\"f\"",
      ["quotedName:[a b]", "symbol:.", "quotedName:`c``d`", "symbol:.", "quotedName:\"e\"\"f\""]
    ),
    ("/* a /* b */ c", ["word:c"]),
    ("a /* never closed", ["word:a"]),
    (
      "?1 :name @name $name ?",
      ["parameter:?1", "parameter::name", "parameter:@name", "parameter:$name", "parameter:?"]
    ),
    ("x'1F' X'1f'", ["string:x'1F'", "string:X'1f'"]),
    ("'a\\'", ["string:'a\\'"]),
    (
      "a||b<>c!=d==e<=f",
      [
        "word:a", "symbol:||", "word:b", "symbol:<>", "word:c", "symbol:!=", "word:d", "symbol:==",
        "word:e", "symbol:<=", "word:f",
      ]
    ),
    ("a->'b'->>'c'", ["word:a", "symbol:->", "string:'b'", "symbol:->>", "string:'c'"]),
    ("a<<-1", ["word:a", "symbol:<<", "symbol:-", "number:1"]),
    ("e'x'", ["word:e", "string:'x'"]),
    ("0xFF 1e+5", ["number:0xFF", "number:1e+5"]),
  ])
  func sqlite(_ text: String, _ expected: [String]) throws {
    #expect(try spelled(text, .sqlite) == expected)
  }

  @Test(arguments: [
    ("a 'b", LexicalProblem(.unterminatedString, at: 2)),
    ("a E'b\\'", LexicalProblem(.unterminatedString, at: 2)),
    ("\"b", LexicalProblem(.unterminatedName, at: 0)),
    (" /* /* */", LexicalProblem(.unterminatedComment, at: 1)),
    ("x $f$ $g$", LexicalProblem(.unterminatedDollarQuote, at: 2)),
    ("a\0b", LexicalProblem(.nulByte, at: 1)),
    ("'a\0b'", LexicalProblem(.nulByte, at: 2)),
    ("E'a\\", LexicalProblem(.unterminatedString, at: 0)),
  ])
  func whatIsNeverClosedHasAPlace(_ text: String, _ problem: LexicalProblem) {
    #expect(throws: problem) { try Lexer.tokens(of: text, rules: .postgresql) }
  }

  @Test(arguments: ["[a", "`a", "\"a", "'a"])
  func sqliteNeedsItsQuotesClosed(_ text: String) {
    #expect(throws: LexicalProblem.self) { try Lexer.tokens(of: text, rules: .sqlite) }
  }

  /// Ranges are of bytes, and every byte outside them is white space or a comment.
  @Test(arguments: [LexicalRules.postgresql, .sqlite])
  func rangesPointAtTheTokens(_ rules: LexicalRules) throws {
    let text = " Sélect  'é' , \"ü\"/* ÿ */ + x1 -- end\n;"
    let bytes = Array(text.utf8)
    let tokens = try Lexer.tokens(of: text, rules: rules)
    #expect(tokens.count == 7)
    for token in tokens {
      #expect(String(decoding: bytes[token.range], as: UTF8.self) == token.text)
    }
    #expect(
      zip(tokens, tokens.dropFirst()).allSatisfy { $0.range.upperBound <= $1.range.lowerBound })
  }

  /// No text may trap or hang the lexer.
  @Test(arguments: [LexicalRules.postgresql, .sqlite])
  func anyBytesEndInTokensOrAProblem(_ rules: LexicalRules) {
    let alphabet = Array("aE$u&'\"`[](/*-:.0x1e?@\\ \n;é|+".unicodeScalars)
    var state: UInt64 = 42
    for _ in 0..<20_000 {
      var text = ""
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text.unicodeScalars.append(alphabet[Int(state >> 33) % alphabet.count])
      }
      guard let tokens = try? Lexer.tokens(of: text, rules: rules) else { continue }
      for token in tokens { #expect(!token.range.isEmpty) }
    }
  }

  @Test func quotedNamesLoseTheirQuotes() throws {
    func name(_ text: String, _ rules: LexicalRules) throws -> String? {
      try Lexer.tokens(of: text, rules: rules).first?.unquoted
    }
    #expect(try name("\"a\"\"b\"", .postgresql) == "a\"b")
    #expect(try name("\"\"\"\"", .postgresql) == "\"")
    #expect(try name("\"\"\"\"\"\"", .postgresql) == "\"\"")
    #expect(try name("[a\"\"b]", .sqlite) == "a\"\"b")
    #expect(try name("`a``b`", .sqlite) == "a`b")
    #expect(try name("U&\"\\D83D\\DDFC\\\\\"\"\"", .postgresql) == "🗼\\\"")
    #expect(try name("U&\"\\00zz\"", .postgresql) == "\\00zz")
    #expect(try name("u&\"d\\0061t\\+000061\"", .postgresql) == "data")
  }
}
