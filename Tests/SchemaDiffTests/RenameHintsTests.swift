import SchemaDiff
import SchemaModel
import Testing
import TestSupport

struct RenameHintsTests {
  private func renames(
    _ from: Schema, _ to: Schema, byShape: Set<ObjectKind> = []
  ) throws -> [Rename] {
    try RenameHints.renames(from: from, to: to, byShape: byShape)
  }

  @Test func aDeclaredColumnIsRenamed() throws {
    let from = try Make.schema(Make.table("t", "name"))
    let to = try Make.schema(
      Make.table("t", "full_name"), renamedFrom: [Make.column("t", "full_name"): ["name"]])
    #expect(
      try renames(from, to)
        == [Rename(from: Make.column("t", "name"), to: Make.column("t", "full_name"))])
  }

  /// It may stay in the file for ever.
  @Test func aHintThatIsDoneDoesNothing() throws {
    let to = try Make.schema(
      Make.table("t", "full_name"), renamedFrom: [Make.column("t", "full_name"): ["name"]])
    #expect(try renames(to, to) == [])
    #expect(try renames(Make.schema([]), to) == [], "nor when the table is new")
    let both = try Make.schema(Make.table("t", "full_name", "name"))
    #expect(try renames(both, to) == [], "nor when the new name is there already")
  }

  @Test func anOldNameThatIsDeclaredItselfStays() throws {
    let from = try Make.schema(Make.table("t", "a"))
    let to = try Make.schema(
      Make.table("t", "a", "b"), renamedFrom: [Make.column("t", "b"): ["a"]])
    #expect(try renames(from, to) == [])
  }

  @Test(arguments: ["a", "b", "c"] as [Identifier])
  func theNewestNameOfAListThatExistsIsTaken(_ live: Identifier) throws {
    let from = try Make.schema(Make.table("t", live.raw))
    let to = try Make.schema(
      Make.table("t", "d"), renamedFrom: [Make.column("t", "d"): ["c", "b", "a"]])
    #expect(
      try renames(from, to) == [Rename(from: Make.column("t", live), to: Make.column("t", "d"))])
  }

  @Test func twoHintsCannotClaimOneObject() throws {
    let from = try Make.schema(Make.table("t", "a"))
    let to = try Make.schema(
      Make.table("t", "b", "c"),
      renamedFrom: [Make.column("t", "b"): ["a"], Make.column("t", "c"): ["a"]])
    let found = try renames(from, to)
    #expect(found == [Rename(from: Make.column("t", "a"), to: Make.column("t", "b"))])
    let difference = try Differ.difference(from: from, to: to, renames: found)
    #expect(difference.changes.map(\.id) == [Make.column("t", "c")])
  }

  @Test func aTableAndItsColumnAreRenamedTogether() throws {
    let from = try Make.schema(Make.table("t", "a"))
    let to = try Make.schema(
      Make.table("u", "b"),
      renamedFrom: [Make.id("u"): ["t"], Make.column("u", "b"): ["a"]])
    let found = try renames(from, to)
    #expect(
      found == [
        Rename(from: Make.id("t"), to: Make.id("u")),
        Rename(from: Make.column("t", "a"), to: Make.column("u", "b")),
      ])
    #expect(try Differ.difference(from: from, to: to, renames: found).changes == [])
    let back = found.reversed().map(\.inverted)
    #expect(try Differ.difference(from: to, to: from, renames: back).changes == [])
  }

  @Test func aSchemaIsRenamedWithWhatIsInIt() throws {
    func schema(
      _ namespace: Identifier, _ table: Identifier, _ column: Identifier,
      _ hints: [ObjectID: [Identifier]] = [:]
    ) throws -> Schema {
      let id = ObjectID(.table, [namespace, table])
      return try Make.schema(
        [
          .namespace(Namespace(id: .namespace(namespace))), .table(Table(id: id)),
          .column(Column(id: id.part(.column, column), type: TypeName("text"))),
        ], renamedFrom: hints)
    }
    let from = try schema("store", "orders", "amount")
    let table = ObjectID(.table, ["shop", "purchases"])
    let to = try schema(
      "shop", "purchases", "total",
      [
        .namespace("shop"): ["store"], table: ["orders"],
        table.part(.column, "total"): ["amount"],
      ])
    let found = try renames(from, to)
    #expect(found.count == 3)
    #expect(try Differ.difference(from: from, to: to, renames: found).changes == [])
    let kept = try schema(
      "shop", "orders", "total",
      [
        .namespace("shop"): ["store"],
        ObjectID(.column, ["shop", "orders", "total"]): ["amount"],
      ])
    let fewer = try renames(from, kept)
    #expect(fewer.count == 2)
    #expect(try Differ.difference(from: from, to: kept, renames: fewer).changes == [])
  }

  @Test func partsThatDifferInNameOnlyAreRenamed() throws {
    let table = Make.table("t", "a", "b")
    let from = try Make.schema(
      table + [Make.index("t", "old_idx", on: "a"), Make.index("t", "same_idx", on: "b")])
    let to = try Make.schema(
      table + [Make.index("t", "new_idx", on: "a"), Make.index("t", "same_idx", on: "b")])
    let id = Make.id("t")
    #expect(
      try renames(from, to, byShape: [.index])
        == [Rename(from: id.part(.index, "old_idx"), to: id.part(.index, "new_idx"))])
    #expect(try renames(from, to) == [])
  }

  @Test func partsOfARenamedTableAreFoundByShape() throws {
    let from = try Make.schema(Make.table("t", "a") + [Make.index("t", "t_a_idx", on: "a")])
    let to = try Make.schema(
      Make.table("u", "b") + [Make.index("u", "u_b_idx", on: "b")],
      renamedFrom: [Make.id("u"): ["t"], Make.column("u", "b"): ["a"]])
    let found = try renames(from, to, byShape: [.index])
    #expect(
      found.last
        == Rename(
          from: Make.id("t").part(.index, "t_a_idx"), to: Make.id("u").part(.index, "u_b_idx")))
    #expect(try Differ.difference(from: from, to: to, renames: found).isEmpty == false)
    #expect(try Differ.difference(from: from, to: to, renames: found).changes == [])
  }

  @Test func otherShapesAndTablesAreNotMixedUp() throws {
    let tables = Make.table("t", "a", "b") + Make.table("u", "a", "b")
    let from = try Make.schema(tables + [Make.index("t", "i", on: "a")])
    #expect(
      try renames(from, Make.schema(tables + [Make.index("u", "j", on: "a")]), byShape: [.index])
        == [])
    #expect(
      try renames(from, Make.schema(tables + [Make.index("t", "j", on: "b")]), byShape: [.index])
        == [])
    #expect(
      try renames(
        from, Make.schema(tables + [Make.index("t", "j", on: "a", "b")]), byShape: [.index]) == [])
  }

  @Test func twinsArePairedInOrderOfName() throws {
    let table = Make.table("t", "a")
    let from = try Make.schema(
      table + [Make.index("t", "a1", on: "a"), Make.index("t", "a2", on: "a")])
    let to = try Make.schema(
      table + [Make.index("t", "b1", on: "a"), Make.index("t", "b2", on: "a")])
    let found = try renames(from, to, byShape: [.index])
    #expect(found.map(\.from.name.raw) == ["a1", "a2"])
    #expect(found.map(\.to.name.raw) == ["b1", "b2"])
  }
}
