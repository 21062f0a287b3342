package import Planning

/// A session's advisory lock on a connection of its own, which is idle and outside of a transaction: so it
/// is never what a `CREATE INDEX CONCURRENTLY` waits for. It is only ever asked for, never waited for:
/// the blocking call would hold a snapshot that the holder's index build waits for.
package final class AdvisoryLock: DatabaseLock {
  private let connection: PostgresConnection
  private let actor: String
  private var isTaken = false

  /// `kedge-mi` in ASCII, as the two halves in which `pg_locks` shows it.
  private static let key: Int64 = 0x6B65_6467_652D_6D69
  private static let halves = "classid = 1801806951 AND objid = 1697475945 AND objsubid = 1"

  package init(_ target: ConnectionString, actor: String) throws(PostgresError) {
    connection = try PostgresConnection(target)
    self.actor = actor
    _ = try connection.query(
      """
      SELECT pg_catalog.set_config('application_name', $1, false),
        pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false)
      """, ["kedge lock of \(actor)"])
  }

  package func tryAcquire() throws(SessionError) -> Bool {
    do throws(PostgresError) {
      let rows = try connection.query("SELECT pg_catalog.pg_try_advisory_lock(\(Self.key))")
      isTaken = rows.first?.bool(0) ?? false
      return isTaken
    } catch {
      throw SessionError(error)
    }
  }

  package func isHeld() -> Bool {
    guard isTaken else { return false }
    let rows = try? connection.query(
      """
      SELECT FROM pg_catalog.pg_locks
      WHERE locktype = 'advisory' AND granted AND pid = pg_catalog.pg_backend_pid() AND \(Self.halves)
      """)
    return rows.map { !$0.isEmpty } ?? false
  }

  package func holder() throws(SessionError) -> String? {
    do throws(PostgresError) {
      let rows = try connection.query(
        """
        SELECT a.pid, a.usename, a.application_name,
          COALESCE(a.client_addr::text, 'the server''s own machine'),
          pg_catalog.to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ')
        FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.granted AND l.\(Self.halves)
          AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
          AND l.pid <> pg_catalog.pg_backend_pid()
        """)
      return rows.first.map { row in
        "\(row.text(2)) (\(row.text(1)) from \(row.text(3)), server process \(row.text(0)), since "
          + "\(row.text(4)))"
      }
    } catch {
      throw SessionError(error)
    }
  }

  package func release() {
    guard isTaken, connection.isOpen else { return }
    isTaken = false
    _ = try? connection.query("SELECT pg_catalog.pg_advisory_unlock(\(Self.key))")
  }

  /// Ends the holder's lock connection. To be called after its epoch was ended: then it stops at its next
  /// record.
  package func breakOpen() throws(SessionError) -> String {
    guard let holder = try holder() else { return "nobody holds the lock" }
    do throws(PostgresError) {
      _ = try connection.query(
        """
        SELECT pg_catalog.pg_terminate_backend(l.pid) FROM pg_catalog.pg_locks l
        WHERE l.locktype = 'advisory' AND l.granted AND l.\(Self.halves)
          AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
          AND l.pid <> pg_catalog.pg_backend_pid()
        """)
      return "the lock was taken from \(holder)"
    } catch {
      throw SessionError(error)
    }
  }

  /// Whether somebody holds the lock, seen from any connection: what a lease must respect.
  static func isTaken(on connection: borrowing PostgresConnection) throws(PostgresError) -> Bool {
    try !connection.query(
      """
      SELECT FROM pg_catalog.pg_locks
      WHERE locktype = 'advisory' AND granted AND \(halves)
        AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
      """
    ).isEmpty
  }
}
