import Foundation
import TestSupport
import Testing

/// What a database has become goes into the file that a person wrote.
@Suite struct PullTests {
  private static let schema = """
    # The schema of the shop.
    kedge: 1
    engine: sqlite

    tables:
      # People.
      users:
        columns:
          id: integer
          email: text not null   # unique soon
          old: text
        primary_key: [id]

      # Flow style on purpose
      tags: {columns: {id: integer, name: text}}

      posts:
        columns:
          id: integer
        primary_key: [id]
        # end of posts

    """

  private func terminal(_ sql: String) throws -> Terminal {
    let terminal = try Terminal()
    try terminal.write("schema.yaml", Self.schema)
    try terminal.sqlite("dev.db", sql)
    return terminal
  }

  private static let users =
    "CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL, old text);"
  private static let tags = "CREATE TABLE tags (id integer, name text);"
  private static let posts = "CREATE TABLE posts (id integer PRIMARY KEY);"

  @Test func nothingDriftedNothingChanges() throws {
    let terminal = try terminal(Self.users + Self.tags + Self.posts)
    defer { terminal.close() }
    #expect(try terminal.kedge("pull", "dev.db").output.contains("nothing to pull"))
    #expect(try terminal.text("schema.yaml") == Self.schema)
  }

  @Test func commentsAndFormattingStay() throws {
    let terminal = try terminal(
      """
      CREATE TABLE users (id integer PRIMARY KEY, email varchar NOT NULL, age integer DEFAULT 0);
      CREATE INDEX users_email ON users (email);
      CREATE TABLE extra (a int); CREATE VIEW v AS SELECT 1 AS a;
      """ + Self.tags + Self.posts)
    defer { terminal.close() }
    let answer = try terminal.kedge("pull", "dev.db")
    #expect(answer.code == 0, "\(answer.errors)")
    let text = try terminal.text("schema.yaml")
    for line in [
      "# The schema of the shop.", "  # People.", "      email: varchar not null   # unique soon",
      "  # Flow style on purpose", "  tags: {columns: {id: integer, name: text}}",
      "    # end of posts", "      age: integer default 0", "      users_email: [email]",
    ] {
      #expect(text.split(separator: "\n").contains { $0 == line }, "\(line) is not in:\n\(text)")
    }
    #expect(!text.contains("old: text"))
    #expect(try terminal.kedge("check", "dev.db").code == 0)
  }

  @Test func whatStandsInBracketsIsWrittenAnewAndSaid() throws {
    let terminal = try terminal(
      Self.users + Self.posts + "CREATE TABLE tags (id integer, name text, colour text);")
    defer { terminal.close() }
    let answer = try terminal.kedge("pull", "dev.db")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(answer.errors.contains("tags was written anew"))
    #expect(try terminal.text("schema.yaml").contains("# Flow style on purpose"))
    #expect(try terminal.kedge("check", "dev.db").code == 0)
  }

  @Test func tablesComeAndGo() throws {
    let terminal = try terminal(Self.tags + "CREATE TABLE a_first (x text);")
    defer { terminal.close() }
    #expect(try terminal.kedge("pull", "dev.db").code == 0)
    let text = try terminal.text("schema.yaml")
    #expect(!text.contains("posts:"))
    #expect(text.contains("a_first:"))
    #expect(try terminal.kedge("check", "dev.db").code == 0)
  }

  @Test func aDryRunWritesNothing() throws {
    let terminal = try terminal(Self.tags)
    defer { terminal.close() }
    #expect(!(try terminal.kedge("pull", "dev.db", "--dry-run").output.contains("posts:")))
    #expect(try terminal.text("schema.yaml") == Self.schema)
  }

  @Test func whatIsAcceptedBecomesARule() throws {
    let terminal = try terminal(Self.users + Self.tags + Self.posts + "CREATE TABLE tmp_1 (a);")
    defer { terminal.close() }
    let wrong = try terminal.kedge(
      "accept", "table", "tmp_2", "--reason", "x", "--source", "dev.db")
    #expect(wrong.code == 2)
    #expect(wrong.errors.contains("table tmp_1"))
    let answer = try terminal.kedge(
      "accept", "table", "tmp_1", "--reason", "a job \"x\"", "--until", "2999-12-31", "--source",
      "dev.db")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(try terminal.kedge("check", "dev.db").code == 0)
    #expect(try terminal.kedge("accept", "tabel", "x", "--reason", "y").errors.contains("table"))
  }

  @Test func reportsForForges() throws {
    let terminal = try terminal(Self.users + Self.tags)
    defer { terminal.close() }
    let answer = try terminal.kedge(
      "check", "dev.db", "--output", "report.md", "--output", "report.xml", "--output",
      "report.json")
    #expect(answer.code == 1)
    #expect(try terminal.text("report.md").contains("| + | `table posts` |"))
    #expect(
      try terminal.text("report.xml").contains(
        "<failure message=\"declared, not in the database\"/>"))
    #expect(try terminal.text("report.json").contains("\"in_sync\" : false"))
  }
}
