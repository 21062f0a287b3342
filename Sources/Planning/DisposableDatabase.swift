/// A throw-away database on which migrations are tried out. It is dropped when nobody holds it any more.
package protocol DisposableDatabase: AnyObject {
  /// The engine and its version in words: `PostgreSQL 15.18`.
  func label() throws -> String
  /// Opened when it is asked for, and kept.
  func session() throws -> any Session
  /// Another one that holds the same. The session is closed for it.
  func copy() throws -> any DisposableDatabase
}
