import SchemaDiff
import SchemaModel
import Testing

@Suite struct ObjectFilterTests {
  private func id(_ kind: ObjectKind, _ names: String...) -> ObjectID {
    ObjectID(kind, names.map { Identifier($0) })
  }

  private func rule(
    _ kind: ObjectKind?, _ patterns: String..., until: String? = nil
  ) -> IgnoreRule {
    IgnoreRule(kind: kind, patterns: patterns, until: until, place: "kedge.yaml:1")
  }

  private func filter(_ rules: IgnoreRule...) -> ObjectFilter {
    ObjectFilter(rules, today: "2026-06-15")
  }

  @Test(arguments: [
    ("tmp_*", "public.tmp_1", true), ("tmp_?", "public.tmp_12", false), ("*", "x.y", true),
    ("public.*", "public.a", true), ("public.*", "sales.a", false), ("a*b*c", "s.aXbYc", true),
    ("a*b*c", "s.aXbY", false), ("users", "public.users", true), ("USERS", "public.users", false),
  ])
  func namesWithAsterisks(_ pattern: String, _ name: String, _ expected: Bool) {
    let names = name.split(separator: ".").map { Identifier(String($0)) }
    let ids = ObjectID(.table, names)
    #expect(filter(rule(.table, pattern)).ignores(ids) == expected)
  }

  @Test func aTablesRuleCoversItsPartsAndComments() {
    let filter = filter(rule(.table, "public.tmp"))
    #expect(filter.ignores(id(.column, "public", "tmp", "a")))
    #expect(filter.ignores(id(.index, "public", "tmp", "i")))
    #expect(filter.ignores(.comment(on: id(.table, "public", "tmp"))))
    #expect(!filter.ignores(id(.column, "public", "other", "a")))
    #expect(!filter.ignores(id(.view, "public", "tmp")))
  }

  @Test func anIndexIsNamedWithOrWithoutItsTable() {
    for pattern in ["public.i", "public.t.i", "t.i", "i"] {
      #expect(filter(rule(.index, pattern)).ignores(id(.index, "public", "t", "i")), "\(pattern)")
    }
  }

  @Test func exceptionsAndLaterRulesWin() {
    let tables = filter(rule(.table, "tmp_*", "!tmp_keep"))
    #expect(tables.ignores(id(.table, "s", "tmp_a")))
    #expect(!tables.ignores(id(.table, "s", "tmp_keep")))
    let two = filter(rule(nil, "*"), rule(.view, "!*"))
    #expect(two.ignores(id(.table, "s", "a")))
    #expect(!two.ignores(id(.view, "s", "a")))
  }

  @Test func aRuleEndsAfterItsLastDay() {
    #expect(filter(rule(.table, "a", until: "2026-06-15")).ignores(id(.table, "s", "a")))
    #expect(!filter(rule(.table, "a", until: "2026-06-14")).ignores(id(.table, "s", "a")))
  }
}
