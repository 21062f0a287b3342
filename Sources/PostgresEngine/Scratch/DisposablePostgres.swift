package import Planning

/// A scratch database with a session on it.
package final class DisposablePostgres: DisposableDatabase {
  private let server: ScratchServer
  private let database: SharedScratchDatabase
  private var opened: PostgresScratchSession?

  package convenience init(on server: ScratchServer) throws(PostgresError) {
    self.init(on: server, try SharedScratchDatabase(on: server))
  }

  private init(on server: ScratchServer, _ database: SharedScratchDatabase) {
    self.server = server
    self.database = database
  }

  package func session() throws -> any Session {
    if let opened { return opened }
    let session = try PostgresScratchSession(on: server, database)
    opened = session
    return session
  }

  /// The server copies a database that nobody is connected to.
  package func copy() throws -> any DisposableDatabase {
    opened = nil
    return DisposablePostgres(on: server, try database.copy())
  }

  package func label() throws -> String {
    let version = try session().serverVersion
    return "PostgreSQL \(version / 10_000).\(version % 10_000)"
  }
}

/// A scratch database that several hold.
final class SharedScratchDatabase {
  private let database: ScratchDatabase

  init(on server: ScratchServer) throws(PostgresError) {
    database = try ScratchDatabase.make(on: server, withPublic: true)
  }

  private init(_ database: consuming ScratchDatabase) { self.database = database }

  var name: String { database.name }
  func copy() throws(PostgresError) -> SharedScratchDatabase {
    SharedScratchDatabase(try database.copy())
  }
}
