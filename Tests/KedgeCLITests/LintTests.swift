import Foundation
import Testing
import TestSupport

/// `kedge lint` as a user runs it.
struct LintTests {
  private static let hazard =
    "SET lock_timeout = '3s';\nCREATE INDEX users_name_idx ON users (name);\n"

  private func withTerminal(_ body: (Terminal) throws -> Void) throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try body(terminal)
  }

  @Test func errorsAreExitCodeOne() throws {
    try withTerminal { terminal in
      try terminal.write("x.sql", Self.hazard)
      let answer = try terminal.kedge("lint", "x.sql")
      #expect(answer.code == 1)
      #expect(
        answer.output == """
          x.sql:2:1: error LK01: the build holds SHARE on users: writes wait until it is
              done
            2 | CREATE INDEX users_name_idx ON users (name);
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            fix: CREATE INDEX CONCURRENTLY, alone and outside a transaction

          1 file: 1 error

          """)
      #expect(answer.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
      try terminal.write("clean.sql", "SELECT 1;\n")
      let clean = try terminal.kedge("lint", "clean.sql")
      #expect(clean.code == 0 && clean.output == "1 file: nothing found\n")
    }
  }

  @Test func theGateMoves() throws {
    try withTerminal { terminal in
      try terminal.write(
        "x.sql", "SET lock_timeout = '3s';\nALTER TABLE t ALTER c DROP NOT NULL;\n")
      #expect(try terminal.kedge("lint", "x.sql").code == 0)
      #expect(try terminal.kedge("lint", "x.sql", "--fail-on", "warning").code == 1)
      #expect(try terminal.kedge("lint", "x.sql", "--rule", "BC06=error").code == 1)
      try terminal.write("kedge.yaml", "lint: {fail_on: warning}\n")
      #expect(try terminal.kedge("lint", "x.sql").code == 1)
      #expect(try terminal.kedge("lint", "x.sql", "--rule", "bc06=off").code == 0)
      try terminal.write(
        "kedge.yaml",
        "lint: {fail_on: warning, paths: [{path: 'x*', rules: {BC06: off}}]}\n")
      #expect(try terminal.kedge("lint", "x.sql").code == 0)
      try terminal.write("kedge.yaml", "lint: {rules: {nonsense: off}}\n")
      let wrong = try terminal.kedge("lint", "x.sql")
      #expect(wrong.code == 2 && wrong.errors.contains("kedge.yaml:1:16"))
    }
  }

  @Test func fixesAreWrittenToTheFile() throws {
    try withTerminal { terminal in
      try terminal.write(
        "x.sql",
        "CREATE INDEX i ON t (c);\nALTER TABLE t ADD CONSTRAINT k CHECK (c > 0);\nBEGIN;\nSELECT 1;\n"
      )
      let answer = try terminal.kedge("lint", "x.sql", "--fix")
      #expect(answer.errors.contains("fixed"))
      #expect(
        try terminal.text("x.sql") == """
          SET lock_timeout = 0;
          CREATE INDEX CONCURRENTLY i ON t (c);
          SET lock_timeout = '3s';
          ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0) NOT VALID;
          ALTER TABLE t VALIDATE CONSTRAINT k;
          BEGIN;
          SELECT 1;
          COMMIT;

          """ || answer.code == 0)
      let text = try terminal.text("x.sql")
      #expect(text.contains("CONCURRENTLY i") && text.contains("NOT VALID;\n"))
      #expect(text.hasSuffix("COMMIT;\n"))
      let again = try terminal.kedge("lint", "x.sql", "--fix")
      #expect(try terminal.text("x.sql") == text, "\(again.output)")
    }
  }

  @Test func formatsAreWholeDocuments() throws {
    try withTerminal { terminal in
      try terminal.write("a b.sql", Self.hazard)
      let answer = try terminal.kedge(
        "lint", "a b.sql", "--format", "github", "--output", "x.sarif", "--output", "x.json")
      #expect(
        answer.output == """
          ::error file=a b.sql,line=2,col=1,endColumn=44,title=LK01::the build holds SHARE on users: writes \
          wait until it is done%0Afix: CREATE INDEX CONCURRENTLY, alone and outside a transaction

          """)
      #expect(try JSONSchema.sarif().complaints(about: Data(terminal.text("x.sarif").utf8)) == [])
      let sarif = try #require(
        try JSONSerialization.jsonObject(with: Data(terminal.text("x.sarif").utf8))
          as? [String: Any])
      #expect(sarif["version"] as? String == "2.1.0")
      let run = try #require((sarif["runs"] as? [[String: Any]])?.first)
      let result = try #require((run["results"] as? [[String: Any]])?.first)
      #expect(result["ruleId"] as? String == "LK01" && result["ruleIndex"] as? Int == 0)
      #expect(try terminal.text("x.sarif").contains("\"uri\" : \"a%20b.sql\""))
      let json = try #require(
        try JSONSerialization.jsonObject(with: Data(terminal.text("x.json").utf8))
          as? [String: Any])
      #expect((json["findings"] as? [[String: Any]])?.count == 1)
    }
  }

  @Test func foldersAreReadInTheOrderOfVersions() throws {
    try withTerminal { terminal in
      try FileManager.default.createDirectory(
        atPath: terminal.path("migrations"), withIntermediateDirectories: true)
      try terminal.write(
        "migrations/V2__t.sql", "CREATE TABLE t (id bigint PRIMARY KEY, v varchar(10) NOT NULL);\n")
      try terminal.write(
        "migrations/V10__wider.sql",
        "SET LOCAL lock_timeout = '3s';\nALTER TABLE t ALTER v TYPE varchar(20);\n")
      try terminal.write("migrations/U10__wider.sql", "DROP TABLE t;\n")
      let all = try terminal.kedge("lint", "--fail-on", "warning")
      #expect(all.code == 0, "\(all.output)")
      #expect(all.output.contains("2 files"))
      // Files before it in the folder are known.
      let one = try terminal.kedge("lint", "migrations/V10__wider.sql", "--fail-on", "warning")
      #expect(one.code == 0, "\(one.output)")
      let down = try terminal.kedge("lint", "--down")
      #expect(down.code == 1 && down.output.contains("DL01"))
    }
  }

  @Test func whatCannotBeReadIsExitCodeTwo() throws {
    try withTerminal { terminal in
      try terminal.write("x.sql", "SELECT 1;\nSELECT 'never closed;\n")
      let answer = try terminal.kedge("lint", "x.sql")
      #expect(answer.code == 2 && answer.errors == "error: x.sql:2: a string is never closed\n")
      #expect(try terminal.kedge("lint", "missing.sql").code == 2)
      #expect(try terminal.kedge("lint", "-", "--fix").code == 2)
      #expect(try terminal.kedge("lint", "x.sql", "--rule", "XX99=off").code == 2)
      #expect(try terminal.kedge("lint", "x.sql", "--postgresql-version", "new").code == 2)
    }
  }

  @Test func traceMeasures() throws {
    try withTerminal { terminal in
      try terminal.write(
        "base.sql",
        "CREATE TABLE t (id bigint PRIMARY KEY, v varchar(10)); CREATE TABLE u (id int);")
      try terminal.write(
        "x.sql",
        """
        SET lock_timeout = '3s';
        ALTER TABLE t ALTER COLUMN v TYPE text;
        ALTER TABLE u ALTER COLUMN id TYPE bigint;
        CREATE INDEX CONCURRENTLY t_v_idx ON t (v);
        ALTER TABLE nothing ADD COLUMN c int;
        SELECT 1;

        """)
      let answer = try terminal.kedge(
        "lint", "x.sql", "--trace", "--from", "base.sql", "--engine", "postgresql")
      #expect(answer.code == 1, "\(answer.errors)")
      for line in [
        "  ACCESS EXCLUSIVE on t  readers and writers wait",
        "  SHARE UPDATE EXCLUSIVE on t", "  indexes built on: t", "  written anew: u",
        "  failed: relation \"nothing\" does not exist", "  not run",
        "x.sql:3:15: error LK17 (measured): u and its indexes are written anew under",
      ] {
        #expect(answer.output.contains(line + "\n"), "\(line)\n\(answer.output)")
      }
      #expect(!answer.output.contains("x.sql:2:15: warning LK17"))
    }
  }
}
