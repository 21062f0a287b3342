import SQLText
import SchemaModel
import Testing

struct SQLiteSyntaxTests {
  private let syntax = SQLiteSyntax()

  /// A lone word behind DEFAULT is a string, unless it is one of SQLite's constants.
  @Test(arguments: [
    ("Abc", "'Abc'"), ("\"Abc\"", "'Abc'"), ("[it's]", "'it''s'"), ("TRUE", "true"),
    ("Null", "null"), ("CURRENT_DATE", "current_date"), ("(1)", "1"), ("(Abc)", "abc"),
    ("- 1", "- 1"),
  ])
  func defaults(_ text: String, _ canonical: String) {
    #expect(syntax.defaultValue(text, type: nil).canonical.string == canonical)
  }

  /// Types that are read without tokens are what the tokens say.
  @Test(arguments: [
    "INT", "int8", "VarChar(10)", "NUMERIC(10,2)", "varchar(max)", "a1b2(3)4", "a(1)b", "10",
    "a(1b)",
    "a(0x1)", "a(1e5)", "DOUBLE PRECISION", "DECIMAL ( 10, 2 )", "(a)", "größe(1)",
  ])
  func types(_ text: String) throws {
    let type = try syntax.typeName(text, in: TypeContext())
    #expect(type.canonical.string == SQLiteSyntax.canonicalType(try syntax.tokens(of: text)))
    #expect(type.text == text)
  }

  /// In double quotes a name that is no column is a string; in other quotes it never is.
  @Test func lettersOfDoubleQuotedNamesCount() {
    func canonical(_ text: String) -> String { syntax.expression(text).canonical.string }
    #expect(canonical("a IN (\"X\")") != canonical("a IN (\"x\")"))
    #expect(canonical("\"a\"") == canonical("A"))
    #expect(canonical("[A] = `B`") == canonical("a = b"))
  }
}
