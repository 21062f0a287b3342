import Planning
import SchemaModel
import Seeding
import Testing

struct PostgresSeedTests {
  /// Every type that a column is usually of, its array, and NOT NULL throughout.
  @Test func fillsColumnsOfEveryType() throws {
    let types = [
      "smallint", "integer", "bigint", "numeric", "numeric(3,3)", "numeric(10,2)", "real",
      "double precision", "money", "boolean", "text", "varchar(3)", "char(2)", "name", "\"char\"",
      "bytea", "uuid", "json", "jsonb", "jsonpath", "xml", "bit(3)", "bit varying(5)", "date",
      "time", "timetz", "timestamp(3)", "timestamptz", "interval", "interval year to month", "inet",
      "cidr", "macaddr", "macaddr8", "point", "line", "lseg", "box", "path", "polygon", "circle",
      "tsvector", "tsquery", "pg_lsn", "oid", "xid", "tid", "regclass", "regtype", "regconfig",
      "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange", "int4multirange",
      "datemultirange", "txid_snapshot", "mood", "pair", "positive", "span", "span_multirange",
    ]
    var columns: [String] = []
    for (index, type) in types.enumerated() {
      columns.append("c\(index) \(type) NOT NULL")
      columns.append("a\(index) \(type)[] NOT NULL")
    }
    let database = try SeedDatabase(
      .postgresql,
      """
      CREATE TYPE mood AS ENUM ('sad', 'so so');
      CREATE TYPE pair AS (a integer, b text, c mood);
      CREATE DOMAIN positive AS integer CHECK (VALUE > 10);
      CREATE TYPE span AS RANGE (subtype = float8);
      CREATE TABLE everything (\(columns.joined(separator: ", ")));
      """)
    let result = try database.fill()
    #expect(result.reasons == [])
    #expect(try database.count("everything") == Seeder.rowsPerTable)
  }

  @Test func fillsTypesOfExtensions() throws {
    let database = try SeedDatabase(
      .postgresql,
      """
      CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE EXTENSION ltree;
      CREATE TABLE t (a citext UNIQUE NOT NULL, b hstore NOT NULL, c ltree NOT NULL, d citext[]);
      """)
    #expect(try database.fill().reasons == [])
    #expect(try database.count("t") == Seeder.rowsPerTable)
  }

  @Test(arguments: [
    "a integer CHECK (a >= 18 AND a <= 21)",
    "a integer CHECK (a BETWEEN -5 AND -1)",
    "a numeric CHECK (a > 0.1 AND a < 0.9)",
    "a text NOT NULL CHECK (a IN ('new', 'old'))",
    "a varchar(9) NOT NULL CHECK (a::text = ANY (ARRAY['x', 'it''s']))",
    "a text NOT NULL CHECK (length(a) = 7)",
    "a text NOT NULL CHECK (char_length(a) BETWEEN 3 AND 5), UNIQUE (a)",
    "a text NOT NULL CHECK (a LIKE 'pre-%-post')",
    "a text NOT NULL UNIQUE CHECK (a ~ '^[A-Z]{2}[0-9]{4}$')",
    "a text NOT NULL UNIQUE CHECK (a ~* '^[a-z0-9._%-]+@[a-z0-9.-]+[.][a-z]{2,4}$')",
    "a text NOT NULL CHECK (a = upper(a) AND a <> '')",
    "a bytea NOT NULL CHECK (octet_length(a) = 32)",
    "a integer NOT NULL, b integer NOT NULL, CHECK (a < b)",
    "a timestamptz, b timestamptz NOT NULL, CHECK (a IS NULL OR a > b)",
    "a text, b text, CHECK (a IS NOT NULL OR b IS NOT NULL)",
    "a text, b text, CHECK (num_nonnulls(a, b) = 1)",
    "a text, b text, CHECK ((a IS NULL) <> (b IS NULL))",
    "kind text NOT NULL, n integer, CHECK ((kind = 'one' AND n = 1) OR (kind = 'two' AND n > 99))",
    "a timestamptz NOT NULL CHECK (a > '2030-01-01')",
    "a date NOT NULL CHECK (a >= '2020-01-01' AND a < '2021-01-01')",
    "a jsonb NOT NULL CHECK (jsonb_typeof(a) = 'array')",
    "a text[] NOT NULL CHECK (cardinality(a) > 0 AND a <@ ARRAY['x', 'y'])",
    "a integer[] NOT NULL CHECK (array_length(a, 1) = 3)",
    "a boolean NOT NULL CHECK (a)",
    "a uuid PRIMARY KEY DEFAULT gen_random_uuid(), b text NOT NULL DEFAULT 'x'",
    "a int4range NOT NULL, EXCLUDE USING gist (a WITH &&)",
    "a text NOT NULL, b text NOT NULL, UNIQUE (a, b)",
    "a integer UNIQUE NULLS NOT DISTINCT",
    "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a integer, b integer GENERATED ALWAYS AS (a * 2) STORED",
  ])
  func findsRowsThatPass(_ definition: String) throws {
    // The clause is new in 15.
    let database = try SeedDatabase(.postgresql, "SELECT 1")
    if definition.contains("NULLS NOT"), database.session.serverVersion < 150_000 { return }
    for statement in ["CREATE TABLE t (\(definition))"] {
      try database.session.execute(statement)
    }
    #expect(try database.fill().reasons == [])
    #expect(try database.count("t") >= 2)
  }

  @Test func respectsForeignKeys() throws {
    let database = try SeedDatabase(
      .postgresql,
      """
      CREATE TABLE place (country text, zip integer, name text, PRIMARY KEY (country, zip));
      CREATE TABLE person (
        id serial PRIMARY KEY, country text NOT NULL, zip integer NOT NULL,
        boss integer REFERENCES person, other integer NOT NULL UNIQUE,
        FOREIGN KEY (country, zip) REFERENCES place MATCH FULL);
      CREATE TABLE job (
        person integer REFERENCES person, country text, zip integer,
        PRIMARY KEY (person, country, zip), FOREIGN KEY (country, zip) REFERENCES place);
      CREATE TABLE egg (id integer PRIMARY KEY, hen integer);
      CREATE TABLE hen (id integer PRIMARY KEY, egg integer NOT NULL REFERENCES egg);
      ALTER TABLE egg ADD FOREIGN KEY (hen) REFERENCES hen;
      CREATE TABLE root (id integer PRIMARY KEY, parent integer NOT NULL REFERENCES root);
      """)
    #expect(try database.fill().reasons == [])
    for table in ["place", "person", "job", "egg", "hen", "root"] {
      #expect(try database.count(table) >= 2, "\(table)")
    }
    #expect(try database.values("SELECT count(hen)::text FROM egg") != ["0"])
  }

  /// Rows that need each other, whether the keys can wait for the end of the transaction or not.
  @Test(arguments: ["", "DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"])
  func fillsCyclesThatCannotBeEmpty(_ deferrability: String) throws {
    let database = try SeedDatabase(
      .postgresql,
      """
      CREATE TABLE egg (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, hen integer NOT NULL UNIQUE);
      CREATE TABLE hen (id smallserial PRIMARY KEY, egg bigint NOT NULL REFERENCES egg \(deferrability),
        name text NOT NULL CHECK (length(name) > 3), best integer REFERENCES hen);
      ALTER TABLE egg ADD FOREIGN KEY (hen) REFERENCES hen \(deferrability);
      CREATE TABLE nest (id integer PRIMARY KEY, egg bigint NOT NULL REFERENCES egg);
      CREATE TABLE a (id integer PRIMARY KEY);
      CREATE TABLE b (id integer PRIMARY KEY REFERENCES a \(deferrability));
      CREATE TABLE c (id integer PRIMARY KEY REFERENCES b \(deferrability), farm text NOT NULL);
      ALTER TABLE a ADD FOREIGN KEY (id) REFERENCES c \(deferrability);
      CREATE TABLE farm (name text PRIMARY KEY);
      ALTER TABLE c ADD FOREIGN KEY (farm) REFERENCES farm \(deferrability);
      CREATE TABLE root (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent integer NOT NULL REFERENCES root);
      """)
    #expect(try database.fill().reasons == [])
    for table in ["egg", "hen", "nest", "a", "b", "c", "farm", "root"] {
      #expect(try database.count(table) == Seeder.rowsPerTable, "\(table)")
    }
    let schema = try database.session.readSchema()
    var seeder = Seeder(schema: schema, session: database.session, seed: 2)
    // However many are probed: numbers stay small enough for a smallint.
    for table in Array(repeating: schema.objects(of: .table), count: 5).joined() {
      #expect(try seeder.probe(table.id) == .taken)
    }
    #expect(try database.count("egg") == Seeder.rowsPerTable)
  }

  @Test func findsAPartition() throws {
    let database = try SeedDatabase(
      .postgresql,
      """
      CREATE TABLE log (at date NOT NULL, kind text NOT NULL) PARTITION BY RANGE (at);
      CREATE TABLE log_a PARTITION OF log FOR VALUES FROM ('1999-01-01') TO ('1999-02-01');
      CREATE TABLE log_b PARTITION OF log FOR VALUES FROM ('2001-01-01') TO ('2001-02-01')
        PARTITION BY LIST (kind);
      CREATE TABLE log_c PARTITION OF log_b FOR VALUES IN ('x', 'y');
      """)
    let result = try database.fill()
    #expect(result.reasons == [])
    #expect(result.tables.map(\.name.raw) == ["log"])
    #expect(try database.count("log") > 0)
  }

  /// Columns, checks and defaults that come from a parent.
  @Test func fillsWhatInherits() throws {
    let database = try SeedDatabase(
      .postgresql,
      """
      CREATE TABLE above (id serial PRIMARY KEY, age integer NOT NULL CHECK (age > 100));
      CREATE TABLE below (more text NOT NULL) INHERITS (above);
      """)
    #expect(try database.fill().reasons == [])
    #expect(try database.count("below") == Seeder.rowsPerTable)
  }

  @Test(arguments: [
    ("CREATE TABLE t (a integer CHECK (a > 1 AND a < 1) NOT NULL)", "t", "violates check"),
    ("CREATE TABLE t (a integer) PARTITION BY LIST (a)", "t", "it has no partition"),
    (
      "CREATE TABLE t (id integer PRIMARY KEY, u integer NOT NULL); CREATE TABLE u "
        + "(id integer PRIMARY KEY, t integer NOT NULL REFERENCES t, CHECK (id < t)); "
        + "ALTER TABLE t ADD FOREIGN KEY (u) REFERENCES u, ADD CHECK (id < u)", "t",
      "violates check"
    ),
    (
      "CREATE TABLE t (a integer); CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING", "t",
      "a trigger or rule"
    ),
    (
      "CREATE TABLE t (a integer); CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS "
        + "'BEGIN RAISE ''not today''; END'; CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW "
        + "EXECUTE FUNCTION no()", "t", "not today"
    ),
  ])
  func namesWhatItCannotFill(_ script: String, _ table: String, _ reason: String) throws {
    let result = try SeedDatabase(.postgresql, script).fill()
    let words = try #require(result.omissions.first { $0.table.name.raw == table }?.reason)
    #expect(words.contains(reason))
  }
}
