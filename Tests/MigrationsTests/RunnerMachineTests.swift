import Migrations
import Planning
import SQLiteEngine
import Testing

/// What the runner decides from the folder and the history alone.
@Suite struct RunnerMachineTests {
  private func folder(_ files: [String: String]) throws -> MigrationFolder {
    try MigrationFolder(
      path: "m", entries: files.map { .init(path: $0.key, text: $0.value) },
      dialect: SQLiteDialect())
  }

  private func plain(_ versions: Int...) throws -> MigrationFolder {
    var files: [String: String] = [:]
    for version in versions {
      files["\(version)_m.up.sql"] = "CREATE TABLE t\(version) (a);"
      files["\(version)_m.down.sql"] = "DROP TABLE t\(version);"
    }
    return try folder(files)
  }

  private func applied(_ folder: MigrationFolder, _ versions: Int...) throws -> History {
    History(
      migrations: try versions.enumerated().map { index, version in
        let migration = try #require(
          folder.migrations.first { $0.version.text == String(version) })
        return .baseline(of: migration, position: index + 1, batch: index / 2 + 1, by: "t")
      })
  }

  private func tasks(
    _ folder: MigrationFolder, _ history: History, _ request: RunnerRequest
  ) throws(Obstacle) -> [String] {
    try RunnerMachine(folder: folder, history: history, dialect: SQLiteDialect())
      .tasks(for: request).map(\.title)
  }

  @Test func whatIsPendingIsAppliedInTheOrderOfNumbers() throws {
    let folder = try plain(2, 10, 9)
    #expect(
      try tasks(folder, History(), RunnerRequest(.apply(to: nil))) == ["2_m", "9_m", "10_m"])
    #expect(
      try tasks(folder, History(), RunnerRequest(.apply(to: MigrationVersion("9")))) == [
        "2_m", "9_m",
      ])
    #expect(try tasks(folder, applied(folder, 2, 9), RunnerRequest(.apply(to: nil))) == ["10_m"])
  }

  @Test func filesThatCameLateAreRefusedByName() throws {
    let folder = try plain(1, 2, 3)
    let history = try applied(folder, 1, 3)
    #expect(throws: Obstacle.self) {
      try tasks(folder, history, RunnerRequest(.apply(to: nil)))
    }
    var request = RunnerRequest(.apply(to: nil))
    request.outOfOrder = .allow
    #expect(try tasks(folder, history, request) == ["2_m"])
    request.outOfOrder = .skip
    #expect(try tasks(folder, history, request) == [])
  }

  @Test func rollbackGoesAgainstTheOrderInWhichTheyRan() throws {
    let folder = try plain(1, 2, 3)
    let history = try applied(folder, 1, 3, 2)
    #expect(try tasks(folder, history, RunnerRequest(.rollback(steps: 2))) == ["2_m", "3_m"])
    #expect(try tasks(folder, history, RunnerRequest(.rollbackBatch)) == ["2_m"])
    #expect(
      try tasks(folder, history, RunnerRequest(.rollbackAll)) == ["2_m", "3_m", "1_m"])
  }

  @Test func aStoredWayBackWorksWithoutItsFile() throws {
    let folder = try plain(1, 2)
    let history = try applied(folder, 1, 2)
    #expect(
      try tasks(plain(1), history, RunnerRequest(.rollback(steps: 1))) == ["2_m"])
  }

  @Test func aChangedWayBackIsAsked() throws {
    let folder = try plain(1)
    let history = try applied(folder, 1)
    let other = try self.folder([
      "1_m.up.sql": "CREATE TABLE t1 (a);", "1_m.down.sql": "DROP TABLE IF EXISTS t1;",
    ])
    #expect(throws: Obstacle.self) {
      try tasks(other, history, RunnerRequest(.rollback(steps: 1)))
    }
    var request = RunnerRequest(.rollback(steps: 1))
    request.usesStored = true
    #expect(try tasks(other, history, request) == ["1_m"])
  }

  @Test func aChangedFileStopsEverything() throws {
    let folder = try plain(1, 2)
    let history = try applied(folder, 1)
    let changed = try self.folder([
      "1_m.up.sql": "CREATE TABLE t1 (b);", "2_m.up.sql": "CREATE TABLE t2 (a);",
    ])
    #expect(throws: Obstacle.self) {
      try tasks(changed, history, RunnerRequest(.apply(to: nil)))
    }
    let cosmetic = try self.folder([
      "1_m.up.sql": "create table t1 ( a );", "2_m.up.sql": "CREATE TABLE t2 (a);",
    ])
    #expect(try tasks(cosmetic, history, RunnerRequest(.apply(to: nil))) == ["2_m"])
  }

  @Test func nothingRunsBesideWhatWasLeftHalfWay() throws {
    let folder = try plain(1, 2)
    var history = try applied(folder, 1)
    history.migrations[0].state = .applying
    history.migrations[0].progress = .init(sectionsDone: 0)
    #expect(throws: Obstacle.self) {
      try tasks(folder, history, RunnerRequest(.apply(to: nil)))
    }
    #expect(try tasks(folder, history, RunnerRequest(.resume)) == ["1_m"])
    #expect(try tasks(folder, history, RunnerRequest(.rollback(steps: 1))) == ["1_m"])
    #expect(throws: Obstacle.nothingToResume) {
      try tasks(folder, History(), RunnerRequest(.resume))
    }
  }

  @Test func branchesThatMeetAreNamed() throws {
    let head = "-- kedge:engine sqlite\n-- kedge:from 1:a to 1:b\n"
    let first = "\(head)CREATE TABLE a (x);"
    let base = try folder(["1_a.up.sql": first])
    let checksum = try #require(base.migrations.first).up.checksum.tokens
    let after = "-- kedge:after 1 \(checksum)\n\(head)"
    let forked = try folder([
      "1_a.up.sql": first, "2_b.up.sql": "\(after)CREATE TABLE b (x);",
      "3_c.up.sql": "\(after)CREATE TABLE c (x);",
    ])
    #expect(forked.outOfChain.map(\.title) == ["3_c"])
    #expect(forked.chainProblems[0].message.contains("m/2_b.up.sql"))
    let chained = try folder(["1_a.up.sql": first, "2_b.up.sql": "\(after)CREATE TABLE b (x);"])
    #expect(chained.chainProblems == [])
    let broken = try folder([
      "1_a.up.sql": "\(head)CREATE TABLE a (y);", "2_b.up.sql": "\(after)CREATE TABLE b (x);",
    ])
    #expect(broken.chainProblems[0].message.contains("was changed since"))
  }

  @Test func aSquashedFileStandsForItsMembers() throws {
    let folder = try plain(1, 2)
    let squashed = try self.folder([
      "2_all.up.sql": "-- kedge:replaces 1 2\nCREATE TABLE t1 (a);\nCREATE TABLE t2 (a);",
      "3_m.up.sql": "CREATE TABLE t3 (a);",
    ])
    #expect(
      try tasks(squashed, applied(folder, 1, 2), RunnerRequest(.apply(to: nil))) == ["3_m"])
    #expect(
      try tasks(squashed, History(), RunnerRequest(.apply(to: nil))) == ["2_all", "3_m"])
    #expect(throws: Obstacle.self) {
      try tasks(squashed, applied(folder, 1), RunnerRequest(.apply(to: nil)))
    }
    let states = MigrationStatus.all(squashed, try applied(folder, 1, 2)).map(\.state)
    #expect(states == [.applied, .pending])
  }

  @Test func folderMistakesAreAllNamed() {
    do {
      _ = try folder([
        "one.up.sql": "SELECT 1;", "1_a.up.sql": "SELECT 1;", "1_b.up.sql": "SELECT 1;",
        "7_x.down.sql": "SELECT 1;", "hooks/sometimes.sql": "SELECT 1;",
      ])
      Issue.record("nothing was found")
    } catch let problems as MigrationProblems {
      #expect(problems.all.count == 4, "\(problems.all.map(\.sentence))")
    } catch {
      Issue.record("\(error)")
    }
  }
}
