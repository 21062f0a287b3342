import Foundation
import PostgresEngine
import Synchronization
import TestSupport

/// A server that is stopped and comes up again over the same data; its commits reach the disk.
final class RestartableServer: TestServer, Sendable {
  enum Stop: String, CaseIterable {
    /// As a machine that loses its power: nothing is written any more.
    case immediate
    /// As an administrator does: transactions are taken back first.
    case fast
  }

  private let folder: String
  private let binaries: String
  /// The server refuses to run as root.
  private let account: [String]

  private init() throws {
    guard let binaries = ServerBinaries.choose(nil, among: ServerBinaries.installed()) else {
      throw Problem("no server is installed")
    }
    self.binaries = binaries.folder
    // The path of a socket is short.
    let base = FileManager.default.temporaryDirectory.path
    folder = (base.utf8.count < 60 ? base : "/tmp") + "/kr-\(UInt32.random(in: 0 ... .max))"
    let isRoot = getuid() == 0
    account = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    if isRoot { chown(folder, 65_534, 65_534) }
    try run(
      "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C",
      "--no-sync", "--no-instructions")
    try start()
  }

  /// Those that no test uses now: making one takes longer than most of what a test does with it.
  private static let idle: Mutex<[RestartableServer]> = {
    // A static is never released: without this their folders would stay.
    atexit { for server in RestartableServer.idle.withLock({ $0 }) { server.close() } }
    return Mutex([])
  }()

  /// Nobody else uses the server meanwhile. It has to be running at the end.
  static func withOne(_ body: (RestartableServer) throws -> Void) throws {
    let server = try idle.withLock { $0.popLast() } ?? RestartableServer()
    do {
      try body(server)
    } catch {
      server.close()
      throw error
    }
    idle.withLock { $0.append(server) }
  }

  private var data: String { folder + "/data" }
  var socketDirectory: String { folder }

  func connect(
    database: String, user: String?
  ) throws(PostgresError) -> PostgresConnection {
    try PostgresConnection(
      ConnectionString(parameters: [
        ("host", folder), ("port", "5432"), ("dbname", database), ("user", user ?? "postgres"),
      ]))
  }

  private func run(_ program: String, _ arguments: String...) throws {
    let answer = try ChildProcess.run(
      "/usr/bin/env",
      account
        + ["env", "HOME=\(folder)", "\(binaries)/\(program)"] + arguments,
      in: URL(filePath: "/"))
    guard answer.code == 0 else { throw Problem(answer.output + answer.errors) }
  }

  func start() throws { try start(port: Self.port) }

  private static let port = 5432
  /// Where those who wait for the server do not find it.
  private static let hiddenPort = 5433

  private func start(port: Int) throws {
    try run(
      "pg_ctl", "start", "-w", "-D", data, "-l", folder + "/log", "-o",
      "-k \(folder) -p \(port) -c listen_addresses= -c max_connections=40 -c shared_buffers=32MB "
        + "-c max_prepared_transactions=2")
  }

  /// Comes up as after a crash that took the last of the log with it: the number of a transaction that was lost
  /// is another's, which `body` begins.
  func restart(
    givingAgain transaction: Int, in database: String,
    to body: (borrowing PostgresConnection) throws -> Void
  ) throws {
    try stop(.immediate)
    try start(port: Self.hiddenPort)
    // What the lost one has written would be there once its number is committed.
    try connect(database: database, port: Self.hiddenPort).execute("VACUUM (FREEZE)")
    try stop(.fast)
    try run("pg_resetwal", "-f", "-x", String(transaction), "-D", data)
    try start(port: Self.hiddenPort)
    let connection = try connect(database: database, port: Self.hiddenPort)
    try connection.execute("BEGIN")
    let number = try connection.query("SELECT pg_current_xact_id()::text").first?.integer(0)
    guard number == transaction else { throw Problem("the number is \(number ?? 0)") }
    try body(connection)
    try stop(.fast)
    try start()
  }

  private func connect(
    database: String, port: Int
  ) throws(PostgresError) -> PostgresConnection {
    try PostgresConnection(
      ConnectionString(parameters: [
        ("host", folder), ("port", String(port)), ("dbname", database), ("user", "postgres"),
      ]))
  }

  func stop(_ how: Stop) throws { try run("pg_ctl", "stop", "-w", "-D", data, "-m", how.rawValue) }

  func restart(_ how: Stop) throws {
    try stop(how)
    try start()
  }

  /// Stops it and removes its folder.
  private func close() {
    try? stop(.immediate)
    try? FileManager.default.removeItem(atPath: folder)
  }
}
