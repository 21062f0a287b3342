import Planning
import SchemaModel
import Seeding
import Testing

struct SQLiteSeedTests {
  @Test(arguments: [
    "id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT NOT NULL, b BLOB NOT NULL, c REAL, d, e DATETIME",
    "a INT NOT NULL, b VARCHAR(20) NOT NULL UNIQUE, c DECIMAL(10,2) NOT NULL, d BOOLEAN NOT NULL",
    "a TEXT PRIMARY KEY CHECK (length(a) = 5), b TEXT CHECK (b IN ('x', 'y')) NOT NULL",
    "a INTEGER NOT NULL CHECK (a BETWEEN 50 AND 60), b JSON CHECK (json_valid(b)) NOT NULL",
    "a TEXT NOT NULL CHECK (a GLOB 'ab*'), b TEXT, c TEXT, CHECK (b IS NOT NULL OR c IS NOT NULL)",
    "a INTEGER, b INTEGER, CHECK (a < b), UNIQUE (a, b)",
    "a TEXT NOT NULL DEFAULT (datetime('now')), b INTEGER NOT NULL DEFAULT 7, "
      + "c INTEGER GENERATED ALWAYS AS (b + 1) STORED",
    "a TEXT NOT NULL, b TEXT GENERATED ALWAYS AS (json_extract(a, '$.x')) STORED",
    "\"odd \"\" name\" TEXT NOT NULL, [select] INTEGER NOT NULL CHECK ([select] > 1000)",
  ])
  func findsRowsThatPass(_ definition: String) throws {
    let database = try SeedDatabase(.sqlite, "CREATE TABLE t (\(definition))")
    #expect(try database.fill().reasons == [])
    #expect(try database.count("t") >= 2)
  }

  @Test func fillsStrictTablesAndThoseWithoutRowid() throws {
    let database = try SeedDatabase(
      .sqlite,
      """
      CREATE TABLE s (a INT NOT NULL, b INTEGER NOT NULL, c REAL NOT NULL, d TEXT NOT NULL,
        e BLOB NOT NULL, f ANY NOT NULL) STRICT;
      CREATE TABLE w (a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
      """)
    #expect(try database.fill().reasons == [])
    #expect(try database.count("s") == Seeder.rowsPerTable)
    #expect(try database.count("w") == Seeder.rowsPerTable)
  }

  @Test func respectsForeignKeys() throws {
    let database = try SeedDatabase(
      .sqlite,
      """
      CREATE TABLE a (x TEXT, y INTEGER, b INTEGER REFERENCES b, PRIMARY KEY (x, y));
      CREATE TABLE b (id INTEGER PRIMARY KEY, x TEXT NOT NULL, y INTEGER NOT NULL,
        up INTEGER REFERENCES b, FOREIGN KEY (x, y) REFERENCES a);
      CREATE TABLE c (b INTEGER PRIMARY KEY REFERENCES b ON DELETE CASCADE);
      """)
    #expect(try database.fill().reasons == [])
    for table in ["a", "b", "c"] { #expect(try database.count(table) >= 2, "\(table)") }
    #expect(try database.values("SELECT count(*) FROM pragma_foreign_key_check") == ["0"])
    #expect(try database.values("SELECT count(b) > 0 FROM a") == ["1"])
  }

  /// Rows that need each other.
  @Test func fillsCyclesThatCannotBeEmpty() throws {
    let database = try SeedDatabase(
      .sqlite,
      """
      CREATE TABLE egg (id INTEGER PRIMARY KEY, hen TEXT NOT NULL UNIQUE REFERENCES hen (name));
      CREATE TABLE hen (name TEXT NOT NULL UNIQUE CHECK (length(name) > 3),
        egg INTEGER NOT NULL REFERENCES egg, best TEXT REFERENCES hen (name));
      CREATE TABLE nest (id INTEGER PRIMARY KEY, egg INTEGER NOT NULL REFERENCES egg);
      CREATE TABLE root (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES root);
      """)
    #expect(try database.fill().reasons == [])
    for table in ["egg", "hen", "nest", "root"] {
      #expect(try database.count(table) == Seeder.rowsPerTable, "\(table)")
    }
    #expect(try database.values("SELECT count(*) FROM pragma_foreign_key_check") == ["0"])
    let schema = try database.session.readSchema()
    var seeder = Seeder(schema: schema, session: database.session, seed: 2)
    for table in schema.objects(of: .table) { #expect(try seeder.probe(table.id) == .taken) }
    #expect(try database.count("egg") == Seeder.rowsPerTable)
  }

  @Test func namesWhatItCannotFill() throws {
    let database = try SeedDatabase(
      .sqlite,
      """
      CREATE TABLE t (a INTEGER NOT NULL CHECK (a > 1 AND a < 1));
      CREATE TABLE u (t INTEGER NOT NULL REFERENCES t (a));
      CREATE TABLE v (a); CREATE TRIGGER r BEFORE INSERT ON v BEGIN SELECT RAISE(ABORT, 'no'); END;
      """)
    let result = try database.fill()
    #expect(result.omissions.map(\.table.name.raw) == ["t", "u", "v"])
    #expect(result.reasons[1].contains("a row of t, which has none"))
  }

  /// Two runs write the same rows.
  @Test func isTheSameOnEveryRun() throws {
    let script = "CREATE TABLE t (a TEXT CHECK (length(a) > 3), b INTEGER CHECK (b IN (7, 9, 11)))"
    let rows = try (0..<2).map { _ in
      let database = try SeedDatabase(.sqlite, script)
      _ = try database.fill()
      return try database.values("SELECT quote(a) || quote(b) FROM t")
    }
    #expect(rows[0] == rows[1])
    #expect(rows[0].count == Seeder.rowsPerTable)
  }
}
