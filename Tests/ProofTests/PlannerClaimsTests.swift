import Comparison
import Linting
import Planning
import PostgresEngine
import SQLText
import SchemaDiff
import SchemaModel
import TestSupport
import Testing

/// What plans say that their statements lock, read and rewrite is what the server does.
@Suite struct PlannerClaimsTests {
  private static let cases = FixtureCase.all(in: "plan").filter { $0.name.hasPrefix("postgres") }

  @Test(arguments: cases, [PlanStyle.online, .plain])
  func claimsAreWhatTraceMeasures(_ fixture: FixtureCase, _ style: PlanStyle) throws {
    try PostgresProof.withDatabase { database in
      if fixture.has("since"), let oldest = Int(try fixture.text("since").filter(\.isNumber)),
        database.version < oldest
      {
        return
      }
      let dialect = PostgresDialect(style: style)
      let comparer = Comparer(dialect: dialect) { database.scratch }
      let ways = try [
        comparer.compare(from: fixture.schema("from.yaml"), to: fixture.schema("to.yaml")),
        comparer.compare(from: fixture.schema("to.yaml"), to: fixture.schema("from.yaml")),
      ]
      for way in ways {
        // What is locked depends on the server.
        var from = way.from
        from.serverVersion = database.version * 10_000
        let plan = try Planner.plan(
          way.difference, from: way.from, to: way.to, dialect: dialect
        ).claimed(from: from)
        try expectClaims(of: plan, from: way.from, dialect, database)
      }
    }
  }

  private func expectClaims(
    of plan: Plan, from: Schema, _ dialect: PostgresDialect, _ database: PostgresProof
  ) throws {
    let sections = dialect.sections(of: plan)
    // Each in a transaction of its own: what is locked already is not seen again.
    let units = sections.flatMap(\.steps).flatMap { step in
      step.statements.map { statement in
        TraceUnit(
          isTransaction: statement.isTransactional,
          steps: [
            TraceStep(
              statement.sql.text,
              role: statement.isTransactional
                ? .transactional : .alone(watching: step.impacts.map(\.relation.path)))
          ])
      }
    }
    var tracer: any MigrationTracer = database.tracer
    let traces: [StatementTrace?]
    do {
      traces = try tracer.trace(base: from, before: [], units: units)
    } catch let error as ScriptError where error.reason.contains("cannot be built") {
      // It leans on a schema that the other side does not speak of.
      return
    }
    var rest = traces[...]
    var waitedFor = Set(from.objects.map(\.id).filter { $0.path.count == 2 }.map(\.path))
    for step in sections.flatMap(\.steps) {
      let own = rest.prefix(step.statements.count)
      rest = rest.dropFirst(own.count)
      // What only a superuser may do is not traced.
      if let failure = own.lazy.compactMap({ $0?.failure }).first {
        #expect(failure.contains("must be"), "\(step.subject): \(failure)")
        return
      }
      // What a block of code does depends on the rows, of which there are none.
      if step.statements.contains(where: { $0.sql.text.hasPrefix("DO ") }) { continue }
      expect(step, own.compactMap(\.self), waitedFor)
      if step.operation == .create || step.operation == .rebuild {
        waitedFor.subtract(step.produces.map(\.path))
      }
    }
  }

  /// `waitedFor`: what is not new in the plan, and so can be in use.
  private func expect(_ step: Step, _ traces: [StatementTrace], _ waitedFor: Set<[Identifier]>) {
    var measured: [[Identifier]: (lock: LockMode, work: Work)] = [:]
    let claimed = Dictionary(
      uniqueKeysWithValues: step.impacts.map { ($0.relation.path, (lock: $0.lock, work: $0.work)) })
    for trace in traces {
      for (relation, lock) in trace.locks where relation.kind != .index {
        let path = [relation.schema, relation.name]
        guard waitedFor.contains(path) || claimed[path] != nil else { continue }
        // Nobody claims what only reads the definition, or goes with its table.
        let isPlain = lock > .accessShare && relation.kind != .sequence
        guard isPlain || claimed[path] != nil else { continue }
        let isRead = trace.scanned.contains(relation) && lock > .rowExclusive
        let work: Work =
          trace.rewritten.contains(relation)
          ? .rewrite : trace.indexed.contains(relation) ? .build : isRead ? .scan : .metadata
        let before = measured[path] ?? (lock, work)
        measured[path] = (max(before.lock, lock), max(before.work, work))
      }
    }
    let sql = step.statements.map(\.sql.text).joined(separator: "; ")
    for path in Set(claimed.keys).union(measured.keys) {
      #expect(claimed[path]?.lock == measured[path]?.lock, "\(path.map(\.raw)): \(sql)")
      #expect(claimed[path]?.work == measured[path]?.work, "\(path.map(\.raw)): \(sql)")
    }
  }
}
