import Glibc
import Linting
import Planning
import PostgresEngine
import SchemaModel
import Testing
import TestSupport

/// The lock table of PostgreSQL: what the text is said to do is what the server does.
struct LockTableTests {
  /// One statement; most are rolled back, so that each finds the same database.
  struct Statement: Sendable, CustomStringConvertible {
    let sql: String
    var isAlone = false
    /// From this major version on.
    var since = 14
    var description: String { sql }
  }

  struct Row {
    let statement: Statement
    let claims: Claims
    let trace: StatementTrace?
  }

  @Test func claimsAreWhatTraceMeasures() throws {
    let rows = try Self.rows()
    #expect(rows.count > 90)
    for row in rows {
      guard let trace = row.trace else {
        Issue.record("\(row.statement) was not run")
        continue
      }
      #expect(trace.failure == nil, "\(row.statement)")
      expectLocks(row, trace)
      let rewritten = keys(trace.rewritten)
      #expect(keys(row.claims.rewrites) == rewritten, "rewrites of \(row.statement)")
      // What queries read under the locks of queries is not claimed.
      let scanned = trace.scanned.filter { trace.locks[$0] ?? .none > .rowExclusive }
      #expect(
        keys(row.claims.scans).subtracting(rewritten)
          == keys(scanned).subtracting(rewritten), "scans of \(row.statement)")
      #expect(
        keys(row.claims.builds).subtracting(rewritten)
          == keys(trace.indexed).subtracting(rewritten), "indexes built by \(row.statement)")
    }
  }

  private func expectLocks(_ row: Row, _ trace: StatementTrace) {
    var measured: [String: LockMode] = [:]
    for (relation, mode) in trace.locks {
      let key = RelationKey(relation.schema, relation.name)
      // Nobody claims what only reads the definition, or goes with the table.
      guard row.claims.locks[key] != nil || (mode > .accessShare && relation.kind != .index) else {
        continue
      }
      measured[key.description] = mode
    }
    let claimed = Dictionary(
      row.claims.locks.map { ($0.key.description, $0.value) }, uniquingKeysWith: max)
    #expect(claimed == measured, "locks of \(row.statement)")
  }

  private func keys(_ relations: Set<TracedRelation>) -> Set<String> {
    Set(relations.map { RelationKey($0.schema, $0.name).description })
  }

  private func keys(_ relations: Set<RelationKey>) -> Set<String> {
    Set(relations.map(\.description))
  }

  private static func rows() throws -> [Row] {
    let server = try TraceServer.server()
    let options = LintOptions(version: server.major)
    var linter = Linter(options: options)
    let text = LockTable.base + (server.major >= 18 ? LockTable.baseOf18 : "")
    let base = linter.walk(try LintFile(name: "base.sql", text: text))
    let statements = LockTable.statements.filter { $0.since <= server.major }
    var files: [FileContext] = []
    for statement in statements {
      // Every statement starts from the same database.
      var copy = linter
      let text = statement.isAlone ? statement.sql + ";" : "BEGIN; \(statement.sql); ROLLBACK;"
      files.append(copy.walk(try LintFile(name: "statement.sql", text: text)))
    }
    var tracer: any MigrationTracer = PostgresTracer(on: .owned(server))
    let traces = try tracer.trace(
      base: nil, before: base.traceUnits, units: files.flatMap(\.traceUnits))
    var rest = traces[...]
    return zip(statements, files).compactMap { statement, file in
      let own = rest.prefix(file.statements.count)
      rest = rest.dropFirst(file.statements.count)
      let index = statement.isAlone ? 0 : 1
      guard file.statements.indices.contains(index), own.count > index else { return nil }
      return Row(
        statement: statement, claims: file.statements[index].claims,
        trace: Array(own)[index])
    }
  }
}

/// A private server for the tests of traces.
enum TraceServer {
  private static let started: Result<PrivateServer, any Error> = {
    let result = Result<PrivateServer, any Error> { try PrivateServer.start() }
    // A static is never released: without this its folder would stay.
    atexit { if case .success(let server) = TraceServer.started { server.stop() } }
    return result
  }()

  static func server() throws -> PrivateServer { try started.get() }
}
