import Glibc
import Synchronization

/// Tells how far the server is with an index that another session builds, over a connection of its own.
package final class IndexProgress: Sendable {
  private let isOver = Mutex(false)

  static func start(
    _ target: ConnectionString, process: Int32, report: @escaping @Sendable (String) -> Void
  ) -> IndexProgress {
    let progress = IndexProgress()
    DetachedThread.start { progress.watch(target, process, report) }
    return progress
  }

  /// Nothing is reported once this returns.
  package func stop() { isOver.withLock { $0 = true } }

  private func watch(
    _ target: ConnectionString, _ process: Int32, _ report: @Sendable (String) -> Void
  ) {
    // Most statements are over before anybody could read a line about them.
    usleep(700_000)
    guard !isOver.withLock({ $0 }), let connection = try? PostgresConnection(target) else { return }
    while let rows = try? connection.query(Self.query, [String(process)]) {
      let isOver = isOver.withLock { isOver in
        if !isOver, let row = rows.first { report(Self.words(row)) }
        return isOver
      }
      if isOver { return }
      usleep(500_000)
    }
  }

  private static let query = """
    SELECT p.phase,
      CASE WHEN p.tuples_total > 0 THEN p.tuples_done * 100 / p.tuples_total
        WHEN p.blocks_total > 0 THEN p.blocks_done * 100 / p.blocks_total END,
      p.current_locker_pid
    FROM pg_catalog.pg_stat_progress_create_index p
    WHERE p.pid = $1::pg_catalog.int4
    """

  private static func words(_ row: PostgresRow) -> String {
    var text = row.text(0)
    if let percent = row.optionalInteger(1) { text += ", \(percent) %" }
    if let process = row.optionalInteger(2), process > 0 {
      text += ", for server process \(process)"
    }
    return text
  }
}
