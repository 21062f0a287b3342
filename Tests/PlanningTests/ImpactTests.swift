import Planning
import SQLText
import SchemaModel
import TestSupport
import Testing

struct ImpactTests {
  private let table = Make.id("t")

  private func plan(_ lock: LockMode, _ work: Work) -> Plan {
    Plan(
      engine: .postgresql,
      steps: [
        Step(
          .alter, Make.column("t", "a"), statements: [Statement("ALTER", lock: lock, work: work)],
          hazards: [Hazard("LK17", "It is rewritten."), Hazard("DL07", "Values are cut.")])
      ])
  }

  @Test func aStepSaysWhoWaits() {
    let impact = plan(.accessExclusive, .rewrite).steps[0].impacts[0]
    #expect(impact.relation == table)
    #expect(impact.sentence == "public.t: ACCESS EXCLUSIVE, readers and writers wait; rewrite")
    let weak = plan(.shareUpdateExclusive, .scan).steps[0].impacts[0]
    #expect(!weak.readersWait && !weak.writersWait)
  }

  @Test func locksOfSmallTablesAreNoMatter() {
    let plan = plan(.accessExclusive, .rewrite)
    let small = plan.sized(by: [table: RelationSize(rows: 9, bytes: 8192)], smallTableRows: 10)
    #expect(small.hazards.map(\.severity) == [.information, .error])
    let large = plan.sized(by: [table: RelationSize(rows: 10, bytes: 8192)], smallTableRows: 10)
    #expect(large.hazards.map(\.severity) == [.error, .error])
    #expect(plan.sized(by: [:], smallTableRows: 10).hazards == plan.hazards)
    #expect(
      large.steps[0].impacts[0].sentence.hasSuffix("rewrite (about 10 rows, 8192 bytes)"))
  }

  @Test func sizesAreRead() {
    let size = RelationSize(rows: 1_234_567, bytes: 100 << 20)
    #expect(size.sentence == "about 1,234,567 rows, 100 MiB")
  }
}
