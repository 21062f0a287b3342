import Foundation
import TestSupport
import Testing

/// A clear message, the right exit code, no trap, within seconds.
@Suite struct BadInputTests {
  private func expectFailure(
    _ answer: ChildProcess.Answer, code: Int32 = 2, contains words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(answer.code == code, "\(answer.output)\(answer.errors)", sourceLocation: sourceLocation)
    for word in words {
      #expect(
        answer.errors.contains(word), "\(word) is not in: \(answer.errors)",
        sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [["--nonsense"], ["diff", "one"], ["check", "--format", "x"], ["explode"]])
  func usageErrorsEndWithTwo(_ arguments: [String]) throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    let answer =
      arguments.count == 1
      ? try terminal.kedge(arguments[0])
      : arguments.count == 2
        ? try terminal.kedge(arguments[0], arguments[1])
        : try terminal.kedge(arguments[0], arguments[1], arguments[2])
    expectFailure(answer, contains: "Usage")
  }

  @Test func theNearestCommandIsNamed() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    expectFailure(
      try terminal.kedge("chek", "app.db"), contains: "no command 'chek'", "Did you mean 'check'?")
  }

  @Test(arguments: [
    "accept", "apply", "baseline", "check", "completions", "config", "diff", "doctor", "explain",
    "fmt", "generate", "history", "init", "inspect", "ledger", "lint", "lock", "pull", "repair",
    "report", "resume", "rollback", "schema", "status", "verify",
  ])
  func everyCommandHasHelpWithExamples(_ command: String) throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    let answer = try terminal.kedge(command, "--help")
    #expect(answer.code == 0)
    #expect(answer.output.contains("EXAMPLES"))
    #expect(answer.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  /// What people do in their first hour.
  @Test func theNextStepIsTold() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.write("kedge.yaml", "environments: {dev: {url: \"sqlite:dev.db\"}}\n")
    try terminal.write(
      "schema.yaml", "kedge: 1\nengine: sqlite\ntables: {users: {columns: {id: INTEGER}}}\n")
    try terminal.sqlite("dev.db", "CREATE TABLE users (id INTEGER);")
    for arguments in [["check", "dev"], ["apply", "dev"], ["diff", "dev", "schema.yaml"]] {
      expectFailure(try terminal.kedge(arguments), contains: "next: write env:dev")
    }
    #expect(!FileManager.default.fileExists(atPath: terminal.path("dev")))
    expectFailure(
      try terminal.kedge("check", "dev.db", "--target", "schem.yaml"),
      contains: "next: did you mean schema.yaml?")
    expectFailure(
      try terminal.kedge("report", "./dv.db", "schema.yaml"), contains: "did you mean ./dev.db?")
    expectFailure(
      try terminal.kedge("check", "localhost:5432/shop"),
      contains: "did you mean postgresql://localhost:5432/shop?")
    try terminal.folder("migrations")
    expectFailure(
      try terminal.kedge("verify"), contains: "no migrations in migrations", "kedge generate")
    let first = try terminal.kedge("generate", "first", "--no-proof")
    #expect(first.code == 0)
    #expect(first.errors.contains("kedge baseline --to"))
    expectFailure(
      try terminal.kedge("apply", "env:dev"), contains: "already exists", "kedge baseline --to 2")
    expectFailure(
      try terminal.kedge("report", "dev.db", "schema.yaml", "-o", "x.pdf"), contains: ".html")
    expectFailure(
      try terminal.kedge("report", "dev.db", "schema.yaml", "-o", "not/here/x.html"),
      contains: "next: make the folder first: mkdir -p not/here")
    try terminal.git("init")
    expectFailure(
      try terminal.kedge("check", "dev.db", "--target", "git:nothing:schema.yaml"),
      contains: "nothing is no commit, branch or tag here")
  }

  /// A migration by hand has no header.
  @Test func theSchemaFileTellsTheEngineOfMigrations() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.folder("migrations")
    try terminal.write("migrations/20260101000000_a.up.sql", "CREATE TABLE a (id INTEGER);\n")
    try terminal.write("migrations/20260101000000_a.down.sql", "DROP TABLE a;\n")
    expectFailure(try terminal.kedge("verify"), contains: "add --engine")
    try terminal.write("schema.yaml", "kedge: 1\nengine: sqlite\n")
    let answer = try terminal.kedge("verify")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(answer.output.contains("1 proven"))
  }

  @Test func filesThatAreNotDatabases() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.write("schema.yaml", "kedge: 1\nengine: sqlite\n")
    expectFailure(try terminal.kedge("check", "nowhere.db"), contains: "nowhere.db", "next:")
    try terminal.write("text.db", "this is no database, but it is long enough to be read as one")
    expectFailure(try terminal.kedge("check", "text.db"), contains: "text.db", "not a SQLite")
    expectFailure(try terminal.kedge("check", "sqlite:text.db"), contains: "text.db")
    try terminal.sqlite("whole.db", MainJobTests.old)
    let bytes = try Data(contentsOf: terminal.folder.appending(path: "whole.db"))
    try bytes.prefix(1_500).write(to: terminal.folder.appending(path: "cut.db"))
    expectFailure(try terminal.kedge("check", "cut.db"), contains: "cut.db", "next:")
    expectFailure(try terminal.kedge("check", "sqlite:."), contains: "next:")
  }

  @Test func serversThatCannotBeReached() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.write("schema.yaml", "kedge: 1\nengine: postgresql\n")
    let closed = try terminal.kedge("check", "postgresql://u:hunter2@127.0.0.1:1/x")
    expectFailure(closed, contains: "127.0.0.1", "next:")
    #expect(!closed.errors.contains("hunter2"))
    let malformed = try terminal.kedge("check", "postgresql://u:hunter2@h:port/x?sslmod=require")
    expectFailure(malformed)
    #expect(!malformed.errors.contains("hunter2"))
  }

  @Test func allMistakesOfAFileAreToldWithTheirPlace() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.sqlite("app.db", MainJobTests.old)
    try terminal.write(
      "schema.yaml",
      """
      kedge: 1
      engine: sqlite
      tabels: {}
      tables:
        users:
          columns:
            id: INTEGER
            id: TEXT
          primary_key: [nope]
          colums: 3
        orders: [a, b]
      """)
    let answer = try terminal.kedge("check", "app.db")
    #expect(answer.errors.hasSuffix("\n"))
    expectFailure(
      answer, contains: "schema.yaml:3:1", "tables", "schema.yaml:8", "schema.yaml:9", "nope",
      "schema.yaml:10", "columns", "schema.yaml:11")
  }

  @Test func textsThatWouldBlowUp() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.sqlite("app.db", MainJobTests.old)
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      let alias = "*a\(level - 1)"
      bomb +=
        "a\(level): &a\(level) [\(Array(repeating: alias, count: 9).joined(separator: ", "))]\n"
    }
    try terminal.write("bomb.yaml", bomb)
    expectFailure(
      try terminal.kedge("check", "app.db", "--target", "bomb.yaml"), contains: "bomb.yaml")
    try terminal.write("deep.yaml", String(repeating: "[", count: 100_000))
    expectFailure(
      try terminal.kedge("check", "app.db", "--target", "deep.yaml"), contains: "deep.yaml")
    try terminal.write("list.yaml", "- a\n- b\n")
    expectFailure(
      try terminal.kedge("check", "app.db", "--target", "list.yaml"), contains: "list.yaml:1")
    try terminal.write("nul.yaml", "kedge: 1\nengine: \0sqlite\n")
    expectFailure(
      try terminal.kedge("check", "app.db", "--target", "nul.yaml"), contains: "nul.yaml")
  }

  @Test func aLockedDatabaseIsRefused() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.sqlite("app.db", MainJobTests.old)
    try terminal.write("schema.yaml", MainJobTests.declared)
    let holder = Process()
    holder.executableURL = URL(filePath: "/usr/bin/env")
    holder.arguments = ["sqlite3", terminal.path("app.db")]
    let input = Pipe()
    let output = Pipe()
    holder.standardInput = input
    holder.standardOutput = output
    try holder.run()
    try input.fileHandleForWriting.write(
      contentsOf: Data("BEGIN EXCLUSIVE;\nSELECT 'held';\n".utf8))
    _ = output.fileHandleForReading.availableData
    let answer = try terminal.kedge("check", "app.db")
    try input.fileHandleForWriting.close()
    holder.waitUntilExit()
    expectFailure(answer, code: 3, contains: "app.db", "locked")
  }
}
