import Foundation
import SchemaModel
import TestSupport
import Testing

/// Runners that are killed at a place of the test's choosing: it holds a lock that they wait for there.
@Suite struct BoundaryTests {
  private let place: Place
  private let witness: Witness

  init() throws {
    place = try Place(.postgresql)
    witness = try Witness(place)
  }

  private func apply(to version: Int) throws {
    let answer = try place.kedge("apply", "--to", "\(version)")
    #expect(answer.code == 0, "\(answer.errors)")
  }

  private func finish() throws {
    let answer = try place.kedge("resume")
    #expect(answer.code == 0, "\(answer.errors)")
    let rest = try place.kedge("apply")
    #expect(rest.code == 0, "\(rest.errors)")
    try witness.check()
    let back = try place.kedge("rollback", "--all", "--allow", "all")
    #expect(back.code == 0, "\(back.errors)")
    try witness.check()
  }

  @Test func beforeTheFirstStatement() throws {
    defer { place.close() }
    try apply(to: 1)
    let gate = try Gate(place, "LOCK TABLE witness IN ACCESS EXCLUSIVE MODE")
    let run = try place.start("apply")
    #expect(try place.waitUntilBlocked("INSERT INTO witness%"))
    run.signal(SIGKILL)
    try run.wait()
    try gate.open()
    try place.settle()
    try witness.check()
    #expect(try place.kedge("apply").code == 0)
    try witness.check()
  }

  @Test func afterTheLastStatementAndBeforeTheRecord() throws {
    defer { place.close() }
    try apply(to: 1)
    let first = try Gate(place, "LOCK TABLE witness IN ACCESS EXCLUSIVE MODE")
    let run = try place.start("apply")
    #expect(try place.waitUntilBlocked("INSERT INTO witness%"))
    let second = try Gate(place, "SELECT FROM kedge.state FOR UPDATE")
    try first.open()
    #expect(try place.waitUntilBlocked("%kedge.state%"))
    run.signal(SIGKILL)
    try run.wait()
    try second.open()
    try place.settle()
    try witness.check()
    #expect(try place.kedge("apply").code == 0)
    try witness.check()
  }

  @Test func whileAnIndexIsBuilt() throws {
    defer { place.close() }
    try apply(to: 1)
    let gate = try Gate.snapshot(place)
    let run = try place.start("apply")
    #expect(try place.waitUntilBlocked("CREATE INDEX CONCURRENTLY%"))
    run.signal(SIGKILL)
    try run.wait()

    let status = try place.kedge("status")
    #expect(status.output.contains("statement 2 was begun and its end was not seen"), "\(status)")
    #expect(!status.output.contains("running now"))
    let apply = try place.kedge("apply")
    #expect(apply.code == 3, "\(apply.errors)")
    #expect(apply.errors.contains("kedge resume"))
    // The server still builds it: a second one would only stand in its way.
    let early = try place.kedge("resume", "--wait", "0")
    #expect(early.code == 3, "\(early.errors)")
    #expect(early.errors.contains("the server still works on a statement"))
    try gate.open()
    try finish()
  }

  @Test func whileAnIndexIsBuiltThatIsThenGivenUp() throws {
    defer { place.close() }
    try apply(to: 1)
    let gate = try Gate.snapshot(place)
    let run = try place.start("apply")
    #expect(try place.waitUntilBlocked("CREATE INDEX CONCURRENTLY%"))
    run.signal(SIGKILL)
    try run.wait()
    let broken = try place.kedge("lock", "--break")
    #expect(broken.output.contains("its statement on the server was ended"), "\(broken)")
    try gate.open()
    try place.settle()
    #expect(
      try place.value(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'items_name_idx'::regclass") == "f")
    let resumed = try place.kedge("resume")
    #expect(resumed.errors.contains("DROP INDEX CONCURRENTLY public.items_name_idx"), "\(resumed)")
    #expect(resumed.code == 0)
    try witness.check()
    #expect(try place.kedge("apply").code == 0)
  }

  /// The names in the file are those that the section sees, whatever the runner itself resolves.
  @Test func whileAnIndexIsBuiltThatIsThenTakenBack() throws {
    defer { place.close() }
    try apply(to: 4)
    try place.run("CREATE SCHEMA app", "CREATE TABLE app.bare (a int)")
    try place.migration(
      5, "bare",
      up: """
        -- kedge:section 1 no-transaction
        SET search_path = app;
        CREATE INDEX CONCURRENTLY bare_idx ON bare (a);
        """, down: "-- kedge:section 1 no-transaction\nDROP INDEX CONCURRENTLY app.bare_idx;\n")
    let gate = try Gate.snapshot(place)
    let run = try place.start("apply", ["--accept-drift"])
    #expect(try place.waitUntilBlocked("CREATE INDEX CONCURRENTLY%"))
    run.signal(SIGKILL)
    try run.wait()
    #expect(try place.kedge("lock", "--break").code == 0)
    try gate.open()
    try place.settle()
    let back = try place.kedge("rollback")
    #expect(back.code == 0, "\(back.errors)")
    #expect(back.errors.contains("DROP INDEX CONCURRENTLY app.bare_idx"), "\(back.errors)")
    #expect(try place.value("SELECT to_regclass('app.bare_idx') IS NULL") == "t")
  }

  /// What an index of somebody else's keeps from being built is not built, however often it is asked.
  @Test func anIndexThatWasThereIsNotTakenForTheOneThatFailed() throws {
    defer { place.close() }
    try apply(to: 4)
    try place.run("CREATE TABLE one (a int, b int)", "CREATE INDEX one_idx ON one (b)")
    try place.migration(
      5, "one",
      up: "-- kedge:section 1 no-transaction\nCREATE INDEX CONCURRENTLY one_idx ON one (a);\n")
    let answer = try place.kedge("apply", "--accept-drift")
    #expect(answer.errors.contains("already exists"), "\(answer.errors)")
    let resumed = try place.kedge("resume")
    #expect(resumed.code == 2, "\(resumed.output)")
    #expect(resumed.errors.contains("already exists"), "\(resumed.errors)")
    try place.run("DROP INDEX one_idx")
    let last = try place.kedge("resume")
    #expect(last.code == 0, "\(last.errors)")
  }

  @Test func afterAnIndexWasBuiltAndBeforeItsRecord() throws {
    defer { place.close() }
    try apply(to: 1)
    let gate = try Gate.snapshot(place)
    let run = try place.start("apply")
    #expect(try place.waitUntilBlocked("CREATE INDEX CONCURRENTLY%"))
    let record = try Gate(place, "SELECT FROM kedge.state FOR UPDATE")
    try gate.open()
    // The record's transaction would be waited for by the index, were it older.
    #expect(try place.waitUntilBlocked("%kedge.state%"))
    run.signal(SIGKILL)
    try run.wait()
    try record.open()
    try place.settle()
    let resumed = try place.kedge("resume")
    #expect(resumed.code == 0, "\(resumed.errors)")
    #expect(!resumed.errors.contains("clearing the way"))
    try witness.check()
  }

  @Test(arguments: [true, false]) func whileAPartitionIsDetached(resumes: Bool) throws {
    defer { place.close() }
    try apply(to: 4)
    try place.migration(
      5, "pieces",
      up: """
        CREATE TABLE public.pieces (id int NOT NULL) PARTITION BY RANGE (id);
        CREATE TABLE public.piece PARTITION OF public.pieces FOR VALUES FROM (0) TO (10);
        """,
      down: "DROP TABLE public.pieces;\n")
    try place.migration(
      6, "detach",
      up: """
        -- kedge:section 1
        COMMENT ON TABLE public.pieces IS 'in pieces';
        -- kedge:section 2 no-transaction
        ALTER TABLE public.pieces DETACH PARTITION public.piece CONCURRENTLY;
        """,
      down: """
        -- kedge:section 2
        ALTER TABLE public.pieces ATTACH PARTITION public.piece FOR VALUES FROM (0) TO (10);
        -- kedge:section 1
        COMMENT ON TABLE public.pieces IS NULL;
        """)
    try apply(to: 5)
    let gate = try Gate(place, "SELECT * FROM pieces")
    let run = try place.start("apply")
    let pending = "SELECT 1 FROM pg_inherits WHERE inhdetachpending"
    #expect(try place.wait(for: pending))
    run.signal(SIGKILL)
    try run.wait()
    #expect(try place.kedge("lock", "--break").code == 0)
    try gate.open()
    try place.settle()
    #expect(try !place.rows(pending).isEmpty)
    try witness.check()
    let status = try place.kedge("status")
    #expect(status.output.contains("1 of 2 sections"), "\(status.output)")
    let answer = try place.kedge(resumes ? "resume" : "rollback", "--allow", "all")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(
      try place.value("SELECT count(*) FROM pg_inherits WHERE inhparent = 'pieces'::regclass")
        == (resumes ? "0" : "1"))
    let back = try place.kedge("rollback", "--all", "--allow", "all")
    #expect(back.code == 0, "\(back.errors)")
    try witness.check()
  }

  @Test func whileAnIndexIsDropped() throws {
    defer { place.close() }
    try apply(to: 3)
    let gate = try Gate(place, "SELECT * FROM items")
    let run = try place.start("apply")
    #expect(try place.waitUntilBlocked("DROP INDEX CONCURRENTLY%"))
    run.signal(SIGKILL)
    try run.wait()
    #expect(try place.kedge("lock", "--break").code == 0)
    try gate.open()
    try place.settle()
    try finish()
  }

  @Test func theServerSessionEndsInATransaction() throws {
    defer { place.close() }
    try apply(to: 1)
    let gate = try Gate(place, "LOCK TABLE witness IN ACCESS EXCLUSIVE MODE")
    let run = try place.start("apply")
    #expect(try place.waitUntilBlocked("INSERT INTO witness%"))
    try place.run(
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'kedge'
      """)
    let answer = try run.wait()
    #expect(answer.code == 2)
    #expect(answer.errors.contains("migrations/2_index.up.sql:3"), "\(answer.errors)")
    #expect(answer.errors.contains("kedge status"))
    try gate.open()
    try witness.check()
    #expect(try place.kedge("apply").code == 0)
    try witness.check()
  }
}
