import Comparison
import Planning
import SchemaDiff
import SchemaModel
import Testing
import TestSupport

/// `fixtures/plan/CASE`: a database that is as `from.yaml` says goes to `to.yaml` and back, on the real
/// engine; `up.sql` and `down.sql` hold the SQL, hazards included.
struct ProofTests {
  @Test(arguments: FixtureCase.all(in: "plan"))
  func goesThereAndBack(_ fixture: FixtureCase) throws {
    let (from, to) = (try fixture.schema("from.yaml"), try fixture.schema("to.yaml"))
    switch from.engine {
    case .postgresql:
      try PostgresProof.withDatabase { database in
        // `since`: the oldest version that knows what the case is about.
        if fixture.has("since"), let oldest = Int(try fixture.text("since").filter(\.isNumber)),
          database.version < oldest
        {
          return
        }
        try prove(fixture, from: from, to: to, on: database)
      }
    case .sqlite: try prove(fixture, from: from, to: to, on: SQLiteProof())
    }
  }

  @Test func bothEnginesHaveFixtures() {
    let names = FixtureCase.all(in: "plan").map(\.name)
    #expect(names.contains { $0.hasPrefix("postgres") })
    #expect(names.contains { $0.hasPrefix("sqlite") })
  }

  private func prove(
    _ fixture: FixtureCase, from: Schema, to: Schema, on database: some ProofDatabase
  ) throws {
    let empty = try database.inspect()
    let creation = try compare(empty, from, database)
    try database.execute(script(creation, database, isReverse: false))
    if fixture.has("rows.sql") { try database.execute(fixture.text("rows.sql")) }
    let live = try database.inspect()
    try expectInSync(compare(live, from, database), "what was built is what was declared")

    let way = try compare(live, to, database)
    let up = try script(way, database, isReverse: false)
    let down = try script(way, database, isReverse: true)
    if database.printsAsRecorded {
      try expectGolden(up, fixture.url("up.sql"))
      try expectGolden(down, fixture.url("down.sql"))
    }
    let rows = try fixture.has("rows.sql") ? database.rows() : []
    try database.execute(up)
    try expectInSync(compare(database.inspect(), to, database), "the up reaches the target")
    try database.execute(down)
    let back = try database.inspect()
    try expectInSync(compare(back, live, database), "the down comes back")
    if fixture.has("rows.sql"), !fixture.has("lossy") { #expect(try database.rows() == rows) }
  }

  private func compare(
    _ from: Schema, _ to: Schema, _ database: some ProofDatabase
  ) throws -> ComparisonResult {
    try Comparer(dialect: database.dialect) { database.scratch }.compare(from: from, to: to)
  }

  private func script(
    _ result: ComparisonResult, _ database: some ProofDatabase, isReverse: Bool
  ) throws -> String {
    let plan =
      isReverse
      ? try Planner.reverse(
        result.difference, from: result.from, to: result.to, dialect: database.dialect)
      : try Planner.plan(
        result.difference, from: result.from, to: result.to, dialect: database.dialect)
    let target = isReverse ? result.from : result.to
    return database.dialect.script(
      plan, options: ScriptOptions(allowed: .all, searchPath: target.scope.searchPath))
  }

  private func expectInSync(
    _ result: ComparisonResult, _ promise: Testing.Comment,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.difference.renames == [], promise, sourceLocation: sourceLocation)
    #expect(result.difference.changes == [], promise, sourceLocation: sourceLocation)
    #expect(result.undecided == [], promise, sourceLocation: sourceLocation)
  }
}
