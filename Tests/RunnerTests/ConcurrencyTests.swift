import Foundation
import SchemaModel
import TestSupport
import Testing

/// Several runners at once.
@Suite(.serialized) struct ConcurrencyTests {
  static let crowds = KillTests.isLong ? [2, 5, 20] : [2, 5]

  @Test(arguments: [EngineName.sqlite, .postgresql], crowds)
  func everyMigrationIsAppliedOnce(engine: EngineName, count: Int) throws {
    let place = try Place(engine)
    defer { place.close() }
    let witness = try Witness(place)
    let runs = try (0..<count).map { _ in try place.start("apply", ["--wait", "300"]) }
    for run in runs {
      let answer = try run.wait()
      #expect(answer.code == 0, "\(answer.errors)")
    }
    try witness.check()
    #expect(try place.value("SELECT count(*) FROM witness") == (engine == .sqlite ? "6" : "7"))
    #expect(try place.kedge("rollback", "--all", "--allow", "all").code == 0)
    try witness.check()
  }

  @Test func whoDoesNotWaitIsToldWhoIsAtWork() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    let witness = try Witness(place)
    #expect(try place.kedge("apply", "--to", "1").code == 0)
    let gate = try Gate.snapshot(place)
    let first = try place.start("apply")
    #expect(try place.waitUntilBlocked("CREATE INDEX CONCURRENTLY%"))
    let second = try place.kedge("apply", "--wait", "0")
    #expect(second.code == 3)
    #expect(second.errors.contains("is being migrated by kedge lock of "), "\(second.errors)")
    #expect(second.errors.contains("(process "))
    let lock = try place.kedge("lock")
    #expect(lock.output.contains("is being migrated by"))
    let status = try place.kedge("status")
    #expect(status.output.contains("running now: kedge lock of"), "\(status)")
    // Those that wait are no part of what the index waits for.
    let waiting = try place.start("apply", ["--wait", "60"])
    try gate.open()
    #expect(try first.wait().code == 0)
    #expect(try waiting.wait().code == 0)
    try witness.check()
    #expect(try place.kedge("lock").output.contains("nobody is migrating it"))
  }

  @Test func aSQLiteRunnerThatWorksIsNamed() throws {
    let place = try Place(.sqlite)
    defer { place.close() }
    try place.migration(1, "t", up: "CREATE TABLE t (a);\nINSERT INTO t VALUES (1);\n")
    #expect(try place.kedge("apply").code == 0)
    try place.migration(
      2, "slow",
      up: """
        INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n
          WHERE i < 0;
        """)
    let first = try place.start("apply", ["--verbose"])
    for _ in 0..<200 where !first.errorsSoFar.contains("applying") {
      Thread.sleep(forTimeInterval: 0.05)
    }
    let second = try place.kedge("apply", "--wait", "0")
    #expect(second.code == 3, "\(second.errors)")
    #expect(second.errors.contains("(process "))
    // Under another name it is the same database.
    let link = place.folder.appending(path: "link.db")
    try FileManager.default.createSymbolicLink(
      at: link, withDestinationURL: URL(filePath: place.address))
    let through = try ChildProcess(kedge: ["apply", link.path, "--wait", "0"], in: place.folder)
      .wait()
    #expect(through.code == 3, "\(through.errors)")
    let broken = try place.kedge("lock", "--break")
    #expect(broken.code == 3)
    #expect(broken.errors.contains("ends with that process"))
    first.signal(SIGKILL)
    try first.wait()
    #expect(try place.kedge("lock").output.contains("nobody is migrating it"))
    try place.migration(2, "slow", up: "INSERT INTO t VALUES (2);\n")
    #expect(try place.kedge("apply").code == 0)
  }

  @Test func aRunnerWhoseLockWasBrokenStops() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    let witness = try Witness(place)
    #expect(try place.kedge("apply", "--to", "1").code == 0)
    let gate = try Gate(place, "LOCK TABLE witness IN ACCESS EXCLUSIVE MODE")
    let first = try place.start("apply")
    #expect(try place.waitUntilBlocked("INSERT INTO witness%"))
    let broken = try place.kedge("lock", "--break")
    #expect(broken.code == 0, "\(broken.errors)")
    #expect(broken.output.contains("the lock was taken from"))
    let second = try place.start("apply")
    try gate.open()
    let answer = try first.wait()
    #expect(answer.code != 0)
    #expect(try second.wait().code == 0)
    try witness.check()
    #expect(try place.value("SELECT count(*) FROM witness") == "7")
    #expect(try place.kedge("history").output.contains("lock broken"))
  }
}
