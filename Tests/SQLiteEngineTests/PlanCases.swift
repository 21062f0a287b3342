import Testing

/// Pairs of schemas, with rows for the first where they matter.
enum PlanCases {
  struct Pair: Sendable, CustomTestStringConvertible {
    let before: String
    let after: String
    let rows: String

    init(_ before: String, _ after: String, rows: String = "") {
      self.before = before
      self.after = after
      self.rows = rows
    }

    var testDescription: String { "\(before) -> \(after)" }
  }

  static let pairs: [Pair] = [
    Pair("", "CREATE TABLE t (a)"),
    Pair("CREATE TABLE t (a)", "CREATE TABLE t (a, b INT)", rows: "INSERT INTO t VALUES (1)"),
    Pair("CREATE TABLE t (a)", "CREATE TABLE t (a, b INT DEFAULT (1 + 1) NOT NULL)"),
    Pair("CREATE TABLE t (a)", "CREATE TABLE t (a, b DEFAULT CURRENT_TIMESTAMP)"),
    Pair("CREATE TABLE t (a)", "CREATE TABLE t (a, b UNIQUE)"),
    Pair("CREATE TABLE t (a)", "CREATE TABLE t (a, b INT AS (a + 1) VIRTUAL, c AS (a) STORED)"),
    Pair("CREATE TABLE t (a)", "CREATE TABLE t (a, b REFERENCES t (a) DEFAULT 3)"),
    Pair("CREATE TABLE t (a INT)", "CREATE TABLE t (a TEXT)", rows: "INSERT INTO t VALUES (1)"),
    Pair(
      "CREATE TABLE t (a)", "CREATE TABLE t (a NOT NULL DEFAULT Abc)",
      rows: "INSERT INTO t VALUES (NULL)"),
    Pair(
      "CREATE TABLE t (a INT)", "CREATE TABLE t (a INT) STRICT", rows: "INSERT INTO t VALUES (1)"),
    Pair(
      "CREATE TABLE t (a TEXT PRIMARY KEY)", "CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID"),
    Pair("CREATE TABLE t (a INT PRIMARY KEY)", "CREATE TABLE t (a INTEGER PRIMARY KEY)"),
    Pair(
      "CREATE TABLE t (a INTEGER PRIMARY KEY)",
      "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)"),
    Pair(
      "CREATE TABLE t (a INTEGER PRIMARY KEY)",
      "CREATE TABLE t (b, a INTEGER, PRIMARY KEY (b, a DESC))"),
    Pair(
      "CREATE TABLE t (a INTEGER PRIMARY KEY DESC)",
      "CREATE TABLE t (a INTEGER, PRIMARY KEY (a DESC))",
      rows: "INSERT INTO t VALUES (5), (3)"),
    Pair("CREATE TABLE t (a, b)", "CREATE TABLE t (a, b, UNIQUE (a, b), CHECK (a > b))"),
    Pair("CREATE TABLE t (a, CHECK (a > 1))", "CREATE TABLE t (a, CHECK (a > 2))"),
    Pair("CREATE TABLE t (a CHECK (a > 1), b)", "CREATE TABLE t (b)"),
    Pair(
      "CREATE TABLE t (a, b AS (1)); CREATE INDEX i ON t (a)", "CREATE TABLE t (c, b AS (1))",
      rows: "INSERT INTO t VALUES (1), (2)"),
    Pair("CREATE TABLE t (a, b, c AS (a + b)); CREATE INDEX i ON t (a)", "CREATE TABLE t (b)"),
    Pair(
      "CREATE TABLE t (a, b); CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
      "CREATE TABLE t (a, b INT); CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END"
    ),
    Pair(
      "CREATE TABLE t (a, b); CREATE VIEW v AS SELECT a FROM t",
      "CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT * FROM v"),
    Pair(
      "CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN SELECT 1; END; CREATE TRIGGER s INSTEAD OF DELETE ON v BEGIN SELECT 1; END",
      "CREATE TABLE t (a); CREATE VIEW v AS SELECT a + 1 AS a FROM t; CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN SELECT 1; END; CREATE TRIGGER s INSTEAD OF DELETE ON v BEGIN SELECT 2; END"
    ),
    Pair(
      "CREATE TABLE t (a); CREATE VIEW v AS SELECT 1",
      "CREATE VIEW t AS SELECT 2; CREATE TABLE v (a)"),
    Pair(
      "CREATE TABLE t (a); CREATE INDEX i ON t (a)",
      "CREATE TABLE t (a); CREATE UNIQUE INDEX i ON t (lower(a) COLLATE nocase DESC) WHERE a > 0"),
    Pair(
      "CREATE TABLE t (a); CREATE TABLE u (a); CREATE INDEX i ON t (a); CREATE TRIGGER r DELETE ON t BEGIN SELECT 1; END",
      "CREATE TABLE t (a); CREATE TABLE u (a); CREATE INDEX i ON u (a); CREATE TRIGGER r DELETE ON u BEGIN SELECT 1; END"
    ),
    Pair(
      "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p ON DELETE CASCADE)",
      "CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT NOT NULL DEFAULT (lower('X'))); CREATE TABLE c (p REFERENCES p)",
      rows: "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1)"),
    Pair(
      "CREATE TABLE p (id INT UNIQUE); CREATE TABLE c (p, FOREIGN KEY (p) REFERENCES p (id))",
      "CREATE TABLE c (p)", rows: "INSERT INTO p VALUES (1); INSERT INTO c VALUES (NULL)"),
    Pair(
      "CREATE TABLE p (id INT); CREATE UNIQUE INDEX u ON p (id); CREATE TABLE c (p REFERENCES p (id))",
      "CREATE TABLE p (id INT, x INT UNIQUE); CREATE UNIQUE INDEX u ON p (id, x); CREATE TABLE c (p REFERENCES p (id))"
    ),
    Pair(
      "CREATE TABLE \"Odd \"\" name\" (\"a b\" INT, \"select\" TEXT)",
      "CREATE TABLE \"Odd \"\" name\" (\"a b\" INT NOT NULL DEFAULT -1, \"select\" TEXT, \"größe\" UNIQUE)"
    ),
    Pair(
      "CREATE TABLE t (a) -- behind\n; CREATE VIEW v AS SELECT 1 -- behind\n",
      "CREATE TABLE t (a -- in\n, b CHECK (b -- in\n)) -- behind\n; CREATE VIEW v AS SELECT 2 -- behind\n"
    ),
    Pair(
      "CREATE TABLE t (a CONSTRAINT x CHECK (a > 0) CONSTRAINT y REFERENCES t (a))",
      "CREATE TABLE t (a CONSTRAINT z CHECK (a > 0) CONSTRAINT y REFERENCES t (a) ON DELETE SET NULL)"
    ),
    Pair(
      "CREATE TABLE t (a, b, CONSTRAINT k PRIMARY KEY (a) ON CONFLICT IGNORE UNIQUE (b))",
      "CREATE TABLE t (a, b, CONSTRAINT k PRIMARY KEY (a COLLATE nocase) ON CONFLICT REPLACE UNIQUE (b DESC))"
    ),
    Pair(
      "CREATE TABLE t (a VARCHAR(10) COLLATE nocase, b NULL)",
      "CREATE TABLE t (a VARCHAR(20) COLLATE rtrim, b NULL DEFAULT NULL)"),
  ]
}
