import Planning
import SQLText
import SchemaDiff
import SchemaModel
import Testing
import TestSupport

struct PlannerTests {
  private let dialect = PlainDialect()

  private func lines(_ plan: Plan) -> [String] {
    plan.steps.flatMap(\.statements).map(\.sql.text)
  }

  @Test func noDifferenceIsAnEmptyPlan() throws {
    let schema = try Make.schema(Make.table("t", "a"))
    let plan = try Planner.plan(Difference(), from: schema, to: schema, dialect: dialect)
    #expect(plan.isEmpty)
    #expect(dialect.script(plan, options: ScriptOptions()) == "")
  }

  @Test func theWayBackIsThePlanWithTheSidesSwapped() throws {
    let from = try Make.schema(Make.table("t", "a"))
    let to = try Make.schema(Make.table("u", "a", "b"))
    let renames = [Rename(from: Make.id("t"), to: Make.id("u"))]
    let difference = try Differ.difference(from: from, to: to, renames: renames)
    #expect(
      lines(try Planner.plan(difference, from: from, to: to, dialect: dialect))
        == ["rename t u", "create b"])
    #expect(
      lines(try Planner.reverse(difference, from: from, to: to, dialect: dialect))
        == ["rename u t", "drop b"])
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func plansAreTheSameOnEveryRun(_ seed: UInt64) throws {
    var schemas = RandomSchemas(seed: seed)
    let (from, to) = (try schemas.next(), try schemas.next())
    let difference = try Differ.difference(from: from, to: to, renames: [])
    let plan = try Planner.plan(difference, from: from, to: to, dialect: dialect)
    var generator = SeededGenerator(seed: seed)
    let shuffled = Difference(changes: difference.changes.shuffled(using: &generator))
    #expect(try Planner.plan(shuffled, from: from, to: to, dialect: dialect) == plan)
    #expect(plan.steps.count == difference.changes.count)
  }
}

struct HazardTests {
  private let loss = Hazard("DL02", "Every row is lost.", needsPermission: true)
  private let warning = Hazard("LK01", "Reads wait.")

  @Test func whatLosesDataNeedsPermissionByCode() {
    #expect(!Permissions.none.allow(loss))
    #expect(Permissions.all.allow(loss))
    #expect(Permissions.codes(["DL02"]).allow(loss))
    #expect(!Permissions.codes(["DL03"]).allow(loss))
    for permissions in [Permissions.none, .codes([]), .all] { #expect(permissions.allow(warning)) }
  }

  @Test func aStepIsAllowedWhenAllItsHazardsAre() {
    let step = Step(
      .drop, Make.id("t"), statements: [],
      hazards: [loss, Hazard("DL03", "A column is lost.", needsPermission: true)])
    #expect(!Permissions.codes(["DL02"]).allow(step))
    #expect(Permissions.codes(["DL02", "DL03"]).allow(step))
  }

  @Test func theStrongestLockCounts() {
    let step = Step(
      .alter, Make.id("t"),
      statements: [
        Statement("a", lock: .share),
        Statement("b", lock: .accessExclusive, isTransactional: false),
        Statement("c", lock: .none),
      ])
    #expect(step.lock == .accessExclusive)
    #expect(!step.isTransactional)
    #expect(Step(.alter, Make.id("t"), statements: []).lock == .none)
    #expect(LockMode.allCases.sorted() == LockMode.allCases)
  }
}
