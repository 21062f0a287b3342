import SchemaModel
import SchemaYAML
import Testing
import TestSupport

/// What declared texts hold on to: the way back of a plan has to let go of it first.
struct DependencyTests {
  private func dependencies(of kind: ObjectKind, named name: String, in text: String) throws
    -> [String]
  {
    let source = YAMLSource(file: "schema.yaml", text: "kedge: 1\nengine: postgresql\n" + text)
    let schema = try SchemaReader.read([source]).schema
    let id = try #require(schema.objects(of: kind).first { $0.id.name.raw == name }?.id)
    return (schema.dependencies[id] ?? []).filter { $0.kind == .column }.map {
      "\($0.path[1]).\($0.name)"
    }.sorted()
  }

  private let tables = """
    tables:
      users:
        columns: {id: bigint, name: text, "\\"Odd\\"": text}
      orders:
        columns:
          id: bigint
          user_id: bigint
          total: numeric
          gross: numeric generated always as (total * 1.2) stored
          noted: text default 'total'

    """

  @Test func aViewHoldsOnToTheColumnsThatItNames() throws {
    #expect(
      try dependencies(
        of: .view, named: "v",
        in: tables + """
          views:
            v: SELECT u."Odd", total, count(*) FROM users u JOIN public.orders o ON o.user_id = u.id
          """) == ["orders.id", "orders.total", "orders.user_id", "users.Odd", "users.id"])
  }

  @Test func aStarMeansAllOfThem() throws {
    #expect(
      try dependencies(of: .view, named: "v", in: tables + "views: {v: SELECT * FROM users}\n")
        == ["users.Odd", "users.id", "users.name"])
    #expect(
      try dependencies(
        of: .view, named: "v", in: tables + "views: {v: 'SELECT count(*) FROM users'}\n") == [])
    #expect(
      try dependencies(
        of: .view, named: "v", in: tables + "views: {v: SELECT 2 * total AS d FROM orders}\n")
        == ["orders.total"])
  }

  @Test func aGeneratedColumnHoldsOnToOthersAndADefaultDoesNot() throws {
    #expect(try dependencies(of: .column, named: "gross", in: tables) == ["orders.total"])
    #expect(try dependencies(of: .column, named: "noted", in: tables) == [])
  }
}
