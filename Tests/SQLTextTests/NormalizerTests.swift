import SQLText
import SchemaModel
import Testing

struct NormalizerTests {
  private func canonical(_ text: String, _ rules: LexicalRules, type: String? = nil) -> String {
    Normalizer.expression(text, rules: rules, type: type).canonical.string
  }

  /// Both spellings say the same to PostgreSQL.
  @Test(arguments: [
    ("NOW( )", "now()"), ("(a)", "a"), ("((a + b))", "a+b"), ("a/* why */+b", "a + b"),
    ("\"a\" > 0", "a > 0"), ("A > 0", "a > 0"), ("a != b", "a <> b"), (" 'x' ", "'x'"),
    ("1E5", "1e5"), ("(a) ", "  ( ( a ) )"),
  ])
  func spellingsThatAreOne(_ one: String, _ other: String) {
    #expect(canonical(one, .postgresql) == canonical(other, .postgresql))
  }

  /// What looks alike and is not.
  @Test(arguments: [
    ("\"A\" > 0", "a > 0"), ("'X'", "'x'"), ("(a) + (b)", "a) + (b"), ("'a b'", "'a  b'"),
    ("\"select\"", "select"), ("a - -b", "a --b"), ("'1'", "1"), ("a.b", "\"a.b\""),
    ("f(a)", "f (b)"), ("$$x$$", "$$X$$"), ("\"current_date\"", "current_date"),
    ("\"user\" = 'x'", "user = 'x'"), ("E'a'", "E'A'"),
  ])
  func spellingsThatAreTwo(_ one: String, _ other: String) {
    #expect(canonical(one, .postgresql) != canonical(other, .postgresql))
  }

  @Test(arguments: [
    ("'new'::text", "text", "'new'"),
    ("'new'::character varying", "character varying(20)", "'new'"),
    ("('x')::TEXT", "text", "('x')::text"), ("0::bigint", "bigint", "0"),
    ("NULL::text", "text", "null"), ("'new'::public.status", "public.status", "'new'"),
    ("'{}'::text[]", "text[]", "'{}'"), ("'2020-01-01'::date", "date", "'2020-01-01'"),
    ("'1'::numeric", "numeric(10,2)", "1"), ("'-1'::integer", "bigint", "-1"),
    ("'-1.5'::numeric", "numeric(10,2)", "-1.5"), ("'-1'::integer", "double precision", "-1"),
    ("CAST('x' AS varchar(20))", "character varying(20)", "'x'"),
    ("'x'::varchar", "character varying(20)", "'x'"), ("'x'::bpchar", "character(5)", "'x'"),
    ("'a'::timestamp without time zone", "timestamp(3) without time zone", "'a'"),
    ("'{}'::varchar[]", "character varying(5)[]", "'{}'"),
  ])
  func aCastOfALiteralToTheColumnsTypeSaysNothing(
    _ text: String, _ type: String, _ expected: String
  ) {
    #expect(canonical(text, .postgresql, type: type) == canonical(expected, .postgresql))
  }

  @Test(arguments: [
    ("'new'::text", "character varying"), ("'a'::text || 'b'::text", "text"),
    ("now()::text", "text"), ("'1'::character(1)", "character(5)"),
    ("'ab'::character", "character(5)"), ("'-1'::integer", "text"), ("'1.5'::integer", "integer[]"),
    ("cast('a' as text) || cast('b' as text)", "text"), ("'101'::bit", "bit(3)"),
    ("'-1'::text", "integer"),
    ("'12:00'::time without time zone", "time(0) without time zone extra"),
  ])
  func otherCastsStay(_ text: String, _ type: String) {
    #expect(canonical(text, .postgresql, type: type) == canonical(text, .postgresql))
  }

  @Test(arguments: [
    ("[Name] = 1", "name=1"), ("`a` == b", "a = b"), ("\"name\"", "NAME"), ("x'1F'", "X'1f'"),
    ("CURRENT_TIMESTAMP", "current_timestamp"),
  ])
  func sqliteSpellingsThatAreOne(_ one: String, _ other: String) {
    #expect(canonical(one, .sqlite) == canonical(other, .sqlite))
  }

  @Test(arguments: [
    ("'A'", "'a'"), ("'a'", "a"), ("\"a b\"", "a b"), ("[order]", "order"), ("\"Name\"", "NAME"),
  ])
  func sqliteSpellingsThatAreTwo(_ one: String, _ other: String) {
    #expect(canonical(one, .sqlite) != canonical(other, .sqlite))
  }

  @Test func aTextThatCannotBeReadIsItsOwnForm() {
    #expect(canonical("'open", .postgresql) == "'open")
  }

  /// Canonical forms are fixed points.
  @Test(arguments: ["NOW( )", "((a + \"B\"))", "'x'::text", "a <> 'it''s'", "$$ a $$", "a->>'b'"])
  func canonicalFormsAreFixedPoints(_ text: String) {
    let once = canonical(text, .postgresql)
    #expect(canonical(once, .postgresql) == once)
  }

  @Test func theTextIsKept() {
    let expression = Normalizer.expression("  (NOW( ))\n", rules: .postgresql)
    #expect(expression.text == "(NOW( ))")
  }

  @Test(arguments: [
    ("a", "a"), (" a ", "a"), ("\t\n", ""), ("", ""), ("a b", "a b"), ("\u{A0}a", "\u{A0}a"),
  ])
  func onlyAsciiSpaceIsTrimmed(_ text: String, _ expected: String) {
    #expect(text.trimmingSpace == expected)
  }
}
