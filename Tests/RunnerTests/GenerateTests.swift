import Foundation
import PostgresEngine
import SchemaModel
import TestSupport
import Testing

/// What `generate` does to a folder for PostgreSQL: cutting a change in two, putting branches on top of each other,
/// putting one file in the place of many.
@Suite struct GenerateTests {
  private let place: Place

  init() throws {
    place = try Place(.postgresql)
    let scratch = try Place.url(RunnerServer.shared().socketDirectory, "postgres")
    try place.write(
      "kedge.yaml",
      """
      schema: schema.yaml
      scratch: "\(scratch)"
      default_environment: dev
      environments: {dev: {url: "\(place.address)"}}

      """)
  }

  private static func schema(users: String = "email: text not null", rest: String = "") -> String {
    """
    kedge: 1
    engine: postgresql
    tables:
      users:
        columns:
          id: bigint
          \(users)
        primary_key: [id]
    \(rest)
    """
  }

  private static let posts = "  posts:\n    columns:\n      id: bigint\n    primary_key: [id]\n"

  @discardableResult
  private func kedge(_ code: Int32, _ arguments: String..., line: Int = #line) throws -> String {
    let answer = try ChildProcess(kedge: arguments, in: place.folder).wait()
    let text = answer.output + answer.errors
    #expect(answer.code == code, "line \(line): \(text)")
    return text
  }

  private func declare(_ schema: String) throws { try place.write("schema.yaml", schema) }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      atPath: place.folder.appending(path: "migrations").path
    ).sorted()
  }

  private func text(_ suffix: String) throws -> String {
    let name = try #require(try files().first { $0.hasSuffix(suffix) })
    return try String(
      contentsOf: place.folder.appending(path: "migrations/\(name)"), encoding: .utf8)
  }

  @Test func whatIsDroppedComesAfterTheDeployment() throws {
    defer { place.close() }
    try declare(Self.schema())
    try kedge(0, "generate", "first")
    try kedge(0, "apply")
    try place.run("INSERT INTO users VALUES (1, 'a@example.org')")
    try declare(Self.schema(users: "name: text"))
    try kedge(0, "generate", "names", "--split")
    let expand = try text("names_expand.up.sql")
    let contract = try text("names_contract.up.sql")
    #expect(expand.contains("ADD COLUMN name"), "\(expand)")
    #expect(expand.contains("ALTER COLUMN email DROP NOT NULL"), "\(expand)")
    #expect(!expand.contains("DROP COLUMN"), "\(expand)")
    #expect(contract.contains("DROP COLUMN email"), "\(contract)")
    try kedge(
      0, "apply", "--to",
      String(try #require(try files().first { $0.contains("expand") }).prefix(14)))
    // Both generations of clients write.
    try place.run(
      "INSERT INTO users (id, email) VALUES (2, 'b@example.org')",
      "INSERT INTO users (id, name) VALUES (3, 'c')")
    try kedge(3, "apply")
    try kedge(0, "apply", "--allow", "DL02")
    try kedge(0, "check")
    try kedge(0, "rollback", "--allow", "all")
    try place.run("UPDATE users SET email = 'nobody@example.org'")
    try kedge(0, "rollback", "--all", "--allow", "all")
  }

  @Test func whatOldClientsDoNotFillComesAfterTheDeployment() throws {
    defer { place.close() }
    try declare(Self.schema())
    try kedge(0, "generate", "first")
    try kedge(0, "apply")
    try place.run("INSERT INTO users VALUES (1, 'a@example.org')")
    try declare(
      Self.schema(
        users: "email: text not null\n      state: {type: text not null, backfill: \"'new'\"}"))
    try kedge(0, "generate", "state", "--split")
    let expand = try text("state_expand.up.sql")
    #expect(expand.contains("ADD COLUMN state text"), "\(expand)")
    #expect(!expand.contains("NOT NULL"), "\(expand)")
    try kedge(
      0, "apply", "--to",
      String(try #require(try files().first { $0.contains("expand") }).prefix(14)))
    try place.run(
      "INSERT INTO users (id, email) VALUES (2, 'b@example.org')",
      "INSERT INTO users (id, email, state) VALUES (3, 'c@example.org', 'old')")
    try kedge(0, "apply", "--allow", "all")
    #expect(
      try place.rows("SELECT state FROM users ORDER BY id").map { $0[0] } == ["new", "new", "old"])
    try kedge(0, "check")
  }

  @Test func branchesThatMeetAreRebased() throws {
    defer { place.close() }
    try declare(Self.schema())
    try kedge(0, "generate", "first")
    let first = try files()
    try declare(Self.schema(rest: Self.posts))
    try kedge(0, "generate", "posts")
    let posts = try files().filter { !first.contains($0) }
    // The other branch wrote it some time later.
    let version = String(try #require(posts.first).prefix(14))
    let folder = place.folder.appending(path: "migrations")
    var moved: [(String, String)] = []
    for name in posts {
      let url = folder.appending(path: name)
      let text = try String(contentsOf: url, encoding: .utf8)
      moved.append((name, text.replacingOccurrences(of: version, with: "29991231235959")))
      try FileManager.default.removeItem(at: url)
    }
    try declare(Self.schema(users: "email: text not null\n      age: integer"))
    try kedge(0, "generate", "age")
    for (name, text) in moved {
      try place.write(
        "migrations/" + name.replacingOccurrences(of: version, with: "29991231235959"), text)
    }
    #expect(try kedge(2, "apply").contains("two branches have met"))
    try kedge(0, "generate", "rebase")
    try kedge(0, "apply")
    #expect(try place.schema().contains("age"))
    #expect(try place.value("SELECT to_regclass('public.posts')") == "posts")
    try kedge(0, "rollback", "--all", "--allow", "all")
  }

  @Test func whatBothBranchesChangeIsListed() throws {
    defer { place.close() }
    try declare(Self.schema())
    try kedge(0, "generate", "first")
    let first = try files()
    try declare(Self.schema(users: "email: varchar(80) not null"))
    try kedge(0, "generate", "shorter", "--allow", "all")
    let shorter = try files().filter { !first.contains($0) }
    let version = String(try #require(shorter.first).prefix(14))
    let folder = place.folder.appending(path: "migrations")
    var moved: [(String, String)] = []
    for name in shorter {
      let url = folder.appending(path: name)
      let text = try String(contentsOf: url, encoding: .utf8)
      moved.append((name, text.replacingOccurrences(of: version, with: "29991231235959")))
      try FileManager.default.removeItem(at: url)
    }
    try declare(Self.schema(users: "email: text"))
    try kedge(0, "generate", "optional")
    for (name, text) in moved {
      try place.write(
        "migrations/" + name.replacingOccurrences(of: version, with: "29991231235959"), text)
    }
    #expect(try kedge(3, "generate", "rebase").contains("the other branch both change"))
  }

  @Test func oneMigrationStandsForMany() throws {
    defer { place.close() }
    try declare(Self.schema())
    try kedge(0, "generate", "first")
    try declare(Self.schema(rest: Self.posts))
    try kedge(0, "generate", "posts")
    try kedge(0, "apply")
    let last = try #require(try files().last).prefix(14)
    try kedge(0, "generate", "squash", "--to", String(last))
    #expect(try files().count == 2)
    try kedge(0, "status", "--exit-code")
    try kedge(0, "check", "--migrations")
    let fresh = try Place(.postgresql)
    defer { fresh.close() }
    try kedge(0, "apply", fresh.address)
    try kedge(0, "check", fresh.address, "--migrations")
    try kedge(0, "diff", fresh.address, place.address)
    try kedge(0, "rollback", fresh.address, "--all", "--allow", "all")
    #expect(try fresh.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0")
    // Rows are no part of the schema.
    try place.write("migrations/29990101000000_fill.up.sql", "INSERT INTO users VALUES (1, 'a');\n")
    #expect(
      try kedge(3, "generate", "squash", "--to", "29990101000000").contains("change rows"))
    try kedge(0, "generate", "squash", "--to", "29990101000000", "--without-rows")
  }
}
