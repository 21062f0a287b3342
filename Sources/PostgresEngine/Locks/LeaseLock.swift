import Glibc
package import Planning
import Synchronization

/// A row with an end, renewed by a heartbeat: for poolers, behind which a session's lock belongs to
/// whichever client comes next.
package final class LeaseLock: DatabaseLock {
  private let target: ConnectionString
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
  package init(_ target: ConnectionString, actor: String) {
    self.target = target
    self.actor = actor
    heart = Heart()
  }

  deinit { heart.state.withLock { $0.isBeating = false } }

  package func tryAcquire() throws(SessionError) -> Bool {
    do throws(PostgresError) {
      let connection = try PostgresConnection(target)
      guard try Self.renew(connection, actor, taking: true) else { return false }
      // A runner with a direct connection holds the advisory lock instead.
      if try AdvisoryLock.isTaken(on: connection) {
        try Self.give(connection, actor)
        return false
      }
      startBeating()
      return true
    } catch {
      throw SessionError(error)
    }
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
    let (heart, target, actor) = (heart, target, actor)
    DetachedThread.start {
      while true {
        for _ in 0..<LeaseLock.beat {
          sleep(1)
          guard heart.state.withLock({ $0.isBeating }) else { return }
        }
        let isOurs: Bool? = try? {
          let connection = try PostgresConnection(target)
          return try LeaseLock.renew(connection, actor, taking: false)
        }()
        // One beat may fail on the way; a lease that another has is lost.
        if isOurs == false { heart.state.withLock { $0.isLost = true } }
      }
    }
  }

  package func isHeld() -> Bool { heart.state.withLock { $0.isBeating && !$0.isLost } }

  package func holder() throws(SessionError) -> String? {
    do throws(PostgresError) {
      let connection = try PostgresConnection(target)
      let rows = try connection.query(
        """
        SELECT holder, pg_catalog.to_char(lease_until, 'YYYY-MM-DD HH24:MI:SS TZ') FROM kedge.state
        WHERE id = 1 AND lease_until > pg_catalog.clock_timestamp()
        """)
      return rows.first.map { "\($0.text(0)), whose lease ends at \($0.text(1))" }
    } catch {
      throw SessionError(error)
    }
  }

  package func release() {
    heart.state.withLock { $0.isBeating = false }
    guard let connection = try? PostgresConnection(target) else { return }
    try? Self.give(connection, actor)
  }

  package func breakOpen() throws(SessionError) -> String {
    guard let holder = try holder() else { return "nobody holds a lease" }
    do throws(PostgresError) {
      let connection = try PostgresConnection(target)
      try connection.execute(
        "UPDATE kedge.state SET lease_until = NULL, holder = NULL, epoch = epoch + 1 WHERE id = 1")
      return "the lease was taken from \(holder)"
    } catch {
      throw SessionError(error)
    }
  }
}
