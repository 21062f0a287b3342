import Foundation
import TestSupport
import Testing

/// The main job on SQLite, from a drift found to a clean check.
@Suite struct MainJobTests {
  static let old = """
    CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT);
    CREATE TABLE leftovers (a INTEGER);
    INSERT INTO users VALUES (1, 'a@example.org', 'A'), (2, 'b@example.org', NULL);
    """

  static let declared = """
    kedge: 1
    engine: sqlite
    tables:
      users:
        columns:
          id: INTEGER
          email: TEXT not null
          name: TEXT not null default ''
          created_at: TEXT
        primary_key: [id]
        indexes:
          users_email_idx: {on: [email], unique: true}
    """

  private func prepared() throws -> Terminal {
    let terminal = try Terminal()
    try terminal.sqlite("app.db", MainJobTests.old)
    try terminal.write("schema.yaml", MainJobTests.declared)
    return terminal
  }

  @Test func driftIsFoundAndSaidInWordsNobodyGetsBackwards() throws {
    let terminal = try prepared()
    defer { terminal.close() }
    let answer = try terminal.kedge("check", "app.db")
    #expect(answer.code == 1)
    #expect(answer.output.contains("table leftovers with 1 column — in the database, not declared"))
    #expect(answer.output.contains("column created_at — declared, not in the database"))
    #expect(answer.output.contains("declared: not null"))
    #expect(answer.output.contains("database: allows null"))
    #expect(answer.output.split(separator: "\n").last?.contains("differences") == true)
    #expect(answer.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func rowsInTheWayAreNamedAndRefused() throws {
    let terminal = try prepared()
    defer { terminal.close() }
    try terminal.write(
      "schema.yaml",
      MainJobTests.declared.replacing("name: TEXT not null default ''", with: "name: TEXT not null")
    )
    let answers = [
      try terminal.kedge(
        "diff", "app.db", "schema.yaml", "--format", "sql", "--allow", "DL01"),
      try terminal.kedge("generate", "names", "--from", "app.db", "--folder", "migrations"),
    ]
    for answer in answers {
      #expect(answer.code == 3)
      #expect(answer.errors.contains("DD02: users.name is null: 1 row (rowid 2)"))
      #expect(answer.errors.contains("--allow DD02"))
    }
    let allowed = try terminal.kedge(
      "diff", "app.db", "schema.yaml", "--format", "sql", "--allow", "all", "--sqlite-version",
      "3.53")
    #expect(allowed.code == 1)
    #expect(allowed.output.contains("ALTER COLUMN name SET NOT NULL;"))
  }

  @Test func aScriptTakesTheDatabaseThereAndBack() throws {
    let terminal = try prepared()
    defer { terminal.close() }
    let before = try terminal.kedge("inspect", "app.db").output
    let up = try terminal.kedge(
      "diff", "app.db", "schema.yaml", "--format", "script", "--allow", "all")
    let down = try terminal.kedge(
      "diff", "app.db", "schema.yaml", "--format", "script", "--allow", "all", "--direction", "down"
    )
    #expect(up.code == 1)
    #expect(down.code == 1)
    let applied = try terminal.sqlite("app.db", up.output)
    #expect(applied.code == 0, "\(applied.errors)")
    #expect(try terminal.kedge("check", "app.db").code == 0)
    #expect(
      try terminal.sqlite("app.db", "SELECT count(*), group_concat(name, '|') FROM users;").output
        == "2|A|\n")
    #expect(try terminal.kedge("diff", "app.db", "schema.yaml", "--format", "sql").output.isEmpty)
    let reverted = try terminal.sqlite("app.db", down.output)
    #expect(reverted.code == 0, "\(reverted.errors)")
    #expect(try terminal.kedge("inspect", "app.db").output == before)
  }

  @Test func whatLosesDataIsRefusedUntilItIsAllowed() throws {
    let terminal = try prepared()
    defer { terminal.close() }
    let refused = try terminal.kedge("diff", "app.db", "schema.yaml", "--format", "sql")
    #expect(refused.code == 3)
    #expect(refused.errors.contains("refused: DL"))
    #expect(refused.errors.contains("--allow DL"))
    #expect(!refused.output.contains("\nDROP TABLE leftovers"))
  }

  @Test func generateWritesBothWays() throws {
    let terminal = try prepared()
    defer { terminal.close() }
    let answer = try terminal.kedge("generate", "first", "--from", "app.db")
    #expect(answer.code == 0, "\(answer.errors)")
    let files = answer.output.split(separator: "\n").filter { $0.hasSuffix(".sql") }.map(
      String.init)
    #expect(files.count == 2)
    for file in files {
      let text = try terminal.text(file)
      #expect(text.hasPrefix("-- kedge:migration "))
      #expect(text.contains("-- kedge:section 1"))
    }
    let clean = try terminal.kedge("generate", "second", "--from", "schema.yaml")
    #expect(clean.code == 0)
    #expect(clean.output.contains("nothing to write"))
  }

  @Test func initWritesAProjectThatChecksClean() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.sqlite("app.db", MainJobTests.old)
    #expect(try terminal.kedge("init", "app.db").code == 0)
    let checked = try terminal.kedge("check")
    #expect(checked.code == 0, "\(checked.output)\(checked.errors)")
    let again = try terminal.kedge("init", "app.db")
    #expect(again.code == 2)
    #expect(again.errors.contains("there already"))
  }

  @Test func everyFormOfASourceIsRead() throws {
    let terminal = try prepared()
    defer { terminal.close() }
    #expect(try terminal.kedge("inspect", "app.db", "--output", "shot.json").code == 0)
    #expect(try terminal.kedge("inspect", "app.db", "--output", "all.yaml").code == 0)
    #expect(try terminal.kedge("inspect", "app.db", "--output", "all.sql").code == 0)
    try terminal.git("init", "-q")
    try terminal.git("add", "all.yaml", "all.sql", "shot.json")
    try terminal.git("commit", "-qm", "state")
    let forms = [
      "sqlite:app.db", "shot.json", "all.yaml", "all.sql", "git:HEAD:all.yaml", "git:HEAD:all.sql",
      "git:HEAD:shot.json",
    ]
    for form in forms {
      let answer = try terminal.kedge("diff", "app.db", form)
      #expect(answer.code == 0, "\(form): \(answer.output)\(answer.errors)")
    }
    #expect(try terminal.kedge("diff", "empty", "app.db").code == 1)
  }

  @Test func foldersOfARevisionAreRead() throws {
    let terminal = try prepared()
    defer { terminal.close() }
    try terminal.git("init", "-q")
    let first = try terminal.kedge(
      "generate", "first", "--target", "app.db", "--engine", "sqlite", "--no-proof")
    #expect(first.code == 0, "\(first.output)\(first.errors)")
    let yaml = try terminal.kedge("inspect", "app.db")
    try terminal.write("migrations/all.yaml", yaml.output)
    try terminal.git("add", ".")
    try terminal.git("commit", "-qm", "state")
    for form in ["git:HEAD:migrations", "git:HEAD:./migrations/"] {
      let answer = try terminal.kedge("diff", "app.db", form)
      #expect(answer.code == 0, "\(form): \(answer.output)\(answer.errors)")
    }
    let missing = try terminal.kedge("diff", "app.db", "git:HEAD:migrations@20000101000000")
    #expect(missing.code == 2)
    #expect(missing.errors.contains("there is no migration 20000101000000"))
    #expect(try terminal.kedge("diff", "app.db", "git:HEAD:nowhere").code == 2)
  }

  @Test func reportsAreWholeDocuments() throws {
    let terminal = try prepared()
    defer { terminal.close() }
    let answer = try terminal.kedge(
      "check", "app.db", "--output", "report.json", "--output", "report.txt", "--output",
      "report.sarif")
    #expect(answer.code == 1)
    #expect(answer.output.isEmpty)
    #expect(try terminal.text("report.json").contains("\"in_sync\" : false"))
    #expect(try terminal.text("report.txt").contains("differences"))
    let findings = try terminal.text("report.sarif")
    #expect(findings.contains("\"ruleId\" : \"DR01\"") && findings.contains("\"schema.yaml\""))
    #expect(try JSONSchema.sarif().complaints(about: Data(findings.utf8)) == [])
  }
}
