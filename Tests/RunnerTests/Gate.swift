import PostgresEngine

/// A transaction of the test's that others wait for until it ends.
final class Gate {
  private let connection: PostgresConnection

  init(_ place: Place, _ statements: String...) throws {
    connection = try place.connect()
    try connection.execute("BEGIN")
    for statement in statements { try connection.execute(statement) }
  }

  /// Keeps a snapshot and no lock of a table: only what waits for old snapshots waits for it, such as the end of an
  /// index build.
  static func snapshot(_ place: Place) throws -> Gate {
    try Gate(place, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SELECT 1")
  }

  func run(_ statement: String) throws { try connection.execute(statement) }

  func open() throws { try connection.execute("ROLLBACK") }
}

extension Place {
  /// Waits until a session of the runner's waits for a lock while it runs such a statement.
  func waitUntilBlocked(_ pattern: String) throws -> Bool {
    try wait(
      for: """
        SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
          AND query ILIKE '\(pattern)' AND pid <> pg_backend_pid()
        """)
  }
}
