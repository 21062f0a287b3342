import Foundation
import TestSupport
import Testing

/// What somebody sees who sits in front of it: questions, and the line that says what takes long.
@Suite struct TerminalTests {
  private static let schema = """
    kedge: 1
    engine: sqlite
    tables:
      # who buys
      customers:
        columns:
          id: INTEGER  # never used twice
          full_name: TEXT not null
          email: TEXT
        primary_key: [id]
    """

  private func renaming() throws -> Terminal {
    let terminal = try Terminal()
    try terminal.write("schema.yaml", Self.schema)
    try terminal.sqlite(
      "app.db", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT);")
    return terminal
  }

  private func up(_ terminal: Terminal) throws -> String {
    let files = try FileManager.default.contentsOfDirectory(atPath: terminal.path("migrations"))
    return try terminal.text("migrations/" + #require(files.first { $0.hasSuffix(".up.sql") }))
  }

  @Test func aRenameIsPlannedWhenSomebodySaysYes() throws {
    let terminal = try renaming()
    defer { terminal.close() }
    try terminal.write(
      "schema.yaml", Self.schema.replacingOccurrences(of: "customers", with: "users"))
    let answer = try terminal.typing("yes\n", "generate first --from app.db")
    #expect(answer.code == 0)
    #expect(
      answer.output.contains("column name of users goes and full_name comes. Is it renamed? [y/N]"))
    #expect(try up(terminal).contains("ALTER TABLE users RENAME COLUMN name TO full_name;"))
    let text = try terminal.text("schema.yaml")
    #expect(text.contains("renamed_from: name"))
    #expect(text.contains("# who buys") && text.contains("# never used twice"))
    #expect(try terminal.kedge("diff", "app.db", "schema.yaml").output.contains("1 to rename"))
  }

  @Test(arguments: ["n\n", "\n", "perhaps\n", "\u{4}"])
  func nothingIsRenamedWithoutAYes(_ keys: String) throws {
    let terminal = try renaming()
    defer { terminal.close() }
    try terminal.write(
      "schema.yaml", Self.schema.replacingOccurrences(of: "customers", with: "users"))
    let before = try terminal.text("schema.yaml")
    #expect(try terminal.typing(keys, "generate first --from app.db").code == 0)
    #expect(try !up(terminal).contains("RENAME COLUMN"))
    #expect(try terminal.text("schema.yaml") == before)
  }

  /// A renamed table shows what was renamed in it.
  @Test func aRenamedTableIsLookedInto() throws {
    let terminal = try renaming()
    defer { terminal.close() }
    try terminal.write(
      "schema.yaml", Self.schema.replacingOccurrences(of: "full_name", with: "name"))
    let answer = try terminal.typing("y\n", "generate first --from app.db")
    #expect(answer.output.contains("table users goes and customers comes. Is it renamed?"))
    #expect(try up(terminal).contains("ALTER TABLE users RENAME TO customers;"))
    #expect(try terminal.text("schema.yaml").contains("renamed_from: users"))
  }

  @Test func withoutATerminalNobodyIsAsked() throws {
    let terminal = try renaming()
    defer { terminal.close() }
    try terminal.write(
      "schema.yaml", Self.schema.replacingOccurrences(of: "customers", with: "users"))
    let answer = try terminal.kedge("generate", "first", "--from", "app.db")
    #expect(answer.code == 0)
    #expect(answer.errors.contains("if that is a rename, say 'renamed_from: name'"))
    #expect(!answer.errors.contains("[y/N]"))
  }

  @Test func aPageIsNotForATerminal() throws {
    let terminal = try renaming()
    defer { terminal.close() }
    let answer = try terminal.typing("", "report app.db schema.yaml")
    #expect(answer.code == 2)
    #expect(answer.output.contains("next: add --output audit.html"))
    #expect(
      try terminal.kedge("report", "app.db", "schema.yaml").output.contains("<!doctype html>"))
  }

  // MARK: - What takes long

  private static let slow = "CREATE TABLE t (a int);\nSELECT pg_sleep(2.2);\n"
  private static let erase = "\r\u{1B}[K"

  @Test func whatTakesLongIsTold() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.write("slow.sql", Self.slow)
    let answer = try terminal.typing("", "inspect slow.sql --engine postgresql --output x.yaml")
    #expect(answer.code == 0)
    #expect(answer.output.contains("\(Self.erase)reading slow.sql"))
    #expect(answer.output.contains("reading slow.sql (1 s)"))
    #expect(answer.output.hasSuffix(Self.erase), "\(answer.output)")
    let quiet = try terminal.typing(
      "", "inspect slow.sql --engine postgresql --output x.yaml --quiet")
    #expect(!quiet.output.contains("reading"))
    let piped = try terminal.kedge("inspect", "slow.sql", "--engine", "postgresql")
    #expect(piped.errors == "")
  }

  @Test func theLineIsGoneAfterControlC() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.write("slow.sql", "SELECT pg_sleep(60);\n")
    let answer = try terminal.typing(
      "\u{3}", after: 4, "inspect slow.sql --engine postgresql --output x.yaml")
    #expect(answer.code == 130)
    #expect(answer.output.contains("reading slow.sql"))
    #expect(answer.output.hasSuffix(Self.erase), "\(answer.output)")
  }
}

extension Terminal {
  /// Runs `kedge` on a pseudo-terminal; the keys are typed after so many seconds. Output has both streams.
  fileprivate func typing(
    _ keys: String, after seconds: Int = 0, _ arguments: String
  ) throws -> ChildProcess.Answer {
    try write("keys", keys)
    // What reads the keys goes on until the end: a terminal without a keyboard would hang up. The trap is for
    // shells that end on control-C before they have written the code down.
    let feed = "(sleep \(seconds); cat keys; while [ ! -e done ]; do sleep 0.1; done)"
    let program = ChildProcess.kedge
    let answer = try run(
      "/bin/sh",
      [
        "-c",
        "rm -f done; \(feed) | (script -qec \"trap : INT; stty -echo; '\(program)' \(arguments); "
          + "echo \\$? >code\" /dev/null; touch done)",
      ])
    let code = try text("code").trimmingCharacters(in: .whitespacesAndNewlines)
    return ChildProcess.Answer(
      code: Int32(code) ?? -1, output: answer.output.replacingOccurrences(of: "\r\n", with: "\n"),
      errors: answer.errors)
  }
}
