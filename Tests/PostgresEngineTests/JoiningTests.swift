import Planning
import PostgresEngine
import SQLText
import SchemaDiff
import SchemaModel
import Testing

/// Tables that leave a parent, join another, or come back with other rows, while their columns change too.
struct JoiningTests {
  private static let keys = Walk(
    "the types of the columns that tables are partitioned by, on two levels",
    """
    CREATE TABLE other (a int PRIMARY KEY);
    CREATE TABLE t (a int NOT NULL REFERENCES other, at timestamp NOT NULL DEFAULT now(), k int,
      CONSTRAINT t_pkey PRIMARY KEY (a, at)) PARTITION BY RANGE (at);
    CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (a);
    CREATE TABLE t11 PARTITION OF t1 FOR VALUES IN (1, 2);
    CREATE TABLE t1d PARTITION OF t1 DEFAULT;
    CREATE TABLE td PARTITION OF t DEFAULT;
    CREATE INDEX i ON t (k) WHERE k > 0;
    CREATE VIEW v AS SELECT at, count(*) FROM t GROUP BY at;
    CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();
    CREATE TABLE r (a int, at timestamp, CONSTRAINT f FOREIGN KEY (a, at) REFERENCES t);
    COMMENT ON COLUMN t.at IS 'when'
    """,
    """
    CREATE TABLE other (a bigint PRIMARY KEY);
    CREATE TABLE t (a bigint NOT NULL REFERENCES other, at timestamptz NOT NULL DEFAULT now(), k int,
      more text DEFAULT 'm', CONSTRAINT t_pkey PRIMARY KEY (a, at)) PARTITION BY RANGE (at);
    CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (a);
    CREATE TABLE t11 PARTITION OF t1 FOR VALUES IN (1, 2, 3);
    CREATE TABLE t1d PARTITION OF t1 DEFAULT;
    CREATE TABLE td PARTITION OF t DEFAULT;
    CREATE INDEX i ON t (k) WHERE k > 0;
    CREATE VIEW v AS SELECT at, count(*) FROM t GROUP BY at;
    CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();
    CREATE TABLE r (a bigint, at timestamptz, CONSTRAINT f FOREIGN KEY (a, at) REFERENCES t);
    COMMENT ON COLUMN t.at IS 'when'
    """)

  private static let walks = [
    keys,
    Walk(
      "tables join that lack their parent's keys, and may hold rows without a value where it has none",
      """
      CREATE TABLE p (k int PRIMARY KEY, v text NOT NULL DEFAULT 'q', UNIQUE (k, v)) PARTITION BY RANGE (k);
      CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
      CREATE TABLE p2 (k int, v text);
      CREATE TABLE p3 (k int PRIMARY KEY, v text NOT NULL);
      CREATE TABLE q (k int, v text NOT NULL DEFAULT 'q');
      CREATE TABLE q1 (k int, v varchar(9));
      """,
      """
      CREATE TABLE p (k int PRIMARY KEY, v text NOT NULL DEFAULT 'q', UNIQUE (k, v)) PARTITION BY RANGE (k);
      CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
      CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
      CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30);
      CREATE TABLE q (k int, v text NOT NULL DEFAULT 'q');
      CREATE TABLE q1 (k int, v text) INHERITS (q);
      """),
    Walk(
      "partitions change places, take over each other's rows, and leave with what is theirs",
      """
      CREATE TABLE p (id int NOT NULL, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
      CREATE TABLE q (id int NOT NULL, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
      CREATE TABLE x1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
      CREATE TABLE x2 PARTITION OF p FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
      CREATE TABLE x3 PARTITION OF p DEFAULT;
      CREATE INDEX i ON p (d);
      CREATE TABLE l (id int, k text) PARTITION BY LIST (k);
      CREATE TABLE l1 PARTITION OF l FOR VALUES IN ('a');
      CREATE TABLE l2 PARTITION OF l FOR VALUES IN ('b', 'c');
      """,
      """
      CREATE TABLE p (id int NOT NULL, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
      CREATE TABLE q (id int NOT NULL, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
      CREATE TABLE x1 PARTITION OF q FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
      CREATE TABLE x2 PARTITION OF p FOR VALUES FROM ('2025-01-01') TO ('2025-07-01');
      CREATE TABLE x3 (id int NOT NULL, d date NOT NULL, PRIMARY KEY (id, d));
      CREATE TABLE x4 PARTITION OF p FOR VALUES FROM ('2025-07-01') TO ('2026-01-01');
      CREATE INDEX i ON p (d DESC);
      CREATE TABLE l (id int, k text) PARTITION BY LIST (k);
      CREATE TABLE l1 PARTITION OF l FOR VALUES IN ('a', 'c');
      CREATE TABLE l2 PARTITION OF l FOR VALUES IN ('b');
      """),
    Walk(
      "partitions move while the columns and checks of both parents change",
      """
      CREATE TABLE p (id int NOT NULL, a int, gone text, d date NOT NULL, CONSTRAINT ck CHECK (a > 0))
        PARTITION BY RANGE (d);
      CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
      CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
      CREATE INDEX pi ON p (a);
      CREATE INDEX pg ON p (gone);
      CREATE UNIQUE INDEX pu ON p (id, d);
      CREATE TABLE lone (id int NOT NULL, a int, d date NOT NULL);
      CREATE INDEX lone_a ON lone (a);
      CREATE TABLE q (id int NOT NULL, a int, gone text, d date NOT NULL, extra text DEFAULT 'e')
        PARTITION BY RANGE (d)
      """,
      """
      CREATE TABLE p (id bigint NOT NULL, a bigint, d date NOT NULL, fresh text NOT NULL DEFAULT 'f',
        CONSTRAINT ck CHECK (a > 1), CONSTRAINT ck2 CHECK (fresh <> '')) PARTITION BY RANGE (d);
      CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2024-06-01');
      CREATE INDEX pi ON p (a);
      CREATE UNIQUE INDEX pu ON p (id, d);
      CREATE INDEX pf ON p (fresh);
      CREATE TABLE q (id int NOT NULL, a int, gone text, d date NOT NULL, extra text DEFAULT 'e',
        CONSTRAINT qc CHECK (a > 5)) PARTITION BY RANGE (d);
      CREATE TABLE p2 PARTITION OF q FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
      CREATE TABLE lone PARTITION OF p FOR VALUES FROM ('2024-06-01') TO ('2025-01-01');
      CREATE INDEX qi ON q (gone)
      """),
    Walk(
      "a table that becomes partitioned while what it held on to changes",
      """
      CREATE TABLE par (id int, d date, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
      CREATE TABLE par_d PARTITION OF par DEFAULT;
      CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE FUNCTION ok(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
      CREATE FUNCTION nr() RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE TYPE e AS ENUM ('a');
      CREATE TABLE ch (id int DEFAULT nr(), pid int, pd date, gone e, CONSTRAINT f FOREIGN KEY (pid, pd) REFERENCES par,
        CONSTRAINT c CHECK (ok(id)));
      CREATE TRIGGER g BEFORE INSERT ON ch FOR EACH ROW EXECUTE FUNCTION g()
      """,
      """
      CREATE TABLE par (id bigint, d date, note text, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
      CREATE TABLE par_23 PARTITION OF par FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
      CREATE TABLE ch (id int DEFAULT 5, pid bigint, pd date,
        CONSTRAINT f FOREIGN KEY (pid, pd) REFERENCES par ON DELETE CASCADE) PARTITION BY HASH (id);
      CREATE TABLE ch0 PARTITION OF ch FOR VALUES WITH (MODULUS 2, REMAINDER 0);
      CREATE TABLE ch1 PARTITION OF ch FOR VALUES WITH (MODULUS 2, REMAINDER 1)
      """),
    Walk(
      "columns that children say again, or have as their own too, come and go with the parents'",
      """
      CREATE TABLE t (a int, b int, c int) PARTITION BY LIST (a);
      CREATE TABLE t1 PARTITION OF t (b DEFAULT 5) FOR VALUES IN (1);
      CREATE TABLE p (x int, y int);
      CREATE TABLE q (x int DEFAULT 4, z int) INHERITS (p);
      CREATE TABLE r (x int DEFAULT 7) INHERITS (q)
      """,
      """
      CREATE TABLE t (a int, c int) PARTITION BY LIST (a);
      CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);
      CREATE TABLE p (y int);
      CREATE TABLE q (z int) INHERITS (p);
      CREATE TABLE r () INHERITS (q)
      """),
    Walk(
      "what is on a child needs the columns that come to its parent",
      """
      CREATE TABLE p (id int, x int);
      CREATE TABLE a (y int) INHERITS (p);
      CREATE VIEW va AS SELECT id, x, y FROM a;
      CREATE INDEX ai ON a (id);
      CREATE TABLE q (id int, x int) PARTITION BY LIST (id);
      CREATE TABLE a1 PARTITION OF q FOR VALUES IN (1);
      CREATE VIEW vq AS SELECT x FROM a1;
      CREATE INDEX qi ON a1 (x)
      """,
      """
      CREATE TABLE p (id int, x bigint, n int);
      CREATE TABLE a (y int) INHERITS (p);
      CREATE VIEW va AS SELECT id, x, n, y FROM a;
      CREATE INDEX ai ON a (id, n);
      CREATE TABLE q (id int, x bigint, n int) PARTITION BY LIST (id);
      CREATE TABLE a1 PARTITION OF q FOR VALUES IN (1);
      CREATE VIEW vq AS SELECT x, n FROM a1;
      CREATE INDEX qi ON a1 (x, n)
      """),
    Walk(
      "a partition that says a column's default itself loses an index of its own",
      """
      CREATE TABLE t (a int, b int) PARTITION BY LIST (a);
      CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1)
      """,
      """
      CREATE TABLE t (a int, b int) PARTITION BY LIST (a);
      CREATE TABLE t1 PARTITION OF t (b DEFAULT 5) FOR VALUES IN (1);
      CREATE INDEX own ON t1 (b, a)
      """),
  ]

  @Test(arguments: walks)
  func aWalkIsProven(_ walk: Walk) throws { try walk.prove() }

  /// What a child had of a parent that it leaves goes, unless it is to be its own.
  @Test func aChildGivesUpWhatWasItsParents() throws {
    try change(
      """
      CREATE TABLE p (a int, CONSTRAINT a CHECK (a > 0));
      CREATE TABLE q (b text, CONSTRAINT b CHECK (b <> ''));
      CREATE TABLE c (x int) INHERITS (p, q);
      CREATE TABLE d (a int, x int) INHERITS (p, q)
      """,
      """
      CREATE TABLE p (a int, CONSTRAINT a CHECK (a > 0));
      CREATE TABLE q (b text, CONSTRAINT b CHECK (b <> ''));
      CREATE TABLE c (x int) INHERITS (p);
      CREATE TABLE d (b text, x int, CONSTRAINT b CHECK (b <> ''))
      """)
  }

  @Test func rowsSurviveAnotherTypeOfAPartitionKey() throws {
    try SharedServer.withDatabase { one, _ in
      try Walk.load(Self.keys.before, one)
      try Walk.load(
        """
        INSERT INTO other VALUES (1), (7);
        INSERT INTO t VALUES (1, '2024-02-02'), (7, '2024-03-03'), (7, '2020-01-01');
        INSERT INTO r VALUES (7, '2020-01-01')
        """, one)
      let before = try PostgresInspector.inspect(one)
      try SharedServer.withDatabase { other, _ in
        try Walk.load(Self.keys.after, other)
        let after = try PostgresInspector.inspect(other)
        try Walk.execute(Plans.plan(before, after), one)
        #expect(try one.query("SELECT FROM t").count == 3)
        #expect(try one.query("SELECT FROM t11").count == 1)
        #expect(try one.query("SELECT FROM t JOIN r USING (a, at)").count == 1)
        try Walk.execute(Plans.plan(after, before), one)
        #expect(try one.query("SELECT FROM t WHERE at = '2024-02-02'").count == 1)
        #expect(Differ.differences(try PostgresInspector.inspect(one), before) == [])
      }
    }
  }

  private func change(_ script: String, _ wanted: String) throws {
    try SharedServer.withDatabase { one, _ in
      try Walk.load(script, one)
      let before = try PostgresInspector.inspect(one)
      try SharedServer.withDatabase { other, _ in
        try Walk.load(wanted, other)
        let after = try PostgresInspector.inspect(other)
        try Walk.execute(Plans.plan(before, after), one)
        #expect(Differ.differences(try PostgresInspector.inspect(one), after) == [])
      }
    }
  }
}
