package import Planning
import SchemaModel

/// Reads and writes the history, over the session on which the migrations run, so that a section and its
/// record commit together.
///
/// Every write is fenced: it takes effect only while the epoch is the one that this runner began. A
/// runner whose lock was lost finds the epoch of another and stops.
package struct HistoryStore {
  private let session: any Session
  private let tables: HistoryTables
  /// Who runs: `user@host (process 123)`.
  package let actor: String
  /// Of this run, for the log.
  private let run: String
  private var epoch = -1

  package init(_ session: any Session, actor: String, run: String) {
    self.session = session
    self.actor = actor
    self.run = run
    tables = HistoryTables.of(session.engine)
  }

  // MARK: - The tables

  /// Whether the tables are there.
  package func exists() throws(SessionError) -> Bool {
    switch session.engine {
    case .postgresql:
      try session.query("SELECT pg_catalog.to_regclass('kedge.state')::text").first?.first
        != .some(nil)
    case .sqlite:
      try !session.query("SELECT 1 FROM main.sqlite_master WHERE name = '_kedge_state'").isEmpty
    }
  }

  /// Creates what is missing. To be called under the lock.
  package func create() throws(SessionError) {
    try transaction { () throws(SessionError) in
      for definition in tables.definitions { try session.execute(definition) }
    }
  }

  /// Writes in a transaction of its own, or in the one that is open.
  package func transaction(
    _ body: () throws(SessionError) -> Void
  ) throws(SessionError) {
    if session.isInTransaction {
      try session.secure()
      return try body()
    }
    do throws(SessionError) {
      try session.beginRecord()
      try body()
      try session.commitRecord()
    } catch {
      session.rollback(.transaction)
      throw error
    }
  }

  /// Begins an epoch: whoever wrote under an earlier one is shut out.
  package mutating func begin() throws(SessionError) {
    let process = try session.serverProcess()
    var rows: [[String?]] = []
    try transaction { () throws(SessionError) in
      rows = try session.query(
        """
        UPDATE \(tables.state) SET epoch = epoch + 1, holder = $1, process = $2 WHERE id = 1
        RETURNING epoch
        """, [actor, process])
    }
    guard let epoch = rows.first?.first?.flatMap({ Int($0) }) else {
      throw SessionError(.other, "the history has no state: its tables were changed by hand")
    }
    self.epoch = epoch
  }

  /// Notes that another process on the server runs the statements from now on; throws when the epoch is over.
  func move() throws(SessionError) {
    guard let process = try session.serverProcess() else { return }
    try transaction { () throws(SessionError) in
      try fence()
      _ = try session.query("UPDATE \(tables.state) SET process = $1 WHERE id = 1", [process])
    }
  }

  package func end() throws(SessionError) {
    try transaction { () throws(SessionError) in
      _ = try session.query(
        """
        UPDATE \(tables.state) SET holder = NULL, process = NULL, lease_until = NULL WHERE id = 1
          AND epoch = CAST($1 AS bigint)
        """, [String(epoch)])
    }
  }

  /// Ends the epoch of whoever runs: its next record fails.
  package func shutOut(detail: String) throws(SessionError) {
    try transaction { () throws(SessionError) in
      _ = try session.query("UPDATE \(tables.state) SET epoch = epoch + 1 WHERE id = 1")
      try log(.lockBroken, detail: detail)
    }
  }

  /// What ran the last runner's statements, where it did not take leave.
  package func lastProcess() throws(SessionError) -> String? {
    try session.query("SELECT process FROM \(tables.state) WHERE id = 1").first?.first ?? nil
  }

  /// Holds the epoch until the transaction ends. On SQLite the transaction itself keeps others out.
  private func fence() throws(SessionError) {
    let held = try session.query(
      "SELECT 1 FROM \(tables.state) WHERE id = 1 AND epoch = CAST($1 AS bigint)"
        + (session.engine == .postgresql ? " FOR UPDATE" : ""),
      [String(epoch)])
    guard !held.isEmpty else { throw SessionError.fenced }
  }

  /// Why a runner whose lock is gone may not go on: only the epoch tells whether somebody else has begun.
  func lossOfLock() -> SessionError {
    let rows = try? session.query("SELECT epoch FROM \(tables.state) WHERE id = 1")
    return rows?.first?.first == String(epoch) ? .unlocked : .fenced
  }

  // MARK: - Reading

  package func read() throws(SessionError) -> History {
    let rows = try session.query(
      """
      SELECT version, name, checksum, token_checksum, down_script, from_fingerprint, to_fingerprint,
        state, sections, sections_done, statements_done, statement_open, batch, position,
        CAST(applied_at AS text), applied_by, milliseconds
      FROM \(tables.migration) ORDER BY position
      """)
    var migrations: [AppliedMigration] = []
    for row in rows { migrations.append(try migration(row)) }
    let scripts = try session.query("SELECT path, token_checksum FROM \(tables.script)")
    return History(
      migrations: migrations,
      scripts: Dictionary(
        scripts.map { ($0[0] ?? "", $0[1] ?? "") }, uniquingKeysWith: { $1 }))
  }

  private func migration(_ row: [String?]) throws(SessionError) -> AppliedMigration {
    func text(_ index: Int) -> String { row[index] ?? "" }
    func number(_ index: Int) -> Int { Int(text(index)) ?? 0 }
    guard let version = MigrationVersion(text(0)),
      let state = AppliedMigration.State(rawValue: text(7))
    else {
      throw SessionError(
        .other, "the history holds a row that Kedge did not write: version '\(text(0))'")
    }
    return AppliedMigration(
      version: version, name: text(1), checksum: Checksum(bytes: text(2), tokens: text(3)),
      down: row[4], from: row[5], to: row[6], state: state,
      progress: .init(
        sectionsDone: number(9), statementsDone: number(10), isStatementOpen: number(11) != 0),
      sections: number(8), batch: number(12), position: number(13), appliedAt: text(14),
      appliedBy: text(15), milliseconds: number(16))
  }

  /// The log, newest last.
  package func events(limit: Int) throws(SessionError) -> [HistoryEvent] {
    let rows = try session.query(
      """
      SELECT CAST(at AS text), kind, version, section, statement, detail, milliseconds, actor, address
      FROM \(tables.event) ORDER BY id DESC LIMIT \(limit)
      """)
    return rows.reversed().map { row in
      HistoryEvent(
        at: row[0] ?? "", kind: row[1] ?? "", version: row[2], section: row[3].flatMap { Int($0) },
        statement: row[4].flatMap { Int($0) }, detail: row[5],
        milliseconds: row[6].flatMap { Int($0) }, by: row[7] ?? "", from: row[8])
    }
  }

  package func recordedSchema() throws(SessionError) -> RecordedSchema? {
    let rows = try session.query(
      "SELECT snapshot, snapshot_after, snapshot_server FROM \(tables.state) WHERE id = 1")
    guard let row = rows.first, let snapshot = row[0] else { return nil }
    return RecordedSchema(
      snapshot: snapshot, after: row[1].flatMap { RecordedSchema.Mark(text: $0) },
      serverVersion: Int(row[2] ?? "") ?? 0)
  }

  /// Who runs now, as far as the history knows.
  package func holder() throws(SessionError) -> String? {
    try session.query("SELECT holder FROM \(tables.state) WHERE id = 1").first?.first ?? nil
  }

  // MARK: - Writing

  /// Writes the row anew, within the transaction that is open.
  package func save(_ migration: AppliedMigration) throws(SessionError) {
    try fence()
    _ = try session.query(
      "INSERT INTO \(tables.migration) (\(Self.rowColumns)) VALUES (\(Self.rowValues)) "
        + Self.rowUpdate, Self.fields(of: migration))
  }

  /// Writes the row and a line of the log; at once where every question is a journey.
  package func save(
    _ migration: AppliedMigration, logging kind: HistoryEvent.Kind, section: Int? = nil,
    statement: Int? = nil, milliseconds: Int? = nil
  ) throws(SessionError) {
    guard session.engine == .postgresql else {
      try save(migration)
      try log(
        kind, migration.version, section: section, statement: statement, milliseconds: milliseconds)
      return
    }
    let query = saving(
      migration, logging: kind, section: section, statement: statement, milliseconds: milliseconds,
      measuring: false)
    guard try !session.query(query.text, query.parameters).isEmpty else {
      throw SessionError.fenced
    }
  }

  /// What PostgreSQL is asked to write the row and a line of the log. Nothing comes back where another runner has
  /// taken over. `measuring` adds the time since the transaction began, as the server sees it.
  func saving(
    _ migration: AppliedMigration, logging kind: HistoryEvent.Kind, section: Int?,
    statement: Int? = nil, milliseconds: Int?, measuring: Bool
  ) -> SessionQuery {
    let fields = Self.fields(of: migration)
    let event = eventFields(
      kind, migration.version, section: section, statement: statement, milliseconds: milliseconds)
    return SessionQuery(
      """
      WITH \(fence(after: fields.count + event.count, measuring: measuring)), saved AS (
        INSERT INTO \(tables.migration) (\(Self.rowColumns))
        SELECT \(Self.rowValues) + fence.elapsed FROM fence \(Self.rowUpdate)
      )
      \(logging(after: fields.count))
      """, fields + event + [String(epoch)])
  }

  /// The same for a row that goes.
  func removing(_ version: MigrationVersion, section: Int?, measuring: Bool) -> SessionQuery {
    let event = eventFields(
      .reverted, version, section: section, statement: nil, milliseconds: 0)
    return SessionQuery(
      """
      WITH \(fence(after: 1 + event.count, measuring: measuring)), removed AS (
        DELETE FROM \(tables.migration) USING fence WHERE version = $1
      )
      \(logging(after: 1))
      """, [version.text] + event + [String(epoch)])
  }

  private func fence(after count: Int, measuring: Bool) -> String {
    let elapsed = """
      CAST(1000 * pg_catalog.date_part('epoch',
        pg_catalog.clock_timestamp() - pg_catalog.transaction_timestamp()) AS bigint)
      """
    return """
      fence AS (
        SELECT \(measuring ? elapsed : "CAST(0 AS bigint)") AS elapsed FROM \(tables.state)
        WHERE id = 1 AND epoch = CAST($\(count + 1) AS bigint) FOR UPDATE
      )
      """
  }

  private func logging(after count: Int) -> String {
    """
    INSERT INTO \(tables.event) (\(Self.eventColumns))
    SELECT \(Self.eventValues(after: count, elapsed: " + fence.elapsed")) FROM fence RETURNING 1
    """
  }

  private static let rowColumns = """
    version, name, checksum, token_checksum, down_script, from_fingerprint, to_fingerprint, state,
    sections, sections_done, statements_done, statement_open, batch, position, applied_by,
    milliseconds
    """

  private static let rowValues = """
    $1, $2, $3, $4, $5, $6, $7, $8, CAST($9 AS integer), CAST($10 AS integer),
    CAST($11 AS integer), CAST($12 AS integer), CAST($13 AS integer), CAST($14 AS integer), $15,
    CAST($16 AS bigint)
    """

  private static let rowUpdate = """
    ON CONFLICT (version) DO UPDATE SET name = excluded.name, checksum = excluded.checksum,
      token_checksum = excluded.token_checksum, down_script = excluded.down_script,
      state = excluded.state, sections = excluded.sections,
      sections_done = excluded.sections_done, statements_done = excluded.statements_done,
      statement_open = excluded.statement_open, milliseconds = excluded.milliseconds
    """

  private static func fields(of migration: AppliedMigration) -> [String?] {
    [
      migration.version.text, migration.name, migration.checksum.bytes,
      migration.checksum.tokens, migration.down, migration.from, migration.to,
      migration.state.rawValue, String(migration.sections),
      String(migration.progress.sectionsDone), String(migration.progress.statementsDone),
      migration.progress.isStatementOpen ? "1" : "0", String(migration.batch),
      String(migration.position), migration.appliedBy, String(migration.milliseconds),
    ]
  }

  package func remove(_ version: MigrationVersion) throws(SessionError) {
    try fence()
    _ = try session.query("DELETE FROM \(tables.migration) WHERE version = $1", [version.text])
  }

  /// Notes that a section ran which leaves no row, within the transaction that is open: what its mark is worth
  /// when the answer to its commit is lost.
  func mark(_ title: String, section: Int) throws(SessionError) -> Mark {
    try fence()
    return try log(.sectionDone, section: section, detail: title)
  }

  /// Whether a line of this run's is in the log. A number alone may be given again after a crash.
  func holds(_ mark: Mark) throws(SessionError) -> Bool {
    try !session.query(
      "SELECT 1 FROM \(tables.event) WHERE id = CAST($1 AS bigint) AND run = $2",
      [mark.id, run]
    ).isEmpty
  }

  /// A line of the log.
  package struct Mark: Hashable, Sendable { fileprivate let id: String? }

  package func saveScript(_ path: String, checksum: Checksum) throws(SessionError) {
    try fence()
    _ = try session.query(
      """
      INSERT INTO \(tables.script) (path, token_checksum) VALUES ($1, $2)
      ON CONFLICT (path) DO UPDATE SET token_checksum = excluded.token_checksum
      """, [path, checksum.tokens])
  }

  package func record(_ schema: RecordedSchema) throws(SessionError) {
    try fence()
    _ = try session.query(
      """
      UPDATE \(tables.state) SET snapshot = $1, snapshot_after = $2,
        snapshot_server = CAST($3 AS integer) WHERE id = 1
      """, [schema.snapshot, schema.after?.text, String(schema.serverVersion)])
  }

  @discardableResult
  package func log(
    _ kind: HistoryEvent.Kind, _ version: MigrationVersion? = nil, section: Int? = nil,
    statement: Int? = nil, detail: String? = nil, milliseconds: Int? = nil
  ) throws(SessionError) -> Mark {
    let rows = try session.query(
      """
      INSERT INTO \(tables.event) (\(Self.eventColumns)) VALUES (\(Self.eventValues(after: 0)))
      RETURNING id
      """,
      eventFields(
        kind, version, section: section, statement: statement, detail: detail,
        milliseconds: milliseconds))
    return Mark(id: rows.first?.first ?? nil)
  }

  private static let eventColumns =
    "kind, version, section, statement, detail, milliseconds, run, actor"

  /// Their parameters are counted from the next on.
  private static func eventValues(after count: Int, elapsed: String = "") -> String {
    let types = ["text", "text", "integer", "integer", "text", "bigint", "text", "text"]
    return types.enumerated().map { index, type in
      "CAST($\(count + index + 1) AS \(type))" + (type == "bigint" ? elapsed : "")
    }.joined(separator: ", ")
  }

  private func eventFields(
    _ kind: HistoryEvent.Kind, _ version: MigrationVersion?, section: Int?, statement: Int?,
    detail: String? = nil, milliseconds: Int?
  ) -> [String?] {
    [
      kind.rawValue, version?.text, section.map(String.init), statement.map(String.init), detail,
      milliseconds.map(String.init), run, actor,
    ]
  }
}

extension SessionError {
  /// The epoch is another one.
  static let fenced = SessionError(
    .locked, "this runner was shut out: its lock was broken, or another runner has taken over",
    nextStep: "look at `kedge status`, then run the command again")

  /// The lock went with its connection; nobody has begun since.
  static let unlocked = SessionError(
    .connectionLost, "the connection that held this runner's lock was lost; nobody else has begun",
    nextStep: "look at `kedge status`, then run the command again")
}
