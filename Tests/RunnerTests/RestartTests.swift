import Foundation
import PostgresEngine
import SchemaModel
import TestSupport
import Testing

/// The server is stopped and started again at a place of the test's choosing.
@Suite struct RestartTests {
  private static let ways = RestartableServer.Stop.allCases

  private func withPlace(_ body: (RestartableServer, Place, Witness) throws -> Void) throws {
    try RestartableServer.withOne { server in
      let place = try Place(.postgresql, on: server)
      defer { place.close() }
      try body(server, place, Witness(place))
    }
  }

  /// The history is true, and the next run does the rest.
  private func expectConvergence(_ place: Place, _ witness: Witness) throws {
    try place.settle()
    try witness.check()
    #expect(try place.kedge("lock").output.contains("nobody"))
    if try witness.history().contains(where: { $0.state != "applied" }) {
      let resumed = try place.kedge("resume")
      #expect(resumed.code == 0, "\(resumed.errors)")
    }
    let applied = try place.kedge("apply")
    #expect(applied.code == 0, "\(applied.errors)")
    try witness.check()
    #expect(try place.value("SELECT count(*) FROM witness") == "7")
    #expect(try place.kedge("status", "--exit-code").code == 0)
  }

  @Test(arguments: ways) func inTheMiddleOfATransaction(how: RestartableServer.Stop) throws {
    try withPlace { server, place, witness in
      #expect(try place.kedge("apply", "--to", "1").code == 0)
      let gate = try Gate(place, "LOCK TABLE witness IN ACCESS EXCLUSIVE MODE")
      let run = try place.start("apply")
      #expect(try place.waitUntilBlocked("INSERT INTO witness%"))
      try server.restart(how)
      let answer = try run.wait()
      #expect(answer.code == 2, "\(answer.errors)")
      #expect(answer.errors.contains("migrations/2_index.up.sql:3"), "\(answer.errors)")
      #expect(answer.errors.contains("kedge status"), "\(answer.errors)")
      try? gate.open()
      try expectConvergence(place, witness)
    }
  }

  @Test(arguments: ways) func whileAnIndexIsBuilt(how: RestartableServer.Stop) throws {
    try withPlace { server, place, witness in
      #expect(try place.kedge("apply", "--to", "1").code == 0)
      let gate = try Gate.snapshot(place)
      let run = try place.start("apply")
      #expect(try place.waitUntilBlocked("CREATE INDEX CONCURRENTLY%"))
      try server.restart(how)
      #expect(try run.wait().code == 2)
      try? gate.open()
      let status = try place.kedge("status")
      #expect(status.output.contains("its end was not seen"), "\(status)")
      let apply = try place.kedge("apply")
      #expect(apply.code == 3, "\(apply.errors)")
      try expectConvergence(place, witness)
    }
  }

  /// Between two tries there is no statement that could fail.
  @Test(arguments: ways) func whileALockIsTriedAgain(how: RestartableServer.Stop) throws {
    try withPlace { server, place, witness in
      #expect(try place.kedge("apply", "--to", "1").code == 0)
      let gate = try Gate(place, "LOCK TABLE witness IN ACCESS EXCLUSIVE MODE")
      let run = try place.start("apply")
      for _ in 0..<200 where !run.errorsSoFar.contains("trying again in") {
        Thread.sleep(forTimeInterval: 0.05)
      }
      try server.restart(how)
      let answer = try run.wait()
      #expect(answer.code == 2, "\(answer.errors)")
      #expect(answer.errors.contains("kedge status"), "\(answer.errors)")
      try? gate.open()
      try expectConvergence(place, witness)
    }
  }

  @Test(arguments: ways) func whileAnotherRunnerIsWaitedFor(how: RestartableServer.Stop) throws {
    try withPlace { server, place, witness in
      #expect(try place.kedge("apply", "--to", "1").code == 0)
      let gate = try Gate(place, "LOCK TABLE witness IN ACCESS EXCLUSIVE MODE")
      let first = try place.start("apply")
      #expect(try place.waitUntilBlocked("INSERT INTO witness%"))
      let second = try place.start("apply", ["--wait", "300"])
      for _ in 0..<200 where !second.errorsSoFar.contains("waiting for") {
        Thread.sleep(forTimeInterval: 0.05)
      }
      try server.restart(how)
      for run in [first, second] {
        let answer = try run.wait()
        #expect(answer.code == 2, "\(answer.errors)")
      }
      try? gate.open()
      try expectConvergence(place, witness)
    }
  }

  // MARK: - At COMMIT

  /// What is deferred runs during COMMIT, and waits there; nothing of the transaction may have reached the disk.
  @Test(arguments: ways) func beforeACommitTookEffect(how: RestartableServer.Stop) throws {
    try withPlace { server, place, witness in
      #expect(try place.kedge("apply", "--to", "1").code == 0)
      try place.run(
        "CREATE TABLE gate (a int)",
        """
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN LOCK TABLE public.gate; RETURN NULL; END'
        """,
        """
        CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON witness DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION wait()
        """)
      #expect(try place.kedge("repair", "--accept-drift").code == 0)
      let gate = try Gate(place, "LOCK TABLE gate")
      try place.migration(
        2, "index",
        up: """
          SET lock_timeout = 0;
          INSERT INTO witness VALUES (2, 1, 'up');
          ALTER TABLE items ADD COLUMN code text;
          """)
      let run = try place.start("apply", ["--to", "2"])
      #expect(try place.waitUntilBlocked("COMMIT%"))
      try server.restart(how)
      let answer = try run.wait()
      #expect(answer.code == 2, "\(answer.errors)")
      #expect(answer.errors.contains("was not committed"), "\(answer.errors)")
      try? gate.open()
      try witness.check()
      #expect(try place.value("SELECT count(*) FROM witness") == "2")
      let again = try place.kedge("apply", "--to", "2")
      #expect(again.code == 0, "\(again.errors)")
      #expect(try place.value("SELECT count(*) FROM witness") == "3")
    }
  }

  /// A commit that waits for a standby has taken effect; only its answer is missing.
  @Test(arguments: ways) func afterACommitTookEffect(how: RestartableServer.Stop) throws {
    try withPlace { server, place, witness in
      #expect(try place.kedge("apply", "--to", "1").code == 0)
      try place.run(
        "ALTER DATABASE \(place.name) SET synchronous_commit = local",
        "ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()")
      try place.migration(
        2, "index",
        up: """
          -- kedge:section 1
          SET LOCAL synchronous_commit = on;
          INSERT INTO witness VALUES (2, 1, 'up');
          ALTER TABLE items ADD COLUMN code text;
          -- kedge:section 3
          INSERT INTO witness VALUES (2, 3, 'up');
          """)
      let run = try place.start("apply", ["--to", "2"])
      #expect(
        try place.wait(for: "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))
      try place.run("ALTER SYSTEM RESET synchronous_standby_names")
      try server.restart(how)
      let answer = try run.wait()
      #expect(answer.errors.contains("was committed: it was"), "\(answer.errors)")
      #expect(!answer.errors.contains("taken over"), "\(answer.errors)")
      try place.settle()
      try witness.check()
      if answer.code != 0 {
        #expect(try place.kedge("resume").code == 0)
      }
      try witness.check()
      #expect(try place.value("SELECT count(*) FROM witness") == "4")
    }
  }

  // MARK: - A number that is given again

  /// What is run where, and the number that its transaction had.
  struct Loss: Sendable, CustomTestStringConvertible {
    let path: String
    /// What became of the other transaction of that number.
    let other: String
    var testDescription: String { "\(path), \(other)" }
  }

  private static let losses = [
    "migrations/hooks/after_all.sql", "migrations/repeatable/view.sql",
    "migrations/2_index.up.sql",
  ].flatMap { path in
    ["COMMIT", "PREPARE TRANSACTION 'other'"].map { Loss(path: path, other: $0) }
  }

  @Test(arguments: losses) func theNumberOfALostTransactionIsAnothers(_ loss: Loss) throws {
    try withPlace { server, place, _ in
      #expect(try place.kedge("apply", "--to", "1").code == 0)
      try place.run(
        "CREATE TABLE gate (a int)", "CREATE TABLE told (a int)",
        """
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN LOCK TABLE public.gate; RETURN NULL; END'
        """,
        """
        CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON told DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION wait()
        """)
      #expect(try place.kedge("repair", "--accept-drift").code == 0)
      try place.migration(2, "index", up: "SELECT 1;\n")
      let gate = try Gate(place, "LOCK TABLE gate")
      try place.write(loss.path, "SET lock_timeout = 0;\nINSERT INTO told VALUES (1);\n")
      let run = try place.start("apply", ["--to", "2"])
      #expect(try place.waitUntilBlocked("COMMIT%"))
      let number = try place.value(
        """
        SELECT backend_xid FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'COMMIT%' AND state = 'active'
        """)
      try server.restart(givingAgain: try #require(Int(number)), in: place.name) {
        try $0.execute(loss.other)
      }
      let answer = try run.wait()
      #expect(answer.code == 2, "\(answer.errors)")
      #expect(answer.errors.contains("was not committed"), "\(answer.errors)")
      try? gate.open()
      if loss.other != "COMMIT" { try place.run("ROLLBACK PREPARED 'other'") }
      #expect(try place.value("SELECT count(*) FROM told") == "0")
      let again = try place.kedge("apply", "--to", "2")
      #expect(again.code == 0, "\(again.errors)")
    }
  }

  /// The same without a crash: only the answer is missing.
  @Test(arguments: ["migrations/hooks/after_all.sql", "migrations/repeatable/view.sql"])
  func whatLeavesNoRowWasCommitted(path: String) throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    try place.run("CREATE TABLE told (a int)")
    try place.migration(1, "one", up: "SELECT 1;\n")
    try place.write(path, "INSERT INTO told VALUES (1);\n")
    let proxy = try SocketProxy(
      to: RunnerServer.shared().socketDirectory, after: "INSERT INTO told", losing: .answer)
    defer { proxy.stop() }
    let answer = try ChildProcess(
      kedge: ["apply", Place.url(proxy.folder, place.name)], in: place.folder
    ).wait()
    #expect(proxy.hasLost)
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(answer.errors.contains("was committed: it was"), "\(answer.errors)")
    #expect(try place.value("SELECT count(*) FROM told") == "1")
    #expect(try place.kedge("lock").output.contains("nobody"))
  }

  /// Nobody is said to have taken over when only the lock's connection has ended.
  @Test func theLockGoesWithItsConnection() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    let witness = try Witness(place)
    #expect(try place.kedge("apply", "--to", "1").code == 0)
    let gate = try Gate(place, "LOCK TABLE witness IN ACCESS EXCLUSIVE MODE")
    let run = try place.start("apply")
    #expect(try place.waitUntilBlocked("INSERT INTO witness%"))
    try place.run(
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'kedge lock%'
      """)
    Thread.sleep(forTimeInterval: 1.1)
    try gate.open()
    let answer = try run.wait()
    #expect(answer.code == 2, "\(answer.errors)")
    #expect(answer.errors.contains("held this runner's lock was lost"), "\(answer.errors)")
    #expect(!answer.errors.contains("taken over"), "\(answer.errors)")
    try witness.check()
    #expect(try place.kedge("resume").code == 0)
    try witness.check()
  }
}
