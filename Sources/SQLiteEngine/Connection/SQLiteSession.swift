package import Planning
package import SchemaModel

/// A SQLite database on which migrations run.
package final class SQLiteSession: Session {
  private let connection: SQLiteConnection
  private let path: String
  /// Violations of foreign keys by table before a section that runs without their enforcement.
  private var violations: [String: Int64] = [:]
  private var isEnforced = false
  /// Whether the texts may come from anybody.
  private let isConfined: Bool

  /// Creates the file when it is missing and `creates` says so.
  package init(
    path: String, creates: Bool = true, busyTimeoutMilliseconds: Int32 = 5_000
  ) throws(SQLiteError) {
    self.path = path
    isConfined = false
    connection = try SQLiteConnection.open(
      .file(path: path, access: creates ? .create : .readWrite),
      busyTimeoutMilliseconds: busyTimeoutMilliseconds)
    try connection.execute("PRAGMA foreign_keys = ON")
  }

  /// A database in memory for texts that may come from anybody.
  package init() throws(SQLiteError) {
    path = ":memory:"
    isConfined = true
    connection = try SQLiteConnection.open(.memory)
    try connection.confine()
    try connection.execute("PRAGMA foreign_keys = ON")
  }

  /// A confined database in memory that holds the same.
  func copy() throws(SQLiteError) -> SQLiteSession {
    let copy = try SQLiteSession()
    try connection.copy(to: copy.connection)
    // Before 3.41 SQLite's own JSON functions keep a schema that is not trusted from being read at all.
    if SQLiteConnection.libraryVersionNumber < 3_041_000 { copy.connection.trustSchema() }
    return copy
  }

  package var engine: EngineName { .sqlite }
  package var serverVersion: Int { SQLiteConnection.libraryVersionNumber }
  package var label: String { path }
  package var isOpen: Bool { true }
  package var isInTransaction: Bool { !connection.isInAutocommit }

  // MARK: - Statements

  package func execute(_ statement: String) throws(SessionError) {
    try translated { () throws(SQLiteError) in
      guard isConfined else { return try connection.execute(statement) }
      var recovery = ScratchRecovery()
      try connection.execute(
        statement, skip: { _, position throws(SQLiteError) in position },
        recover: { recovery.action(after: $0, on: connection) })
    }
  }

  package func query(
    _ statement: String, _ parameters: [String?]
  ) throws(SessionError) -> [[String?]] {
    try translated { () throws(SQLiteError) in
      let values = parameters.map { $0.map(SQLiteValue.text) ?? .null }
      return try connection.query(statement, values) { row throws(SQLiteError) in
        var fields: [String?] = []
        for column in 0..<row.columnCount { fields.append(try row.optionalText(column)) }
        return fields
      }
    }
  }

  package func readSchema() throws(SessionError) -> Schema {
    do {
      return try SQLiteInspector.inspect(connection)
    } catch let error as SQLiteError {
      throw SessionError(error)
    } catch {
      throw SessionError(.other, "\(error)")
    }
  }

  // MARK: - Sections

  package func begin(_ mode: Section.Mode) throws(SessionError) {
    try translated { () throws(SQLiteError) in
      switch mode {
      case .noTransaction: return
      case .transaction: try connection.execute("BEGIN IMMEDIATE")
      case .foreignKeysOff:
        isEnforced = try connection.firstValue("PRAGMA foreign_keys") == .integer(1)
        try connection.execute("PRAGMA foreign_keys = OFF")
        guard try connection.firstValue("PRAGMA foreign_keys") == .integer(0) else {
          throw SQLiteError(
            reason: .other, message: "enforcement of foreign keys cannot be switched off here",
            path: path)
        }
        try connection.execute("BEGIN IMMEDIATE")
        violations = try foreignKeyViolations()
      }
    }
  }

  package func commit(_ mode: Section.Mode) throws(SessionError) {
    try translated { () throws(SQLiteError) in
      try connection.execute("DROP TABLE IF EXISTS temp._kedge_guard")
      if mode == .foreignKeysOff { try refuseNewViolations() }
      if !connection.isInAutocommit { try connection.execute("COMMIT") }
      try restore(mode)
    }
  }

  package func rollback(_ mode: Section.Mode) {
    if !connection.isInAutocommit { try? connection.execute("ROLLBACK") }
    try? connection.execute("DROP TABLE IF EXISTS temp._kedge_guard")
    try? restore(mode)
  }

  private func restore(_ mode: Section.Mode) throws(SQLiteError) {
    if mode == .foreignKeysOff, isEnforced { try connection.execute("PRAGMA foreign_keys = ON") }
  }

  /// The table's own key that references nothing unique makes the check fail: then there is nothing to
  /// compare, as before.
  private func foreignKeyViolations() throws(SQLiteError) -> [String: Int64] {
    do {
      let counts = try connection.query(
        "SELECT \"table\", count(*) FROM pragma_foreign_key_check GROUP BY 1"
      ) { row throws(SQLiteError) in (try row.text(0), row.int64(1)) }
      return Dictionary(counts, uniquingKeysWith: +)
    } catch {
      guard error.message.contains("foreign key mismatch") else { throw error }
      return [:]
    }
  }

  private func refuseNewViolations() throws(SQLiteError) {
    let worse = try foreignKeyViolations().filter { $0.value > violations[$0.key] ?? 0 }
    guard let table = worse.keys.min() else { return }
    throw SQLiteError(
      reason: .constraint,
      message: "\(worse[table] ?? 0) rows of \(table) would violate a foreign key", path: path)
  }

  /// A commit on a local file is answered.
  package func transactionName() throws(SessionError) -> String? { nil }
  package func commitState(of transaction: String) throws(SessionError) -> CommitState { .unknown }

  package func objectionsToHistory() throws(SessionError) -> [String] {
    let rows = try query(
      """
      SELECT CASE type WHEN 'trigger' THEN 'the trigger ' || name || ' on ' || tbl_name
        ELSE name || ' is a ' || type END
      FROM main.sqlite_master
      WHERE (type = 'trigger' AND tbl_name LIKE '\\_kedge\\_%' ESCAPE '\\')
        OR (type = 'view' AND name LIKE '\\_kedge\\_%' ESCAPE '\\')
      """, [])
    return rows.map { $0[0] ?? "" }
  }

  /// `VACUUM` and pragmas may run as often as one likes.
  package func probe(_ statement: String) throws(SessionError) -> StatementState {
    let words = ["vacuum", "pragma", "analyze", "reindex", "optimize"]
    let first = (try? SQLiteDialect().tokens(of: statement))?.first ?? ""
    return words.contains(first) ? .repeatable : .unknown
  }

  private func translated<Value>(
    _ body: () throws(SQLiteError) -> Value
  ) throws(SessionError) -> Value {
    do {
      return try body()
    } catch {
      throw SessionError(error)
    }
  }
}

extension SessionError {
  package init(_ error: SQLiteError) {
    let kind: Kind =
      switch error.reason {
      case .locked: .locked
      case .readOnly: .readOnly
      case .constraint: .data
      case .denied: .permission
      case .missingFile, .isFolder, .cannotOpen, .notADatabase, .corrupt, .tooBig, .interrupted,
        .invalidText, .statement, .other:
        .other
      }
    self.init(
      kind, error.message, code: error.extendedCode == 0 ? nil : String(error.extendedCode),
      nextStep: error.nextStep)
  }
}
