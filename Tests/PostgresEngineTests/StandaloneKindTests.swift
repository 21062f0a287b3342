import Planning
import PostgresEngine
import SQLText
import SchemaDiff
import SchemaModel
import SchemaYAML
import Testing

/// The kinds that live beside tables, each built on a real server and read back: from its own plan, from
/// its own YAML, and changed into another and back.
struct StandaloneKindTests {
  /// Statements of one line each, or more where a line does not end them.
  private static let everything = """
    CREATE SCHEMA other;
    CREATE TYPE mood AS ENUM ('sad', 'happy');
    CREATE TABLE orders (id int PRIMARY KEY, total numeric, state text);
    CREATE TABLE log (id int, what text);
    CREATE UNLOGGED TABLE fast (id serial);
    CREATE VIEW totals AS SELECT id, total FROM orders;
    CREATE RULE keep AS ON DELETE TO orders WHERE OLD.total > 0 DO INSTEAD NOTHING;
    CREATE RULE watch AS ON UPDATE TO orders DO ALSO (INSERT INTO log VALUES (NEW.id, 'it''s; new'); DELETE FROM log WHERE id = OLD.id);
    CREATE RULE through AS ON INSERT TO totals DO INSTEAD INSERT INTO orders (id, total) VALUES (NEW.id, NEW.total);
    ALTER TABLE orders DISABLE RULE keep;
    COMMENT ON RULE watch ON orders IS 'a rule';
    CREATE COLLATION other.german (provider = icu, locale = 'de-u-co-phonebk', deterministic = false);
    CREATE COLLATION plain (locale = 'C');
    COMMENT ON COLLATION plain IS 'a collation';
    CREATE TABLE names (name text COLLATE other.german, plain text COLLATE plain);
    CREATE FUNCTION span_diff(x float8, y float8) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS 'SELECT x - y';
    CREATE TYPE floatrange AS RANGE (subtype = float8, subtype_diff = span_diff);
    CREATE TYPE other.words AS RANGE (subtype = text, collation = "C", multirange_type_name = other.manywords);
    CREATE TABLE spans (a floatrange, b floatmultirange, c other.words[], d other.manywords);
    COMMENT ON TYPE floatrange IS 'a range';
    CREATE STATISTICS orders_stats (mcv, dependencies) ON total, state FROM orders;
    CREATE STATISTICS other.lower_stats ON lower(state), id FROM orders;
    CREATE STATISTICS one_stats ON (id + 1) FROM orders;
    ALTER STATISTICS orders_stats SET STATISTICS 50;
    COMMENT ON STATISTICS orders_stats IS 'statistics';
    CREATE FUNCTION same(a mood, b mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a::text = b::text';
    CREATE FUNCTION other(a mood, b mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a::text <> b::text';
    CREATE FUNCTION size(a mood) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
    CREATE FUNCTION order_of(a mood, b mood) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
    CREATE OPERATOR === (FUNCTION = same, LEFTARG = mood, RIGHTARG = mood, COMMUTATOR = ===, NEGATOR = !==, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
    CREATE OPERATOR !== (FUNCTION = other, LEFTARG = mood, RIGHTARG = mood, COMMUTATOR = !==, NEGATOR = ===);
    CREATE OPERATOR other.## (FUNCTION = size, RIGHTARG = mood);
    COMMENT ON OPERATOR === (mood, mood) IS 'an operator';
    CREATE VIEW alike AS SELECT 1 AS one WHERE 'sad'::mood === 'sad'::mood;
    CREATE OPERATOR FAMILY other.loose USING btree;
    ALTER OPERATOR FAMILY other.loose USING btree ADD FUNCTION 1 (mood, mood) order_of(mood, mood);
    CREATE OPERATOR CLASS mood_ops FOR TYPE mood USING hash AS OPERATOR 1 ===, FUNCTION 1 size(mood);
    COMMENT ON OPERATOR CLASS mood_ops USING hash IS 'a class';
    CREATE TABLE feelings (m mood);
    CREATE INDEX feelings_idx ON feelings USING hash (m mood_ops);
    CREATE CAST (mood AS int) WITH FUNCTION size(mood) AS ASSIGNMENT;
    CREATE CAST (orders AS text) WITH INOUT;
    COMMENT ON CAST (mood AS int) IS 'a cast';
    CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
    CREATE TEXT SEARCH DICTIONARY russian (TEMPLATE = snowball, LANGUAGE = russian, STOPWORDS = russian);
    CREATE TEXT SEARCH CONFIGURATION other.mixed (PARSER = default);
    ALTER TEXT SEARCH CONFIGURATION other.mixed ADD MAPPING FOR asciiword, word WITH russian, simple;
    CREATE TEXT SEARCH TEMPLATE stems (LEXIZE = dsimple_lexize, INIT = dsimple_init);
    CREATE TEXT SEARCH PARSER tokens (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
    COMMENT ON TEXT SEARCH CONFIGURATION other.mixed IS 'a configuration';
    CREATE FOREIGN DATA WRAPPER files OPTIONS (debug 'true', "Odd name" 'it''s');
    CREATE SERVER films TYPE 'oracle' VERSION '9' FOREIGN DATA WRAPPER files OPTIONS (host 'h', password 'hidden');
    CREATE USER MAPPING FOR PUBLIC SERVER films OPTIONS (user 'u', password 'hidden');
    COMMENT ON SERVER films IS 'a server';
    CREATE FOREIGN TABLE elsewhere (id int OPTIONS (column_name 'X') NOT NULL, name text DEFAULT 'n', CONSTRAINT positive CHECK (id > 0)) SERVER films OPTIONS (schema_name 's', "Odd" 'it''s');
    COMMENT ON FOREIGN TABLE elsewhere IS 'a foreign table';
    COMMENT ON COLUMN elsewhere.id IS 'its column';
    CREATE VIEW near AS SELECT id FROM elsewhere;
    CREATE TYPE pair AS (a int, b text);
    CREATE TABLE typed OF pair (a WITH OPTIONS DEFAULT 5 NOT NULL, PRIMARY KEY (b));
    CREATE TABLE bare OF pair;
    CREATE AGGREGATE pct(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
    CREATE AGGREGATE place(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
    CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
    CREATE EVENT TRIGGER noted ON ddl_command_end WHEN TAG IN ('DROP TABLE', 'CREATE TABLE') EXECUTE FUNCTION note();
    ALTER EVENT TRIGGER noted DISABLE;
    COMMENT ON EVENT TRIGGER noted IS 'an event trigger';
    CREATE PUBLICATION whole FOR ALL TABLES WITH (publish = 'insert, delete', publish_via_partition_root = true);
    CREATE PUBLICATION nothing;
    CREATE PUBLICATION chosen FOR TABLE orders, log;
    COMMENT ON PUBLICATION chosen IS 'a publication';
    CREATE SUBSCRIPTION far CONNECTION 'host=nowhere password=hidden' PUBLICATION theirs, "Ours" WITH (connect = false, slot_name = 'slot', binary = true);
    COMMENT ON SUBSCRIPTION far IS 'a subscription';
    CREATE LANGUAGE sample HANDLER plpgsql_call_handler;
    CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
    CREATE TYPE shell;
    CREATE TYPE short;
    CREATE FUNCTION short_in(cstring) RETURNS short LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
    CREATE FUNCTION short_out(short) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
    CREATE TYPE short (INPUT = short_in, OUTPUT = short_out, LIKE = int4, DEFAULT = '42', CATEGORY = 'N', DELIMITER = ';');
    CREATE TABLE shorts (a short, b short[])
    """

  private func load(_ script: String, _ connection: borrowing PostgresConnection) throws {
    for statement in script.split(separator: ";\n") { try connection.execute(String(statement)) }
  }

  private func execute(_ plan: Plan, _ connection: borrowing PostgresConnection) throws {
    for statement in plan.steps.flatMap(\.statements) {
      try connection.execute(statement.sql.text)
    }
  }

  /// Publications of version 15, where they are known.
  private static func script(for connection: borrowing PostgresConnection) throws -> String {
    var everything = everything
    let icu = "SELECT FROM pg_catalog.pg_collation WHERE collname = 'de-x-icu' LIMIT 1"
    if try connection.query(icu).first == nil {
      everything.replace(
        "(provider = icu, locale = 'de-u-co-phonebk', deterministic = false)",
        with: "(locale = 'C')")
    }
    return connection.serverMajorVersion < 15
      ? everything
      : everything + """
        ;
        CREATE PUBLICATION parts FOR TABLE orders (id, total) WHERE (total > 5);
        CREATE PUBLICATION mixed FOR TABLE log, TABLES IN SCHEMA other
        """
  }

  @Test func everythingComesBackFromItsOwnPlanAndYAML() throws {
    try SharedServer.withDatabase { original, _ in
      try load(try Self.script(for: original), original)
      let wanted = try PostgresInspector.inspect(original)
      #expect(wanted.coverage.isComplete, "\(wanted.coverage)")
      let present = Set(wanted.objects.map(\.kind))
      let elsewhere: Set<ObjectKind> = [.transform, .virtualTable]
      for kind in ObjectKind.allCases where kind.rank < ObjectKind.table.rank {
        if [.extension, .domain, .compositeType, .sequence].contains(kind) { continue }
        #expect(present.contains(kind) || elsewhere.contains(kind), "\(kind) is not tested here")
      }
      let written = SchemaWriter.write(wanted, managing: .everything)
      #expect(written.losses == [])
      #expect(!written.text.contains("hidden"))
      let declared = try SchemaReader.read([YAMLSource(file: "schema.yaml", text: written.text)])
      #expect(Differ.differences(wanted, declared.schema) == [])
      for schema in [wanted, declared.schema] {
        try SharedServer.withDatabase { copy, _ in
          let plan = try Plans.plan(PostgresInspector.inspect(copy), schema)
          try execute(plan, copy)
          // What says nothing, but is shown by dumps.
          #expect(
            plan.steps.flatMap(\.statements).contains {
              $0.sql.text.contains("TAG IN ('DROP TABLE', 'CREATE TABLE')")
            })
          let sequence = try copy.query(
            "SELECT relpersistence::text FROM pg_class WHERE relname = 'fast_id_seq'")
          #expect(sequence.first?.text(0) == (copy.serverMajorVersion < 15 ? "p" : "u"))
          let made = try PostgresInspector.inspect(copy)
          // Nobody can make up a secret.
          #expect(
            Differ.differences(made, wanted) == [
              "server \"films\": secrets none / password",
              "user_mapping \"films\".\"public\": secrets none / password",
            ])
        }
      }
    }
  }

  struct Pair: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let before: String
    let after: String
  }

  private static let pairs = [
    Pair(
      testDescription: "rules come, change, move with their view and go",
      before: """
        CREATE TABLE t (a int, b int);
        CREATE VIEW v AS SELECT a FROM t;
        CREATE RULE r AS ON INSERT TO v DO INSTEAD INSERT INTO t (a) VALUES (NEW.a);
        CREATE RULE gone AS ON DELETE TO t DO INSTEAD NOTHING;
        COMMENT ON RULE r ON v IS 'kept';
        CREATE RULE same AS ON UPDATE TO t WHERE NEW.a > 1 DO NOTHING
        """,
      after: """
        CREATE TABLE t (a bigint, c int);
        CREATE VIEW v AS SELECT a, c AS d FROM t;
        CREATE RULE r AS ON INSERT TO v DO INSTEAD INSERT INTO t (a) VALUES (NEW.a);
        COMMENT ON RULE r ON v IS 'kept';
        CREATE RULE same AS ON UPDATE TO t WHERE NEW.a > 2 DO INSTEAD DELETE FROM t;
        ALTER TABLE t ENABLE ALWAYS RULE same;
        CREATE RULE new AS ON UPDATE TO v DO INSTEAD NOTHING
        """),
    Pair(
      testDescription: "statistics follow their columns",
      before: """
        CREATE TABLE t (a int, b int, c int);
        CREATE STATISTICS one ON a, b FROM t;
        CREATE STATISTICS two (mcv) ON b, c FROM t;
        CREATE STATISTICS three ON a, c FROM t
        """,
      after: """
        CREATE TABLE t (a int, c int, d int);
        CREATE STATISTICS two (ndistinct) ON c, d FROM t;
        CREATE STATISTICS three ON a, c FROM t;
        ALTER STATISTICS three SET STATISTICS 10
        """),
    Pair(
      testDescription: "publications gain and lose tables",
      before: """
        CREATE TABLE a (id int);
        CREATE TABLE b (id int);
        CREATE TABLE c (id int);
        CREATE PUBLICATION p FOR TABLE a, b WITH (publish = 'insert');
        CREATE PUBLICATION q FOR TABLE a;
        CREATE PUBLICATION gone
        """,
      after: """
        CREATE TABLE a (id int);
        CREATE TABLE c (id int);
        CREATE TABLE d (id int);
        CREATE PUBLICATION p FOR TABLE c, d;
        CREATE PUBLICATION q FOR ALL TABLES
        """),
    Pair(
      testDescription: "operators that views, classes and indexes lean on",
      before: """
        CREATE FUNCTION eq(a int, b int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a = b';
        CREATE FUNCTION h(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a';
        CREATE OPERATOR === (FUNCTION = eq, LEFTARG = int, RIGHTARG = int, RESTRICT = eqsel);
        CREATE OPERATOR CLASS c FOR TYPE int USING hash AS OPERATOR 1 ===, FUNCTION 1 h(int);
        CREATE TABLE t (a int);
        CREATE INDEX i ON t USING hash (a c);
        CREATE VIEW v AS SELECT a FROM t WHERE a === 1
        """,
      after: """
        CREATE FUNCTION eq(a int, b int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a = b';
        CREATE FUNCTION eq2(a int, b int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a = b';
        CREATE FUNCTION h(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a';
        CREATE OPERATOR === (FUNCTION = eq2, LEFTARG = int, RIGHTARG = int, JOIN = eqjoinsel);
        CREATE OPERATOR CLASS c FOR TYPE int USING hash AS OPERATOR 1 ===, FUNCTION 1 h(int);
        CREATE TABLE t (a int);
        CREATE INDEX i ON t USING hash (a c);
        CREATE VIEW v AS SELECT a FROM t WHERE a === 1
        """),
    Pair(
      testDescription: "text search changes in place",
      before: """
        CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = snowball, LANGUAGE = russian, STOPWORDS = russian);
        CREATE TEXT SEARCH CONFIGURATION c (PARSER = default);
        ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word, email WITH d
        """,
      after: """
        CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = snowball, STOPWORDS = german, LANGUAGE = german);
        CREATE TEXT SEARCH CONFIGURATION c (PARSER = default);
        ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH d, simple;
        ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR url WITH simple
        """),
    Pair(
      testDescription: "servers and their options",
      before: """
        CREATE FOREIGN DATA WRAPPER w OPTIONS (a '1', b '2');
        CREATE SERVER s VERSION '1' FOREIGN DATA WRAPPER w OPTIONS (host 'x');
        CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'u');
        CREATE FOREIGN TABLE f (a int OPTIONS (x '1'), b int) SERVER s OPTIONS (t 'f', u 'g');
        COMMENT ON FOREIGN TABLE f IS 'gone';
        CREATE FOREIGN TABLE gone (a int) SERVER s;
        CREATE TYPE p AS (a int);
        CREATE TABLE t OF p;
        CREATE TABLE u (a int)
        """,
      after: """
        CREATE FOREIGN DATA WRAPPER w OPTIONS (b '3', c '4');
        CREATE SERVER s VERSION '2' FOREIGN DATA WRAPPER w OPTIONS (host 'y', port '1');
        CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'v');
        CREATE FOREIGN TABLE f (a bigint OPTIONS (y '2'), c text NOT NULL, CHECK (a > 1)) SERVER s OPTIONS (t 'h');
        CREATE FOREIGN TABLE new (a int) SERVER s;
        COMMENT ON FOREIGN TABLE new IS 'here';
        CREATE TYPE p AS (a int);
        CREATE TABLE t (a int);
        CREATE TABLE u OF p
        """),
    Pair(
      testDescription: "event triggers and casts",
      before: """
        CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
        CREATE EVENT TRIGGER a ON ddl_command_end EXECUTE FUNCTION note();
        CREATE EVENT TRIGGER b ON sql_drop EXECUTE FUNCTION note();
        CREATE TYPE e AS ENUM ('a');
        CREATE FUNCTION f(e) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE CAST (e AS int) WITH FUNCTION f(e)
        """,
      after: """
        CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
        CREATE EVENT TRIGGER a ON ddl_command_end WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION note();
        ALTER EVENT TRIGGER a ENABLE REPLICA;
        CREATE TYPE e AS ENUM ('a');
        CREATE FUNCTION f(e) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE CAST (e AS int) WITH FUNCTION f(e) AS IMPLICIT
        """),
    Pair(
      testDescription: "types go with the functions that they are made of",
      before: """
        CREATE TYPE short;
        CREATE FUNCTION short_in(cstring) RETURNS short LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
        CREATE FUNCTION short_out(short) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
        CREATE TYPE short (INPUT = short_in, OUTPUT = short_out, LIKE = int4);
        CREATE FUNCTION twice(short) RETURNS short LANGUAGE sql AS 'SELECT $1';
        CREATE CAST (short AS int) WITHOUT FUNCTION;
        CREATE TABLE t (a short, b int);
        CREATE VIEW v AS SELECT a FROM t;
        COMMENT ON TYPE short IS 'gone'
        """,
      after: "CREATE TABLE t (b int)"),
    Pair(
      testDescription: "collations under columns, indexes and views",
      before: """
        CREATE COLLATION c (locale = 'C');
        COMMENT ON COLLATION c IS 'kept';
        CREATE TABLE t (a text COLLATE c PRIMARY KEY, b text DEFAULT 'x', d varchar(5) COLLATE c);
        CREATE INDEX i ON t (b COLLATE c);
        CREATE INDEX j ON t (lower(a));
        CREATE VIEW v AS SELECT a, b FROM t ORDER BY b COLLATE c
        """,
      after: """
        CREATE COLLATION c (locale = 'POSIX');
        COMMENT ON COLLATION c IS 'kept';
        CREATE TABLE t (a text COLLATE c PRIMARY KEY, b text DEFAULT 'x', d varchar(5) COLLATE c);
        CREATE INDEX i ON t (b COLLATE c);
        CREATE INDEX j ON t (lower(a));
        CREATE VIEW v AS SELECT a, b FROM t ORDER BY b COLLATE c
        """),
    Pair(
      testDescription: "range types under columns, collations under columns",
      before: """
        CREATE TYPE r AS RANGE (subtype = int);
        CREATE TABLE t (a r DEFAULT '[1,2)', b r[]);
        CREATE INDEX i ON t USING gist (a)
        """,
      after: """
        CREATE TYPE r AS RANGE (subtype = bigint);
        CREATE TABLE t (a r DEFAULT '[1,2)', b r[]);
        CREATE INDEX i ON t USING gist (a);
        CREATE TYPE s AS RANGE (subtype = r);
        CREATE COLLATION c (locale = 'C')
        """),
  ]

  @Test(arguments: pairs) func bothWays(_ pair: Pair) throws {
    try SharedServer.withDatabase { target, _ in
      try load(pair.after, target)
      let wanted = try PostgresInspector.inspect(target)
      try SharedServer.withDatabase { database, _ in
        try load(pair.before, database)
        let start = try PostgresInspector.inspect(database)
        let up = try Plans.plan(start, wanted)
        try execute(up, database)
        #expect(
          Differ.differences(try PostgresInspector.inspect(database), wanted) == [],
          "\(up.steps.flatMap(\.statements).map(\.sql.text).joined(separator: "\n"))")
        let down = try Plans.plan(PostgresInspector.inspect(database), start)
        try execute(down, database)
        #expect(
          Differ.differences(try PostgresInspector.inspect(database), start) == [],
          "\(down.steps.flatMap(\.statements).map(\.sql.text).joined(separator: "\n"))")
      }
    }
  }
}
