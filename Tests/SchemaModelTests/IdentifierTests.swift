import SchemaModel
import Testing
import TestSupport

struct IdentifierTests {
  @Test func postgresKeepsCase() {
    #expect(Identifier("Users", in: .postgresql) != Identifier("users", in: .postgresql))
  }

  @Test func sqliteFoldsAsciiAlone() {
    #expect(Identifier("Users", in: .sqlite) == Identifier("uSERS", in: .sqlite))
    #expect(
      Identifier("Users", in: .sqlite).hashValue == Identifier("uSERS", in: .sqlite).hashValue)
    #expect(Identifier("Ärger", in: .sqlite) != Identifier("ärger", in: .sqlite))
    #expect(Identifier("Users", in: .sqlite).raw == "Users")
  }

  @Test func textIsBytes() {
    let composed: Identifier = "caf\u{E9}"
    let decomposed: Identifier = "cafe\u{301}"
    #expect(composed.raw == decomposed.raw)
    #expect(composed != decomposed)
    #expect(ExactText(composed.raw) != ExactText(decomposed.raw))
  }

  @Test func orderIsThatOfTheBytes() {
    let names: [Identifier] = ["Z", "_", "a", "aa", "b", "é", "z"]
    #expect(names.shuffled().sorted().map(\.raw) == ["Z", "_", "a", "aa", "b", "z", "é"])
    for one in names { #expect(!(one < one)) }
  }

  @Test func descriptionsOfIdsAreInjective() {
    let paths: [[Identifier]] = [
      ["a.b", "c"], ["a", "b.c"], ["a\".\"b", "c"], ["a", "b\".\"c"],
    ]
    let texts = Set(paths.map { ObjectID(.table, $0).description })
    #expect(texts.count == paths.count)
  }

  @Test func aCommentKnowsWhatItIsOn() {
    for object in Samples.objects where object.kind != .comment {
      let id = ObjectID.comment(on: object.id)
      #expect(id.attachmentTarget == object.id)
      #expect(id.namespace == object.id.namespace)
    }
  }

  @Test func aPrefixSortsFirst() {
    let table = ObjectID(.column, ["public", "a", "x"])
    let other = ObjectID(.column, ["public", "a", "x", "y"])
    #expect(table < other)
    #expect(ObjectID(.table, ["b"]) < ObjectID(.column, ["a"]), "kinds come first")
  }

  @Test func ranksAreThePositionsOfTheKinds() {
    for (index, kind) in ObjectKind.allCases.enumerated() { #expect(kind.rank == index) }
  }
}
