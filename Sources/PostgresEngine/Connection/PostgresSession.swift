package import Planning
import SQLText
package import SchemaModel

/// A PostgreSQL database on which migrations run.
///
/// Behind a pooler that hands out connections by transaction, nothing may be set for longer than a
/// transaction: settings and role are then local, and sections without a transaction are refused.
package final class PostgresSession: Session {
  private var connection: PostgresConnection
  /// The name of the open transaction, once it is known.
  private var transaction: String?
  /// Of what every section needs; none behind a pooler, where they would be another client's.
  private var names = PreparedNames()
  private let target: ConnectionString
  /// The role that owns what is created.
  private let role: String?
  /// What the setting `role` is while nobody has changed it.
  private let startingRole: String
  /// The role under which statements run.
  private let user: String
  /// Whether a pooler stands between: the server's process is not the one that the connection was told.
  package let isPooled: Bool
  package let serverVersion: Int

  /// Milliseconds; longer than `deadlock_timeout`, after which autovacuum gives way.
  private static let lockTimeout = 3_000

  /// `isPooled` where that is known; else it is found out.
  package init(
    _ target: ConnectionString, role: String? = nil, isPooled: Bool? = nil
  ) throws(PostgresError) {
    self.target = target
    self.role = role
    connection = try PostgresConnection(target)
    serverVersion = connection.serverVersionNumber
    let process = try connection.query("SELECT pg_catalog.pg_backend_pid()").first?.integer(0)
    self.isPooled = isPooled ?? (process != Int(connection.processID))
    serverProcessID = process.flatMap { Int32(exactly: $0) } ?? connection.processID
    let known = try connection.run([
      "BEGIN",
      role.map { "SELECT pg_catalog.set_config('role', \(quotedLiteral($0)), true)" } ?? "SELECT",
      "SELECT pg_catalog.current_setting('role'), current_user", "COMMIT",
    ])
    startingRole = known[2].first?.text(0) ?? "none"
    user = known[2].first?.text(1) ?? ""
    if !self.isPooled { _ = try connection.run(sessionSettings) }
  }

  package var engine: EngineName { .postgresql }
  package var label: String { target.masked }
  package var isOpen: Bool { connection.isOpen }
  package var isInTransaction: Bool { connection.isInTransaction }
  /// The server's own number, which a pooler keeps to itself.
  private var serverProcessID: Int32

  package func canceller() -> PostgresCanceller? { connection.canceller() }

  /// Tells about an index that this session builds, until it is stopped.
  package func watchIndex(_ report: @escaping @Sendable (String) -> Void) -> IndexProgress? {
    isPooled ? nil : IndexProgress.start(target, process: serverProcessID, report: report)
  }

  package func reopen() throws(SessionError) {
    try translated { () throws(PostgresError) in
      connection = try PostgresConnection(target)
      names.forget()
      serverProcessID = connection.processID
      if !isPooled { _ = try connection.run(sessionSettings) }
    }
  }

  // MARK: - Settings

  /// What the history is read and written under. Names of the catalog come first: with `public` before it, or
  /// a type of the session's own, somebody's function or operator would run with the runner's rights.
  private static let safePath = ["pg_catalog", "pg_temp"]

  /// Between sections: nothing that a migration has set stays.
  private var sessionSettings: [String] { Self.resets + [safeSettings] }

  private static let resets = ["RESET SESSION AUTHORIZATION", "RESET ALL"]
  private lazy var safeSettings = settings(
    path: Self.safePath, lockTimeout: Self.lockTimeout, local: false)

  private func settings(path: [String], lockTimeout: Int, local: Bool) -> String {
    let pinned = SessionSettings(lockTimeout: lockTimeout, statementTimeout: 0, searchPath: path)
    return pinned.statement(local: local)
      + ", pg_catalog.set_config('role', \(quotedLiteral(startingRole)), \(local))"
      + (isPooled ? "" : ", pg_catalog.set_config('application_name', 'kedge', \(local))")
  }

  /// What a section of its own finds: a session of ours has the rest from its last commit.
  private var sectionSettings: [String] {
    [
      isPooled
        ? settings(path: ["public"], lockTimeout: Self.lockTimeout, local: true)
        : "SET LOCAL search_path TO public"
    ]
  }

  private var localSafeSettings: [String] { [Self.ownAuthorization, safePathAndRole] }

  private static let ownAuthorization = "SET LOCAL SESSION AUTHORIZATION DEFAULT"
  private var safePathAndRole: String {
    "SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true), "
      + "pg_catalog.set_config('role', \(quotedLiteral(startingRole)), true)"
  }
  /// It also tells the transaction's name, which the commit needs. Types are qualified, since the path is still
  /// the migration's when this is read.
  private lazy var securing =
    safePathAndRole + ", CAST(pg_catalog.pg_current_xact_id() AS pg_catalog.text)"

  // MARK: - Statements

  package func execute(_ statement: String) throws(SessionError) {
    try translated { () throws(PostgresError) in try connection.execute(statement) }
    if role != nil { try refuseOtherRole() }
  }

  /// An environment's role is what its migrations may act as: one that takes the login's rights says so by
  /// failing.
  private func refuseOtherRole() throws(SessionError) {
    guard connection.isOpen, !connection.isInFailedTransaction else { return }
    let now = try translated { () throws(PostgresError) in
      try connection.query("SELECT current_user").first?.text(0)
    }
    guard now != user else { return }
    throw SessionError(
      .permission,
      "the statement changed the role from \(user) to \(now ?? "none"); this environment's migrations "
        + "run as \(user)",
      nextStep: "leave SET ROLE and RESET ROLE out, or run it in an environment without role:")
  }

  package func query(
    _ statement: String, _ parameters: [String?]
  ) throws(SessionError) -> [[String?]] {
    guard isPooled, !connection.isInTransaction else { return try ask(statement, parameters) }
    try beginRecord()
    do throws(SessionError) {
      let rows = try ask(statement, parameters)
      try commitRecord()
      return rows
    } catch {
      rollback(.transaction)
      throw error
    }
  }

  private func ask(
    _ statement: String, _ parameters: [String?]
  ) throws(SessionError) -> [[String?]] {
    try translated { () throws(PostgresError) in
      Self.texts(of: try connection.query(statement, parameters))
    }
  }

  private static func texts(of rows: PostgresRows) -> [[String?]] {
    rows.map { row in (0..<rows.columnCount).map { row.optionalText($0) } }
  }

  package func readSchema() throws(SessionError) -> Schema {
    try translated { () throws(PostgresError) in try PostgresInspector.inspect(connection) }
  }

  // MARK: - Sections

  package func begin(_ mode: Section.Mode) throws(SessionError) {
    transaction = nil
    try translated { () throws(PostgresError) in
      switch mode {
      case .transaction, .foreignKeysOff:
        _ = try connection.run(["BEGIN"] + sectionSettings)
      case .noTransaction:
        // What runs outside of a transaction waits for others by design: a limit would leave it half done.
        try connection.execute(settings(path: ["public"], lockTimeout: 0, local: false))
      }
    }
  }

  package func beginRecord() throws(SessionError) {
    try translated { () throws(PostgresError) in
      _ = try connection.run(["BEGIN"] + localSafeSettings)
    }
  }

  package func commitRecord() throws(SessionError) {
    try translated { () throws(PostgresError) in try connection.execute("COMMIT") }
  }

  package func beginInside() throws(SessionError) {
    try translated { () throws(PostgresError) in
      try connection.execute(
        settings(path: ["public"], lockTimeout: Self.lockTimeout, local: true))
    }
  }

  package func secure() throws(SessionError) {
    try translated { () throws(PostgresError) in
      let answers = try connection.run([Self.ownAuthorization, securing])
      transaction = answers.last?.first?.optionalText(2)
    }
  }

  package func commit(_ mode: Section.Mode) throws(SessionError) {
    try translated { () throws(PostgresError) in
      let end: [PipelineStep] = mode == .noTransaction ? [] : [.text("COMMIT")]
      guard !isPooled else { return try connection.run(end) { _, _ in } }
      do throws(PostgresError) {
        let reset = Self.resets.map { PipelineStep.text($0) } + [names.step(safeSettings)]
        try connection.run(end + reset) { _, _ in }
      } catch {
        // What was committed before it stands; the settings are still to be made.
        guard names.areGone(error, since: end.count) else { throw error }
        names.forget()
        _ = try connection.run(sessionSettings)
      }
    }
  }

  // MARK: - A section at once

  package func canRunAtOnce(_ statements: [String]) -> Bool {
    // An environment's role is looked at after every statement.
    !isPooled && role == nil && statements.allSatisfy(PipelineStep.isSafe)
  }

  package func runAtOnce(
    _ statements: [String], record: SessionQuery, done: (Int) -> Void
  ) throws(SessionError) -> [[String?]] {
    try translated { () throws(PostgresError) in
      for text in [record.text, securing, safeSettings] {
        try names.prepare(text, on: connection)
      }
      do throws(PostgresError) {
        return try send(statements, record, done)
      } catch {
        guard names.areGone(error, since: 1 + sectionSettings.count + statements.count) else {
          throw error
        }
        names.forget()
        rollback(.transaction)
        return try send(statements, record, done)
      }
    }
  }

  private func send(
    _ statements: [String], _ record: SessionQuery, _ done: (Int) -> Void
  ) throws(PostgresError) -> [[String?]] {
    transaction = nil
    let before = ["BEGIN"] + sectionSettings
    let steps =
      (before + statements + [Self.ownAuthorization]).map { PipelineStep.text($0) }
      + [names.step(securing), names.step(record.text, record.parameters)]
    var rows: [[String?]] = []
    try connection.run(steps) { index, answer in
      if statements.indices.contains(index - before.count) { done(index - before.count) }
      if index == steps.count - 2 { transaction = answer.first?.optionalText(2) }
      if index == steps.count - 1 { rows = Self.texts(of: answer) }
    }
    return rows
  }

  package func rollback(_ mode: Section.Mode) {
    guard connection.isOpen else { return }
    if connection.isInTransaction { try? connection.execute("ROLLBACK") }
    if mode == .noTransaction, !isPooled { _ = try? connection.run(sessionSettings) }
  }

  private static let transactionQuery = "SELECT pg_catalog.pg_current_xact_id()::text"

  package func transactionName() throws(SessionError) -> String? {
    if let transaction { return transaction }
    return try query(Self.transactionQuery).first?.first ?? nil
  }

  package func commitState(of transaction: String) throws(SessionError) -> CommitState {
    try translated { () throws(PostgresError) in
      let other = try PostgresConnection(target)
      do throws(PostgresError) {
        let rows = try other.query(
          "SELECT pg_catalog.pg_xact_status($1::text::pg_catalog.xid8)", [transaction])
        switch rows.first?.optionalText(0) {
        case "committed": return .committed
        case "aborted": return .aborted
        case "in progress": return .inProgress
        default: return .unknown
        }
      } catch {
        // In the future: a server that came up after a crash knows nothing of it.
        guard error.sqlState == "22023" else { throw error }
        return .aborted
      }
    }
  }

  package func serverProcess() throws(SessionError) -> String? {
    if isPooled { return nil }
    let rows = try query(
      """
      SELECT pid || ' ' || backend_start::text FROM pg_catalog.pg_stat_activity
      WHERE pid = pg_catalog.pg_backend_pid()
      """)
    return rows.first?.first ?? nil
  }

  package func isRunning(_ process: String) throws(SessionError) -> Bool {
    try !query(
      "SELECT FROM pg_catalog.pg_stat_activity WHERE pid || ' ' || backend_start::text = $1",
      [process]
    ).isEmpty
  }

  package func end(_ process: String) throws(SessionError) {
    _ = try query(
      """
      SELECT pg_catalog.pg_terminate_backend(pid, 10000) FROM pg_catalog.pg_stat_activity
      WHERE pid || ' ' || backend_start::text = $1
      """, [process])
  }

  package func objectionsToHistory() throws(SessionError) -> [String] {
    try translated { () throws(PostgresError) in
      try connection.query(HistoryGuard.query).map { $0.text(0) }
    }
  }

  package func probe(_ statement: String) throws(SessionError) -> StatementState {
    try translated { () throws(PostgresError) in
      try StatementProbe.state(of: statement, on: connection)
    }
  }

  // MARK: - Errors

  private func translated<Value>(
    _ body: () throws(PostgresError) -> Value
  ) throws(SessionError) -> Value {
    do {
      return try body()
    } catch {
      throw SessionError(error)
    }
  }
}

extension SessionError {
  package init(_ error: PostgresError) {
    var position: Int?
    var detail: String?
    if case .server(let server) = error { (position, detail) = (server.position, server.detail) }
    self.init(
      Self.kind(of: error), error.message, code: error.sqlState, detail: detail,
      nextStep: error.nextStep, position: position)
  }

  /// https://www.postgresql.org/docs/current/errcodes-appendix.html
  private static func kind(of error: PostgresError) -> Kind {
    switch error {
    case .connection, .connectionLost: return .connectionLost
    case .invalidText, .nulByte, .copyNotSupported, .inconsistentCatalog: return .other
    case .server(let server):
      switch server.sqlState {
      case "55P03": return .locked
      case "40P01": return .deadlock
      case "40001": return .serialization
      case "25006": return .readOnly
      case "42501": return .permission
      case "57P01", "57P02", "57P03": return .connectionLost
      case "XX000" where server.message.contains("concurrently updated"):
        return .concurrentUpdate
      case let state where state.hasPrefix("23") || state.hasPrefix("22"): return .data
      case let state where state.hasPrefix("08"): return .connectionLost
      default: return .other
      }
    }
  }
}
