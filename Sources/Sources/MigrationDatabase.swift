package import Planning
import PostgresEngine
import SQLiteEngine
package import SchemaModel

/// A live database that migrations are to change.
package struct MigrationDatabase: Hashable, Sendable {
  package var engine: EngineName
  package var address: String
  /// The role that owns what is created; PostgreSQL only.
  package var role: String?
  /// As messages call it.
  package var label: String
  /// Whether a pooler hands out its connections by transaction; nil: to be found out.
  package var isPooled: Bool?

  package init(
    engine: EngineName, address: String, role: String?, label: String, isPooled: Bool? = nil
  ) {
    self.engine = engine
    self.address = address
    self.role = role
    self.label = label
    self.isPooled = isPooled
  }
}

extension EngineRegistry {
  /// Opens it for writing; a SQLite file that is not there is made only if `creates` says so.
  package func session(
    on database: MigrationDatabase, creates: Bool = false
  ) throws -> any Session {
    try EngineProblem.translating {
      switch database.engine {
      case .postgresql:
        let session = try PostgresSession(
          ConnectionString(database.address), role: database.role, isPooled: database.isPooled)
        RunningStatements.add(session)
        return session
      case .sqlite: return try SQLiteSession(path: database.address, creates: creates)
      }
    }
  }

  /// What keeps runners on this database apart. A lease, which takes the advisory lock's place behind a
  /// pooler, lives in the history's tables: they must be there.
  package func lock(
    on database: MigrationDatabase, isPooled: Bool, actor: String
  ) throws -> any DatabaseLock {
    try EngineProblem.translating {
      switch database.engine {
      case .postgresql:
        let target = try ConnectionString(database.address)
        return isPooled
          ? LeaseLock(target, role: database.role, actor: actor)
          : try AdvisoryLock(target, actor: actor)
      case .sqlite: return SQLiteLock(database: database.address, actor: actor)
      }
    }
  }

  /// Tells about an index that a session builds; what is returned ends that. Nil where nothing can be told.
  package func watchIndex(
    of session: any Session, _ report: @escaping @Sendable (String) -> Void
  ) -> (() -> Void)? {
    guard let progress = (session as? PostgresSession)?.watchIndex(report) else { return nil }
    return { progress.stop() }
  }

  /// Whether a pooler stands between: then nothing holds longer than a transaction.
  package func isPooled(_ session: any Session) -> Bool {
    (session as? PostgresSession)?.isPooled ?? false
  }
}
