import Foundation
import Planning
import SQLiteEngine
import SchemaDiff
import SchemaModel
import Testing

@Suite struct PlanTests {
  @Test(arguments: PlanCases.pairs)
  func goesThereAndBack(_ pair: PlanCases.Pair) throws {
    #expect(try PlanHarness.roundTrip(pair.before, pair.after, rows: pair.rows) == [])
    #expect(try PlanHarness.roundTrip(pair.after, pair.before) == [])
  }

  @Test(arguments: PlanCases.pairs)
  func aSchemaDoesNotDifferFromItself(_ pair: PlanCases.Pair) throws {
    let schema = try PlanHarness.schema(pair.before)
    #expect(try PlanHarness.script(from: schema, to: PlanHarness.schema(pair.before)) == "")
  }

  /// A whole database from its schema, with the very texts, and again from a model without sources.
  @Test(arguments: PlanCases.pairs)
  func buildsFromNothing(_ pair: PlanCases.Pair) throws {
    let schema = try PlanHarness.schema(pair.after)
    let original = try SQLiteConnection.open(.memory)
    try original.execute(pair.after)
    let copy = try SQLiteConnection.open(.memory)
    try copy.execute(PlanHarness.script(from: .empty(.sqlite), to: schema))
    #expect(try PlanHarness.texts(copy) == PlanHarness.texts(original))
    let bare = try schema.withoutSources()
    let built = try SQLiteConnection.open(.memory)
    try built.execute(PlanHarness.script(from: .empty(.sqlite), to: bare))
    #expect(
      PlanHarness.differences(try SQLiteInspector.inspect(built), schema, "bare", "") == [])
  }

  @Test func keepsRowsThroughARebuild() throws {
    let database = try SQLiteConnection.open(.memory)
    try database.execute(
      """
      CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, old INT);
      CREATE TABLE child (id INTEGER PRIMARY KEY, p REFERENCES parent ON DELETE CASCADE);
      CREATE INDEX parent_name ON parent (name);
      CREATE TRIGGER on_child AFTER INSERT ON child BEGIN UPDATE parent SET old = 1; END;
      CREATE VIEW v AS SELECT name FROM parent;
      CREATE VIEW broken AS SELECT * FROM nowhere;
      INSERT INTO parent VALUES (1, 'a', 1), (2, NULL, 2), (9, 'c', 3);
      DELETE FROM parent WHERE id = 9;
      INSERT INTO child VALUES (1, 1), (2, 2);
      PRAGMA foreign_keys = ON;
      """)
    let from = try SQLiteInspector.inspect(database)
    let to = try PlanHarness.schema(
      """
      CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL DEFAULT 'x', old INT);
      CREATE TABLE child (id INTEGER PRIMARY KEY, p REFERENCES parent ON DELETE CASCADE);
      CREATE INDEX parent_name ON parent (name);
      CREATE TRIGGER on_child AFTER INSERT ON child BEGIN UPDATE parent SET old = 1; END;
      CREATE VIEW v AS SELECT name FROM parent;
      CREATE VIEW broken AS SELECT * FROM nowhere;
      """)
    try database.execute(try PlanHarness.script(from: from, to: to))
    #expect(try SQLiteInspector.inspect(database) == to)
    let names = try database.query("SELECT name FROM v ORDER BY 1") {
      row throws(SQLiteError) in try row.text(0)
    }
    #expect(names == ["a", "x"])
    #expect(try database.firstValue("SELECT count(*) FROM child") == .integer(2))
    #expect(try database.firstValue("PRAGMA foreign_keys") == .integer(1))
    try database.execute("INSERT INTO parent (name) VALUES ('new')")
    #expect(try database.firstValue("SELECT max(id) FROM parent") == .integer(10))
  }

  @Test func keepsImplicitRowids() throws {
    let database = try SQLiteConnection.open(.memory)
    try database.execute(
      "CREATE TABLE t (rowid TEXT, a); INSERT INTO t VALUES ('x', 1), ('y', 2), ('z', 3);"
        + "DELETE FROM t WHERE a = 1")
    let from = try SQLiteInspector.inspect(database)
    let to = try PlanHarness.schema("CREATE TABLE t (rowid TEXT, a INT CHECK (a > 0))")
    try database.execute(try PlanHarness.script(from: from, to: to))
    #expect(
      try database.query("SELECT _rowid_ FROM t") { $0.int(0) } == [2, 3])
  }

  @Test func refusesNewViolationsOfForeignKeys() throws {
    let database = try SQLiteConnection.open(.memory)
    try database.execute(
      "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p TEXT); INSERT INTO c VALUES (7)")
    let from = try SQLiteInspector.inspect(database)
    let to = try PlanHarness.schema(
      "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p TEXT REFERENCES p)")
    let script = try PlanHarness.script(from: from, to: to)
    #expect(PlanHarness.run(script, on: database)?.contains("c (p) points at no row of p") == true)
    #expect(try SQLiteInspector.inspect(database) == from)
    // The last word is SQLite's own.
    let plan = try PlanHarness.plan(from: from, to: to)
    let unasking = Plan(
      engine: .sqlite,
      steps: plan.steps.map { step in
        var step = step
        step.checks = []
        return step
      })
    let unasked = SQLiteDialect().script(unasking, options: ScriptOptions(allowed: .all))
    #expect(
      PlanHarness.run(unasked, on: database)?.contains("new violations of foreign keys") == true)
    #expect(try SQLiteInspector.inspect(database) == from)
    // What was violated before may stay.
    try database.execute(
      "DROP TABLE c; CREATE TABLE c (p INT REFERENCES p); INSERT INTO c VALUES (7)")
    let again = try PlanHarness.schema(
      "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INT NOT NULL REFERENCES p)")
    let second = try PlanHarness.script(from: try SQLiteInspector.inspect(database), to: again)
    #expect(PlanHarness.run(second, on: database) == nil)
  }

  /// A copy under another name could not be made.
  @Test func saysWhenACheckNamesItsOwnTable() throws {
    let from = try PlanHarness.schema("CREATE TABLE t (a, CHECK (t.a > 0))")
    let to = try PlanHarness.schema("CREATE TABLE t (a INT, CHECK (t.a > 0))")
    #expect(throws: PlanningError.self) { try PlanHarness.script(from: from, to: to) }
  }

  @Test func refusesToRunInsideATransaction() throws {
    let database = try SQLiteConnection.open(.memory)
    try database.execute("CREATE TABLE t (a); PRAGMA foreign_keys = ON; BEGIN")
    let to = try PlanHarness.schema("CREATE TABLE t (a INT)")
    let script = try PlanHarness.script(from: try PlanHarness.schema("CREATE TABLE t (a)"), to: to)
      .split(separator: "\n").filter { $0 != "BEGIN IMMEDIATE;" }.joined(separator: "\n")
    #expect(PlanHarness.run(script, on: database)?.contains("still enforced") == true)
  }

  @Test func renames() throws {
    let database = try SQLiteConnection.open(.memory)
    try database.execute(
      """
      CREATE TABLE a (x INT CHECK (x > 0) UNIQUE, y INT);
      CREATE TABLE b (z INT REFERENCES a (x));
      CREATE INDEX i ON a (y) WHERE x IS NOT NULL;
      CREATE VIEW v AS SELECT x, y FROM a;
      INSERT INTO a VALUES (1, 2);
      """)
    let from = try SQLiteInspector.inspect(database)
    var to = try PlanHarness.schema(
      """
      CREATE TABLE b (y INT CHECK (y > 0) UNIQUE, x INT);
      CREATE TABLE a (z INT REFERENCES b (y));
      CREATE INDEX i ON b (x) WHERE y IS NOT NULL;
      CREATE VIEW v AS SELECT y, x FROM b;
      """)
    let main = Identifier("main", in: .sqlite)
    func table(_ name: String) -> ObjectID {
      ObjectID(.table, [main, Identifier(name, in: .sqlite)])
    }
    // A ring of two tables and a ring of two columns cannot be declared by names that exist on both
    // sides; the renames are given.
    let renames = [
      Rename(from: table("a"), to: table("b")), Rename(from: table("b"), to: table("a")),
      Rename(
        from: table("a").part(.column, Identifier("x", in: .sqlite)),
        to: table("b").part(.column, Identifier("y", in: .sqlite))),
      Rename(
        from: table("a").part(.column, Identifier("y", in: .sqlite)),
        to: table("b").part(.column, Identifier("x", in: .sqlite))),
    ]
    to.scope = Schema.Scope()
    let difference = try Differ.difference(from: from, to: to, renames: renames)
    let plan = try Planner.plan(difference, from: from, to: to, dialect: SQLiteDialect())
    #expect(!plan.steps.contains { $0.operation == .rebuild })
    let script = SQLiteDialect().script(plan, options: ScriptOptions(allowed: .all))
    try database.execute(script)
    #expect(PlanHarness.differences(try SQLiteInspector.inspect(database), to, "up", script) == [])
    #expect(try database.firstValue("SELECT y FROM b") == .integer(1))
  }

  @Test func writesRefusedStepsAsComments() throws {
    let from = try PlanHarness.schema("CREATE TABLE a (x); CREATE TABLE b (x, y)")
    let to = try PlanHarness.schema("CREATE TABLE b (x); CREATE TABLE c (x)")
    let script = try PlanHarness.script(from: from, to: to, form: .script, allowed: .none)
    #expect(script.hasPrefix(".bail on\n.timeout 5000\nBEGIN IMMEDIATE;\n"))
    #expect(script.contains("(not allowed: --allow DL01)\n-- DROP TABLE a;\n"))
    #expect(script.contains("(not allowed: --allow DL02)\n-- ALTER TABLE b DROP COLUMN y;\n"))
    #expect(script.contains("\nCREATE TABLE c (x);\n"))
  }

  @Test func usesAlterTableWhereItCan() throws {
    let from = try PlanHarness.schema("CREATE TABLE t (a INT, b TEXT, c CHECK (c > 0))")
    let to = try PlanHarness.schema(
      "CREATE TABLE t (a INT, b TEXT, d TEXT NOT NULL DEFAULT 'x', e REFERENCES t (a) CHECK (e > 1))"
    )
    #expect(
      try PlanHarness.script(from: from, to: to).split(separator: "\n").filter {
        $0.hasPrefix("ALTER") || $0.hasPrefix("CREATE TABLE")
      } == [
        "ALTER TABLE t DROP COLUMN c;", "ALTER TABLE t ADD COLUMN d TEXT NOT NULL DEFAULT 'x';",
        "ALTER TABLE t ADD COLUMN e REFERENCES t (a) CHECK (e > 1);",
      ])
  }

  /// SQLite would write the strings anew, and what does not change is left alone.
  @Test func dropsAColumnAmongDoubleQuotedStrings() throws {
    let other = "CREATE TABLE other (j, v AS (json_extract(j, \"$.v\")))"
    let problems = try PlanHarness.roundTrip(
      "CREATE TABLE t (a, b); \(other)", "CREATE TABLE t (a); \(other)")
    #expect(problems == [])
  }

  /// From 3.53 on constraints change without a rebuild.
  @Test func usesTheFormsOfTheTargetVersion() throws {
    var from = try PlanHarness.schema(
      "CREATE TABLE t (a INT, b TEXT NOT NULL, c, CONSTRAINT small CHECK (a < 9), CHECK (c > 0))")
    let to = try PlanHarness.schema(
      "CREATE TABLE t (a INT NOT NULL, b TEXT, c, CHECK (c > 0), CONSTRAINT big CHECK (a > 9))")
    from.serverVersion = 3_053_000
    let script = try PlanHarness.script(from: from, to: to)
    #expect(
      script.split(separator: "\n").filter { $0.hasPrefix("ALTER") } == [
        "ALTER TABLE t DROP CONSTRAINT small;", "ALTER TABLE t ALTER COLUMN a SET NOT NULL;",
        "ALTER TABLE t ALTER COLUMN b DROP NOT NULL;",
        "ALTER TABLE t ADD CONSTRAINT big CHECK (a > 9);",
      ], "\(script)")
    from.serverVersion = 3_046_000
    #expect(try PlanHarness.script(from: from, to: to).contains("_kedge_new_t"))
    from.serverVersion = 3_030_000
    #expect(throws: PlanningError.self) {
      try PlanHarness.script(from: from, to: PlanHarness.schema("CREATE TABLE t (a INT) STRICT"))
    }
  }

  /// 3.53.0 refuses to drop a foreign key, and does not find a name in quotes.
  @Test(arguments: [
    ("CONSTRAINT k REFERENCES p (id)", 3_053_004, 3_054_000),
    ("CONSTRAINT \"k.k\" CHECK (a > 0)", 3_053_000, 3_053_001),
    ("CONSTRAINT k CHECK (a > 0)", 3_052_000, 3_053_000),
  ])
  func dropsAConstraintWhereTheTargetCan(_ constraint: String, without: Int, with: Int) throws {
    let parent = "CREATE TABLE p (id INTEGER PRIMARY KEY);"
    var from = try PlanHarness.schema("\(parent) CREATE TABLE t (a INT \(constraint))")
    let to = try PlanHarness.schema("\(parent) CREATE TABLE t (a INT)")
    for (version, isNative) in [(without, false), (with, true)] {
      from.serverVersion = version
      let script = try PlanHarness.script(from: from, to: to)
      #expect(script.contains(" DROP CONSTRAINT ") == isNative, "\(version)\n\(script)")
      #expect(script.contains("_kedge_new_t") != isNative)
    }
  }

  /// An unchanged element keeps its words, comments included.
  @Test func rewritesOnlyWhatChanges() throws {
    var from = try PlanHarness.schema(
      """
      CREATE TABLE t (
        a   INTEGER  PRIMARY KEY /* the key */ NOT NULL,
        b VarChar(20)  DEFAULT  'x', c int,
        CONSTRAINT  big  CHECK (  a > 5 ) -- why
      )
      """)
    from.serverVersion = 3_040_000
    var objects = from.objects
    for index in objects.indices {
      if case .column(var column) = objects[index], column.id.name.raw == "c" {
        column.isNullable = false
        column.source = nil
        objects[index] = .column(column)
      } else {
        objects[index] = objects[index].withoutSource
      }
    }
    let to = try from.replacing(objects: objects)
    let script = try PlanHarness.script(from: from, to: to)
    #expect(script.contains("a   INTEGER  PRIMARY KEY /* the key */ NOT NULL,\n"))
    #expect(script.contains("b VarChar(20)  DEFAULT  'x',\n"))
    #expect(script.contains("c int NOT NULL,\n"))
    #expect(script.contains("CONSTRAINT  big  CHECK (  a > 5 )\n"))
  }
}
