import Foundation
import SchemaModel
import TestSupport
import Testing

/// What the commands of the runner do, from end to end.
@Suite struct CommandTests {
  static let engines = [EngineName.sqlite, .postgresql]

  private static func three(_ engine: EngineName) throws -> Place {
    let place = try Place(engine)
    for (version, name) in [(1, "one"), (2, "two"), (3, "three")] {
      try place.migration(
        version, name, up: "CREATE TABLE \(name) (a int);\n", down: "DROP TABLE \(name);\n")
    }
    return place
  }

  private func expect(
    _ place: Place, _ code: Int32, _ command: String, _ arguments: String...,
    says phrase: String = "", line: Int = #line
  ) throws {
    // The ways back of these files drop tables: what that loses is not what is tried here.
    let allowed = command == "rollback" ? ["--allow", "DL01"] : []
    let answer = try place.start(command, arguments + allowed).wait()
    let text = answer.output + answer.errors
    #expect(answer.code == code, "line \(line): \(text)")
    #expect(phrase.isEmpty || text.contains(phrase), "line \(line): \(text)")
  }

  private func tables(_ place: Place) throws -> [String] {
    let query =
      place.engine == .postgresql
      ? "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
      : """
      SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_kedge%' ESCAPE '\\'
        AND name NOT LIKE 'sqlite%' ORDER BY 1
      """
    return try place.rows(query).map { $0[0] }
  }

  // MARK: - How far

  @Test(arguments: engines) func howFarUpAndDown(engine: EngineName) throws {
    let place = try Self.three(engine)
    defer { place.close() }
    try expect(place, 2, "apply", "--to", "9", says: "there is no migration 9")
    try expect(place, 0, "apply", "--to", "1")
    #expect(try tables(place) == ["one"])
    try expect(place, 1, "status", "--exit-code")
    try expect(place, 0, "apply")
    #expect(try tables(place) == ["one", "three", "two"])
    try expect(place, 0, "status", "--exit-code")
    try expect(place, 0, "apply", says: "nothing to apply")
    // The last run applied two and three.
    try expect(place, 0, "rollback", "--batch")
    #expect(try tables(place) == ["one"])
    try expect(place, 0, "apply")
    try expect(place, 0, "rollback", "--steps", "2")
    #expect(try tables(place) == ["one"])
    try expect(place, 0, "apply")
    try expect(place, 0, "rollback", "--to", "2")
    #expect(try tables(place) == ["one", "two"])
    try expect(place, 2, "rollback", "--steps", "3", says: "only 2 are applied")
    try expect(place, 2, "rollback", "--steps", "1", "--all")
    try expect(place, 0, "rollback", "--all")
    #expect(try tables(place) == [])
    try expect(place, 0, "rollback", says: "nothing to take back")
  }

  @Test(arguments: engines) func aDryRunIsTheScript(engine: EngineName) throws {
    let place = try Self.three(engine)
    defer { place.close() }
    try place.migration(
      4, "rest",
      up: "-- kedge:section 1\nALTER TABLE one ADD COLUMN b text;\n"
        + "-- kedge:section 2\nCREATE VIEW v AS SELECT a FROM one; -- the end")
    try expect(place, 0, "apply", "--dry-run", says: "CREATE TABLE two")
    let script = try place.kedge("apply", "--dry-run", "--format", "script").output
    let other = try Place(engine)
    defer { other.close() }
    try other.write("script.sql", script)
    let arguments =
      engine == .sqlite
      ? ["sqlite3", other.address, ".read script.sql"]
      : ["psql", "-Xq", "-f", "script.sql", other.address]
    let ran = try ChildProcess.run("/usr/bin/env", arguments, in: other.folder)
    #expect(ran.code == 0, "\(ran.errors)")
    try expect(place, 0, "apply")
    let (applied, scripted) = (try place.schema(), try other.schema())
    #expect(applied == scripted)
  }

  @Test(arguments: engines) func allInOneTransaction(engine: EngineName) throws {
    let place = try Self.three(engine)
    defer { place.close() }
    try place.migration(
      4, "four",
      up:
        "-- kedge:section 1\nCREATE TABLE four (a int);\n-- kedge:section 2\nINSERT INTO nowhere VALUES (1);\n",
      down: "DROP TABLE four;\n")
    try expect(
      place, 2, "apply", "--single-transaction", says: "all of it was one transaction")
    #expect(try tables(place) == [])
    try expect(place, 0, "status", says: "4 pending")
    try place.migration(
      4, "four",
      up:
        "-- kedge:section 1\nCREATE TABLE four (a int);\n-- kedge:section 2\nINSERT INTO four VALUES (1);\n",
      down: "DROP TABLE four;\n")
    try expect(place, 0, "apply", "--single-transaction")
    #expect(try tables(place) == ["four", "one", "three", "two"])
    try expect(place, 0, "rollback", "--all")
    let mode = engine == .sqlite ? "foreign-keys-off" : "no-transaction"
    try place.migration(5, "five", up: "-- kedge:section 1 \(mode)\nVACUUM;\n")
    try expect(
      place, 3, "apply", "--single-transaction", says: "cannot share a transaction")
  }

  // MARK: - Around migrations

  @Test(arguments: engines) func hooksAndVariables(engine: EngineName) throws {
    let place = try Self.three(engine)
    defer { place.close() }
    try place.run("CREATE TABLE log (what text)")
    for point in ["before_all", "after_all", "before_each", "after_each"] {
      try place.write("migrations/hooks/\(point).sql", "INSERT INTO log VALUES ('\(point)');\n")
    }
    try place.migration(
      2, "two",
      up: "-- kedge:variables\nCREATE TABLE two (a int);\nINSERT INTO log VALUES ('${WHAT}');\n",
      down: "DROP TABLE two;\n")
    try expect(place, 2, "apply", "--to", "2", says: "migrations/2_two.up.sql:3: the variable")
    // Before anything has run.
    #expect(try tables(place) == ["log"])
    #expect(try place.value("SELECT count(*) FROM log") == "0")
    try expect(place, 0, "apply", "--variable", "WHAT=given")
    #expect(try tables(place) == ["log", "one", "three", "two"])
    #expect(
      try place.rows("SELECT what FROM log").map { $0[0] } == [
        "before_all", "before_each", "after_each", "before_each", "given", "after_each",
        "before_each", "after_each", "after_all",
      ])
    try expect(place, 0, "rollback", "--all")
    try place.run("DELETE FROM log")
    // In one transaction, too.
    try expect(place, 0, "apply", "--single-transaction", "--variable", "WHAT=x")
    #expect(try place.value("SELECT count(*) FROM log WHERE what LIKE '%each'") == "6")
  }

  @Test(arguments: engines) func variablesStandWhereNamesDo(engine: EngineName) throws {
    let place = try Place(engine)
    defer { place.close() }
    try place.migration(
      1, "named",
      up: """
        -- kedge:variables
        CREATE TABLE ${PREFIX}_users (id int, kind text DEFAULT '${PREFIX}');
        INSERT INTO ${PREFIX}_users (id) VALUES (${FIRST});
        """,
      down: "-- kedge:variables\nDROP TABLE ${PREFIX}_users;\n")
    try expect(place, 2, "apply", says: "--variable PREFIX=VALUE")
    try expect(
      place, 2, "apply", "--variable", "PREFIX=it's", "--variable", "FIRST=7",
      says: "quotes in quotes must be doubled")
    try expect(place, 0, "apply", "--variable", "PREFIX=shop", "--variable", "FIRST=7")
    #expect(try place.rows("SELECT id, kind FROM shop_users") == [["7", "shop"]])
    try expect(place, 0, "rollback", "--variable", "PREFIX=shop")
    #expect(try tables(place) == [])
  }

  /// What hooks do may reach beyond the database: they belong to a run, not to what the files produce.
  @Test(arguments: engines) func hooksAreNoPartOfWhatIsProven(engine: EngineName) throws {
    let place = try Self.three(engine)
    defer { place.close() }
    try place.write("migrations/hooks/before_all.sql", "SELECT no_such_function();\n")
    let arguments = ["verify", "migrations", "--engine", engine.rawValue]
    let proof = try ChildProcess(kedge: arguments, in: place.folder).wait()
    #expect(proof.code == 0, "\(proof)")
    #expect(proof.errors.contains("the hooks of migrations are not run"), "\(proof.errors)")
    try expect(place, 2, "apply", says: "no_such_function")
  }

  @Test(arguments: engines) func repeatablesAndSeeds(engine: EngineName) throws {
    let place = try Self.three(engine)
    defer { place.close() }
    let file = "migrations/repeatable/ones.sql"
    try place.write(file, "DROP VIEW IF EXISTS ones;\nCREATE VIEW ones AS SELECT a FROM one;\n")
    try place.write(
      "migrations/seeds/one.sql",
      "-- kedge:section 1\nINSERT INTO one VALUES (1);\n-- kedge:section 2\nINSERT INTO one VALUES (2);\n"
    )
    try expect(place, 0, "apply", says: "repeatable/ones.sql")
    #expect(try place.value("SELECT count(*) FROM one") == "0")
    // The view is part of what was left: no drift.
    try expect(place, 0, "apply", "--seeds", says: "seeds/one.sql")
    try expect(place, 0, "apply", "--seeds", says: "nothing to apply")
    #expect(try place.value("SELECT count(*) FROM ones") == "2")
    try place.write(
      file, "DROP VIEW IF EXISTS ones;\nCREATE VIEW ones AS SELECT a FROM one WHERE a > 1;\n")
    try expect(place, 0, "apply", says: "repeatable/ones.sql")
    #expect(try place.value("SELECT count(*) FROM ones") == "1")
    // Half of a seed could not be told from all of it.
    try place.write(
      "migrations/seeds/two.sql",
      "INSERT INTO two VALUES (1);\n-- kedge:section 2\nINSERT INTO nowhere VALUES (2);\n")
    try expect(place, 2, "apply", "--seeds", says: "two.sql:3")
    #expect(try place.value("SELECT count(*) FROM two") == "0")
  }

  @Test(arguments: engines) func protectedEnvironments(engine: EngineName) throws {
    let place = try Self.three(engine)
    defer { place.close() }
    try place.write(
      "kedge.yaml", "environments:\n  prod: {url: \"\(place.address)\", protected: true}\n")
    try place.migration(
      2, "two",
      up:
        "-- kedge:hazard DL02 rows are lost\n-- kedge:allow DL02 nobody needs them\nCREATE TABLE two (a int);\n"
    )
    let address = place.address
    place.address = "env:prod"
    try expect(place, 3, "apply", "--to", "1", says: "prod is protected")
    try expect(place, 0, "apply", "--to", "1", "--yes")
    // An author cannot approve himself.
    try expect(place, 3, "apply", "--yes", says: "--allow DL02")
    try expect(place, 0, "apply", "--yes", "--allow", "DL02", "--to", "2")
    try expect(place, 3, "rollback", says: "prod is protected")
    place.address = address
    try expect(place, 0, "apply")
  }

  // MARK: - Files that changed

  @Test(arguments: engines) func lateFiles(engine: EngineName) throws {
    let place = try Self.three(engine)
    defer { place.close() }
    try expect(place, 0, "apply")
    try place.migration(
      21, "newer", up: "CREATE TABLE newer (a int);\n", down: "DROP TABLE newer;\n")
    try expect(place, 0, "apply")
    try place.migration(11, "late", up: "CREATE TABLE late (a int);\n", down: "DROP TABLE late;\n")
    try expect(place, 0, "status", says: "out of order")
    try expect(place, 2, "apply", says: "11_late.up.sql")
    try expect(place, 0, "apply", "--out-of-order", "skip")
    #expect(try !tables(place).contains("late"))
    try expect(place, 0, "apply", "--out-of-order", "allow")
    #expect(try tables(place).contains("late"))
    // Last in, first out.
    try expect(place, 0, "rollback")
    #expect(try !tables(place).contains("late"))
  }

  @Test(arguments: engines) func filesThatAreNotWhatTheyWere(engine: EngineName) throws {
    let place = try Self.three(engine)
    defer { place.close() }
    try expect(place, 0, "apply")
    try place.migration(
      1, "one", up: "CREATE  TABLE one\n  (a int); -- the first\n", down: "DROP TABLE one;\n")
    try expect(place, 0, "status", says: "1 cosmetic")
    try expect(place, 0, "apply")
    try expect(place, 0, "repair", "--dry-run", says: "1_one.up.sql")
    try expect(place, 0, "status", says: "1 cosmetic")
    try expect(place, 0, "repair")
    try expect(place, 0, "status", says: "3 applied")
    try place.migration(2, "two", up: "CREATE TABLE two (b int);\n", down: "DROP TABLE two;\n")
    try expect(place, 0, "status", says: "1 changed")
    try expect(place, 2, "status", "--exit-code")
    try expect(place, 2, "apply", says: "2_two.up.sql")
    try expect(place, 0, "repair", "--accept-changed", "2")
    try expect(place, 0, "apply")
    // The way back outlives its file; where both are there, they must agree.
    try FileManager.default.removeItem(
      at: place.folder.appending(path: "migrations/3_three.up.sql"))
    try FileManager.default.removeItem(
      at: place.folder.appending(path: "migrations/3_three.down.sql"))
    try expect(place, 0, "status", says: "1 future")
    try expect(place, 0, "apply", says: "3_three ran here, and migrations has no file of it")
    try place.migration(
      2, "two", up: "CREATE TABLE two (b int);\n", down: "DROP TABLE IF EXISTS two;\n")
    try expect(place, 0, "rollback")
    #expect(try tables(place) == ["one", "two"])
    try expect(place, 3, "rollback", says: "--stored")
    try expect(place, 0, "rollback", "--stored")
    #expect(try tables(place) == ["one"])
  }

  @Test(arguments: engines) func whatAHandChangedIsShown(engine: EngineName) throws {
    let place = try Self.three(engine)
    defer { place.close() }
    try expect(place, 0, "apply", "--to", "2")
    try place.run("CREATE TABLE stray (a int)")
    try expect(place, 3, "apply", says: "stray")
    try expect(place, 3, "rollback", says: "stray")
    try expect(place, 0, "apply", "--accept-drift")
    try expect(place, 0, "rollback")
    try place.run("DROP TABLE stray")
    try expect(place, 0, "repair", "--accept-drift")
    try expect(place, 0, "apply")
  }

  @Test(arguments: engines) func marksByHand(engine: EngineName) throws {
    let place = try Self.three(engine)
    defer { place.close() }
    try expect(place, 0, "apply", "--to", "2")
    try place.run("CREATE TABLE three (a int)")
    try expect(place, 0, "repair", "--mark-applied", "3")
    try expect(place, 0, "status", says: "3 applied")
    try place.run("DROP TABLE three")
    try expect(place, 0, "repair", "--mark-reverted", "3")
    try expect(place, 0, "status", says: "1 pending")
    try expect(place, 0, "apply")
    #expect(try tables(place) == ["one", "three", "two"])
    try expect(place, 0, "history", "--limit", "20", says: "marked as taken back")
  }

  @Test(arguments: engines) func aHistoryBeginsOnADatabaseThatIsThere(engine: EngineName) throws {
    let place = try Self.three(engine)
    defer { place.close() }
    try place.run("CREATE TABLE one (a int)")
    try expect(place, 3, "baseline", "--to", "2", says: "is not what the folder produces")
    try place.run("CREATE TABLE two (a int)")
    try expect(place, 0, "baseline", "--to", "2", says: "2 migrations are recorded")
    try expect(
      place, 3, "baseline", "--to", "3", "--accept-drift", says: "has a history already")
    try expect(place, 0, "apply")
    #expect(try tables(place) == ["one", "three", "two"])
    try expect(place, 0, "rollback", "--all")
    #expect(try tables(place) == [])
  }

  // MARK: - On a terminal

  @Test func anIndexTellsItsProgress() throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    _ = try Witness(place)
    #expect(try place.kedge("apply", "--to", "1").code == 0)
    let gate = try Gate.snapshot(place)
    let run = try ChildProcess(
      "/usr/bin/env",
      ["script", "-qec", "\(ChildProcess.kedge) apply '\(place.address)'", "/dev/null"],
      in: place.folder)
    for _ in 0..<200 where !run.outputSoFar.contains("waiting for old snapshots") {
      Thread.sleep(forTimeInterval: 0.05)
    }
    try gate.open()
    let answer = try run.wait()
    #expect(answer.code == 0)
    #expect(answer.output.contains("5/9: waiting for old snapshots"), "\(answer.output)")
    #expect(answer.output.contains("applied 2_index"))
  }
}
