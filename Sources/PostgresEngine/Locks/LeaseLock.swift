import Glibc
package import Planning
import Synchronization

/// A row with an end, renewed by a heartbeat: for poolers, behind which a session's lock belongs to
/// whichever client comes next.
package final class LeaseLock: DatabaseLock {
  private let target: ConnectionString
  /// Whom the history belongs to.
  private let role: String?
  private let actor: String
  private let heart: Heart
  private static let seconds = 30
  private static let beat: UInt32 = 5

  /// Shared with the thread that renews.
  private final class Heart: Sendable {
    struct State { var isBeating = false, isLost = false }
    let state = Mutex(State())
  }

  /// The history's tables must be there.
  package init(_ target: ConnectionString, role: String?, actor: String) {
    self.target = target
    self.role = role
    self.actor = actor
    heart = Heart()
  }

  deinit { heart.state.withLock { $0.isBeating = false } }

  package func tryAcquire() throws(SessionError) -> Bool {
    let hasIt = try within { connection throws(PostgresError) in
      guard try Self.renew(connection, actor, taking: true) else { return false }
      // A runner with a direct connection holds the advisory lock instead.
      guard try AdvisoryLock.isTaken(on: connection) else { return true }
      try Self.give(connection, actor)
      return false
    }
    if hasIt { startBeating() }
    return hasIt
  }

  private func within<Value>(
    _ body: (borrowing PostgresConnection) throws(PostgresError) -> Value
  ) throws(SessionError) -> Value {
    do throws(PostgresError) {
      return try Self.within(target, role, body)
    } catch {
      throw SessionError(error)
    }
  }

  /// In a transaction of its own, with the rights of whom the history belongs to.
  private static func within<Value>(
    _ target: ConnectionString, _ role: String?,
    _ body: (borrowing PostgresConnection) throws(PostgresError) -> Value
  ) throws(PostgresError) -> Value {
    let connection = try PostgresConnection(target)
    var begin = [
      "BEGIN", "SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)",
    ]
    if let role {
      begin.append("SELECT pg_catalog.set_config('role', \(quotedLiteral(role)), true)")
    }
    _ = try connection.run(begin)
    let value = try body(connection)
    try connection.execute("COMMIT")
    return value
  }

  private static func renew(
    _ connection: borrowing PostgresConnection, _ actor: String, taking: Bool
  ) throws(PostgresError) -> Bool {
    let free =
      taking
      ? "(lease_until IS NULL OR lease_until < pg_catalog.clock_timestamp() OR holder = $1)"
      : "holder = $1 AND lease_until IS NOT NULL"
    let rows = try connection.query(
      """
      UPDATE kedge.state SET holder = $1,
        lease_until = pg_catalog.clock_timestamp() + interval '\(seconds) seconds'
      WHERE id = 1 AND \(free) RETURNING 1
      """, [actor])
    return !rows.isEmpty
  }

  private static func give(
    _ connection: borrowing PostgresConnection, _ actor: String
  ) throws(PostgresError) {
    _ = try connection.query(
      "UPDATE kedge.state SET lease_until = NULL, holder = NULL WHERE id = 1 AND holder = $1",
      [actor])
  }

  private func startBeating() {
    heart.state.withLock { $0 = .init(isBeating: true) }
    let (heart, target, actor, role) = (heart, target, actor, role)
    DetachedThread.start {
      while true {
        for _ in 0..<LeaseLock.beat {
          sleep(1)
          guard heart.state.withLock({ $0.isBeating }) else { return }
        }
        let isOurs: Bool? = try? LeaseLock.within(target, role) {
          connection throws(PostgresError) in
          try LeaseLock.renew(connection, actor, taking: false)
        }
        // One beat may fail on the way; a lease that another has is lost.
        if isOurs == false { heart.state.withLock { $0.isLost = true } }
      }
    }
  }

  package func isHeld() -> Bool { heart.state.withLock { $0.isBeating && !$0.isLost } }

  package func holder() throws(SessionError) -> String? {
    try within { connection throws(PostgresError) in
      let rows = try connection.query(
        """
        SELECT holder, pg_catalog.to_char(lease_until, 'YYYY-MM-DD HH24:MI:SS TZ') FROM kedge.state
        WHERE id = 1 AND lease_until > pg_catalog.clock_timestamp()
        """)
      return rows.first.map { "\($0.text(0)), whose lease ends at \($0.text(1))" }
    }
  }

  package func release() {
    let isBeating = heart.state.withLock { state in
      defer { state.isBeating = false }
      return state.isBeating
    }
    guard isBeating else { return }
    try? within { connection throws(PostgresError) in try Self.give(connection, actor) }
  }

  package func breakOpen() throws(SessionError) -> String {
    guard let holder = try holder() else { return "nobody holds a lease" }
    try within { connection throws(PostgresError) in
      try connection.execute(
        "UPDATE kedge.state SET lease_until = NULL, holder = NULL WHERE id = 1")
    }
    return "the lease was taken from \(holder)"
  }
}
