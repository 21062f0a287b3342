/// Statements that the engine accepts, written to reach every branch of its grammar.
enum ParserCases {
  static let scripts: [String] = [
    "CREATE TABLE t(a)",
    "create table if not exists main.t(a, b, c);",
    "CREATE TABLE \"a \"\"b\"\" c\"([x y] INT, `z``z` TEXT, 'q''q' REAL)",
    "CREATE TABLE t(a LONG VARCHAR (10, 2), b DOUBLE PRECISION, c UNSIGNED BIG INT(+20))",
    "CREATE TABLE t(a DECIMAL(-10,+2), b \"my type\", c 'other', d [br acket] NOT NULL)",
    "CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT, b)",
    "CREATE TABLE t(a INTEGER PRIMARY KEY DESC ON CONFLICT REPLACE, b)",
    "CREATE TABLE t(a INT, b, PRIMARY KEY (b COLLATE nocase DESC, a))",
    "CREATE TABLE t(a INTEGER, PRIMARY KEY (a AUTOINCREMENT))",
    "CREATE TABLE t(a INTEGER, PRIMARY KEY (a ASC) ON CONFLICT IGNORE)",
    "CREATE TABLE t(a TEXT PRIMARY KEY, b) WITHOUT ROWID",
    "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT) STRICT",
    "CREATE TABLE t(a INTEGER PRIMARY KEY, b ANY) WITHOUT ROWID, STRICT",
    "CREATE TABLE t(a INTEGER PRIMARY KEY, b ANY) STRICT, without rowid",
    "CREATE TABLE t(a INTEGER PRIMARY KEY, b ANY), STRICT",
    "CREATE TABLE t(a, b TEXT GENERATED ALWAYS, c REAL ALWAYS, d GENERATED /* x */ ALWAYS AS (a))",
    "CREATE TABLE t(a NOT NULL ON CONFLICT ROLLBACK UNIQUE ON CONFLICT FAIL DEFAULT 1)",
    "CREATE TABLE t(a NULL, b INT NULL DEFAULT NULL)",
    "CREATE TABLE t(a DEFAULT 1, b DEFAULT -1, c DEFAULT +1.5e3, d DEFAULT - 2, e DEFAULT 'it''s')",
    "CREATE TABLE t(a DEFAULT x'0aFF', b DEFAULT true, c DEFAULT word, d DEFAULT \"quoted\")",
    "CREATE TABLE t(a DEFAULT CURRENT_TIMESTAMP, b DEFAULT current_date, c DEFAULT 0x1F)",
    "CREATE TABLE t(a DEFAULT (1 + (2)), b DEFAULT ( datetime('now') ), c DEFAULT .5)",
    "CREATE TABLE t(a INT DEFAULT 1 CHECK (a > 0) NOT NULL COLLATE nocase)",
    "CREATE TABLE t(a CONSTRAINT one NOT NULL CONSTRAINT two CHECK (a <> ')') CONSTRAINT three)",
    "CREATE TABLE t(a, CONSTRAINT c CHECK (a IN (1, 2)) ON CONFLICT ABORT)",
    "CREATE TABLE t(a, b, CONSTRAINT u UNIQUE (a, b DESC) CONSTRAINT c CHECK (a) UNIQUE (b))",
    "CREATE TABLE t(a, b, CONSTRAINT only_a_name)",
    "CREATE TABLE t(a, b, CHECK (a) FOREIGN KEY (a) REFERENCES u, CHECK (b))",
    "CREATE TABLE t(a REFERENCES u, b REFERENCES u(x) ON DELETE CASCADE ON UPDATE SET NULL)",
    "CREATE TABLE t(a REFERENCES u MATCH FULL ON DELETE SET DEFAULT NOT DEFERRABLE, b)",
    "CREATE TABLE t(a REFERENCES u ON DELETE NO ACTION DEFERRABLE INITIALLY DEFERRED NOT NULL)",
    "CREATE TABLE t(a REFERENCES u NOT NULL DEFERRABLE INITIALLY IMMEDIATE, b)",
    "CREATE TABLE t(a, b, FOREIGN KEY (a, \"b\") REFERENCES \"u v\"(x, y) ON UPDATE RESTRICT)",
    "CREATE TABLE t(a, b GENERATED ALWAYS AS (a || ')') STORED, c INT AS (a + 1) VIRTUAL)",
    "CREATE TABLE t(a, b TEXT GENERATED ALWAYS AS (a) NOT NULL, c AS (a))",
    "CREATE TABLE t(a INT -- the first\n, /* the second */ b INT, -- behind\n c INT -- last\n)",
    "CREATE TABLE t(a INT, b INT /* ) , */ , c TEXT DEFAULT ',' ) -- after",
    "CREATE TABLE t(key, action, \"order\", row, generated INT, always, temp, desc INT, asc, [if])",
    "CREATE TABLE t(a INT, rowid TEXT, _a$1, größe REAL, \"\" INT)",
    "CREATE TABLE t(a INTEGER NOT NULL PRIMARY KEY, b COLLATE \"nocase\" UNIQUE)",
    "CREATE TABLE t(a, b); ALTER TABLE t ADD COLUMN c INT DEFAULT 5 NOT NULL",
    "CREATE TABLE t(a, b, UNIQUE (a)); ALTER TABLE t ADD c; ALTER TABLE t RENAME b TO \"b c\"",
    "CREATE TABLE t(a -- x\n); ALTER TABLE t ADD c; ALTER TABLE t RENAME TO \"u\"",
    "CREATE TABLE t(a, b, c); ALTER TABLE t DROP COLUMN b",
    "CREATE TABLE s(x INT, y TEXT); CREATE TABLE t AS SELECT x, y || 'a' AS z, 1.5 FROM s",
    "CREATE TABLE abort(a); CREATE TABLE \"select\"(\"from\")",
    "CREATE TABLE t(a, b); CREATE INDEX i ON t(a); CREATE UNIQUE INDEX IF NOT EXISTS main.j ON t(b DESC, a)",
    "CREATE TABLE t(a, b); CREATE INDEX i ON t(a COLLATE nocase ASC, lower(b) DESC, a || b)",
    "CREATE TABLE t(a, b); CREATE INDEX \"i j\" ON t(\"a\", (b), a+b COLLATE rtrim) WHERE a > 0 AND b IS NOT NULL",
    "CREATE TABLE t(a, b); CREATE INDEX i ON t(lower(a) COLLATE nocase, (a + 1) COLLATE rtrim DESC)",
    "CREATE TABLE t(a, b); CREATE UNIQUE INDEX i ON T ( 'a' ) where b = ';'",
    "CREATE TABLE t(a, b); CREATE VIEW v AS SELECT a, b FROM t WHERE a = ')'",
    "CREATE TABLE t(a, b); CREATE VIEW v(x, \"y z\") AS WITH q AS (SELECT * FROM t) SELECT * FROM q",
    "CREATE VIEW v AS VALUES (1, 2)",
    """
    CREATE TABLE t(a, b);
    CREATE TRIGGER r AFTER INSERT ON t BEGIN
      UPDATE t SET a = CASE WHEN b THEN 1 ELSE 2 END; DELETE FROM t WHERE a;
    END
    """,
    "CREATE TABLE t(a); CREATE TRIGGER r BEFORE UPDATE OF a ON t WHEN old.a BEGIN SELECT 1; END",
    "CREATE TABLE t(a); CREATE TRIGGER r DELETE ON t FOR EACH ROW BEGIN SELECT RAISE(ABORT,'x'); END;",
    "CREATE VIEW v AS SELECT 1 AS a; CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN SELECT new.a; END",
  ]

  static let virtualTables = [
    "CREATE VIRTUAL TABLE f USING fts5(a, b, tokenize = 'porter')",
    "CREATE VIRTUAL TABLE IF NOT EXISTS r USING rtree(id, x0, x1)",
    "CREATE VIRTUAL TABLE f USING fts4",
    "CREATE VIRTUAL TABLE f USING fts4(content=\"\", a, b)",
  ]

  /// One column of every combination of types and constraints, and table constraints after them.
  static let combinations: [[String]] = {
    let types = ["", "INT", "VARCHAR(20)", "\"odd type\"", "DOUBLE /* x */ PRECISION"]
    let first = [
      "", "PRIMARY KEY", "NOT NULL ON CONFLICT FAIL", "UNIQUE", "CHECK (c > (0))",
      "REFERENCES o(id) ON DELETE SET NULL",
    ]
    let second = [
      "", "DEFAULT -3", "DEFAULT ('a' || ')')", "COLLATE nocase", "CONSTRAINT n NOT NULL",
      "CONSTRAINT k CHECK (c IN (1,2)) NULL",
    ]
    let endings = [
      "", ", UNIQUE (c, d)", ", CONSTRAINT fk FOREIGN KEY (d) REFERENCES o CHECK (d)",
      " -- last\n",
    ]
    var batches: [[String]] = []
    for type in types {
      var batch: [String] = []
      for one in first {
        for two in second {
          for ending in endings {
            let number = batch.count
            let text = "c \(type) \(one) \(two), d INTEGER\(ending)"
            batch.append("CREATE TABLE t\(number)(\(text));")
            if number % 5 == 0 {
              batch.append(
                "CREATE INDEX i\(number) ON t\(number)(d, c COLLATE rtrim DESC) WHERE c;")
            }
          }
        }
      }
      batches.append(batch)
    }
    return batches
  }()
}
