import Planning
import PostgresEngine
import SchemaModel
import Sources
import TestSupport
import Testing

/// Who changed what, and when, on a server that keeps commit times.
struct LedgerTests {
  private struct Place {
    let server: PrivateServer
    let url: String
    let database: MigrationDatabase
    let engines = EngineRegistry(scratch: "none")

    init() throws {
      var options = PrivateServer.Options()
      options.settings = ["track_commit_timestamp": "on"]
      server = try PrivateServer.start(options: options)
      try server.connect().execute("CREATE DATABASE shop")
      let target = server.target(database: "shop")
      url = "postgresql:///shop?host=\(target["host"] ?? "")&user=\(target["user"] ?? "")"
      database = MigrationDatabase(engine: .postgresql, address: url, role: nil, label: "shop")
    }

    func ledger() throws -> SchemaLedger { try SchemaLedger(on: database, in: engines) }

    func run(_ statements: String...) throws {
      let connection = try server.connect(database: "shop")
      for statement in statements { try connection.execute(statement) }
    }
  }

  @Test func changesAreRecordedWithTheirAuthor() throws {
    let place = try Place()
    defer { place.server.stop() }
    try place.run(
      "CREATE ROLE app NOLOGIN", "CREATE ROLE alice LOGIN IN ROLE app",
      "GRANT CREATE, USAGE ON SCHEMA public TO app, alice")
    let ledger = try place.ledger()
    #expect(try ledger.state() == .absent)
    try ledger.install(readers: ["alice"])
    // Once more is no harm.
    try ledger.install(readers: ["alice"])
    #expect(try ledger.state() == .recording)
    let alice = try place.server.connect(database: "shop", user: "alice")
    try alice.execute("SET ROLE app")
    try alice.execute("CREATE TABLE public.users (id bigint PRIMARY KEY, email text)")
    try alice.execute("ALTER TABLE public.users DROP COLUMN email")
    try alice.execute("CREATE TEMP TABLE passing (a int)")
    try alice.execute("DROP TABLE passing")
    try place.run("CREATE TABLE \"Odd.Name\" (a int)", "DROP TABLE \"Odd.Name\"")
    let entries = try ledger.newest(50, naming: nil)
    #expect(entries.allSatisfy { !($0.object ?? "").contains("passing") })
    let dropped = try #require(entries.first { $0.object == "public.users.email" })
    #expect(dropped.command == "ALTER TABLE")
    #expect(dropped.role == "alice" && dropped.actingRole == "app")
    #expect(entries.contains { $0.command == "DROP TABLE" && $0.role == "postgres" })
    #expect(try ledger.newest(1, naming: "public.users").count == 1)
    // Nobody else may write to it, or look at it.
    var isRefused = false
    do { try alice.execute("DELETE FROM kedge.ddl") } catch { isRefused = true }
    #expect(isRefused)
  }

  /// A reader reads; only who applies migrations may make tables beside the ledger.
  @Test func rightsAreNoWiderThanNeeded() throws {
    let place = try Place()
    defer { place.server.stop() }
    try place.run("CREATE ROLE auditor LOGIN", "CREATE ROLE deployer LOGIN", "CREATE SCHEMA kedge")
    // As it was granted once.
    try place.run("GRANT CREATE ON SCHEMA kedge TO auditor")
    try place.ledger().install(readers: ["auditor"], runners: ["deployer"])
    func isRefused(_ statement: String, as user: String) throws -> Bool {
      let connection = try place.server.connect(database: "shop", user: user)
      do { try connection.execute(statement) } catch { return true }
      return false
    }
    for user in ["auditor", "deployer"] {
      #expect(try !isRefused("SELECT * FROM kedge.ddl", as: user))
      #expect(try isRefused("INSERT INTO kedge.ddl (tag) VALUES ('x')", as: user))
      #expect(try isRefused("SELECT kedge.record_ddl()", as: user))
    }
    #expect(try isRefused("CREATE TABLE kedge.mine (a int)", as: "auditor"))
    #expect(try !isRefused("CREATE TABLE kedge.mine (a int)", as: "deployer"))
  }

  /// What Kedge keeps for itself is no difference, and does not get in the way of its history.
  @Test func theLedgerIsBookkeeping() throws {
    let place = try Place()
    defer { place.server.stop() }
    try place.ledger().install(readers: [])
    let loader = SourceLoader(
      engines: place.engines, environmentNames: [], environment: { _ in nil }, defaultEngine: nil)
    let live = try loader.load(SourceName(place.url))
    let ours = live.schema.objects.filter {
      $0.id.description.contains("kedge") || $0.kind == .eventTrigger
    }
    #expect(ours.isEmpty, "\(ours.map(\.id))")
    let session = try place.engines.session(on: place.database)
    #expect(try session.objectionsToHistory() == [])
  }

  @Test func uninstallingLeavesNothing() throws {
    let place = try Place()
    defer { place.server.stop() }
    let ledger = try place.ledger()
    try ledger.install(readers: [])
    try ledger.uninstall(keepsRows: true)
    #expect(try ledger.state() == .stopped)
    try ledger.uninstall(keepsRows: false)
    #expect(try ledger.state() == .absent)
    try place.run("CREATE TABLE t (a int)")
  }

  @Test func aDifferenceHasItsTimeAndItsAuthor() throws {
    let place = try Place()
    defer { place.server.stop() }
    try place.ledger().install(readers: [])
    try place.run(
      "CREATE TABLE users (id bigint PRIMARY KEY, email text)",
      "CREATE VIEW v AS SELECT id FROM users", "CREATE INDEX users_idx ON users (email)",
      "CREATE FUNCTION f(a integer, b text) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
      "COMMENT ON TABLE users IS 'people'")
    let users = ObjectID(.table, ["public", "users"])
    let ids: Set<ObjectID> = [
      users, users.part(.column, "email"), users.part(.index, "users_idx"), .comment(on: users),
      ObjectID(.view, ["public", "v"]), ObjectID(.function, ["public", "f", "integer, text"]),
    ]
    let origins = place.engines.origins(of: ids, .postgresql, at: place.url, label: "shop")
    for id in ids {
      let time = try #require(origins.times[id], "\(id)")
      #expect(time.hasSuffix(" UTC") && time.hasPrefix("20"))
      #expect(origins.records[id]?.role == "postgres", "\(id)")
    }
    #expect(origins.records[users.part(.index, "users_idx")]?.command == "CREATE INDEX")
  }

  @Test func whatIsNotKeptIsSaid() throws {
    let server = try PrivateServer.start()
    defer { server.stop() }
    let target = server.target(database: "postgres")
    let url = "postgresql:///postgres?host=\(target["host"] ?? "")&user=\(target["user"] ?? "")"
    let origins = EngineRegistry(scratch: "none").origins(
      of: [ObjectID(.table, ["public", "t"])], .postgresql, at: url, label: "x")
    #expect(origins.notes.contains { $0.contains("track_commit_timestamp is off") })
    #expect(origins.notes.contains { $0.contains("there is no ledger") })
    let file = EngineRegistry(scratch: "none").origins(of: [], .sqlite, at: "x.db", label: "x.db")
    #expect(file.notes.contains { $0.contains("SQLite keeps no record") })
  }
}
