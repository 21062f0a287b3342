import Comparison
import SchemaDiff
import SchemaModel
import Testing
import TestSupport

/// `fixtures/diff/CASE`: what turns `from.yaml` into `to.yaml`, a line each in `changes.txt`.
struct DiffFixtureTests {
  @Test(arguments: FixtureCase.all(in: "diff"))
  func changesMatch(_ fixture: FixtureCase) throws {
    let result = try fixture.comparison()
    var lines = result.difference.renames.map { "rename \($0.from) to \($0.to)" }
    for change in result.difference.changes {
      switch change {
      case .create(let object): lines.append("create \(object.id)")
      case .drop(let object): lines.append("drop \(object.id)")
      case .alter(let alteration):
        lines.append("alter \(alteration.id)")
        lines += alteration.fields.map { "  \($0.name): \($0.from) -> \($0.to)" }
      }
    }
    for pair in result.undecided {
      lines.append("undecided \(pair.id)")
      lines += pair.fields.map { "  \($0.name): \($0.from) -> \($0.to)" }
    }
    lines += (result.difference.information + result.notes).map { "note: \($0)" }
    try expectGolden(lines.map { $0 + "\n" }.joined(), fixture.url("changes.txt"))
  }

  @Test(arguments: FixtureCase.all(in: "diff"))
  func noSideDiffersFromItself(_ fixture: FixtureCase) throws {
    for file in ["from.yaml", "to.yaml"] {
      let schema = try fixture.schema(file)
      let renames = try RenameHints.renames(
        from: schema, to: schema, byShape: Set(ObjectKind.allCases))
      #expect(renames == [])
      #expect(try Differ.difference(from: schema, to: schema, renames: renames).isEmpty)
    }
  }

  @Test func thereAreFixtures() { #expect(!FixtureCase.all(in: "diff").isEmpty) }
}
