import SchemaModel
import TestSupport
import Testing

struct ObjectOrderTests {
  @Test(arguments: 0..<20)
  func isTheOrderOfTheIDs(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let names: [Identifier] = ["a", "b", "B", "a b", "ä", "z"]
    var ids: [ObjectID] = Samples.objects.map(\.id)
    for kind in ObjectKind.allCases {
      for _ in 0..<5 {
        let depth = Int.random(in: 1...4, using: &random)
        ids.append(
          ObjectID(
            kind, (0..<depth).map { _ in names[Int.random(in: names.indices, using: &random)] }))
      }
    }
    let table = ObjectID(.table, ["b", "a"])
    ids += names.map { table.part(.column, $0) } + names.map { table.part(.index, $0) }
    let objects = ids.shuffled(using: &random).map {
      SchemaObject.table(Table(id: $0))
    }
    #expect(
      ObjectOrder.sorted(objects).map(\.id) == objects.map(\.id).sorted())
  }
}
