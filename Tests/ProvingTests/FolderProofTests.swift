import Proving
import SchemaModel
import Testing

/// What holds on both engines.
struct FolderProofTests {
  private static let engines: [EngineName] = [.postgresql, .sqlite]

  private func start(_ engine: EngineName) -> ProofChain {
    ProofChain(engine).then(
      """
      CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, note text, age integer);
      CREATE TABLE orders (id integer PRIMARY KEY, user_id integer NOT NULL REFERENCES users (id)
        ON DELETE CASCADE);
      """, down: "DROP TABLE orders; DROP TABLE users;")
  }

  @Test(arguments: engines)
  func aChainIsProven(_ engine: EngineName) throws {
    let result = try start(engine)
      .then(
        "ALTER TABLE users ADD COLUMN role text NOT NULL DEFAULT 'none';",
        down: "-- lossy: new\nALTER TABLE users DROP COLUMN role;"
      )
      .then(
        "CREATE INDEX users_role ON users (role);", down: "DROP INDEX users_role;"
      )
      .then(
        "ALTER TABLE users RENAME COLUMN note TO remark;",
        down: "ALTER TABLE users RENAME COLUMN remark TO note;"
      )
      .prove()
    #expect(result.results.map(\.outcome) == [.passed, .passed, .passed, .passed])
    #expect(result.results.flatMap(\.losses) == [])
    #expect(result.results[1].seeded.map(\.name.raw) == ["orders", "users"])
    #expect(result.results[1].rowCount == 10)
  }

  @Test(arguments: engines)
  func aDeclaredLossIsNamed(_ engine: EngineName) throws {
    let result = try start(engine).then(
      "-- lossy: nobody reads it\nALTER TABLE users DROP COLUMN note;",
      down: "ALTER TABLE users ADD COLUMN note text;"
    ).last()
    #expect(result.outcome == .passed)
    #expect(result.losses.map(\.name) == ["users.note"])
  }

  @Test(arguments: engines)
  func aSilentLossFails(_ engine: EngineName) throws {
    let result = try start(engine).then(
      "ALTER TABLE users DROP COLUMN note;", down: "ALTER TABLE users ADD COLUMN note text;"
    ).last()
    let (phase, failure) = try #require(result.failure)
    #expect(phase == .rowsAfterDown)
    #expect(failure.reason.contains("users.note"))
    #expect(failure.nextStep?.contains("-- lossy:") == true)
  }

  /// Also where only rows change.
  @Test(arguments: engines)
  func rowsThatChangeAreSeen(_ engine: EngineName) throws {
    let chain = start(engine)
    let silent = try chain.then("UPDATE users SET name = 'x';", down: "SELECT 1;").last()
    #expect(silent.failure?.failure.reason.contains("users.name") == true)
    let deleted = try chain.then("DELETE FROM users WHERE id > 2;", down: "SELECT 1;").last()
    #expect(deleted.failure?.failure.reason.contains("rows of users") == true)
    let said = try chain.then(
      "-- DL12: names of users are replaced\nUPDATE users SET name = 'x';", down: "SELECT 1;"
    ).last()
    #expect(said.outcome == .passed)
  }

  @Test(arguments: engines)
  func aWayBackMustLeadBack(_ engine: EngineName) throws {
    let result = try start(engine).then(
      "CREATE INDEX a ON users (name); CREATE INDEX b ON users (age);", down: "DROP INDEX a;"
    ).last()
    let (phase, failure) = try #require(result.failure)
    #expect(phase == .down)
    #expect(failure.file == "migrations/2_step.down.sql")
    #expect(failure.reason.contains("index users.b should not be there"))
  }

  @Test(arguments: engines)
  func anErrorHasItsPlace(_ engine: EngineName) throws {
    let result = try start(engine).then(
      "CREATE INDEX a ON users (name);", down: "SELECT 1;\n\nDROP INDEX nothing;"
    ).last()
    let (phase, failure) = try #require(result.failure)
    #expect(phase == .down)
    #expect(failure.line == 3)
  }

  /// A file whose up does not run at all ends the walk.
  @Test(arguments: engines)
  func nothingIsProvenAfterAStop(_ engine: EngineName) throws {
    let result = try start(engine).then("SELECT * FROM nothing;", down: "SELECT 1;")
      .then("SELECT 1;", down: "SELECT 1;").prove()
    #expect(result.passed == 1)
    #expect(result.failed == 1)
    #expect(result.results[2].outcome == .notProven("2_step does not run"))
  }

  @Test(arguments: engines)
  func withoutAWayBackNothingIsProven(_ engine: EngineName) throws {
    let chain = start(engine)
    let none = try chain.then("CREATE TABLE t (a integer);").last()
    #expect(none.outcome == .notProven("there is no way back: only the way up was run"))
    let said = try chain.then(
      "CREATE TABLE t (a integer);", down: "-- kedge:irreversible we do not look back"
    ).last()
    #expect(said.outcome == .passed)
    #expect(said.notes.contains { $0.contains("cannot be undone") })
  }

  @Test(arguments: engines)
  func aRangeRunsWhatIsBeforeIt(_ engine: EngineName) throws {
    let result = try start(engine).then(
      "CREATE TABLE t (a integer);", down: "-- lossy: all of t\nDROP TABLE t;"
    ).prove(from: 2)
    #expect(result.results.map(\.title) == ["2_step"])
    #expect(result.passed == 1)
  }

  @Test(arguments: engines)
  func fingerprintsOfTheHeaderAreChecked(_ engine: EngineName) throws {
    let label = engine == .sqlite ? "SQLite 3.40.1" : "PostgreSQL 15.1"
    let header = "-- kedge:engine \(engine.rawValue)\n-- kedge:from 1:abc to 1:def\n"
    let result = try ProofChain(engine).then(
      header + "-- proven on \(label) scratch: up, down, up\nCREATE TABLE t (a integer);",
      down: "DROP TABLE t;"
    ).prove()
    // Another version of PostgreSQL prints otherwise: then it is only said.
    if engine == .sqlite || result.engineLabel.hasPrefix("PostgreSQL 15.") {
      #expect(result.results[0].failure?.failure.reason.contains("1:abc") == true)
    } else {
      #expect(result.results[0].notes.contains { $0.contains("1:abc") })
    }
  }

  @Test(arguments: engines)
  func repeatableFilesRunTwice(_ engine: EngineName) throws {
    let chain = start(engine)
    let good = try chain.adding(
      "repeatable/v.sql", "DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT id FROM users;"
    ).last()
    #expect(good.outcome == .passed)
    let bad = try chain.adding("repeatable/v.sql", "CREATE VIEW v AS SELECT id FROM users;").last()
    #expect(bad.failure != nil)
  }

  @Test(arguments: engines)
  func variablesNeedValues(_ engine: EngineName) throws {
    let chain = start(engine).then(
      "-- kedge:variables\nCREATE TABLE \"${NAME}\" (a integer);",
      down: "-- kedge:variables\nDROP TABLE \"${NAME}\";")
    #expect(try chain.last().failure?.failure.reason.contains("'NAME' has no value") == true)
    #expect(try chain.prove(variables: ["NAME": "t"]).passed == 2)
  }
}
