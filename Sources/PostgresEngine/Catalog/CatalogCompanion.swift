import Dispatch
import Synchronization

/// A second connection that reads under the snapshot of the first, on a thread of its own. It may fail for
/// reasons of its own (a limit of connections, a pooler, another server behind the name): then it ends
/// early, and the first does the work.
final class CatalogCompanion: Sendable {
  private struct State {
    var arrived: [(Int, PostgresRows)] = []
    var isFinished = false
  }

  private let state = Mutex(State())
  /// Signalled for each arrival and for the end.
  private let arrival = DispatchSemaphore(value: 0)

  /// The rows come with the numbers that stand beside the statements.
  init(_ target: ConnectionString, snapshot: String, queries: [(number: Int, sql: String)]) {
    DetachedThread.start {
      try? self.read(target, snapshot: snapshot, queries: queries)
      self.state.withLock { $0.isFinished = true }
      self.arrival.signal()
    }
  }

  /// The next rows; nil when no more will come.
  func next() -> (Int, PostgresRows)? {
    arrival.wait()
    let next = take()
    // The end stays signalled.
    if next == nil { arrival.signal() }
    return next
  }

  /// The next rows, if they are there.
  func nextIfReady() -> (Int, PostgresRows)? {
    guard arrival.wait(timeout: .now()) == .success else { return nil }
    let next = take()
    if next == nil { arrival.signal() }
    return next
  }

  private func take() -> (Int, PostgresRows)? {
    state.withLock { $0.arrived.isEmpty ? nil : $0.arrived.removeFirst() }
  }

  private func read(
    _ target: ConnectionString, snapshot: String, queries: [(number: Int, sql: String)]
  ) throws(PostgresError) {
    let connection = try PostgresConnection(target)
    let opening = [
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
      "SET TRANSACTION SNAPSHOT \(quotedLiteral(snapshot))",
      SessionSettings().statement(local: true),
    ]
    try connection.run(opening + queries.map(\.sql)) { index, rows in
      guard index >= opening.count else { return }
      state.withLock { $0.arrived.append((queries[index - opening.count].number, rows)) }
      arrival.signal()
    }
    try connection.execute("COMMIT")
  }
}
