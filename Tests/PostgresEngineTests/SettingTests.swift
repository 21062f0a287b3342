import PostgresEngine
import SQLText
import SchemaDiff
import SchemaModel
import Testing

/// What is said of tables, columns, constraints, indexes, views and functions beside their structure.
struct SettingTests {
  private static let walks: [Walk] = [
    Walk(
      "procedures that differ in the mode of an argument",
      """
      CREATE PROCEDURE p(OUT a int, b int, c int) LANGUAGE sql AS 'SELECT b - c'
      """,
      """
      CREATE PROCEDURE p(OUT a int, b int, c int) LANGUAGE sql AS 'SELECT b - c';
      CREATE PROCEDURE p(a int, b int, c int) LANGUAGE sql AS 'SELECT a + b - c'
      """),
    Walk(
      "columns: storage, compression, statistics, options",
      """
      CREATE TABLE t (a text, b text, c numeric, d jsonb, e varchar(9));
      ALTER TABLE t ALTER a SET STORAGE external;
      ALTER TABLE t ALTER b SET COMPRESSION pglz;
      ALTER TABLE t ALTER c SET STATISTICS 500;
      ALTER TABLE t ALTER d SET (n_distinct = 7, n_distinct_inherited = -0.5);
      ALTER TABLE t ALTER e SET STORAGE main
      """,
      """
      CREATE TABLE t (a text, b text, c numeric, d jsonb, e varchar(10), f text);
      ALTER TABLE t ALTER b SET STORAGE plain;
      ALTER TABLE t ALTER c SET STATISTICS 0;
      ALTER TABLE t ALTER c SET STORAGE external;
      ALTER TABLE t ALTER d SET (n_distinct = 8);
      ALTER TABLE t ALTER e SET STORAGE main;
      ALTER TABLE t ALTER f SET STORAGE external;
      ALTER TABLE t ALTER f SET STATISTICS 9
      """),
    Walk(
      "columns of materialized views",
      """
      CREATE MATERIALIZED VIEW m AS SELECT 1 AS a, 'x'::text AS b, 'y'::text AS c;
      ALTER MATERIALIZED VIEW m ALTER a SET STATISTICS 500;
      ALTER MATERIALIZED VIEW m ALTER b SET STORAGE external;
      ALTER MATERIALIZED VIEW m ALTER c SET (n_distinct = 7);
      CREATE MATERIALIZED VIEW n AS SELECT 1 AS a, 'x'::text AS b;
      ALTER MATERIALIZED VIEW n ALTER b SET COMPRESSION pglz
      """,
      """
      CREATE MATERIALIZED VIEW m AS SELECT 1 AS a, 'x'::text AS b, 'y'::text AS c;
      ALTER MATERIALIZED VIEW m ALTER b SET COMPRESSION pglz;
      ALTER MATERIALIZED VIEW m ALTER c SET STATISTICS 9;
      CREATE MATERIALIZED VIEW n AS SELECT 2 AS a, 'x'::text AS b;
      ALTER MATERIALIZED VIEW n ALTER b SET COMPRESSION pglz
      """),
    Walk(
      "tables: replica identity, cluster mark, toast parameters",
      """
      CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL, c text);
      CREATE UNIQUE INDEX i ON t (b);
      CREATE UNIQUE INDEX j ON t (b, a);
      ALTER TABLE t REPLICA IDENTITY USING INDEX i;
      ALTER TABLE t CLUSTER ON t_pkey;
      ALTER TABLE t SET (toast.autovacuum_enabled = false, fillfactor = 60);
      CREATE TABLE u (a int);
      ALTER TABLE u REPLICA IDENTITY FULL;
      CREATE TABLE w (a int);
      CREATE INDEX w_i ON w (a);
      ALTER TABLE w CLUSTER ON w_i;
      CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;
      CREATE INDEX m_i ON m (a);
      ALTER MATERIALIZED VIEW m CLUSTER ON m_i
      """,
      """
      CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL, c text);
      CREATE UNIQUE INDEX i ON t (b DESC);
      CREATE UNIQUE INDEX j ON t (b, a);
      ALTER TABLE t REPLICA IDENTITY USING INDEX i;
      ALTER TABLE t CLUSTER ON j;
      ALTER TABLE t SET (toast.vacuum_truncate = false, fillfactor = 60);
      CREATE TABLE u (a int);
      ALTER TABLE u REPLICA IDENTITY NOTHING;
      CREATE TABLE w (a int);
      CREATE INDEX w_i ON w (a);
      CREATE MATERIALIZED VIEW m AS SELECT 2 AS a;
      CREATE INDEX m_i ON m (a);
      ALTER MATERIALIZED VIEW m CLUSTER ON m_i
      """),
    Walk(
      "indexes and keys: storage parameters, statistics, operator class parameters",
      """
      CREATE TABLE t (a int, b int, c tsvector,
        CONSTRAINT p PRIMARY KEY (a) WITH (fillfactor = 70),
        CONSTRAINT u UNIQUE (b) INCLUDE (a),
        CONSTRAINT x EXCLUDE (b WITH =) WITH (fillfactor = 50) WHERE (a > 0));
      CREATE INDEX e ON t ((a + b), (a * b));
      ALTER INDEX e ALTER COLUMN 2 SET STATISTICS 50;
      CREATE INDEX g ON t USING gist (c tsvector_ops (siglen = 100));
      CREATE INDEX o ON t (a NULLS FIRST, b DESC NULLS LAST) WITH (fillfactor = 80, deduplicate_items = off)
      """,
      """
      CREATE TABLE t (a int, b int, c tsvector,
        CONSTRAINT p PRIMARY KEY (a),
        CONSTRAINT u UNIQUE (b) INCLUDE (a) WITH (fillfactor = 60),
        CONSTRAINT x EXCLUDE (b WITH =) WITH (fillfactor = 40) WHERE (a > 0));
      CREATE INDEX e ON t ((a + b), (a * b));
      ALTER INDEX e ALTER COLUMN 1 SET STATISTICS 51;
      CREATE INDEX g ON t USING gist (c tsvector_ops (siglen = 200));
      CREATE INDEX o ON t (a DESC, b)
      """),
    Walk(
      "tablespaces",
      """
      CREATE TABLE t (a int PRIMARY KEY USING INDEX TABLESPACE tests_space) TABLESPACE tests_space;
      CREATE INDEX i ON t (a) TABLESPACE tests_space;
      CREATE MATERIALIZED VIEW m TABLESPACE tests_space AS SELECT 1 AS a
      """,
      """
      CREATE TABLE t (a int PRIMARY KEY);
      CREATE INDEX i ON t (a);
      CREATE MATERIALIZED VIEW m AS SELECT 1 AS a
      """),
    Walk(
      "defaults of views, and their options",
      """
      CREATE TABLE t (a int, b text);
      CREATE VIEW v WITH (security_barrier) AS SELECT a, b FROM t;
      ALTER VIEW v ALTER a SET DEFAULT 7;
      ALTER VIEW v ALTER b SET DEFAULT 'x'
      """,
      """
      CREATE TABLE t (a int, b text);
      CREATE VIEW v WITH (check_option = cascaded) AS SELECT a, b FROM t WHERE a > 0;
      ALTER VIEW v ALTER b SET DEFAULT 'y'
      """),
    Walk(
      "keys that say the same",
      "CREATE TABLE t (a int, b int)",
      "CREATE TABLE t (a int, b int, CONSTRAINT p PRIMARY KEY (a), CONSTRAINT u UNIQUE (a), CONSTRAINT v UNIQUE (a))"
    ),
    Walk(
      "a check that calls a function of the table's own type",
      "CREATE TABLE t (a int)",
      """
      CREATE TABLE t (a int, b int);
      CREATE FUNCTION good(t) RETURNS boolean LANGUAGE sql AS 'SELECT true';
      ALTER TABLE t ADD CONSTRAINT c CHECK (good(t.*));
      CREATE TABLE u (a int);
      CREATE FUNCTION good(u) RETURNS boolean LANGUAGE sql AS 'SELECT true';
      ALTER TABLE u ADD CONSTRAINT c CHECK (good(u.*))
      """),
    Walk(
      "functions that are transformed",
      """
      CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'
      """,
      """
      CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql IMMUTABLE LEAKPROOF PARALLEL SAFE COST 3 AS 'SELECT 1'
      """),
    Walk(
      "constraints of version 18", since: 180_000,
      """
      CREATE TABLE p (id int4range, valid daterange, CONSTRAINT p_pkey PRIMARY KEY (id, valid WITHOUT OVERLAPS));
      CREATE TABLE c (id int4range, valid daterange, n int CONSTRAINT needed NOT NULL, m int NOT NULL NO INHERIT, k int,
        CONSTRAINT big CHECK (n > 0) NOT ENFORCED);
      ALTER TABLE c ADD CONSTRAINT later NOT NULL k NOT VALID;
      CREATE TABLE r (a int PRIMARY KEY);
      CREATE TABLE q (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES r NOT ENFORCED)
      """,
      """
      CREATE TABLE p (id int4range, valid daterange, CONSTRAINT p_pkey PRIMARY KEY (id, valid WITHOUT OVERLAPS),
        other int4range, CONSTRAINT u UNIQUE (other, valid WITHOUT OVERLAPS));
      CREATE TABLE c (id int4range, valid daterange, n int NOT NULL, m int CONSTRAINT other NOT NULL, k int CONSTRAINT later NOT NULL,
        CONSTRAINT big CHECK (n > 0),
        CONSTRAINT f FOREIGN KEY (id, PERIOD valid) REFERENCES p (id, PERIOD valid));
      CREATE TABLE r (a int PRIMARY KEY);
      CREATE TABLE q (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES r)
      """),
    Walk(
      "virtual columns of version 18", since: 180_000,
      """
      CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL, c int GENERATED ALWAYS AS (a) STORED,
        d int GENERATED ALWAYS AS (a) VIRTUAL, e int, CONSTRAINT k CHECK (b > 0));
      CREATE VIEW v AS SELECT a, b, d FROM t;
      CREATE TABLE bare (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL NOT NULL);
      CREATE TABLE told (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL);
      CREATE PUBLICATION p FOR TABLE told;
      CREATE TABLE up (a int, CONSTRAINT k CHECK (a > 0));
      CREATE TABLE low (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL) INHERITS (up);
      CREATE TABLE root (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL) PARTITION BY LIST (a);
      CREATE TABLE leaf PARTITION OF root FOR VALUES IN (1);
      ALTER TABLE leaf ADD CONSTRAINT k CHECK (a > 0)
      """,
      """
      CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 2) VIRTUAL, c int GENERATED ALWAYS AS (a) VIRTUAL,
        d int, e int GENERATED ALWAYS AS (a) VIRTUAL, CONSTRAINT k CHECK (b > 0));
      CREATE VIEW v AS SELECT a, b, d FROM t;
      CREATE TABLE bare (a int, b int GENERATED ALWAYS AS (a + 2) VIRTUAL NOT NULL);
      CREATE TABLE told (a int, b int GENERATED ALWAYS AS (a + 2) VIRTUAL);
      CREATE PUBLICATION p FOR TABLE told;
      CREATE TABLE up (a int, CONSTRAINT k CHECK (a > 0));
      CREATE TABLE low (a int, b int GENERATED ALWAYS AS (a + 2) VIRTUAL) INHERITS (up);
      CREATE TABLE root (a int, b int GENERATED ALWAYS AS (a + 2) VIRTUAL) PARTITION BY LIST (a);
      CREATE TABLE leaf PARTITION OF root FOR VALUES IN (1);
      ALTER TABLE leaf ADD CONSTRAINT k CHECK (a > 0)
      """),
  ]

  /// One folder under the server's own for all tests.
  private static let space: Result<Void, any Error> = Result {
    let connection = try SharedServer.server().connect()
    try connection.execute("SET allow_in_place_tablespaces = on")
    try connection.execute("CREATE TABLESPACE tests_space LOCATION ''")
  }

  @Test(arguments: walks)
  func aWalkIsProven(_ walk: Walk) throws {
    if walk.testDescription == "tablespaces" {
      let version = try SharedServer.server().connect().serverVersionNumber
      // `allow_in_place_tablespaces` came with 15.
      guard version >= 150_000 else { return }
      try Self.space.get()
    }
    try walk.prove()
  }

  @Test func notNullConstraintsFollowTheNamesOfTableAndColumn() throws {
    try SharedServer.withDatabase { connection, _ in
      try Walk.load("CREATE TABLE t (a int NOT NULL, b int NOT NULL)", connection)
      let before = try PostgresInspector.inspect(connection)
      try SharedServer.withDatabase { other, _ in
        try Walk.load("CREATE TABLE u (c int NOT NULL, b int NOT NULL)", other)
        var after = try PostgresInspector.inspect(other)
        let name = { (names: String...) in names.map { Identifier($0) } }
        after.renamedFrom = [
          ObjectID(.table, name("public", "u")): name("t"),
          ObjectID(.column, name("public", "u", "c")): name("a"),
        ]
        try Walk.execute(Plans.plan(before, after), connection)
        #expect(Differ.differences(try PostgresInspector.inspect(connection), after) == [])
      }
    }
  }
}
