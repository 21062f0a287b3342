import Foundation
import PostgresEngine
import SchemaModel
import TestSupport
import Testing

/// What others, the network and the files do to a runner.
@Suite struct FailureTests {
  private static func lines(_ text: String, within width: Int) -> Bool {
    text.split(separator: "\n").allSatisfy { $0.count <= width }
  }

  // MARK: - Locks of others

  @Test func aLockThatIsGivenBackIsWaitedFor() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    let witness = try Witness(place)
    #expect(try place.kedge("apply", "--to", "3").code == 0)
    let gate = try Gate(place, "LOCK TABLE items IN ACCESS SHARE MODE")
    try place.migration(
      4, "drop_index",
      up: "INSERT INTO witness VALUES (4, 2, 'up');\nALTER TABLE items ADD COLUMN more int;\n")
    let run = try place.start("apply")
    for _ in 0..<200 where !run.errorsSoFar.contains("trying again in") {
      Thread.sleep(forTimeInterval: 0.05)
    }
    try gate.open()
    let answer = try run.wait()
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(answer.errors.contains("(1 of 10)"), "\(answer.errors)")
    try witness.check()
  }

  @Test(arguments: ["40P01", "40001", "55P03"]) func whatPassesIsTriedAgain(code: String) throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    try place.run("CREATE TABLE witness (a int)", "CREATE SEQUENCE tries")
    try place.migration(
      1, "again",
      up: """
        INSERT INTO witness VALUES (1);
        DO $$ BEGIN
          IF nextval('tries') < 3 THEN RAISE EXCEPTION 'not now' USING ERRCODE = '\(code)'; END IF;
        END $$;
        """)
    let answer = try place.kedge("apply")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(answer.errors.contains("(2 of 10)"))
    #expect(try place.value("SELECT count(*) FROM witness") == "1")
  }

  @Test func aDeadlockIsTriedAgain() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    try place.run("CREATE TABLE one (a int)", "CREATE TABLE two (a int)")
    try place.migration(
      1, "both", up: "LOCK TABLE one;\nLOCK TABLE two;\nINSERT INTO one VALUES (1);\n")
    let gate = try Gate(place, "LOCK TABLE two")
    let run = try place.start("apply")
    #expect(try place.waitUntilBlocked("LOCK TABLE two%"))
    try gate.run("LOCK TABLE one")
    try gate.open()
    let answer = try run.wait()
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(answer.errors.contains("deadlock detected"))
    #expect(try place.value("SELECT count(*) FROM one") == "1")
  }

  @Test func aBusySQLiteFileIsWaitedFor() throws {
    let place = try Place(.sqlite)
    defer { place.close() }
    try place.migration(1, "t", up: "CREATE TABLE t (a);\nINSERT INTO t VALUES (1);\n")
    try place.run("CREATE TABLE other (a)")
    let holder = try ChildProcess(
      "/usr/bin/env", ["sqlite3", place.address, "BEGIN IMMEDIATE;", ".shell sleep 8"],
      in: place.folder)
    Thread.sleep(forTimeInterval: 0.5)
    let answer = try place.kedge("apply")
    try holder.wait()
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(try place.value("SELECT count(*) FROM t") == "1")
  }

  // MARK: - What a section leaves behind

  /// The runner's own prepared statements go with the migration's.
  @Test func whatWasPreparedIsTakenAway() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    for version in 1...4 {
      try place.migration(
        version, "t\(version)",
        up: """
          CREATE TABLE public.t\(version) (a int);
          SET statement_timeout = '1h';
          \(version == 2 ? "DEALLOCATE ALL;" : "")
          \(version == 3 ? "DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$;" : "")
          """,
        down: "DROP TABLE public.t\(version);\nDO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$;\n")
    }
    let answer = try place.kedge("apply")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(try place.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "4")
    #expect(
      try place.value("SELECT count(*) FROM kedge.event WHERE kind = 'applied'") == "4")
    let back = try place.kedge("rollback", "--all", "--allow", "all")
    #expect(back.code == 0, "\(back.errors)")
    #expect(try place.value("SELECT count(*) FROM kedge.migration") == "0")
  }

  @Test func howLongASectionTookIsWrittenDown() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    try place.migration(
      1, "slow", up: "CREATE TABLE public.t (a int);\nSELECT pg_sleep(0.3);\n",
      down: "DROP TABLE public.t;\nSELECT pg_sleep(0.3);\n")
    #expect(try place.kedge("apply").code == 0)
    #expect(
      try place.value("SELECT milliseconds BETWEEN 300 AND 30000 FROM kedge.migration") == "t")
    #expect(try place.kedge("rollback", "--allow", "all").code == 0)
    #expect(
      try place.value(
        """
        SELECT count(*) FROM kedge.event
        WHERE kind IN ('applied', 'reverted') AND milliseconds BETWEEN 300 AND 30000
        """) == "2")
  }

  // MARK: - The answer to COMMIT is lost

  @Test(arguments: [true, false]) func anAnswerToCommitIsLost(isCommitted: Bool) throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    let witness = try Witness(place)
    let proxy = try SocketProxy(
      to: RunnerServer.shared().socketDirectory, after: "INSERT INTO witness VALUES (1, 2, 'up')",
      losing: isCommitted ? .answer : .request)
    defer { proxy.stop() }
    let run = try ChildProcess(
      kedge: ["apply", Place.url(proxy.folder, place.name)], in: place.folder)
    let answer = try run.wait()
    #expect(proxy.hasLost)
    try place.settle()
    try witness.check()
    if isCommitted {
      #expect(answer.code == 0, "\(answer.errors)")
      #expect(answer.errors.contains("was committed: it was"), "\(answer.errors)")
    } else {
      #expect(answer.code == 2)
      #expect(answer.errors.contains("was not committed"), "\(answer.errors)")
      let resumed = try place.kedge("resume")
      #expect(resumed.code == 0, "\(resumed.errors)")
      #expect(try place.kedge("apply").code == 0)
    }
    try witness.check()
  }

  // MARK: - Ctrl-C

  @Test func anInterruptionLeavesNothingHalfDone() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    let witness = try Witness(place)
    #expect(try place.kedge("apply", "--to", "1").code == 0)
    try place.migration(
      2, "index", up: "INSERT INTO witness VALUES (2, 1, 'up');\nSELECT pg_sleep(600);\n")
    let run = try place.start("apply")
    #expect(
      try place.wait(
        for: """
          SELECT 1 FROM pg_stat_activity
          WHERE query LIKE 'SELECT pg_sleep%' AND datname = current_database()
          """))
    run.signal(SIGINT)
    let answer = try run.wait()
    #expect(answer.code == 130)
    #expect(answer.errors.contains("interrupted: migrations/2_index.up.sql:2: "), "\(answer)")
    #expect(answer.errors.contains("nothing of 2_index is left"), "\(answer)")
    try place.settle()
    try witness.check()
    #expect(try place.kedge("lock").output.contains("nobody"))
    #expect(try place.kedge("history").output.contains("canceling statement due to user request"))
  }

  @Test func anIndexThatIsInterruptedIsBuiltByResume() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    let witness = try Witness(place)
    #expect(try place.kedge("apply", "--to", "1").code == 0)
    let gate = try Gate.snapshot(place)
    let run = try place.start("apply")
    #expect(try place.waitUntilBlocked("CREATE INDEX CONCURRENTLY%"))
    run.signal(SIGINT)
    #expect(try run.wait().code == 130)
    try place.settle()
    try witness.check()
    let status = try place.kedge("status")
    #expect(status.output.contains("1 of 3 sections"), "\(status.output)")
    try gate.open()
    #expect(try place.kedge("resume").code == 0)
    try witness.check()
  }

  // MARK: - Rights

  /// What is read first must say what was to be made, and who may.
  @Test func aRoleThatMayNotMakeTheHistory() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    try place.migration(1, "one", up: "CREATE TABLE one (a int);\n")
    try place.run("ALTER DATABASE \(place.name) SET default_transaction_read_only = on")
    let answer = try place.kedge("apply")
    #expect(answer.code == 2)
    #expect(answer.errors.contains("the history of"), "\(answer.errors)")
    #expect(answer.errors.contains("cannot be created"), "\(answer.errors)")
    #expect(answer.errors.contains("default_transaction_read_only"), "\(answer.errors)")
  }

  /// A schema that was made for it is enough.
  @Test func aRoleThatMayNotMakeSchemas() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    let role = "plain_\(UInt32.random(in: 0 ... .max))"
    try place.run("CREATE ROLE \(role) LOGIN", "GRANT CREATE ON SCHEMA public TO \(role)")
    defer { try? place.run("DROP OWNED BY \(role) CASCADE", "DROP ROLE \(role)") }
    try place.migration(1, "one", up: "CREATE TABLE public.one (a int);\n")
    let server = try #require(place.server)
    place.address = Place.url(server.socketDirectory, place.name, user: role)
    let refused = try place.kedge("apply")
    #expect(refused.code == 2)
    #expect(refused.errors.contains("CREATE SCHEMA kedge AUTHORIZATION"), "\(refused.errors)")
    try place.run("CREATE SCHEMA kedge AUTHORIZATION \(role)")
    let answer = try place.kedge("apply")
    #expect(answer.code == 0, "\(answer.errors)")
  }

  @Test func whatNeedsASectionWithoutATransactionIsToldSo() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    try place.migration(
      1, "one", up: "CREATE TABLE one (a int);\nCREATE INDEX CONCURRENTLY i ON one (a);\n")
    let answer = try place.kedge("apply")
    #expect(answer.code == 2)
    #expect(answer.errors.contains("-- kedge:section N no-transaction"), "\(answer.errors)")
  }

  // MARK: - Faulty files

  @Test(arguments: [EngineName.sqlite, .postgresql]) func aFailureNamesItsPlace(engine: EngineName)
    throws
  {
    let place = try Place(engine)
    defer { place.close() }
    try place.migration(
      1, "half",
      up: """
        CREATE TABLE t (a int);
        -- kedge:section 2
        INSERT INTO t
          VALUES (1);
        INSERT INTO nowhere (one, two, three, four, five, six, seven, eight, nine, ten) VALUES (1);
        """,
      down: "-- kedge:section 1\nDROP TABLE t;\n")
    let answer = try place.kedge("apply")
    #expect(answer.code == 2)
    #expect(answer.errors.contains("error: migrations/1_half.up.sql:5: "), "\(answer.errors)")
    #expect(answer.errors.contains("1 of 2 sections of it are done"), "\(answer.errors)")
    #expect(answer.errors.contains("kedge resume"))
    #expect(Self.lines(answer.errors, within: 80), "\(answer.errors)")
    #expect(try place.value("SELECT count(*) FROM t") == "0")
    // Mended, it goes on where it stopped; what ran is not run again.
    try place.migration(
      1, "half",
      up: "CREATE TABLE t (a int);\n-- kedge:section 2\nINSERT INTO t VALUES (2);\n",
      down: "-- kedge:section 1\nDROP TABLE t;\n")
    #expect(try place.kedge("resume").code != 0)
    let resumed = try place.kedge("resume", "--accept-changed")
    #expect(resumed.code == 0, "\(resumed.errors)")
    #expect(try place.value("SELECT a FROM t") == "2")
  }

  @Test(arguments: [EngineName.sqlite, .postgresql])
  func whatRanIsTakenBackAndNothingElse(engine: EngineName) throws {
    let place = try Place(engine)
    defer { place.close() }
    try place.migration(
      1, "half",
      up: """
        CREATE TABLE t (a int);
        -- kedge:section 2
        CREATE TABLE u (a int);
        -- kedge:section 3
        CREATE TABLE t (a int);
        """,
      down: """
        -- kedge:section 3
        DROP TABLE never;
        -- kedge:section 2
        DROP TABLE u;
        -- kedge:section 1
        DROP TABLE t;
        """)
    #expect(try place.kedge("apply").code == 2)
    let back = try place.kedge("rollback", "--allow", "all")
    #expect(back.code == 0, "\(back.errors)")
    #expect(try place.kedge("status").output.contains("1 pending"))
    #expect(try !place.schema().contains("tables:"))
  }
}
