import Foundation
import PostgresEngine
import SchemaModel
import TestSupport
import Testing

/// Behind PgBouncer, which hands out its connections by transaction.
@Suite(.serialized, .enabled(if: Pooler.program != nil, "pgbouncer is not installed"))
struct PoolerTests {
  private let place: Place
  private let pooler: Pooler
  private let direct: String

  init() throws {
    place = try Place(.postgresql)
    pooler = try Pooler(RunnerServer.shared())
    direct = place.address
    place.address = Place.url(pooler.folder.path, place.name)
  }

  private func close() {
    pooler.stop()
    place.close()
  }

  private func writeTransactional() throws {
    try place.run("CREATE TABLE witness (version int, section int, way text)")
    for version in 1...3 {
      try place.migration(
        version, "t\(version)",
        up: """
          INSERT INTO public.witness VALUES (\(version), 1, 'up');
          CREATE TABLE public.t\(version) (a int);
          -- kedge:section 2
          INSERT INTO public.witness VALUES (\(version), 2, 'up');
          ALTER TABLE public.t\(version) ADD COLUMN b int;
          """,
        down: "DROP TABLE public.t\(version);\n")
    }
  }

  private func expectOnce() throws {
    #expect(
      try place.rows(
        "SELECT version, section, count(*) FROM witness GROUP BY 1, 2 HAVING count(*) <> 1")
        == [])
    #expect(try place.value("SELECT count(*) FROM witness") == "6")
  }

  @Test func oneRunner() throws {
    defer { close() }
    try writeTransactional()
    let answer = try place.kedge("apply")
    #expect(answer.code == 0, "\(answer.errors)")
    try expectOnce()
    // The lease ends with its runner, not with its time.
    let back = try place.kedge("rollback", "--all", "--allow", "all", "--wait", "0")
    #expect(back.code == 0, "\(back.errors)")
    #expect(try place.kedge("status").output.contains("3 pending"))
    #expect(try place.kedge("lock").output.contains("nobody"))
  }

  @Test func whatCannotRunInATransactionIsRefused() throws {
    defer { close() }
    _ = try Witness(place)
    let answer = try place.kedge("apply")
    #expect(answer.code == 3)
    #expect(answer.errors.contains("2_index.up.sql"), "\(answer.errors)")
    #expect(answer.errors.contains("pooler"), "\(answer.errors)")
    #expect(answer.errors.contains("the server's own address"))
    #expect(try place.value("SELECT count(*) FROM witness") == "0")
  }

  @Test func twoRunnersThroughIt() throws {
    defer { close() }
    try writeTransactional()
    let runs = try (0..<2).map { _ in try place.start("apply", ["--wait", "120"]) }
    for run in runs {
      let answer = try run.wait()
      #expect(answer.code == 0, "\(answer.errors)")
    }
    try expectOnce()
  }

  @Test func oneThroughItAndOneBesideIt() throws {
    defer { close() }
    try writeTransactional()
    let pooled = try place.start("apply", ["--wait", "120"])
    place.address = direct
    let other = try place.start("apply", ["--wait", "120"])
    for run in [pooled, other] {
      let answer = try run.wait()
      #expect(answer.code == 0, "\(answer.errors)")
    }
    try expectOnce()
  }

  @Test func whoHasTheLeaseIsNamedAndShutOut() throws {
    defer { close() }
    try writeTransactional()
    #expect(try place.kedge("apply", "--to", "1").code == 0)
    let gate = try Gate(place, "LOCK TABLE witness IN ACCESS EXCLUSIVE MODE")
    let first = try place.start("apply")
    #expect(try place.waitUntilBlocked("INSERT INTO public.witness%"))
    let second = try place.kedge("apply", "--wait", "0")
    #expect(second.code == 3)
    #expect(second.errors.contains("whose lease ends at"), "\(second.errors)")
    // A runner with a connection of its own respects the lease.
    let beside = try ChildProcess(kedge: ["apply", direct, "--wait", "0"], in: place.folder).wait()
    #expect(beside.code == 3, "\(beside.errors)")
    #expect(beside.errors.contains("whose lease ends at"), "\(beside.errors)")
    let broken = try place.kedge("lock", "--break")
    #expect(broken.output.contains("the lease was taken from"), "\(broken)")
    try gate.open()
    let answer = try first.wait()
    #expect(answer.code == 3, "\(answer.errors)")
    #expect(answer.errors.contains("another runner has taken over"), "\(answer.errors)")
    #expect(try place.kedge("apply", "--wait", "0").code == 0)
    try expectOnce()
  }
}

/// What stands before a server is said in kedge.yaml, and then not looked for.
@Suite(.serialized) struct DeclaredPoolerTests {
  private func declare(_ place: Place, _ pooler: String, url: String) throws {
    try place.write(
      "kedge.yaml", "environments:\n  prod: {url: \"\(url)\", pooler: \(pooler)}\n")
    place.address = "env:prod"
  }

  /// The lease is taken although nothing shows that there is a pooler.
  @Test func byTransaction() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    try declare(place, "transaction", url: place.address)
    try place.migration(1, "one", up: "CREATE TABLE public.one (a int);\n")
    let gate = try Gate(place, "CREATE TABLE public.one (b int)")
    let run = try place.start("apply")
    #expect(
      try place.wait(for: "SELECT 1 FROM kedge.state WHERE lease_until > now()", evenMissing: true))
    #expect(
      try place.rows(
        """
        SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 1801806951
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """) == [])
    #expect(try place.kedge("lock").output.contains("whose lease ends at"))
    try gate.open()
    let answer = try run.wait()
    #expect(answer.code == 0, "\(answer.errors)")
    try place.migration(
      2, "index",
      up: "-- kedge:section 1 no-transaction\nCREATE INDEX CONCURRENTLY i ON public.one (a);\n")
    let refused = try place.kedge("apply")
    #expect(refused.code == 3, "\(refused.errors)")
    #expect(refused.errors.contains("pooler"), "\(refused.errors)")
  }

  /// PgBouncer tells its own process's number in every mode.
  @Test(.enabled(if: Pooler.program != nil, "pgbouncer is not installed"))
  func bySession() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    let pooler = try Pooler(RunnerServer.shared(), mode: "session")
    defer { pooler.stop() }
    try declare(place, "session", url: Place.url(pooler.folder.path, place.name))
    let witness = try Witness(place)
    let answer = try place.kedge("apply")
    #expect(answer.code == 0, "\(answer.errors)")
    try witness.check()
    let back = try place.kedge("rollback", "--all", "--allow", "all")
    #expect(back.code == 0, "\(back.errors)")
    try witness.check()
  }

  @Test func anotherWordIsRefused() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    try declare(place, "statement", url: place.address)
    let answer = try place.kedge("status")
    #expect(answer.code == 2)
    #expect(answer.errors.contains("transaction"), "\(answer.errors)")
  }
}

/// A private PgBouncer before a private server.
struct Pooler {
  static let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  let folder: URL
  private let process: ChildProcess

  init(_ server: PrivateServer, mode: String = "transaction") throws {
    // The path of a socket is short.
    folder = URL(filePath: "/tmp/kp-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o777])
    chmod(folder.path, 0o777)
    let settings = folder.appending(path: "pgbouncer.ini")
    try Data(
      """
      [databases]
      * = host=\(server.socketDirectory) port=5432 user=postgres
      [pgbouncer]
      listen_port = 5432
      unix_socket_dir = \(folder.path)
      auth_type = any
      pool_mode = \(mode)
      default_pool_size = 8
      """.utf8
    ).write(to: settings)
    // It refuses to run as root.
    let isRoot = getuid() == 0
    process = try ChildProcess(
      "/usr/bin/env",
      (isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [])
        + [Self.program ?? "pgbouncer", "-q", settings.path],
      in: folder)
    let socket = folder.appending(path: ".s.PGSQL.5432").path
    for _ in 0..<100 where !FileManager.default.fileExists(atPath: socket) {
      Thread.sleep(forTimeInterval: 0.1)
    }
  }

  func stop() {
    // It holds nothing that has to be put away.
    process.signal(SIGKILL)
    _ = try? process.wait()
    try? FileManager.default.removeItem(at: folder)
  }
}
