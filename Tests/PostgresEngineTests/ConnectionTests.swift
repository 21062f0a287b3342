import Foundation
import Glibc
import PostgresEngine
import Synchronization
import Testing

struct ConnectionTests {
  @Test func readsValuesOfEveryKind() throws {
    try SharedServer.withDatabase { connection, _ in
      let rows = try connection.query(
        """
        SELECT $1::text, NULL::text, -42, true, 4294967295::oid, 'é'::text, \
        ARRAY['a', NULL, 'b "c"\\d', 'x,y'], '1 2 3'::int2vector, 'r'::"char", ''::text
        """, ["héllo"])
      let row = try #require(rows.first)
      #expect(row.text(0) == "héllo")
      #expect(row.optionalText(1) == nil)
      #expect(row.integer(2) == -42)
      #expect(row.bool(3))
      #expect(row.oid(4) == .max)
      #expect(row.array(6) == ["a", nil, "b \"c\"\\d", "x,y"])
      #expect(row.integers(7) == [1, 2, 3])
      #expect(row.code(8) == UInt8(ascii: "r"))
      #expect(row.optionalText(9) == "")
      #expect(row.text(99) == "" && rows.isNull(5, 0))
    }
  }

  @Test func serverErrorsAreData() throws {
    try SharedServer.withDatabase { connection, _ in
      let error = #expect(throws: PostgresError.self) {
        try connection.execute("SELECT nothing_here")
      }
      guard case .server(let failure)? = error else {
        Issue.record("not a server error")
        return
      }
      #expect(failure.sqlState == "42703")
      #expect(failure.position == 8)
      let isOpen = connection.isOpen
      #expect(isOpen)
      #expect(throws: PostgresError.self) { try connection.execute("SELECT 1; SELECT 2") }
      #expect(throws: PostgresError.nulByte) { try connection.execute("SELECT '\0'") }
      #expect(throws: PostgresError.copyNotSupported) {
        try connection.execute("COPY (SELECT 1) TO STDOUT")
      }
      try connection.execute("CREATE TABLE t (a int)")
      #expect(throws: PostgresError.copyNotSupported) {
        try connection.execute("COPY t FROM STDIN")
      }
      let after = try connection.query("SELECT 1").first?.integer(0)
      #expect(after == 1)
    }
  }

  @Test func aPipelineWithLargeResultsDoesNotDeadlock() throws {
    try SharedServer.withDatabase { connection, _ in
      let statements = (1...200).map {
        "SELECT repeat('x', 2000), \($0) FROM generate_series(1, 100) -- \(String(repeating: "p", count: 5_000))"
      }
      let results = try connection.run(statements)
      #expect(results.count == 200)
      #expect(results.allSatisfy { $0.count == 100 })
      #expect(results.enumerated().allSatisfy { $0.element[0].integer(1) == $0.offset + 1 })
    }
  }

  @Test func aFailedPipelineNamesItsStatementAndLeavesTheConnectionUsable() throws {
    try SharedServer.withDatabase { connection, _ in
      let error = #expect(throws: PostgresError.self) {
        try connection.run(["SELECT 1", "SELECT 1/0", "SELECT 3"])
      }
      guard case .server(let failure)? = error else {
        Issue.record("not a server error")
        return
      }
      #expect(failure.sqlState == "22012")
      #expect(failure.statementIndex == 1)
      let both = try connection.run(["SELECT 1", "SELECT 2"]).map { $0[0].integer(0) }
      #expect(both == [1, 2])
      #expect(throws: PostgresError.nulByte) { try connection.run(["SELECT 1", "SELECT '\0'"]) }
      let after = try connection.query("SELECT 5").first?.integer(0)
      #expect(after == 5)
    }
  }

  @Test func noticesAreCollected() throws {
    try SharedServer.withDatabase { connection, _ in
      try connection.execute("DO $$ BEGIN RAISE NOTICE 'hello'; END $$")
      let first = connection.takeNotices().map(\.message)
      let second = connection.takeNotices()
      #expect(first == ["hello"] && second.isEmpty)
    }
  }

  @Test func textThatIsNotUTF8IsReported() throws {
    let server = try SharedServer.server()
    let administration = try server.connect()
    let name = "test_ascii_\(UInt64.random(in: 0 ... .max))"
    try administration.execute(
      "CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    defer { try? administration.execute("DROP DATABASE \(name) WITH (FORCE)") }
    let connection = try server.connect(database: name)
    // There the server itself refuses to send it.
    let refused = #expect(throws: PostgresError.self) {
      try connection.query("SELECT 'ok', E'\\xff' AS bad")
    }
    #expect(refused?.sqlState == "22021")
    // A role's name is seen from every database, and sent as it is.
    let role = "role_\(UInt64.random(in: 0 ... .max))"
    try connection.execute(
      "DO $$ BEGIN EXECUTE format('CREATE ROLE %I', '\(role)' || chr(255)); END $$")
    #expect(throws: PostgresError.invalidText(column: "rolname", row: 0)) {
      try administration.query("SELECT rolname FROM pg_roles WHERE rolname LIKE '\(role)%'")
    }
    try connection.execute(
      "DO $$ BEGIN EXECUTE format('DROP ROLE %I', '\(role)' || chr(255)); END $$")
  }

  @Test func aRunningStatementCanBeCancelled() throws {
    let server = try SharedServer.server()
    let connection = try server.connect()
    let possible = connection.canceller()
    let canceller = try #require(possible)
    let isDone = Mutex(false)
    // A thread of its own: tests that block may hold every thread that a task could get.
    Thread.detachNewThread {
      // On a busy machine the statement may begin late, and a request that comes before it is lost.
      while !isDone.withLock({ $0 }) {
        Thread.sleep(forTimeInterval: 0.1)
        canceller.cancel()
      }
    }
    let error = #expect(throws: PostgresError.self) {
      try connection.execute("SELECT pg_sleep(20)")
    }
    isDone.withLock { $0 = true }
    #expect(error?.sqlState == "57014")
  }

  @Test func aLostConnectionIsAnError() throws {
    let server = try SharedServer.server()
    let victim = try server.connect()
    let other = try server.connect()
    try other.execute("SELECT pg_terminate_backend(\(victim.processID))")
    #expect(throws: PostgresError.self) { try victim.run(["SELECT 1", "SELECT pg_sleep(0.1)"]) }
    #expect(throws: PostgresError.self) { try victim.query("SELECT 1") }
    let isOpen = victim.isOpen
    #expect(!isOpen)
  }

  @Test func theSessionIsPinned() throws {
    try SharedServer.withDatabase { connection, _ in
      try connection.execute("SET search_path TO public, pg_temp")
      try connection.pin()
      try expect("search_path", is: "", on: connection)
      try expect("datestyle", is: "ISO, MDY", on: connection)
      try expect("lock_timeout", is: "3s", on: connection)
      try expect("check_function_bodies", is: "off", on: connection)
      try connection.pin(SessionSettings(searchPath: ["public", "we\"ird\\x"]))
      try expect("search_path", is: #""public", "we""ird\x""#, on: connection)
    }
  }

  private func expect(
    _ setting: String, is expected: String, on connection: borrowing PostgresConnection
  ) throws {
    let value = try connection.query("SHOW \(setting)").first?.text(0)
    #expect(value == expected)
  }

  // MARK: - Connections that fail

  @Test func failuresNameTheirCauseAndTheNextStep() throws {
    let server = try SharedServer.server()
    #expect(try reason { try server.connect(database: "nowhere") } == .unknownDatabase)
    #expect(try reason { try server.connect(user: "nobody_here") } == .unknownRole)
    #expect(
      try reason {
        try PostgresConnection(ConnectionString("postgresql://u:hunter2@127.0.0.1:1/d"))
      }
        == .refused)
    #expect(
      try reason { try PostgresConnection(ConnectionString("postgresql://u:hunter2@h.invalid/d")) }
        == .hostUnknown)
    #expect(
      try reason {
        try PostgresConnection(ConnectionString("postgresql://u@127.0.0.1:1,127.0.0.1:2/d"))
      }
        == .refused)
  }

  @Test func aServerThatNeverAnswersTimesOut() throws {
    // A socket that listens and never accepts.
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length)
        listen(listener, 1)
        getsockname(listener, $0, &length)
      }
      return UInt16(bigEndian: pointer.pointee.sin_port)
    }
    #expect(
      try reason {
        try PostgresConnection(
          ConnectionString("postgresql://u:hunter2@127.0.0.1:\(port)/d?connect_timeout=2"))
      } == .timeout)
  }

  @Test func aWrongPasswordIsNamed() throws {
    let server = try PrivateServer.start()
    defer { server.stop() }
    let connection = try server.connect()
    try connection.execute("CREATE ROLE guarded LOGIN PASSWORD 'rightpassword'")
    try connection.execute("CREATE ROLE barred LOGIN")
    try connection.execute(
      """
      COPY (VALUES ('local all guarded scram-sha-256'), ('local all postgres trust')) \
      TO '\(server.folderPath)/data/pg_hba.conf'
      """)
    try connection.execute("SELECT pg_reload_conf()")
    let url = { (user: String) in
      "postgresql://\(user)@/postgres?host=\(server.socketDirectory)&connect_timeout=5"
    }
    // The reload reaches new connections a moment later.
    for _ in 0..<200 where (try? PostgresConnection(ConnectionString(url("guarded")))) != nil {
      usleep(10_000)
    }
    #expect(
      try reason { try PostgresConnection(ConnectionString(url("guarded:hunter2"))) }
        == .wrongPassword)
    #expect(
      try reason { try PostgresConnection(ConnectionString(url("guarded"))) } == .passwordMissing)
    #expect(
      try reason { try PostgresConnection(ConnectionString(url("barred"))) }
        == .notInHostBasedAccess)
    let open = try PostgresConnection(ConnectionString(url("guarded:rightpassword")))
    let isOpen = open.isOpen
    #expect(isOpen)
  }

  private func reason(
    _ connect: () throws -> PostgresConnection
  ) throws -> ConnectionFailure.Reason? {
    do {
      _ = try connect()
      return nil
    } catch PostgresError.connection(let failure) {
      #expect(failure.nextStep != nil)
      #expect(!failure.message.contains("hunter2"))
      #expect(!failure.message.contains("LOCATION"))
      return failure.reason
    }
  }
}

/// A flag that two threads share.
private final class Atomic: Sendable {
  private let mutex: Mutex<Bool>
  init(_ value: Bool) { mutex = Mutex(value) }
  var value: Bool {
    get { mutex.withLock { $0 } }
    set { mutex.withLock { $0 = newValue } }
  }
}
