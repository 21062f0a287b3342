import Glibc
import PostgresEngine

/// One private server for all tests of this process; a test makes a database of its own on it.
enum SharedServer {
  private static let started: Result<PrivateServer, any Error> = {
    let result = Result<PrivateServer, any Error> { try PrivateServer.start() }
    // A static is never released: without this its folder would stay.
    atexit { if case .success(let server) = SharedServer.started { server.stop() } }
    return result
  }()

  static func server() throws -> PrivateServer { try started.get() }

  static func withDatabase<R>(
    _ body: (borrowing PostgresConnection, PrivateServer) throws -> R
  ) throws -> R {
    let server = try server()
    let name = "test_\(UInt64.random(in: 0 ... .max))"
    let administration = try server.connect()
    try administration.execute("CREATE DATABASE \(name)")
    defer { try? administration.execute("DROP DATABASE \(name) WITH (FORCE)") }
    return try body(try server.connect(database: name), server)
  }
}
