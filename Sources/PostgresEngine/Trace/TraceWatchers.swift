import Glibc
import Planning
import Synchronization

/// Holds up a statement that runs outside a transaction, so that its locks can be seen: others hold what it
/// needs, and let go one after the other once it is seen waiting.
struct TraceWatchers: ~Copyable {
  private let sampler: PostgresConnection
  private let database: String
  private let server: ScratchServer

  struct Watched {
    var locks: Set<CatalogPicture.Lock> = []
    var failure: String?
  }

  init(sampler: consuming PostgresConnection, database: String, server: ScratchServer) {
    self.sampler = sampler
    self.database = database
    self.server = server
  }

  /// The first stops what wants SHARE UPDATE EXCLUSIVE or more at its start; the second lets that pass, and
  /// stops ACCESS EXCLUSIVE and the wait for other transactions.
  private static let modes = ["SHARE UPDATE EXCLUSIVE", "ROW EXCLUSIVE", "ACCESS SHARE"]
  /// Milliseconds between two looks.
  private static let pause: UInt32 = 5
  /// After so many looks without a change everybody lets go.
  private static let patience = 400

  borrowing func watch(
    _ sql: String, searchPath: String, relations: [String]
  ) throws(PostgresError) -> Watched {
    var holders: [Holder] = []
    for relation in relations {
      for mode in Self.modes {
        let holder = Holder(try server.builder(database: database))
        // An index or a view cannot be held, and what is not there fails by itself.
        if holder.hold(relation, mode: mode) { holders.append(holder) }
      }
    }
    let run = BackgroundRun()
    let (server, database) = (server, database)
    DetachedThread.start { run.execute(sql, searchPath: searchPath, database, server) }
    var watched = Watched()
    var looks = 0
    while true {
      if let failure = run.outcome {
        watched.failure = failure.message
        return watched
      }
      if let process = run.process {
        // In this order: whom it waits for is still in its way when its locks are looked at.
        let blockers = try blockers(of: process)
        let isNew = try look(at: process, &watched)
        looks = isNew ? 0 : looks + 1
        if let blocker = holders.firstIndex(where: { blockers.contains(Int($0.process)) }) {
          holders.remove(at: blocker).letGo()
          looks = 0
        } else if looks > Self.patience {
          for holder in holders { holder.letGo() }
          holders = []
        }
      }
      usleep(Self.pause * 1_000)
    }
  }

  /// Takes note of what the process holds and waits for; true when there was something new.
  private borrowing func look(
    at process: Int32, _ watched: inout Watched
  ) throws(PostgresError) -> Bool {
    let rows = try sampler.query(
      """
      SELECT \(CatalogPicture.lockColumns) FROM pg_catalog.pg_locks l
      WHERE l.locktype = 'relation' AND l.pid = $1::int AND l.relation >= 16384
      """, [String(process)])
    let locks = Set(rows.compactMap(CatalogPicture.lock))
    defer { watched.locks.formUnion(locks) }
    return !locks.isSubset(of: watched.locks)
  }

  private borrowing func blockers(of process: Int32) throws(PostgresError) -> [Int] {
    try sampler.query("SELECT pg_catalog.pg_blocking_pids($1::int)", [String(process)])
      .first?.integers(0) ?? []
  }

  /// One transaction that holds one lock.
  private final class Holder {
    private let connection: PostgresConnection
    var process: Int32 { connection.processID }

    init(_ connection: consuming PostgresConnection) { self.connection = connection }

    func hold(_ relation: String, mode: String) -> Bool {
      do throws(PostgresError) {
        try connection.execute("BEGIN")
        try connection.execute("SET LOCAL lock_timeout = '100ms'")
        try connection.execute("LOCK TABLE \(relation) IN \(mode) MODE")
        return true
      } catch {
        return false
      }
    }

    func letGo() { try? connection.execute("ROLLBACK") }
  }

  /// The statement on a thread and a connection of its own.
  private final class BackgroundRun: Sendable {
    struct Outcome: Sendable { let message: String? }

    private let state = Mutex<(process: Int32?, outcome: Outcome?)>((nil, nil))

    var process: Int32? { state.withLock { $0.process } }
    var outcome: Outcome? { state.withLock { $0.outcome } }

    func execute(
      _ sql: String, searchPath: String, _ database: String, _ server: ScratchServer
    ) {
      var message: String?
      do throws(PostgresError) {
        let connection = try server.builder(database: database)
        try connection.pin(SessionSettings(lockTimeout: 0, statementTimeout: 60_000))
        _ = try connection.query(
          "SELECT pg_catalog.set_config('search_path', $1, false)", [searchPath])
        let process = connection.processID
        state.withLock { $0.process = process }
        try connection.execute(sql)
      } catch {
        message = error.message
      }
      let outcome = Outcome(message: message)
      state.withLock { $0.outcome = outcome }
    }
  }
}
