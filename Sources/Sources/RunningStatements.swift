import PostgresEngine
import Synchronization

/// The sessions of this process, so that a signal can stop what the server does for them: it would go on, and
/// keep its locks, long after this process is gone.
enum RunningStatements {
  private static let cancellers = Mutex<[PostgresCanceller]>([])

  static func add(_ session: PostgresSession) {
    guard let canceller = session.canceller() else { return }
    cancellers.withLock { $0.append(canceller) }
  }

  /// Whether there was something to stop.
  static func cancelAll() -> Bool {
    let all = cancellers.withLock { $0 }
    for canceller in all { canceller.cancel() }
    return !all.isEmpty
  }
}
