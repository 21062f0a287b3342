import Planning
import SchemaDiff
import SchemaModel
import Testing
import TestSupport

struct FoldTests {
  private let table = Make.table("t", "a integer", "b text")
  private let index = Make.index("t", "i", on: "a")

  private func fold(_ changes: [Change], _ kinds: Set<ObjectKind>) -> [FoldedChange] {
    Fold.fold(changes, foldsCreate: kinds.contains, foldsDrop: kinds.contains)
  }

  @Test func columnsGoIntoTheirTable() {
    let folded = fold(
      (table + [index]).map(Change.create), [.column])
    #expect(folded.count == 2)
    #expect(folded[0].change == .create(table[0]))
    #expect(folded[0].parts == Array(table[1...]))
    #expect(folded[1].change == .create(index))
  }

  @Test func whatGoesWithADroppedTableIsNotDroppedAgain() {
    let folded = fold((table + [index]).map(Change.drop), [.column, .index])
    #expect(folded.count == 1)
    #expect(folded[0].parts.count == 3)
  }

  @Test func partsOfATableThatStaysAreOnTheirOwn() {
    let folded = fold([.create(table[1]), .drop(table[2]), .create(index)], [.column, .index])
    #expect(folded.map(\.parts) == [[], [], []])
    #expect(folded.count == 3)
  }

  /// A dropped column does not belong into the `CREATE` of a table, nor the other way round.
  @Test func createsAndDropsAreKeptApart() {
    let folded = fold([.create(table[0]), .drop(table[1])], [.column])
    #expect(folded.count == 2)
    #expect(folded[0].parts.isEmpty)
  }

  @Test func nothingIsLost() {
    let changes = Samples.objects.map(Change.create)
    let folded = fold(changes, Set(ObjectKind.allCases))
    let ids = folded.map(\.change.id) + folded.flatMap { $0.parts.map(\.id) }
    #expect(ids.sorted() == Samples.objects.map(\.id).sorted())
  }
}
