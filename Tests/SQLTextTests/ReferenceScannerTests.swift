import SQLText
import SchemaModel
import Testing

@Suite struct ReferenceScannerTests {
  private func references(_ text: String, _ syntax: any EngineSyntax) -> [String] {
    let space = Identifier(syntax.engine.defaultNamespace, in: syntax.engine)
    let names = ["a", "b", "c", "d"]
    let relations =
      names.map { ObjectID(.table, [space, Identifier($0, in: syntax.engine)]) } + [
        ObjectID(.sequence, [space, Identifier("s", in: syntax.engine)])
      ]
    return ReferenceScanner(syntax: syntax, relations: Set(relations), searchPath: [space])
      .references(in: text).map(\.name.raw)
  }

  @Test(arguments: [
    ("SELECT b, c FROM a", ["a"]),
    ("SELECT 1 FROM a, b x, (SELECT d FROM c) y", ["a", "b", "c"]),
    ("SELECT 1 FROM a JOIN b USING (c) LEFT JOIN d ON a.x = d.y, c", ["a", "b", "d", "c"]),
    ("SELECT 1 FROM (a CROSS JOIN b)", ["a", "b"]),
    ("SELECT 1 FROM a WHERE x IN (SELECT y FROM b WHERE c > 1) ORDER BY d, c", ["a", "b"]),
    (
      "BEGIN INSERT INTO a (b) VALUES (c); UPDATE OR IGNORE b SET c = 1, d = 2; DELETE FROM c; END",
      ["a", "b", "c"]
    ),
    ("SELECT 1 FROM \"a\" UNION SELECT 2 FROM main.b", ["a", "b"]),
  ])
  func sqlite(text: String, expected: [String]) {
    #expect(references(text, SQLiteSyntax()) == expected)
  }

  @Test func postgresSequences() {
    #expect(references("nextval('public.s'::regclass)", PostgresSyntax()) == ["s"])
    #expect(references("nextval('s')", PostgresSyntax()) == ["s"])
    #expect(references("'s'", PostgresSyntax()) == [])
    #expect(
      references("SELECT 1 FROM ONLY public.a, LATERAL (TABLE b) x", PostgresSyntax()) == [
        "a", "b",
      ])
  }
}
