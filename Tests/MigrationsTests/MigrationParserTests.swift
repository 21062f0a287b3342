import Migrations
import Planning
import PostgresEngine
import SQLiteEngine
import Testing

@Suite struct MigrationParserTests {
  private func parsed(_ text: String) throws -> MigrationScript {
    try MigrationParser.parse(text, file: "m/1_a.up.sql", dialect: PostgresDialect())
  }

  private func problems(_ text: String) -> [String] {
    do {
      _ = try parsed(text)
      return []
    } catch let problems as MigrationProblems {
      return problems.all.map(\.sentence)
    } catch {
      return ["\(error)"]
    }
  }

  @Test func headersAndSectionsAreRead() throws {
    let script = try parsed(
      """
      -- kedge:migration 20260101000000 add_roles
      -- kedge:after 20250101000000 1:abc
      -- kedge:engine postgresql >= 15
      -- kedge:from 1:a to 1:b

      -- kedge:section 1
      SET LOCAL lock_timeout = '3s';
      ALTER TABLE t ADD COLUMN a text; -- a note
      -- kedge:hazard DL02 the column b of t is lost
      -- kedge:allow DL02 nobody reads it
      ALTER TABLE t DROP COLUMN b;

      -- kedge:section 2 no-transaction
      CREATE INDEX CONCURRENTLY i ON t (a);
      """)
    #expect(script.header.version == "20260101000000")
    #expect(script.header.after?.checksum == "1:abc")
    #expect(script.header.minimumVersion == "15")
    #expect(script.header.to == "1:b")
    #expect(script.sections.map(\.mode) == [.transaction, .noTransaction])
    #expect(script.sections.map { $0.statements.map(\.line) } == [[7, 8, 11], [14]])
    #expect(script.hazards.map(\.hazard.code) == ["DL02"])
    #expect(script.allowances.map(\.reason) == ["nobody reads it"])
  }

  @Test func aFileWithoutDirectivesIsOneSection() throws {
    let script = try parsed("CREATE TABLE a ();\nCREATE TABLE b ();")
    #expect(script.sections.map(\.statements.count) == [2])
    #expect(!script.isGenerated)
  }

  @Test func directivesWithinStatementsAreText() throws {
    let script = try parsed(
      """
      CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$
      -- kedge:section 2
      SELECT 'x' $$;
      """)
    #expect(script.sections.count == 1)
  }

  @Test func mistakesAreNamedWithTheirLine() {
    #expect(
      problems("-- kedge:sektion 1\nSELECT 1;") == [
        "m/1_a.up.sql:1: '-- kedge:sektion' is no directive"
      ])
    #expect(
      problems("-- kedge:section 1 loose") == [
        "m/1_a.up.sql:1: 'loose' is no mode of a section"
      ])
    #expect(problems("SELECT 1;\nCOMMIT;").first?.contains(":2: COMMIT cannot stand") == true)
    #expect(problems("\\i other.sql").first?.contains("command of a shell") == true)
    #expect(problems("-- kedge:allow DL02").first?.contains("CODE REASON") == true)
    #expect(problems("SELECT 'open").first?.contains("never closed") == true)
    #expect(problems("-- kedge:engine sqlite").first?.contains("is for SQLite") == true)
  }

  @Test func rollingBackToASavepointIsNoTransactionControl() {
    #expect(problems("SAVEPOINT a;\nROLLBACK TO a;") == [])
    #expect(problems("ROLLBACK;").count == 1)
  }

  @Test func whiteSpaceAndCommentsAreCosmetic() throws {
    let first = try parsed("CREATE TABLE a (id int);\n").checksum
    let spaced = try parsed("-- hello\ncreate   table a (\n  id int\n);\n").checksum
    let other = try parsed("CREATE TABLE a (id bigint);\n").checksum
    let cut = try parsed("CREATE TABLE a (id int);\n-- kedge:section 2\n").checksum
    #expect(first.compared(to: first) == .same)
    #expect(first.compared(to: spaced) == .cosmetic)
    #expect(first.compared(to: other) == .changed)
    #expect(first.compared(to: cut) == .changed)
  }

  @Test func aTriggersBodyIsOneStatementOnSQLite() throws {
    let script = try MigrationParser.parse(
      """
      CREATE TABLE t (a);
      CREATE TRIGGER x AFTER INSERT ON t BEGIN
        UPDATE t SET a = CASE WHEN a THEN 1 ELSE 2 END;
        SELECT 'end;';
      END;
      CREATE INDEX i ON t (a);
      """, file: "m.sql", dialect: SQLiteDialect())
    #expect(script.sections.first?.statements.map(\.line) == [1, 2, 6])
  }

  @Test func variablesAreExpandedByName() throws {
    #expect(try Variables.expand("a ${X} $1 ${Y}$", ["X": "1", "Y": "${X}"]) == "a 1 $1 ${X}$")
    #expect(throws: Variables.Missing.self) { try Variables.expand("${Z}", [:]) }
  }

  @Test func versionsAreNumbers() throws {
    let (nine, ten) = (try #require(MigrationVersion("9")), try #require(MigrationVersion("10")))
    #expect(nine < ten)
    #expect(MigrationVersion("007") == MigrationVersion("7"))
    #expect(MigrationVersion("1a") == nil)
    #expect(MigrationVersion.next(after: ten, now: "9").text == "11")
    #expect(MigrationVersion.next(after: MigrationVersion("99"), now: "9").text == "100")
    #expect(MigrationVersion.next(after: nine, now: "20260101000000").text == "20260101000000")
  }
}
