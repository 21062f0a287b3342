import PostgresEngine
import SQLText
import SchemaDiff
import SchemaModel
import Testing

/// Types that no ALTER can change, and whatever uses them.
struct TypeSwapTests {
  private static let walks: [Walk] = [
    Walk(
      "values of an enum removed and reordered under everything",
      """
      CREATE TYPE e AS ENUM ('a', 'b', 'c', 'gone');
      CREATE DOMAIN d AS e DEFAULT 'a' CHECK (VALUE <> 'c');
      CREATE TYPE k AS (x e, y text, z e[]);
      CREATE TABLE t (p e, q e[] DEFAULT '{a,b}', r d, s k, u d DEFAULT 'b',
        g boolean GENERATED ALWAYS AS (p = 'a'::e) STORED, CONSTRAINT t_pkey PRIMARY KEY (p),
        CONSTRAINT x EXCLUDE (p WITH =) WHERE (p <> 'b'), CONSTRAINT y CHECK (p <> 'c'));
      CREATE TABLE c (p e REFERENCES t) ;
      CREATE TABLE i (n int) INHERITS (c);
      ALTER TABLE i ALTER p SET DEFAULT 'b';
      CREATE INDEX w ON t (r) WHERE p = 'a';
      CREATE VIEW v AS SELECT p, r FROM t WHERE p = 'a';
      CREATE MATERIALIZED VIEW m AS SELECT q FROM t;
      CREATE FUNCTION f(e, e[]) RETURNS e LANGUAGE sql IMMUTABLE AS 'SELECT $1';
      CREATE FUNCTION h() RETURNS SETOF k LANGUAGE sql AS 'SELECT NULL::k';
      COMMENT ON TYPE e IS 'kept';
      COMMENT ON DOMAIN d IS 'kept';
      COMMENT ON FUNCTION f(e, e[]) IS 'kept'
      """,
      """
      CREATE TYPE e AS ENUM ('c', 'b', 'new', 'a');
      CREATE DOMAIN d AS e DEFAULT 'b' CHECK (VALUE <> 'c');
      CREATE TYPE k AS (x e, y text, z e[]);
      CREATE TABLE t (p e, q e[] DEFAULT '{a,b}', r d, s k, u d DEFAULT 'b',
        g boolean GENERATED ALWAYS AS (p = 'a'::e) STORED, CONSTRAINT t_pkey PRIMARY KEY (p),
        CONSTRAINT x EXCLUDE (p WITH =) WHERE (p <> 'b'), CONSTRAINT y CHECK (p <> 'new'));
      CREATE TABLE c (p e REFERENCES t) ;
      CREATE TABLE i (n int) INHERITS (c);
      ALTER TABLE i ALTER p SET DEFAULT 'b';
      CREATE INDEX w ON t (r) WHERE p = 'a';
      CREATE VIEW v AS SELECT p, r FROM t WHERE p = 'a';
      CREATE MATERIALIZED VIEW m AS SELECT q FROM t;
      CREATE FUNCTION f(e, e[]) RETURNS e LANGUAGE sql IMMUTABLE AS 'SELECT $1';
      CREATE FUNCTION h() RETURNS SETOF k LANGUAGE sql AS 'SELECT NULL::k';
      COMMENT ON TYPE e IS 'kept';
      COMMENT ON DOMAIN d IS 'kept';
      COMMENT ON FUNCTION f(e, e[]) IS 'kept'
      """),
    Walk(
      "a domain of a domain of another type",
      """
      CREATE DOMAIN a AS int CHECK (VALUE > 0);
      CREATE DOMAIN b AS a CHECK (VALUE < 9);
      CREATE TABLE t (x a, y b[] DEFAULT '{1}')
      """,
      """
      CREATE DOMAIN a AS bigint CHECK (VALUE > 0);
      CREATE DOMAIN b AS a CHECK (VALUE < 9);
      CREATE TABLE t (x a, y b[] DEFAULT '{1}')
      """),
    Walk(
      "a range over an enum",
      """
      CREATE TYPE e AS ENUM ('a', 'b');
      CREATE TYPE r AS RANGE (subtype = e);
      CREATE TABLE t (x r)
      """,
      """
      CREATE TYPE e AS ENUM ('b', 'a');
      CREATE TYPE r AS RANGE (subtype = e);
      CREATE TABLE t (x r)
      """),
  ]

  @Test(arguments: walks)
  func aWalkIsProven(_ walk: Walk) throws { try walk.prove() }

  /// Attributes go by their names, never by their places.
  @Test func valuesOfACompositeTypeKeepTheirAttributes() throws {
    try SharedServer.withDatabase { one, _ in
      try Walk.load(
        """
        CREATE TYPE e AS ENUM ('a', 'b');
        CREATE TYPE k AS (x text, y text, z e, n int);
        CREATE TABLE t (id int, v k);
        INSERT INTO t VALUES (1, ROW('x', 'y', 'b', 7)), (2, NULL)
        """, one)
      let before = try PostgresInspector.inspect(one)
      try SharedServer.withDatabase { other, _ in
        try Walk.load(
          """
          CREATE TYPE e AS ENUM ('b', 'a');
          CREATE TYPE k AS (y text, x text, z e, n bigint, w int);
          CREATE TABLE t (id int, v k)
          """, other)
        let after = try PostgresInspector.inspect(other)
        try Walk.execute(Plans.plan(before, after), one)
        #expect(Differ.differences(try PostgresInspector.inspect(one), after) == [])
        let rows = try one.query("SELECT v::text, v IS NULL FROM t ORDER BY id")
        #expect(rows[0].text(0) == "(y,x,b,7,)")
        #expect(rows[1].bool(1))
        try Walk.execute(Plans.plan(after, before), one)
        #expect(Differ.differences(try PostgresInspector.inspect(one), before) == [])
      }
    }
  }

  @Test func rowsKeepTheirValues() throws {
    try SharedServer.withDatabase { one, _ in
      try Walk.load(
        """
        CREATE TYPE e AS ENUM ('a', 'b', 'c');
        CREATE DOMAIN d AS e;
        CREATE TABLE t (p e, q e[], r d);
        INSERT INTO t VALUES ('a', '{a,b}', 'b')
        """, one)
      let before = try PostgresInspector.inspect(one)
      try SharedServer.withDatabase { other, _ in
        try Walk.load(
          "CREATE TYPE e AS ENUM ('b', 'a');\nCREATE DOMAIN d AS e;\nCREATE TABLE t (p e, q e[], r d)",
          other)
        try Walk.execute(Plans.plan(before, PostgresInspector.inspect(other)), one)
        #expect(try one.query("SELECT t::text FROM t").first?.text(0) == "(a,\"{a,b}\",b)")
      }
    }
  }
}
