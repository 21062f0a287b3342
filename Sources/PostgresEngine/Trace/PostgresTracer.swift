package import Planning
import SQLText
package import SchemaModel

/// Runs a migration on a scratch database, statement by statement, and reads from the catalog and `pg_locks`
/// what each did.
package struct PostgresTracer: MigrationTracer {
  private let server: ScratchServer

  package init(on server: ScratchServer) { self.server = server }

  package mutating func trace(
    base: Schema?, before: [TraceUnit], units: [TraceUnit]
  ) throws -> [StatementTrace?] {
    let database = try ScratchDatabase.make(on: server, withPublic: true)
    if let base { try build(base, in: database) }
    let runner = TraceSession(
      connection: try database.builder(),
      watchers: TraceWatchers(
        sampler: try database.administration(), database: database.name, server: server),
      loader: ScriptLoader(
        connection: try database.builder(), administration: try database.administration(),
        canMakeRoles: server.canMakeRoles))
    try runner.prepare()
    for unit in before { try runner.replay(unit) }
    var traces: [StatementTrace?] = []
    for unit in units {
      let results = try runner.trace(unit)
      traces += results
      guard results.allSatisfy({ $0 != nil && $0?.failure == nil }) else { break }
    }
    let missing = units.reduce(0) { $0 + $1.steps.count } - traces.count
    return traces + [StatementTrace?](repeating: nil, count: missing)
  }

  /// The schema that a migration starts from.
  private func build(_ schema: Schema, in database: borrowing ScratchDatabase) throws {
    let failures = try PostgresScratch.build(schema, in: database, on: server)
    guard let (id, reason) = failures.min(by: { $0.key < $1.key }) else { return }
    throw ScriptError(line: 0, reason: "\(id) cannot be built on the scratch: \(reason)")
  }
}

/// The connection that runs the migration.
struct TraceSession: ~Copyable {
  private let connection: PostgresConnection
  private let watchers: TraceWatchers
  /// For what a role without rights cannot do.
  private let loader: ScriptLoader

  init(
    connection: consuming PostgresConnection, watchers: consuming TraceWatchers,
    loader: consuming ScriptLoader
  ) {
    self.connection = connection
    self.watchers = watchers
    self.loader = loader
  }

  borrowing func prepare() throws(PostgresError) {
    try connection.pin(
      SessionSettings(lockTimeout: 10_000, statementTimeout: 60_000, searchPath: ["public"]))
  }

  // MARK: - Unwatched

  borrowing func replay(_ unit: TraceUnit) throws {
    if unit.isTransaction { try connection.execute("BEGIN") }
    for step in unit.steps {
      do {
        try run(step)
      } catch {
        if connection.isInTransaction { try? connection.execute("ROLLBACK") }
        throw error
      }
    }
    if connection.isInTransaction { try connection.execute("COMMIT") }
  }

  private borrowing func run(_ step: TraceStep) throws(ScriptError) {
    do throws(PostgresError) {
      if try !runsElsewhere(step.sql) { try connection.execute(step.sql) }
    } catch {
      throw ScriptError(
        line: 0, reason: error.message, statement: String(step.sql.prefix(200)),
        nextStep: error.nextStep)
    }
  }

  /// CREATE EXTENSION needs rights; the loader writes it anew from its parts.
  private borrowing func runsElsewhere(_ sql: String) throws(PostgresError) -> Bool {
    guard let tokens = try? PostgresSyntax().tokens(of: sql), tokens.count > 2,
      tokens[0].isWord("create"), tokens[1].isWord("extension")
    else { return false }
    for piece in (try? StatementSplitter.pieces(of: sql)) ?? [] {
      do throws(ScriptError) {
        try loader.run(piece)
      } catch {
        throw .server(ServerError(unexpected: error.reason))
      }
    }
    return true
  }

  // MARK: - Watched

  borrowing func trace(_ unit: TraceUnit) throws(PostgresError) -> [StatementTrace?] {
    var traces: [StatementTrace?] = []
    if unit.isTransaction { try connection.execute("BEGIN") }
    for step in unit.steps {
      let trace = try trace(step)
      traces.append(trace)
      if trace.failure != nil { break }
    }
    if connection.isInTransaction {
      try connection.execute(connection.isInFailedTransaction ? "ROLLBACK" : "COMMIT")
    }
    return traces + [StatementTrace?](repeating: nil, count: unit.steps.count - traces.count)
  }

  private borrowing func trace(_ step: TraceStep) throws(PostgresError) -> StatementTrace {
    switch step.role {
    case .begin, .commit, .rollback:
      var trace = StatementTrace()
      trace.failure = try failure { () throws(PostgresError) in try connection.execute(step.sql) }
      return trace
    case .transactional: return try traceInside(step)
    case .alone(let relations):
      // In a transaction it fails, and the server says so best.
      guard !connection.isInTransaction else { return try traceInside(step) }
      return try traceAlone(step, relations)
    }
  }

  /// In a transaction locks and counters stay visible until it ends.
  private borrowing func traceInside(_ step: TraceStep) throws(PostgresError) -> StatementTrace {
    let isOurs = !connection.isInTransaction
    if isOurs { try connection.execute("BEGIN") }
    let before = try CatalogPicture.take(connection)
    var trace = StatementTrace()
    trace.failure = try failure { () throws(PostgresError) in
      if try !runsElsewhere(step.sql) { try connection.execute(step.sql) }
    }
    if trace.failure == nil {
      let after = try CatalogPicture.take(connection)
      before.changes(to: after, into: &trace)
    }
    guard isOurs else { return trace }
    let end = trace.failure == nil ? "COMMIT" : "ROLLBACK"
    if let reason = try failure({ () throws(PostgresError) in try connection.execute(end) }) {
      trace.failure = trace.failure ?? reason
    }
    return trace
  }

  /// What runs outside a transaction shows its locks only while somebody holds it up.
  private borrowing func traceAlone(
    _ step: TraceStep, _ relations: [[Identifier]]
  ) throws(PostgresError) -> StatementTrace {
    let before = try CatalogPicture.take(connection)
    let settings =
      try connection.query(
        "SELECT pg_catalog.current_setting('search_path')"
      ).first?.text(0) ?? ""
    var trace = StatementTrace()
    let watched = try watchers.watch(
      step.sql, searchPath: settings, relations: relations.map { before.name(of: $0) })
    trace.failure = watched.failure
    let after = try CatalogPicture.take(connection)
    before.fileChanges(to: after, into: &trace)
    before.add(watched.locks, to: &trace)
    return trace
  }

  /// The server's message when the work fails; throws only when the connection is gone.
  private borrowing func failure(
    _ work: () throws(PostgresError) -> Void
  ) throws(PostgresError) -> String? {
    do throws(PostgresError) {
      try work()
      return nil
    } catch {
      guard connection.isOpen else { throw error }
      return error.message
    }
  }
}
