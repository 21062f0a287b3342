import Foundation
import PostgresEngine
import SchemaModel
import TestSupport
import Testing

/// A server of the tests'.
protocol TestServer {
  var socketDirectory: String { get }
  func connect(database: String, user: String?) throws(PostgresError) -> PostgresConnection
}

extension PrivateServer: TestServer {}

/// A folder with migrations, and a database on which the built `kedge` runs them.
final class Place {
  let engine: EngineName
  let folder: URL
  /// As it is given to `kedge`.
  var address: String
  let server: (any TestServer)?
  let name: String

  init(_ engine: EngineName, on server: (any TestServer)? = nil) throws {
    self.engine = engine
    name = "kedge_\(UInt64.random(in: 0 ... .max))"
    folder = FileManager.default.temporaryDirectory.appending(path: name)
    let migrations = folder.appending(path: "migrations")
    try FileManager.default.createDirectory(at: migrations, withIntermediateDirectories: true)
    switch engine {
    case .sqlite:
      self.server = nil
      address = folder.appending(path: "app.db").path
    case .postgresql:
      let server = try server ?? RunnerServer.shared()
      self.server = server
      try server.connect(database: "postgres", user: nil).execute("CREATE DATABASE \(name)")
      address = Place.url(server.socketDirectory, name)
    }
  }

  static func url(_ socket: String, _ database: String, user: String = "postgres") -> String {
    "postgresql://\(user)@/\(database)?host=\(socket)&port=5432"
  }

  /// Removes the database and the folder.
  func close() {
    if let server, let connection = try? server.connect(database: "postgres", user: nil) {
      try? connection.execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }
    try? FileManager.default.removeItem(at: folder)
  }

  // MARK: - Files

  func write(_ path: String, _ text: String) throws {
    let url = folder.appending(path: path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  func migration(_ version: Int, _ name: String, up: String, down: String? = nil) throws {
    try write("migrations/\(version)_\(name).up.sql", up)
    if let down { try write("migrations/\(version)_\(name).down.sql", down) }
  }

  // MARK: - Running

  /// Runs `kedge COMMAND DATABASE …` to its end.
  @discardableResult
  func kedge(
    _ command: String, _ arguments: String..., environment: [String: String] = [:]
  ) throws -> ChildProcess.Answer {
    try start(command, arguments, environment: environment).wait()
  }

  func start(
    _ command: String, _ arguments: [String] = [], environment: [String: String] = [:]
  ) throws -> ChildProcess {
    try ChildProcess(kedge: [command, address] + arguments, in: folder, environment: environment)
  }

  // MARK: - Asking

  /// Rows as `psql -At` or `sqlite3` print them.
  func rows(_ query: String) throws -> [[String]] {
    switch engine {
    case .sqlite:
      let answer = try ChildProcess.run(
        "/usr/bin/env",
        ["sqlite3", "-bail", "-cmd", ".timeout 10000", "-separator", "\u{1F}", address],
        in: folder, input: query)
      guard answer.code == 0 else { throw Problem(answer.errors) }
      return answer.output.split(separator: "\n").map { line in
        line.split(separator: "\u{1F}", omittingEmptySubsequences: false).map(String.init)
      }
    case .postgresql:
      let connection = try connect()
      let rows = try connection.query(query)
      return rows.map { row in (0..<rows.columnCount).map { row.optionalText($0) ?? "" } }
    }
  }

  func value(_ query: String) throws -> String { try rows(query).first?.first ?? "" }

  /// Runs statements, one at a time.
  func run(_ statements: String...) throws {
    for statement in statements { _ = try rows(statement) }
  }

  /// A server that is coming up again is waited for.
  func connect(user: String? = nil) throws -> PostgresConnection {
    guard let server else { throw Problem("not a server") }
    for _ in 0..<100 {
      if let connection = try? server.connect(database: name, user: user) {
        try connection.execute("SET application_name = 'test'")
        return connection
      }
      Thread.sleep(forTimeInterval: 0.1)
    }
    return try server.connect(database: name, user: user)
  }

  /// Waits until a query returns a row; false when that takes too long. `evenMissing`: what it reads may still have
  /// to be made.
  func wait(for query: String, evenMissing: Bool = false) throws -> Bool {
    for _ in 0..<300 {
      let found = evenMissing ? (try? rows(query)) ?? [] : try rows(query)
      if !found.isEmpty { return true }
      Thread.sleep(forTimeInterval: 0.05)
    }
    return false
  }

  /// Waits until the server has done what was sent to it: a runner that is killed leaves it at work.
  func settle() throws {
    guard engine == .postgresql else { return }
    let quiet = """
      SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
        AND application_name LIKE 'kedge%')
      """
    for _ in 0..<300 {
      if let rows = try? rows(quiet), !rows.isEmpty { return }
      Thread.sleep(forTimeInterval: 0.05)
    }
    Issue.record("the server is still at work")
  }

  /// The schema as Kedge sees it.
  func schema() throws -> String {
    let answer = try ChildProcess(kedge: ["inspect", address], in: folder).wait()
    guard answer.code == 0 else { throw Problem(answer.errors) }
    return answer.output
  }
}

struct Problem: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// One server for the tests of this process.
enum RunnerServer {
  private static let started: Result<PrivateServer, any Error> = {
    // Twenty runners have two connections each, and ask on a third.
    let options = PrivateServer.Options(settings: ["max_connections": "100"])
    let result = Result<PrivateServer, any Error> { try PrivateServer.start(options: options) }
    // A static is never released: without this its folder would stay.
    atexit { if case .success(let server) = RunnerServer.started { server.stop() } }
    return result
  }()

  static func shared() throws -> PrivateServer { try started.get() }
}
