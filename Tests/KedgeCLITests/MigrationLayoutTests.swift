import Foundation
import TestSupport
import Testing

/// Folders of other tools' migrations as sources. Each folder of fixtures/layouts makes the same schema.
@Suite struct MigrationLayoutTests {
  private static let schema = """
    CREATE TABLE boats (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    ALTER TABLE boats ADD COLUMN harbour TEXT;
    CREATE INDEX boats_harbour_idx ON boats (harbour);
    CREATE VIEW named AS SELECT name, harbour FROM boats;

    """

  @Test func thereAreFixtures() { #expect(FixtureCase.all(in: "layouts").count == 7) }

  @Test(arguments: FixtureCase.all(in: "layouts"), ["sqlite", "postgresql"])
  func everyLayoutMakesTheSameSchema(_ fixture: FixtureCase, _ engine: String) throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.write("schema.sql", Self.schema)
    let answer = try terminal.kedge(
      "diff", fixture.folder.path, "schema.sql", "--engine", engine)
    #expect(answer.code == 0, "\(answer.output)\(answer.errors)")
  }

  /// Without the owner, whom only root may set.
  private func copy(_ layout: String, to place: String, _ terminal: Terminal) throws {
    let source = Repository.url("fixtures/layouts/\(layout)").path
    let answer = try terminal.run("/bin/cp", ["-r", source, terminal.path(place)])
    #expect(answer.code == 0, "\(answer.errors)")
  }

  /// A version as each tool writes it; what has none of its own is kept.
  @Test(arguments: [
    ("flyway", "2"), ("golang-migrate", "2"), ("goose", "2"), ("dbmate", "20260102000000"),
    ("diesel", "20260102000000"), ("sqitch", "harbours"),
  ])
  func aVersionIsFollowed(_ layout: String, _ version: String) throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    let folder = Repository.url("fixtures/layouts/\(layout)").path
    let answer = try terminal.kedge("inspect", "\(folder)@\(version)", "--engine", "sqlite")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(answer.output.contains("boats:"))
    #expect(
      answer.output.contains("harbour:") == (layout != "diesel"), "\(answer.output)")
    let missing = try terminal.kedge("inspect", "\(folder)@99", "--engine", "sqlite")
    #expect(missing.code == 2)
    #expect(missing.errors.contains("there is no migration 99 in "))
  }

  @Test(arguments: ["golang-migrate", "goose", "dbmate", "diesel"])
  func theFolderItselfIsNamed(_ layout: String) throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.folder("db")
    try copy(layout, to: "db/migrations", terminal)
    let answer = try terminal.kedge("inspect", "db", "--engine", "sqlite")
    #expect(answer.code == 2)
    #expect(answer.errors.contains("name the folder that holds them: db/migrations"))
  }

  /// golang-migrate's names are Kedge's, which runs such files, too.
  @Test func whatKedgeRunsIsNotCalledForeign() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.folder("migrations")
    try terminal.write("migrations/1_a.up.sql", "CREATE TABLE a (x INTEGER);\n")
    #expect(try !terminal.kedge("doctor").output.contains("not run"))
    try copy("flyway", to: "sql", terminal)
    try terminal.write("kedge.yaml", "migrations: {path: sql, layout: flyway}\n")
    #expect(try terminal.kedge("doctor").output.contains("sql, of flyway: read, but not run"))
  }

  /// The same from a revision.
  @Test func foldersOfARevisionAreRead() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.write("schema.sql", Self.schema)
    try copy("flyway", to: "sql", terminal)
    try terminal.git("init")
    try terminal.git("add", ".")
    try terminal.git("commit", "-m", "all")
    try FileManager.default.removeItem(atPath: terminal.path("sql"))
    let answer = try terminal.kedge(
      "diff", "git:HEAD:sql", "schema.sql", "--engine", "sqlite")
    #expect(answer.code == 0, "\(answer.output)\(answer.errors)")
  }

  /// The newest baseline stands for the versions up to its own; a placeholder is nothing that Kedge knows.
  @Test func flywaysOwnFiles() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.folder("sql")
    try terminal.write("sql/V1__a.sql", "CREATE TABLE a (x INTEGER);\n")
    try terminal.write("sql/V1_5__b.sql", "CREATE TABLE b (x INTEGER);\n")
    try terminal.write("sql/B1.5__base.sql", "CREATE TABLE base (x INTEGER);\n")
    try terminal.write("sql/V1.10__c.sql", "CREATE TABLE c (x INTEGER);\n")
    let answer = try terminal.kedge("inspect", "sql", "--engine", "sqlite")
    #expect(answer.output.contains("base:") && answer.output.contains("c:"))
    #expect(!answer.output.contains("  a:") && !answer.output.contains("  b:"))
    try terminal.write("sql/V1.5.0__d.sql", "CREATE TABLE d (x INTEGER);\n")
    let double = try terminal.kedge("inspect", "sql", "--engine", "sqlite")
    #expect(double.code == 2 && double.errors.contains("it has the same version as sql/V1"))
    try terminal.write("sql/V1.5.0__d.sql", "")
    try FileManager.default.removeItem(atPath: terminal.path("sql/V1.5.0__d.sql"))
    try terminal.write("sql/V2__e.sql", "\nCREATE TABLE ${owner}_e (x INTEGER);\n")
    let placeholder = try terminal.kedge("inspect", "sql", "--engine", "sqlite")
    #expect(placeholder.code == 2)
    #expect(
      placeholder.errors.contains("sql/V2__e.sql:2: nothing says what the placeholder ${owner}"))
  }

  /// An error of the engine has its file and line; a shell's commands are followed where they mean nothing.
  @Test func mistakesHaveTheirPlace() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.folder("deploy")
    try terminal.write(
      "sqitch.plan", "%project=p\n\na 2026-01-01T00:00:00Z M <m@example.org> # a\n")
    let missing = try terminal.kedge("inspect", ".", "--engine", "sqlite")
    #expect(missing.code == 2 && missing.errors.contains("there is no deploy/a.sql for a"))
    try terminal.write("deploy/a.sql", ".bail on\nBEGIN;\n\nCREATE TABLES a (x);\nCOMMIT;\n")
    let answer = try terminal.kedge("inspect", ".", "--engine", "sqlite")
    #expect(answer.code == 2 && answer.errors.contains("deploy/a.sql:4: "), "\(answer.errors)")
    try terminal.write("deploy/a.sql", ".read other.sql\n")
    let command = try terminal.kedge("inspect", ".", "--engine", "sqlite")
    #expect(command.code == 2 && command.errors.contains("deploy/a.sql:1: 'read other.sql'"))
  }
}
