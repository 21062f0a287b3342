import Planning
import PostgresEngine
import SQLText
import SchemaDiff
import SchemaModel
import Testing

/// Partitions and inheritance, with rows.
struct LineageTests {
  private static let walks: [Walk] = [
    Walk(
      "a table becomes partitioned, and back",
      """
      CREATE TABLE p (id int PRIMARY KEY);
      CREATE TABLE t (id serial, n int GENERATED ALWAYS AS IDENTITY, at date NOT NULL, p int,
        doubled int GENERATED ALWAYS AS (n * 2) STORED, CONSTRAINT t_pkey PRIMARY KEY (id, at),
        CONSTRAINT positive CHECK (p > 0), CONSTRAINT f FOREIGN KEY (p) REFERENCES p);
      CREATE INDEX i ON t (p);
      CREATE VIEW v AS SELECT id, at FROM t;
      CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();
      COMMENT ON TABLE t IS 'kept';
      COMMENT ON COLUMN t.at IS 'kept';
      COMMENT ON INDEX i IS 'kept'
      """,
      """
      CREATE TABLE p (id int PRIMARY KEY);
      CREATE TABLE t (id serial, n int GENERATED ALWAYS AS IDENTITY, at date NOT NULL, p int,
        doubled int GENERATED ALWAYS AS (n * 2) STORED, CONSTRAINT t_pkey PRIMARY KEY (id, at),
        CONSTRAINT positive CHECK (p > 0), CONSTRAINT f FOREIGN KEY (p) REFERENCES p)
        PARTITION BY RANGE (at);
      CREATE TABLE t_old PARTITION OF t FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
      CREATE TABLE t_new PARTITION OF t DEFAULT;
      CREATE INDEX i ON t (p);
      CREATE VIEW v AS SELECT id, at FROM t;
      CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();
      COMMENT ON TABLE t IS 'kept';
      COMMENT ON COLUMN t.at IS 'kept';
      COMMENT ON INDEX i IS 'kept'
      """),
    Walk(
      "a partition of a partition leaves, with the key that its root has, and comes back",
      """
      CREATE TABLE t (a int PRIMARY KEY) PARTITION BY RANGE (a);
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (a);
      CREATE TABLE t21 PARTITION OF t2 FOR VALUES FROM (0) TO (50)
      """,
      """
      CREATE TABLE t (a int PRIMARY KEY) PARTITION BY RANGE (a);
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (a);
      CREATE TABLE t21 (a int PRIMARY KEY)
      """),
    Walk(
      "partitioned tables that are referred to, by themselves too, and go with their partitions",
      """
      CREATE TABLE other (a int)
      """,
      """
      CREATE TABLE t (a int PRIMARY KEY, b int REFERENCES t) PARTITION BY RANGE (a);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100);
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (100) TO (200) PARTITION BY RANGE (a);
      CREATE TABLE t21 PARTITION OF t2 FOR VALUES FROM (100) TO (150);
      CREATE TABLE z (b int REFERENCES t);
      CREATE TABLE other (a int REFERENCES t)
      """),
    Walk(
      "a partition without the default of its parent becomes partitioned, and back",
      """
      CREATE TABLE t (a int DEFAULT 1, b int DEFAULT 2, UNIQUE (a, b)) PARTITION BY LIST (a);
      CREATE INDEX ON t (b);
      CREATE TABLE t1 (a int, b int DEFAULT 2);
      ALTER TABLE t ATTACH PARTITION t1 FOR VALUES IN (1)
      """,
      """
      CREATE TABLE t (a int DEFAULT 1, b int DEFAULT 2, UNIQUE (a, b)) PARTITION BY LIST (a);
      CREATE INDEX ON t (b);
      CREATE TABLE t1 (a int, b int) PARTITION BY RANGE (b);
      CREATE TABLE t11 PARTITION OF t1 FOR VALUES FROM (0) TO (10);
      ALTER TABLE t ATTACH PARTITION t1 FOR VALUES IN (1)
      """),
    Walk(
      "tables that inherit go where their parent becomes partitioned, and come back",
      """
      CREATE TABLE t (a int NOT NULL, b text);
      CREATE TABLE t1 (CHECK (a < 10)) INHERITS (t);
      CREATE TABLE t2 (CHECK (a >= 10), c int) INHERITS (t);
      CREATE TABLE t21 () INHERITS (t2)
      """,
      """
      CREATE TABLE t (a int NOT NULL, b text) PARTITION BY RANGE (a);
      CREATE TABLE p1 PARTITION OF t FOR VALUES FROM (0) TO (10);
      CREATE TABLE p2 PARTITION OF t DEFAULT
      """),
    Walk(
      "a child that says again how a column is generated, and back",
      """
      CREATE TABLE p (a int NOT NULL, b int GENERATED ALWAYS AS (a * 2) STORED)
      """,
      """
      CREATE TABLE p (a int NOT NULL, b int GENERATED ALWAYS AS (a * 2) STORED);
      CREATE TABLE c (a int NOT NULL, b int GENERATED ALWAYS AS (a * 2) STORED, d text);
      ALTER TABLE c INHERIT p
      """),
    Walk(
      "another partition key while partitions stay, and back",
      """
      CREATE TABLE r (id int PRIMARY KEY);
      CREATE TABLE t (
        a int NOT NULL, b text NOT NULL, c int REFERENCES r, d int DEFAULT 7 CHECK (d > 0),
        UNIQUE (a, b)
      ) PARTITION BY LIST (a);
      CREATE INDEX t_c ON t (c);
      CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);
      CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2) PARTITION BY LIST (b);
      CREATE TABLE t2a PARTITION OF t2 FOR VALUES IN ('a');
      CREATE TABLE t3 PARTITION OF t DEFAULT;
      CREATE VIEW v AS SELECT a, b FROM t
      """,
      """
      CREATE TABLE r (id int PRIMARY KEY);
      CREATE TABLE t (
        a int NOT NULL, b text NOT NULL, c int REFERENCES r, d int DEFAULT 7 CHECK (d > 0),
        UNIQUE (a, b)
      ) PARTITION BY RANGE (a);
      CREATE INDEX t_c ON t (c);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (1) TO (2);
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (2) TO (9) PARTITION BY LIST (b);
      CREATE TABLE t2a PARTITION OF t2 FOR VALUES IN ('a');
      CREATE VIEW v AS SELECT a, b FROM t
      """),
    Walk(
      "inheritance becomes partitions, of another type, and back",
      """
      CREATE TABLE t (id serial, at timestamp NOT NULL, note text DEFAULT 'x');
      CREATE TABLE t1 (
        id int NOT NULL DEFAULT nextval('t_id_seq'), at timestamp NOT NULL, note text DEFAULT 'x',
        CHECK (at < '2020-01-01'));
      ALTER TABLE t1 INHERIT t;
      CREATE TABLE t2 (
        id int NOT NULL DEFAULT nextval('t_id_seq'), at timestamp NOT NULL, note text DEFAULT 'y',
        CHECK (at >= '2020-01-01'));
      ALTER TABLE t2 INHERIT t;
      CREATE INDEX t1_note ON t1 (note);
      CREATE RULE early AS ON INSERT TO t WHERE NEW.at < '2020-01-01'
        DO INSTEAD INSERT INTO t1 VALUES (NEW.id, NEW.at, NEW.note)
      """,
      """
      CREATE TABLE t (id serial, at timestamptz NOT NULL, note text DEFAULT 'x')
        PARTITION BY RANGE (at);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
      CREATE TABLE t2 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO (MAXVALUE);
      CREATE INDEX t1_note ON t1 (note)
      """),
    Walk(
      "attached, detached, moved",
      """
      CREATE TABLE t (a int, b int NOT NULL) PARTITION BY LIST (a);
      CREATE TABLE one PARTITION OF t FOR VALUES IN (1);
      CREATE TABLE two PARTITION OF t FOR VALUES IN (2) PARTITION BY HASH (b);
      CREATE TABLE two_0 PARTITION OF two FOR VALUES WITH (MODULUS 2, REMAINDER 0);
      CREATE TABLE three (a int, b int NOT NULL);
      CREATE INDEX i ON t (b)
      """,
      """
      CREATE TABLE t (a int, b int NOT NULL) PARTITION BY LIST (a);
      CREATE TABLE one (a int, b int NOT NULL);
      CREATE INDEX one_b_idx ON one (b);
      CREATE TABLE two PARTITION OF t FOR VALUES IN (2, 4) PARTITION BY HASH (b);
      CREATE TABLE two_0 PARTITION OF two FOR VALUES WITH (MODULUS 4, REMAINDER 0);
      CREATE TABLE three PARTITION OF t DEFAULT;
      CREATE INDEX i ON t (b)
      """),
    Walk(
      "what children say of inherited columns",
      """
      CREATE TABLE p (a int DEFAULT 1, b text, c int NOT NULL, d text);
      CREATE TABLE x (e int) INHERITS (p);
      CREATE TABLE y () INHERITS (x);
      ALTER TABLE x ALTER a SET DEFAULT 2;
      ALTER TABLE y ALTER a SET DEFAULT 3;
      ALTER TABLE x ALTER b SET NOT NULL;
      ALTER TABLE x ALTER d SET STATISTICS 7;
      COMMENT ON COLUMN x.c IS 'of the child';
      GRANT SELECT (c) ON x TO PUBLIC;
      CREATE TABLE t (a int DEFAULT 5, b text) PARTITION BY LIST (a);
      CREATE TABLE t1 PARTITION OF t (b DEFAULT 'one') FOR VALUES IN (1);
      CREATE TABLE t2 (a int, b text);
      ALTER TABLE t ATTACH PARTITION t2 DEFAULT;
      CREATE VIEW v AS SELECT a FROM y
      """,
      """
      CREATE TABLE p (a int DEFAULT 4, b text, c int NOT NULL, d varchar(9));
      CREATE TABLE x (e int) INHERITS (p);
      CREATE TABLE y () INHERITS (x);
      ALTER TABLE x ALTER a SET DEFAULT 2;
      ALTER TABLE y ALTER a DROP DEFAULT;
      ALTER TABLE x ALTER d SET STORAGE external;
      COMMENT ON COLUMN x.b IS 'of the child';
      CREATE TABLE t (a int DEFAULT 5, b text) PARTITION BY LIST (a);
      CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);
      CREATE TABLE t2 (a int DEFAULT 6, b text);
      CREATE VIEW v AS SELECT a FROM y
      """),
    Walk(
      "names of partitions' indexes, and triggers that fire otherwise there",
      """
      CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TABLE t (a int, b text, PRIMARY KEY (a)) PARTITION BY LIST (a);
      CREATE TABLE one PARTITION OF t FOR VALUES IN (1);
      CREATE TABLE two PARTITION OF t FOR VALUES IN (2) PARTITION BY LIST (a);
      CREATE TABLE two_a PARTITION OF two FOR VALUES IN (2);
      CREATE INDEX i ON t (b, lower(b));
      CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();
      ALTER INDEX one_pkey RENAME TO mine;
      ALTER INDEX two_a_pkey RENAME TO ours;
      ALTER TABLE two_a DISABLE TRIGGER g
      """,
      """
      CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TABLE t (a int, b text, PRIMARY KEY (a)) PARTITION BY LIST (a);
      CREATE TABLE one PARTITION OF t FOR VALUES IN (1);
      CREATE TABLE two PARTITION OF t FOR VALUES IN (2) PARTITION BY LIST (a);
      CREATE TABLE two_a PARTITION OF two FOR VALUES IN (2);
      CREATE TABLE three PARTITION OF t FOR VALUES IN (3);
      CREATE INDEX i ON t (b, lower(b));
      CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();
      ALTER INDEX one_b_lower_idx RENAME TO other;
      ALTER INDEX two_pkey RENAME TO middle;
      ALTER INDEX three_pkey RENAME TO third;
      ALTER TABLE t DISABLE TRIGGER g;
      ALTER TABLE one ENABLE ALWAYS TRIGGER g
      """),
    Walk(
      "a rule that writes to a child", "CREATE TABLE other (a int)",
      """
      CREATE TABLE p (a int);
      CREATE TABLE c (CHECK (a > 0)) INHERITS (p);
      CREATE RULE r AS ON INSERT TO p WHERE new.a > 0 DO INSTEAD INSERT INTO c VALUES (new.a)
      """),
    Walk(
      "inheritance that comes and goes",
      """
      CREATE TABLE p (a int, b text);
      CREATE TABLE c (x int) INHERITS (p);
      CREATE TABLE d () INHERITS (c)
      """,
      """
      CREATE TABLE p (a int, b text, e int);
      CREATE TABLE c (x int) INHERITS (p);
      CREATE TABLE d () INHERITS (c)
      """),
  ]

  @Test(arguments: walks)
  func aWalkIsProven(_ walk: Walk) throws { try walk.prove() }

  @Test func rowsAndCountersSurviveANewPartitioning() throws {
    let walk = Self.walks[0]
    try SharedServer.withDatabase { one, _ in
      try Walk.load(walk.before, one)
      try Walk.load(
        "INSERT INTO p VALUES (1);\nINSERT INTO t (at, p) VALUES ('2019-05-05', 1), ('2024-05-05', 1)",
        one)
      let before = try PostgresInspector.inspect(one)
      try SharedServer.withDatabase { other, _ in
        try Walk.load(walk.after, other)
        let after = try PostgresInspector.inspect(other)
        try Walk.execute(Plans.plan(before, after), one)
        #expect(try one.query("SELECT FROM t_old").count == 1)
        #expect(try one.query("SELECT FROM t").count == 2)
        let row = try one.query("INSERT INTO t (at) VALUES ('2024-06-06') RETURNING id, n, doubled")
        #expect(row[0].integer(0) == 3 && row[0].integer(1) == 3 && row[0].integer(2) == 6)
        try Walk.execute(Plans.plan(after, before), one)
        #expect(try one.query("SELECT FROM t").count == 3)
        #expect(Differ.differences(try PostgresInspector.inspect(one), before) == [])
      }
    }
  }

  /// Whoever compares dumps sees the order of a view's options.
  @Test func theOrderOfAViewsOptionsComesBack() throws {
    try SharedServer.withDatabase { one, _ in
      let empty = try PostgresInspector.inspect(one)
      try Walk.load(
        "CREATE TABLE t (a int);\n"
          + "CREATE VIEW v WITH (security_barrier = true, check_option = local) AS SELECT a FROM t",
        one)
      try one.execute("ALTER VIEW public.v SET (security_barrier = false)")
      let options = "SELECT reloptions::text FROM pg_class WHERE relname = 'v'"
      let order = try one.query(options).first?.text(0)
      let schema = try PostgresInspector.inspect(one)
      try SharedServer.withDatabase { other, _ in
        try Walk.execute(Plans.plan(empty, schema), other)
        #expect(try other.query(options).first?.text(0) == order)
      }
    }
  }

  /// A child keeps the column, and what is in it, when its parent loses it.
  @Test func aChildKeepsWhatItsParentLoses() throws {
    try SharedServer.withDatabase { one, _ in
      try Walk.load(
        """
        CREATE TABLE p (a int, e int);
        CREATE TABLE c (x int) INHERITS (p);
        CREATE TABLE d (y int) INHERITS (p);
        INSERT INTO c VALUES (1, 2, 3)
        """, one)
      let before = try PostgresInspector.inspect(one)
      try SharedServer.withDatabase { other, _ in
        try Walk.load(
          """
          CREATE TABLE p (a int);
          CREATE TABLE c (x int, e bigint NOT NULL DEFAULT 7) INHERITS (p);
          CREATE TABLE d (y int) INHERITS (p)
          """, other)
        let after = try PostgresInspector.inspect(other)
        try Walk.execute(Plans.plan(before, after), one)
        #expect(Differ.differences(try PostgresInspector.inspect(one), after) == [])
        #expect(try one.query("SELECT e FROM c").first?.integer(0) == 2)
      }
    }
  }
}
