import Foundation
import TestSupport
import Testing

/// kedge.yaml as a user meets it.
@Suite struct ConfigurationCommandTests {
  private static let schema = """
    kedge: 1
    engine: sqlite
    tables:
      users: {columns: {id: integer, name: text}}

    """
  private static let database = """
    CREATE TABLE users (id INTEGER, name TEXT, age INTEGER);
    CREATE TABLE tmp_1 (a); CREATE TABLE tmp_keep (a);
    CREATE TABLE schema_migrations (version TEXT);
    """

  private func terminal(_ configuration: String) throws -> Terminal {
    let terminal = try Terminal()
    try terminal.write("schema.yaml", Self.schema)
    try terminal.write(
      "kedge.yaml", "environments: {dev: {url: \"sqlite:dev.db\"}}\n" + configuration)
    try terminal.sqlite("dev.db", Self.database)
    return terminal
  }

  @Test func whatIsIgnoredIsListedWithItsReason() throws {
    let terminal = try terminal(
      """
      ignore:
        - {table: ["tmp_*", "!tmp_keep"], reason: "made by a job"}
        - {column: users.age, until: 2999-01-01}
        - {table: nothing_*}
      """)
    defer { terminal.close() }
    let answer = try terminal.kedge("check")
    #expect(answer.code == 1)
    #expect(answer.output.contains("ignored: table tmp_1 (made by a job)"))
    #expect(answer.output.contains("until 2999-01-01"))
    #expect(answer.output.contains("history of Rails"))
    #expect(answer.output.contains("nothing to ignore for table nothing_*"))
    #expect(answer.output.contains("1 difference: 1 to drop"))
  }

  @Test func aRuleThatHasEndedSaysSo() throws {
    let terminal = try terminal("ignore: [{table: \"tmp_*\", until: 2020-01-31}]\n")
    defer { terminal.close() }
    let answer = try terminal.kedge("check")
    #expect(answer.output.contains("no longer ignored: it ended on 2020-01-31"))
    #expect(answer.output.contains("table tmp_1"))
  }

  @Test func theGateFailsOnWhatItIsTold() throws {
    let terminal = try terminal("gate: {fail_on: [undecided]}\n")
    defer { terminal.close() }
    #expect(try terminal.kedge("check").code == 0)
  }

  @Test func mistakesSayWhatToWrite() throws {
    let terminal = try terminal(
      "ignore: [{tabel: x}, {reason: y}, {table: a, until: soon}]\ngate: {fail_on: [drifts]}\n")
    defer { terminal.close() }
    let answer = try terminal.kedge("check")
    #expect(answer.code == 2)
    for words in ["did you mean 'table'?", "does not say what it ignores", "YYYY-MM-DD", "drifts"] {
      #expect(answer.errors.contains(words), "\(words): \(answer.errors)")
    }
  }

  @Test func variablesComeFromTheEnvironmentAndFromAFile() throws {
    let terminal = try terminal("")
    defer { terminal.close() }
    try terminal.write(
      "kedge.yaml",
      """
      environments:
        a: {url: "sqlite:${A_FILE}"}
        b: {url: "postgresql://u:${SECRET}@h/db"}
        c: {url: "${MISSING_ONE}"}
      """)
    try terminal.write(".env", "export A_FILE='dev.db'  # the file\nSECRET=\"hunter2\"\n")
    let config = try terminal.kedge("config")
    #expect(config.code == 0, "\(config.errors)")
    #expect(config.output.contains("sqlite:dev.db"))
    #expect(config.output.contains("A_FILE from .env"))
    #expect(!config.output.contains("hunter2"))
    #expect(config.output.contains("MISSING_ONE has no value"))
    #expect(try terminal.kedge("check", "env:a").code == 1)
    let own = try terminal.kedge("config", environment: ["A_FILE": "other.db"])
    #expect(own.output.contains("A_FILE from the environment"))
  }
}
