package import Planning

/// A database in memory with a session on it.
package final class DisposableSQLite: DisposableDatabase {
  private let opened: SQLiteSession

  package convenience init() throws(SQLiteError) { self.init(try SQLiteSession()) }

  private init(_ session: SQLiteSession) { opened = session }

  package func label() throws -> String { "SQLite \(SQLiteConnection.libraryVersion)" }
  package func session() throws -> any Session { opened }
  package func copy() throws -> any DisposableDatabase { DisposableSQLite(try opened.copy()) }
}
