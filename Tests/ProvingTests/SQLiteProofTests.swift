import Proving
import SchemaModel
import Testing

struct SQLiteProofTests {
  private let start = ProofChain(.sqlite).then(
    """
    CREATE TABLE parent (id INTEGER PRIMARY KEY, a TEXT);
    CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent ON DELETE CASCADE);
    """, down: "DROP TABLE child; DROP TABLE parent;")

  private let rebuild = """
    CREATE TABLE new (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'x');
    INSERT INTO new SELECT id, a FROM parent;
    DROP TABLE parent;
    ALTER TABLE new RENAME TO parent;
    """
  private let back = """
    -- kedge:section 1 foreign-keys-off
    CREATE TABLE new (id INTEGER PRIMARY KEY, a TEXT);
    INSERT INTO new SELECT id, a FROM parent;
    DROP TABLE parent;
    ALTER TABLE new RENAME TO parent;
    """

  /// With enforcement on, DROP TABLE deletes the children without a word.
  @Test func rowsOfChildrenThatGoAlongAreFound() throws {
    let result = try start.then(rebuild, down: back).last()
    #expect(result.failure?.failure.reason.contains("rows of child") == true)
  }

  @Test func aRebuildWithForeignKeysOffKeepsThem() throws {
    let result = try start.then("-- kedge:section 1 foreign-keys-off\n" + rebuild, down: back)
      .last()
    #expect(result.outcome == .passed)
    #expect(result.seeded.map(\.name.raw) == ["child", "parent"])
  }

  /// SQLite before 3.41 calls its own JSON functions unsafe in a schema that is not trusted.
  @Test func functionsOfJSONWork() throws {
    let result = try ProofChain(.sqlite).then(
      "CREATE TABLE t (a TEXT NOT NULL CHECK (json_valid(a)));", down: "DROP TABLE t;"
    ).then("ALTER TABLE t ADD COLUMN b INTEGER;", down: "ALTER TABLE t DROP COLUMN b;").last()
    #expect(result.outcome == .passed)
    #expect(result.rowCount > 0)
  }

  /// A key to a table that is not there: no row can be written, which is said.
  @Test func aKeyToNothingIsNoCrash() throws {
    let result = try ProofChain(.sqlite).then(
      "CREATE TABLE t (a INTEGER NOT NULL REFERENCES gone (id));", down: "DROP TABLE t;"
    ).then("ALTER TABLE t ADD COLUMN b;", down: "ALTER TABLE t DROP COLUMN b;").last()
    #expect(result.outcome == .passed)
    #expect(result.omissions.map(\.table.name.raw) == ["t"])
  }
}
