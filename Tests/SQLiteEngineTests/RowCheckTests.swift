import Planning
import SQLiteEngine
import SchemaDiff
import SchemaModel
import TestSupport
import Testing

/// Rows that are in the way of a change are found before anything happens.
@Suite struct RowCheckTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let before: String
    let rows: String
    let after: String
    /// What is found, and the code of its hazard.
    let found: [String]

    var testDescription: String { "\(before) -> \(after)" }
  }

  static let cases = [
    Case(
      before: "CREATE TABLE t (a)", rows: "INSERT INTO t VALUES (1), (NULL), (NULL)",
      after: "CREATE TABLE t (a NOT NULL)", found: ["DD02 t.a is null: 2 rows (rowid 2, rowid 3)"]),
    Case(
      before: "CREATE TABLE t (a)", rows: "INSERT INTO t VALUES (1)",
      after: "CREATE TABLE t (a, b NOT NULL)",
      found: ["DD03 t.b is not null and has no default for existing rows: 1 row (rowid 1)"]),
    Case(
      before: "CREATE TABLE t (a INT)", rows: "INSERT INTO t VALUES (1), (-1), (NULL)",
      after: "CREATE TABLE t (a INT, CONSTRAINT positive CHECK (a  >  0))",
      found: ["DD04 t violates the check positive (a > 0): 1 row (rowid 2)"]),
    Case(
      before: "CREATE TABLE t (a TEXT, b)",
      rows: "INSERT INTO t VALUES ('x', 1), ('X', 1), (NULL, 1), (NULL, 1)",
      after: "CREATE TABLE t (a TEXT COLLATE nocase, b, UNIQUE (a, b))",
      found: ["DD01 t repeats (a, b): 1 row (rowid 2)"]),
    Case(
      before: "CREATE TABLE t (a, b)", rows: "INSERT INTO t VALUES (1, 0), (1, 1), (1, 1)",
      after: "CREATE TABLE t (a, b); CREATE UNIQUE INDEX i ON t (a) WHERE b > 0",
      found: ["DD01 t repeats (a): 1 row (rowid 3)"]),
    Case(
      before: "CREATE TABLE t (a)", rows: "INSERT INTO t VALUES (1), (2), (2)",
      after: "CREATE TABLE t (a CHECK (a = rowid))",
      found: ["DD04 t violates the check (a = rowid): 1 row (rowid 3)"]),
    Case(
      before: "CREATE TABLE t (id INTEGER, a)",
      rows: "INSERT INTO t VALUES (20, 1), (10, 2), (NULL, 3)",
      after: "CREATE TABLE t (id INTEGER PRIMARY KEY, a CHECK (oid < 15))",
      found: ["DD04 t violates the check (oid < 15): 2 rows (rowid 1, rowid 3)"]),
    Case(
      before: "CREATE TABLE t (a)", rows: "INSERT INTO t VALUES (1), (1), (1)",
      after: "CREATE TABLE t (a); CREATE UNIQUE INDEX i ON t (a) WHERE _rowid_ > 1",
      found: ["DD01 t repeats (a): 1 row (rowid 3)"]),
    Case(
      before: "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INTEGER)",
      rows: "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1), (7), (NULL)",
      after: "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INTEGER REFERENCES p)",
      found: ["DD04 c (p) points at no row of p: 1 row (rowid 2)"]),
    Case(
      before: "CREATE TABLE t (a INT, b TEXT)",
      rows: "INSERT INTO t VALUES (1, 'x'), ('2', 3), ('y', 4), (1.5, x'00'), (2.0, NULL)",
      after: "CREATE TABLE t (a INT, b TEXT) STRICT",
      found: [
        "DD05 t.a holds what is no INT: 2 rows (rowid 3, rowid 4)",
        "DD05 t.b holds what is no TEXT: 1 row (rowid 4)",
      ]),
    Case(
      before: "CREATE TABLE t (k TEXT PRIMARY KEY)",
      rows: "INSERT INTO t VALUES ('a'), (NULL), (NULL)",
      after: "CREATE TABLE t (k TEXT PRIMARY KEY) WITHOUT ROWID",
      found: ["SL20 t.k is null in the key: 2 rows (rowid 2, rowid 3)"]),
    Case(
      before: "CREATE TABLE t (k TEXT PRIMARY KEY, a) WITHOUT ROWID",
      rows: "INSERT INTO t VALUES ('it''s', NULL)",
      after: "CREATE TABLE t (k TEXT PRIMARY KEY, a NOT NULL) WITHOUT ROWID",
      found: ["DD02 t.a is null: 1 row ('it''s')"]),
    Case(
      before: "CREATE TABLE t (a)", rows: "INSERT INTO t VALUES (1), ('2'), ('x'), (NULL)",
      after: "CREATE TABLE t (a INTEGER PRIMARY KEY)",
      found: ["DD05 t.a is no integer: 1 row (rowid 3)"]),
    Case(
      before: "CREATE TABLE t (a TEXT)",
      rows: "INSERT INTO t VALUES ('007'), ('7'), ('x'), ('1e3'), (NULL)",
      after: "CREATE TABLE t (a INTEGER)",
      found: ["SL15 t.a changes when it becomes INTEGER: 2 rows (rowid 1, rowid 4)"]),
    Case(
      before: "CREATE TABLE t (a INTEGER)", rows: "INSERT INTO t VALUES (7), (9007199254740993)",
      after: "CREATE TABLE t (a REAL)",
      found: ["SL15 t.a changes when it becomes REAL: 1 row (rowid 2)"]),
    // A key that stays, over values that become the same.
    Case(
      before: "CREATE TABLE t (a TEXT PRIMARY KEY)",
      rows: "INSERT INTO t VALUES ('1'), ('x'), ('01')",
      after: "CREATE TABLE t (a INT PRIMARY KEY)",
      found: [
        "DD01 t repeats (a): 1 row (rowid 3)",
        "SL15 t.a changes when it becomes INT: 1 row (rowid 3)",
      ]),
    Case(
      before: "CREATE TABLE t (a TEXT UNIQUE)", rows: "INSERT INTO t VALUES ('a'), ('A')",
      after: "CREATE TABLE t (a TEXT UNIQUE COLLATE nocase)",
      found: ["DD01 t repeats (a): 1 row (rowid 2)"]),
    Case(
      before: "CREATE TABLE t (a TEXT); CREATE UNIQUE INDEX i ON t (lower(a))",
      rows: "INSERT INTO t VALUES (NULL), ('X'), (NULL)",
      after: "CREATE TABLE t (a TEXT NOT NULL DEFAULT 'x'); CREATE UNIQUE INDEX i ON t (lower(a))",
      found: ["DD01 t repeats (lower(a)): 1 row (rowid 3)"]),
    Case(
      before: "CREATE TABLE t (a TEXT, CHECK (a <> 7))", rows: "INSERT INTO t VALUES ('07'), ('8')",
      after: "CREATE TABLE t (a INT, CHECK (a <> 7))",
      found: [
        "DD04 t violates the check (a <> 7): 1 row (rowid 1)",
        "SL15 t.a changes when it becomes INT: 1 row (rowid 1)",
      ]),
    Case(
      before: "CREATE TABLE t (a, CONSTRAINT c CHECK (a > 0))",
      rows: "INSERT INTO t VALUES (1), (9)",
      after: "CREATE TABLE t (a, CONSTRAINT c CHECK (a > 5))",
      found: ["DD04 t violates the check c (a > 5): 1 row (rowid 1)"]),
    Case(
      before: "CREATE TABLE t (a, b, PRIMARY KEY (a))", rows: "INSERT INTO t VALUES (1, 1), (2, 1)",
      after: "CREATE TABLE t (a, b, PRIMARY KEY (b))",
      found: ["DD01 t repeats (b): 1 row (rowid 2)"]),
    Case(
      before: "CREATE TABLE t (a)", rows: "INSERT INTO t VALUES (1), (2)",
      after: "CREATE TABLE t (a, b DEFAULT (1 + 1) CHECK (b > 2))",
      found: ["DD04 t violates the check (b > 2): 2 rows (rowid 1, rowid 2)"]),
    Case(
      before: "CREATE TABLE t (a)", rows: "INSERT INTO t VALUES (1), (2)",
      after: "CREATE TABLE t (a, b UNIQUE DEFAULT CURRENT_TIMESTAMP, c UNIQUE DEFAULT (random()))",
      found: ["DD01 t repeats (b): 1 row (rowid 2)"]),
    Case(
      before: "CREATE TABLE t (a INT, b)", rows: "INSERT INTO t VALUES (1, 2), (3, NULL)",
      after: "CREATE TABLE t (a INT, b, c AS (a + b) STORED NOT NULL, CHECK (c > 9))",
      found: [
        "DD02 t.c is null: 1 row (rowid 2)", "DD04 t violates the check (c > 9): 1 row (rowid 1)",
      ]),
    Case(
      before: "CREATE TABLE p (id TEXT PRIMARY KEY); CREATE TABLE c (p TEXT)",
      rows: "INSERT INTO p VALUES ('1'); INSERT INTO c VALUES ('01'), ('1'), ('2')",
      after: "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c (p TEXT REFERENCES p)",
      found: ["DD04 c (p) points at no row of p: 1 row (rowid 3)"]),
    // What pointed at nothing before may stay.
    Case(
      before: "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c (p INT REFERENCES p)",
      rows: "INSERT INTO p VALUES (1); INSERT INTO c VALUES (7), (NULL)",
      after:
        "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c (p INT NOT NULL DEFAULT 0 REFERENCES p)",
      found: ["DD04 c (p) points at no row of p: 1 row (rowid 2)"]),
    Case(
      before: "CREATE TABLE p (id INT); CREATE TABLE c (p INT REFERENCES p (id))",
      rows: "INSERT INTO p VALUES (1); INSERT INTO c VALUES (7)",
      after: "CREATE TABLE p (id INT UNIQUE); CREATE TABLE c (p INT REFERENCES p (id))",
      found: ["DD04 c (p) points at no row of p: 1 row (rowid 1)"]),
    Case(
      before: "CREATE TABLE t (a ANY) STRICT", rows: "INSERT INTO t VALUES ('007'), ('x')",
      after: "CREATE TABLE t (a ANY)",
      found: ["SL15 t.a changes when it becomes ANY: 1 row (rowid 1)"]),
    // Texts that a numeric column keeps compare as numbers do.
    Case(
      before: "CREATE TABLE t (a TEXT)", rows: "INSERT INTO t VALUES ('abc'), ('12'), (x'00')",
      after: "CREATE TABLE t (a INT CHECK (a < 'b' AND a <> '12'))",
      found: ["DD04 t violates the check (a < 'b' AND a <> '12'): 2 rows (rowid 2, rowid 3)"]),
    Case(
      before: "CREATE TABLE t (a TEXT)", rows: "INSERT INTO t VALUES ('x'), ('X'), ('1'), ('01')",
      after: "CREATE TABLE t (a NUMERIC COLLATE nocase); CREATE UNIQUE INDEX i ON t (+a)",
      found: [
        "DD01 t repeats (+a): 1 row (rowid 4)",
        "SL15 t.a changes when it becomes NUMERIC: 1 row (rowid 4)",
      ]),
    Case(
      before: "CREATE TABLE t (a TEXT)", rows: "INSERT INTO t VALUES ('x'), ('7'), ('8')",
      after: "CREATE TABLE t (a INT, g INT AS (a) CHECK (g <> '8' AND g <> 'x'))",
      found: ["DD04 t violates the check (g <> '8' AND g <> 'x'): 2 rows (rowid 1, rowid 3)"]),
    // An index over an expression does not ask for the collation of a column.
    Case(
      before: "CREATE TABLE t (a TEXT COLLATE nocase)",
      rows: "INSERT INTO t VALUES ('x'), ('X'), ('y')",
      after: """
        CREATE TABLE t (a TEXT COLLATE nocase); CREATE UNIQUE INDEX i ON t (+a);
        CREATE UNIQUE INDEX j ON t (a || 'x' COLLATE nocase)
        """, found: []),
    Case(
      before: "CREATE TABLE t (a TEXT)", rows: "INSERT INTO t VALUES ('x'), ('X'), ('y')",
      after: """
        CREATE TABLE t (a TEXT); CREATE UNIQUE INDEX i ON t ((trim(a) COLLATE nocase));
        CREATE UNIQUE INDEX j ON t (+a COLLATE nocase)
        """,
      found: [
        "DD01 t repeats ((trim(a) COLLATE nocase)): 1 row (rowid 2)",
        "DD01 t repeats (+a COLLATE nocase): 1 row (rowid 2)",
      ]),
    // Rowids that SQLite makes up.
    Case(
      before: "CREATE TABLE t (a TEXT)", rows: "INSERT INTO t VALUES (NULL), ('07'), ('3'), (NULL)",
      after: "CREATE TABLE t (a INTEGER PRIMARY KEY CHECK (a < 9))",
      found: [
        "DD04 t violates the check (a < 9): 1 row (rowid 4)",
        "SL15 t.a changes when it becomes INTEGER: 1 row (rowid 2)",
      ]),
    Case(
      before: "CREATE TABLE t (k TEXT, a, PRIMARY KEY (k DESC)) WITHOUT ROWID",
      rows: "INSERT INTO t VALUES ('1', 1), ('2', 1), ('3', 1)",
      after: "CREATE TABLE t (k TEXT, a, PRIMARY KEY (k DESC), CHECK (rowid + k < 5))",
      found: []),
    Case(
      before: "CREATE TABLE t (k TEXT PRIMARY KEY, a) WITHOUT ROWID",
      rows: "INSERT INTO t VALUES ('x', 1), ('y', 1), ('z', 1)",
      after: "CREATE TABLE t (k TEXT, a, id INTEGER NOT NULL PRIMARY KEY CHECK (id < 3))",
      found: ["DD04 t violates the check (id < 3): 1 row ('z')"]),
    Case(
      before: "CREATE TABLE t (a)", rows: "INSERT INTO t VALUES (1), (1), (1)",
      after: "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a, UNIQUE (a, id), CHECK (id <> 2))",
      found: ["DD04 t violates the check (id <> 2): 1 row (rowid 2)"]),
    Case(
      before: "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (a)",
      rows: "INSERT INTO p VALUES (1), (3); INSERT INTO c VALUES (1), (1)",
      after: """
        CREATE TABLE p (id INTEGER PRIMARY KEY);
        CREATE TABLE c (a, id INTEGER PRIMARY KEY REFERENCES p)
        """,
      found: ["DD04 c (id) points at no row of p: 1 row (rowid 2)"]),
    Case(
      before: "CREATE TABLE t (k TEXT PRIMARY KEY) WITHOUT ROWID",
      rows: "INSERT INTO t VALUES ('1'), ('x')", after: "CREATE TABLE t (k INTEGER PRIMARY KEY)",
      found: ["DD05 t.k is no integer: 1 row ('x')"]),
  ]

  @Test(arguments: cases)
  func names(_ test: Case) throws {
    let database = try SQLiteConnection.open(.memory)
    try database.execute(test.before)
    let from = try SQLiteInspector.inspect(database)
    let to = try PlanHarness.schema(test.after)
    let plan = try PlanHarness.plan(from: from, to: to)
    // Without rows nothing is in the way.
    let empty = try SQLiteRows.findings(of: plan.checks, in: database)
    #expect(empty.filter { $0.count > 0 } == [])
    #expect(!plan.applying(empty).hazards.contains { $0.needsPermission })
    try database.execute(test.rows)
    let findings = try SQLiteRows.findings(of: plan.checks, in: database).filter { $0.count > 0 }
    #expect(
      findings.map { "\($0.check.hazard.code) \($0.sentence)" }.sorted() == test.found.sorted())
    for finding in findings {
      #expect(
        plan.applying(findings).hazards.contains(
          Hazard(finding.check.hazard.code, finding.sentence, needsPermission: true)))
    }
    // What blocks, blocks in the SQL as well, by a name that says it, and nothing has happened.
    let script = SQLiteDialect().script(plan, options: ScriptOptions(allowed: .all))
    let problem = PlanHarness.run(script, on: database)
    let blocking = findings.filter { $0.check.effect == .blocks }
    #expect((problem == nil) == blocking.isEmpty, "\(problem ?? "it ran")\n\(script)")
    if let problem {
      #expect(blocking.contains { problem.contains($0.check.finding) }, "\(problem)")
      #expect(try SQLiteInspector.inspect(database) == from)
    }
  }

  /// The checks speak of the names before a rename.
  @Test func asksUnderTheOldNames() throws {
    let database = try SQLiteConnection.open(.memory)
    try database.execute(
      "CREATE TABLE old (\"a b\" INT, c INT); INSERT INTO old VALUES (1, NULL), (1, 3), (2, 9)")
    let from = try SQLiteInspector.inspect(database)
    var to = try PlanHarness.schema(
      "CREATE TABLE new (x INT UNIQUE, c INT NOT NULL, CHECK (c < 5 AND x > 0))")
    let table = ObjectID(.table, [Identifier("main", in: .sqlite), Identifier("new", in: .sqlite)])
    to.renamedFrom = [
      table: [Identifier("old", in: .sqlite)],
      table.part(.column, Identifier("x", in: .sqlite)): [Identifier("a b", in: .sqlite)],
    ]
    let plan = try PlanHarness.plan(from: from, to: to)
    #expect(
      try SQLiteRows.findings(of: plan.checks, in: database).map(\.sentence).sorted() == [
        "new repeats (x): 1 row (rowid 2)",
        "new violates the check (c < 5 AND x > 0): 1 row (rowid 3)",
        "new.c is null: 1 row (rowid 1)",
      ])
    let script = SQLiteDialect().script(plan, options: ScriptOptions(allowed: .all))
    #expect(PlanHarness.run(script, on: database) != nil)
    try database.execute("UPDATE old SET \"a b\" = rowid, c = 1")
    #expect(PlanHarness.run(script, on: database) == nil)
    #expect(PlanHarness.differences(try SQLiteInspector.inspect(database), to, "up", script) == [])
  }

  /// The guards never refuse what SQLite accepts, and find all that it refuses by their kind.
  @Test(arguments: 0..<40)
  func agreesWithTheEngineOnStrictTypes(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed) + 9)
    let values = [
      "1", "'1'", "'01'", "1.0", "1.5", "'1.0'", "'1e3'", "'1.5'", "'x'", "x'31'", "NULL", "''",
      "' 7 '", "9e18", "9e19", "'9223372036854775808'", "-0.0", "'0x10'", "'1x'",
    ]
    let old = ["", "TEXT", "INT", "REAL", "NUMERIC"].randomElement(using: &random) ?? ""
    let new = ["TEXT", "INT", "REAL", "BLOB", "ANY"].randomElement(using: &random) ?? ""
    let value = values.randomElement(using: &random) ?? ""
    let database = try SQLiteConnection.open(.memory)
    try database.execute("CREATE TABLE t (a \(old)); INSERT INTO t VALUES (\(value))")
    let from = try SQLiteInspector.inspect(database)
    let to = try PlanHarness.schema("CREATE TABLE t (a \(new)) STRICT")
    let plan = try PlanHarness.plan(from: from, to: to)
    let isFound = try SQLiteRows.findings(of: plan.checks, in: database).contains {
      $0.count > 0 && $0.check.effect == .blocks
    }
    let direct =
      PlanHarness.run(
        "CREATE TABLE n (a \(new)) STRICT; INSERT INTO n SELECT a FROM t", on: database)
    #expect(isFound == (direct != nil), "\(old) -> \(new): \(value): \(direct ?? "accepted")")
  }

  /// Numbers that SQLite makes up for nulls give way to those that are there.
  @Test func nullsBecomeFreeRowids() throws {
    let database = try SQLiteConnection.open(.memory)
    try database.execute("CREATE TABLE t (a INT); INSERT INTO t VALUES (NULL), (1), (2)")
    let script = try PlanHarness.script(
      from: try SQLiteInspector.inspect(database),
      to: try PlanHarness.schema("CREATE TABLE t (a INTEGER PRIMARY KEY)"))
    try database.execute(script)
    #expect(try database.query("SELECT a FROM t") { $0.int(0) } == [1, 2, 3])
  }

  /// What a column stores of a value is what the engine stores.
  @Test(arguments: ["", "TEXT", "INT", "REAL", "NUMERIC", "BLOB"])
  func knowsWhatAColumnStores(_ type: String) throws {
    let values = [
      "1", "'1'", "'01'", "1.0", "1.5", "'1.0'", "'1e3'", "'1.5'", "'x'", "x'31'", "NULL", "''",
      "' 7 '",
      "9e18", "9e19", "'9223372036854775808'", "-0.0", "'0x10'", "'1x'", "9007199254740993",
    ]
    for old in ["", "TEXT", "INT", "REAL"] {
      let database = try SQLiteConnection.open(.memory)
      try database.execute(
        "CREATE TABLE t (a \(old)); INSERT INTO t VALUES \(values.map { "(\($0))" }.joined(separator: ","))"
      )
      let from = try SQLiteInspector.inspect(database)
      // Its repetitions show what is taken for the same.
      let to = try PlanHarness.schema("CREATE TABLE t (a \(type) UNIQUE)")
      let found = try SQLiteRows.findings(
        of: try PlanHarness.plan(from: from, to: to).checks, in: database
      )
      .first { $0.check.hazard.code == "DD01" }?.count
      try database.execute("CREATE TABLE n (a \(type)); INSERT INTO n SELECT a FROM t")
      let repeated = try database.firstValue(
        "SELECT count(*) FROM (SELECT a FROM n WHERE a IS NOT NULL GROUP BY a HAVING count(*) > 1)")
      #expect(.integer(found ?? 0) == repeated, "\(old) -> \(type)")
    }
  }
}
