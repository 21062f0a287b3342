package import Planning
import SQLText
package import SchemaModel

/// A PostgreSQL database on which migrations run.
///
/// Behind a pooler that hands out connections by transaction, nothing may be set for longer than a
/// transaction: settings and role are then local, and sections without a transaction are refused.
package final class PostgresSession: Session {
  private let connection: PostgresConnection
  private let target: ConnectionString
  /// The role that owns what is created.
  private let role: String?
  /// Whether a pooler stands between: the server's process is not the one that the connection was told.
  package let isPooled: Bool
  package let serverVersion: Int

  /// Milliseconds; longer than `deadlock_timeout`, after which autovacuum gives way.
  private static let lockTimeout = 3_000

  package init(_ target: ConnectionString, role: String? = nil) throws(PostgresError) {
    self.target = target
    self.role = role
    connection = try PostgresConnection(target)
    serverVersion = connection.serverVersionNumber
    let process = try connection.query("SELECT pg_catalog.pg_backend_pid()").first?.integer(0)
    isPooled = process != Int(connection.processID)
    if !isPooled {
      try connection.execute("SELECT pg_catalog.set_config('application_name', 'kedge', false)")
      _ = try connection.run(
        [settings(isTransactional: true).statement(local: false)] + roleStatements)
    }
  }

  package var engine: EngineName { .postgresql }
  package var label: String { target.masked }
  package var isOpen: Bool { connection.isOpen }
  package var isInTransaction: Bool { connection.isInTransaction }
  package var processID: Int32 { connection.processID }

  package func canceller() -> PostgresCanceller? { connection.canceller() }

  private var roleStatements: [String] {
    role.map { ["SELECT pg_catalog.set_config('role', \(quotedLiteral($0)), false)"] } ?? []
  }

  private func settings(isTransactional: Bool) -> SessionSettings {
    // What runs outside of a transaction waits for others by design: a limit would leave it half done.
    SessionSettings(
      lockTimeout: isTransactional ? Self.lockTimeout : 0, statementTimeout: 0,
      searchPath: ["public"])
  }

  // MARK: - Statements

  package func execute(_ statement: String) throws(SessionError) {
    try translated { () throws(PostgresError) in try connection.execute(statement) }
  }

  package func query(
    _ statement: String, _ parameters: [String?]
  ) throws(SessionError) -> [[String?]] {
    try translated { () throws(PostgresError) in
      let rows = try connection.query(statement, parameters)
      return rows.map { row in (0..<rows.columnCount).map { row.optionalText($0) } }
    }
  }

  package func readSchema() throws(SessionError) -> Schema {
    try translated { () throws(PostgresError) in try PostgresInspector.inspect(connection) }
  }

  // MARK: - Sections

  package func begin(_ mode: Section.Mode) throws(SessionError) {
    try translated { () throws(PostgresError) in
      switch mode {
      case .transaction, .foreignKeysOff:
        let local = settings(isTransactional: true).statement(local: true)
        let roles = roleStatements.map { $0.replacingSuffix("false)", with: "true)") }
        _ = try connection.run(["BEGIN", local] + (isPooled ? roles : []))
      case .noTransaction:
        try connection.execute(settings(isTransactional: false).statement(local: false))
      }
    }
  }

  package func commit(_ mode: Section.Mode) throws(SessionError) {
    switch mode {
    case .transaction, .foreignKeysOff: try execute("COMMIT")
    case .noTransaction: try restore()
    }
  }

  package func rollback(_ mode: Section.Mode) {
    guard connection.isOpen else { return }
    if connection.isInTransaction { try? connection.execute("ROLLBACK") }
    if mode == .noTransaction { try? restore() }
  }

  /// A section without a transaction may have set what the next one must not see.
  private func restore() throws(SessionError) {
    try execute(settings(isTransactional: true).statement(local: false))
  }

  package func transactionName() throws(SessionError) -> String? {
    try query("SELECT pg_catalog.pg_current_xact_id()::text").first?.first ?? nil
  }

  package func commitState(of transaction: String) throws(SessionError) -> CommitState {
    try translated { () throws(PostgresError) in
      let other = try PostgresConnection(target)
      let rows = try other.query(
        "SELECT pg_catalog.pg_xact_status($1::text::pg_catalog.xid8)", [transaction])
      switch rows.first?.optionalText(0) {
      case "committed": return .committed
      case "aborted": return .aborted
      case "in progress": return .inProgress
      default: return .unknown
      }
    }
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

extension String {
  fileprivate func replacingSuffix(_ suffix: String, with other: String) -> String {
    hasSuffix(suffix) ? dropLast(suffix.count) + other : self
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
