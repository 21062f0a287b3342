import SQLText
import SchemaModel
import Testing
import TestSupport

struct QuotingTests {
  /// Names that break whatever does not quote.
  static let nasty = [
    "a\"b", "a'b", "a\nb", "a.b", "select", "Users", "1st", "", "a b", "\"", "''", "\\", "--", "/*",
    "$$", "été", "[x]", "`x`", String(repeating: "é", count: 31) + "x", "user", "current_user",
    "group", "name\u{0301}", "🗼", "offset", "between", "grant", "autoincrement",
  ]

  @Test(arguments: nasty)
  func aNameIsOneTokenThatReadsBack(_ name: String) throws {
    let quoted: SQL = "\(Identifier(name))"
    for rules in [LexicalRules.postgresql, .sqlite] {
      let tokens = try Lexer.tokens(of: quoted.text, rules: rules)
      #expect(tokens.count == 1)
      let token = try #require(tokens.first)
      #expect(token.kind == .quotedName)
      #expect(token.unquoted.hasSameBytes(as: name))
    }
  }

  @Test(arguments: nasty)
  func aConstantIsOneTokenThatReadsBack(_ value: String) throws {
    let sql: SQL = "\(literal: value)"
    for rules in [LexicalRules.postgresql, .sqlite] {
      let tokens = try Lexer.tokens(of: sql.text, rules: rules)
      #expect(tokens.map(\.kind) == [.string])
    }
    #expect(sql.text.hasPrefix("'") && sql.text.hasSuffix("'"))
  }

  @Test(arguments: ["a", "users", "_x", "a1", "order_items", "name", "id", "value", "key", "type"])
  func plainNamesStayBare(_ name: String) {
    #expect(Quoting.name(name) == name)
  }

  @Test func pathsAreQuotedNameByName() {
    let table = ObjectID(.table, ["public", "My.Table"])
    let sql: SQL = "DROP TABLE \(path: table.path)"
    #expect(sql.text == "DROP TABLE public.\"My.Table\"")
  }

  @Test func partsAreJoined() {
    let names: [Identifier] = ["a", "B"]
    let number: Int64 = -3
    let type = TypeName("text")
    let expression = Expression(text: "a > 'x'", canonical: "")
    let sql: SQL = "(\(names)) \(number) \(type) \(expression) \(literal: "it's")"
    #expect(sql.text == "(a, \"B\") -3 text a > 'x' 'it''s'")
    #expect([sql, sql].joined(";").text == sql.text + ";" + sql.text)
    #expect([SQL]().joined(";").isEmpty)
  }

  @Test(arguments: [EngineName.postgresql, .sqlite])
  func pathsReadBack(_ engine: EngineName) throws {
    let syntax: any EngineSyntax = engine == .postgresql ? PostgresSyntax() : SQLiteSyntax()
    for name in Self.nasty {
      let path = [Identifier("x", in: engine), Identifier(name, in: engine)]
      #expect(try syntax.path(Quoting.path(path)) == path)
    }
  }
}

struct SyntaxTests {
  @Test func unquotedNamesFoldAsTheEngineFolds() throws {
    #expect(try PostgresSyntax().path("Sales.Orders") == ["sales", "orders"])
    #expect(try PostgresSyntax().path("\"Sales\".Orders") == ["Sales", "orders"])
    #expect(try SQLiteSyntax().path("Main.Orders").map(\.raw) == ["Main", "Orders"])
    #expect(try SQLiteSyntax().path("[My Table]").map(\.raw) == ["My Table"])
  }

  @Test(arguments: ["", "a.", ".a", "a b", "a..b", "1a", "a-b", "'a'", "a.b.", "\"a"])
  func whatIsNoNameIsRefused(_ text: String) {
    #expect(throws: SyntaxProblem.self) { try PostgresSyntax().path(text) }
  }

  @Test(arguments: ["lower(a", "a)", "a[1", "(a]", "'a", "f(')'"])
  func brokenTextsAreRefused(_ text: String) {
    #expect(throws: SyntaxProblem.self) { try PostgresSyntax().checkBalance(of: text) }
  }

  @Test(arguments: ["lower(a)", "a[1]", "'('", "$$ ( $$", "\")\"", ""])
  func wholeTextsAreAccepted(_ text: String) throws {
    try PostgresSyntax().checkBalance(of: text)
  }
}
