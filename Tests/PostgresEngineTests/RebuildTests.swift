import Testing

/// What is in the way of a change, and comes back after it.
struct RebuildTests {
  private static let walks = [
    Walk(
      "columns that share an index, a key and a foreign key go together",
      """
      CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
      CREATE TABLE t (id int, a int, b int, c int, d int, UNIQUE (a, b), FOREIGN KEY (c, d) REFERENCES p);
      CREATE INDEX i ON t (b, c);
      CREATE INDEX j ON t (a) INCLUDE (d) WHERE b > 1
      """,
      """
      CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
      CREATE TABLE t (id int)
      """),
    Walk(
      "functions that take and return a view's rows, and ones with parsed bodies",
      """
      CREATE TABLE t (id int PRIMARY KEY, a int);
      CREATE VIEW v AS SELECT id, a FROM t;
      CREATE FUNCTION f(r v) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
      CREATE FUNCTION g() RETURNS SETOF v LANGUAGE sql STABLE AS 'SELECT * FROM v';
      CREATE FUNCTION h(x int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a FROM t WHERE id = x; END;
      CREATE PROCEDURE k(x int) LANGUAGE sql BEGIN ATOMIC INSERT INTO t VALUES (x, h(x)); END;
      CREATE VIEW w AS SELECT f(v.*) AS x, h(1) AS y FROM v;
      COMMENT ON FUNCTION g() IS 'kept'
      """,
      """
      CREATE TABLE t (id int PRIMARY KEY, b text, a bigint);
      CREATE VIEW v AS SELECT id, b, a FROM t;
      CREATE FUNCTION f(r v) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
      CREATE FUNCTION g() RETURNS SETOF v LANGUAGE sql STABLE AS 'SELECT * FROM v';
      CREATE FUNCTION h(x int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a FROM t WHERE id = x; END;
      CREATE PROCEDURE k(x int) LANGUAGE sql BEGIN ATOMIC INSERT INTO t (id, a) VALUES (x, h(x)); END;
      CREATE VIEW w AS SELECT f(v.*) AS x, h(1) AS y FROM v;
      COMMENT ON FUNCTION g() IS 'kept'
      """),
    Walk(
      "statistics and the mark of a materialized view that is made again",
      """
      CREATE TABLE t (id int PRIMARY KEY, a text);
      CREATE MATERIALIZED VIEW m AS SELECT id, a FROM t;
      CREATE UNIQUE INDEX i ON m (id);
      ALTER MATERIALIZED VIEW m CLUSTER ON i;
      CREATE STATISTICS s ON id, a FROM m
      """,
      """
      CREATE TABLE t (id int PRIMARY KEY, a text);
      CREATE MATERIALIZED VIEW m AS SELECT id, a, lower(a) AS l FROM t;
      CREATE UNIQUE INDEX i ON m (id);
      ALTER MATERIALIZED VIEW m CLUSTER ON i;
      CREATE STATISTICS s ON id, a FROM m
      """),
    Walk(
      "a sequence that counts where it did not before",
      "CREATE SEQUENCE s AS smallint;\nCREATE TABLE t (id int)",
      """
      CREATE SEQUENCE s INCREMENT -1 MAXVALUE -1 CYCLE;
      CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY (START -5 INCREMENT -1 MAXVALUE -5))
      """),
    Walk(
      "a serial column's table becomes partitioned by another",
      "CREATE TABLE t (id serial PRIMARY KEY, x int)",
      "CREATE TABLE t (id int NOT NULL, d date) PARTITION BY RANGE (d)"),
  ]

  @Test(arguments: walks)
  func aWalkIsProven(_ walk: Walk) throws { try walk.prove() }
}
