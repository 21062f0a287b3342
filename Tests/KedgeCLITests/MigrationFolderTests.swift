import Foundation
import TestSupport
import Testing

/// The folder of migrations as a source, and what `generate` does to it.
@Suite struct MigrationFolderTests {
  private static let users = """
    kedge: 1
    engine: sqlite
    tables:
      users:
        columns:
          id: integer
          email: text not null
        primary_key: [id]

    """
  private static let posts = """
      posts:
        columns:
          id: integer
        primary_key: [id]

    """

  private func terminal() throws -> Terminal {
    let terminal = try Terminal()
    try terminal.write(
      "kedge.yaml",
      "schema: schema.yaml\ndefault_environment: dev\nenvironments: {dev: {url: \"sqlite:dev.db\"}}\n"
    )
    try terminal.write("schema.yaml", Self.users)
    return terminal
  }

  private func kedge(_ terminal: Terminal, _ arguments: String...) throws -> ChildProcess.Answer {
    try terminal.kedge(arguments)
  }

  private func files(_ terminal: Terminal) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: terminal.path("migrations")).sorted()
  }

  @Test func eachMigrationStartsWhereTheFolderEnds() throws {
    let terminal = try terminal()
    defer { terminal.close() }
    #expect(try kedge(terminal, "generate", "first").code == 0)
    let again = try kedge(terminal, "generate", "again")
    #expect(again.code == 0)
    #expect(again.output.contains("nothing to write"))
    try terminal.write("schema.yaml", Self.users + Self.posts)
    #expect(try kedge(terminal, "generate", "posts").code == 0)
    let names = try files(terminal)
    #expect(names.count == 4)
    let up = try #require(names.last { $0.hasSuffix("_posts.up.sql") })
    let text = try terminal.text("migrations/\(up)")
    #expect(text.contains("-- kedge:after "))
    #expect(!text.contains("CREATE TABLE users"))
    #expect(try kedge(terminal, "apply").code == 0)
    #expect(try kedge(terminal, "check").code == 0)
    #expect(try kedge(terminal, "diff", "migrations", "schema.yaml").code == 0)
    let first = String(names[0].prefix(14))
    #expect(try kedge(terminal, "diff", "migrations@\(first)", "schema.yaml").code == 1)
  }

  @Test func aFolderThatIsNotThereIsSaidSo() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    let answer = try terminal.kedge("verify")
    #expect(answer.code == 2)
    #expect(answer.errors.contains("there is no folder migrations"))
    #expect(answer.errors.contains("next: "))
  }

  @Test func whatIsPendingIsNoDriftAndAHandIs() throws {
    let terminal = try terminal()
    defer { terminal.close() }
    _ = try kedge(terminal, "generate", "first")
    _ = try kedge(terminal, "apply")
    try terminal.write("schema.yaml", Self.users + Self.posts)
    _ = try kedge(terminal, "generate", "posts")
    #expect(try kedge(terminal, "check", "--migrations").code == 0)
    #expect(try kedge(terminal, "check").code == 1)
    #expect(try kedge(terminal, "status", "--exit-code").code == 1)
    try terminal.sqlite("dev.db", "CREATE TABLE by_hand (a);")
    let check = try kedge(terminal, "check", "--migrations")
    #expect(check.code == 1)
    #expect(check.output.contains("by_hand"))
    let apply = try kedge(terminal, "apply")
    #expect(apply.code == 3)
    #expect(apply.errors.contains("by_hand"))
    #expect(try kedge(terminal, "apply", "--accept-drift").code == 0)
  }

  @Test func branchesThatMeetAreRebased() throws {
    let terminal = try terminal()
    defer { terminal.close() }
    _ = try kedge(terminal, "generate", "first")
    let first = try files(terminal)
    try terminal.write("schema.yaml", Self.users + Self.posts)
    _ = try kedge(terminal, "generate", "posts")
    let posts = try files(terminal).filter { !first.contains($0) }
    // The other branch wrote it some time later.
    let version = String(try #require(posts.first).prefix(14))
    let moved = try posts.map { name in
      (name, try terminal.text("migrations/\(name)").replacing(version, with: "29991231235959"))
    }
    for (name, _) in moved {
      try FileManager.default.removeItem(atPath: terminal.path("migrations/\(name)"))
    }
    try terminal.write(
      "schema.yaml", Self.users.replacing("not null\n", with: "not null\n      age: integer\n"))
    _ = try kedge(terminal, "generate", "age")
    for (name, text) in moved {
      try terminal.write("migrations/\(name.replacing(version, with: "29991231235959"))", text)
    }
    let check = try kedge(terminal, "check", "--target", "empty", "--engine", "sqlite")
    #expect(check.errors.contains("two branches have met"))
    #expect(try kedge(terminal, "apply").code == 2)
    let rebase = try kedge(terminal, "generate", "rebase")
    #expect(rebase.code == 0, "\(rebase.errors)")
    #expect(try kedge(terminal, "apply").code == 0)
    let tables = try terminal.sqlite(
      "dev.db", "SELECT name FROM pragma_table_info('users'); SELECT count(*) FROM posts;")
    #expect(tables.output.contains("age"))
  }

  @Test func oneMigrationStandsForMany() throws {
    let terminal = try terminal()
    defer { terminal.close() }
    _ = try kedge(terminal, "generate", "first")
    try terminal.write("schema.yaml", Self.users + Self.posts)
    _ = try kedge(terminal, "generate", "posts")
    _ = try kedge(terminal, "apply")
    let last = try #require(try files(terminal).last).prefix(14)
    #expect(try kedge(terminal, "generate", "squash", "--to", String(last)).code == 0)
    #expect(try files(terminal).count == 2)
    #expect(try kedge(terminal, "status", "--exit-code").code == 0)
    #expect(try kedge(terminal, "apply", "fresh.db").code == 0)
    #expect(try kedge(terminal, "check", "fresh.db", "--migrations").code == 0)
    #expect(try kedge(terminal, "diff", "fresh.db", "dev.db").code == 0)
  }

  @Test func aTemplateIsForAPersonToFill() throws {
    let terminal = try terminal()
    defer { terminal.close() }
    _ = try kedge(terminal, "generate", "first")
    #expect(try kedge(terminal, "generate", "fill", "--empty").code == 0)
    let name = try #require(try files(terminal).last { $0.hasSuffix("_fill.up.sql") })
    let text = try terminal.text("migrations/\(name)")
    try terminal.write(
      "migrations/\(name)", text + "INSERT INTO users (email) VALUES ('a@example.org');\n")
    #expect(try kedge(terminal, "apply").code == 0)
    #expect(try terminal.sqlite("dev.db", "SELECT email FROM users").output == "a@example.org\n")
  }

  @Test func splitPutsWhatIsDroppedIntoAFileOfItsOwn() throws {
    let terminal = try terminal()
    defer { terminal.close() }
    _ = try kedge(terminal, "generate", "first")
    try terminal.write(
      "schema.yaml", Self.users.replacing("email: text not null", with: "name: text"))
    let answer = try kedge(terminal, "generate", "names", "--split")
    #expect(answer.code == 0, "\(answer.errors)")
    let names = try files(terminal)
    let expand = try #require(names.first { $0.hasSuffix("names_expand.up.sql") })
    let contract = try #require(names.first { $0.hasSuffix("names_contract.up.sql") })
    #expect(try terminal.text("migrations/\(expand)").contains("name"))
    #expect(try terminal.text("migrations/\(contract)").contains("email"))
    #expect(try kedge(terminal, "apply", "--allow", "all").code == 0)
    #expect(try kedge(terminal, "check").code == 0)
  }
}

extension String {
  fileprivate func replacing(_ text: String, with other: String) -> String {
    replacingOccurrences(of: text, with: other)
  }
}
