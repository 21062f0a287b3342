import Foundation
import Dispatch
import Planning
import PostgresEngine
import SQLText
import SchemaDiff
import SchemaModel
import TestSupport
import Testing

/// What is written for tables that are there: nobody waits while rows are read.
struct OnlineTests {
  private static let standing: [Walk] = [
    Walk(
      "indexes",
      "CREATE TABLE t (a int, b text);\nCREATE INDEX i ON t (a);\nCREATE INDEX gone ON t (b)",
      "CREATE TABLE t (a int, b text);\nCREATE INDEX i ON t (b);\nCREATE UNIQUE INDEX u ON t (a, b)"
    ),
    Walk(
      "keys", "CREATE TABLE t (a int, b text, CONSTRAINT k UNIQUE (a))",
      "CREATE TABLE t (a int PRIMARY KEY, b text, CONSTRAINT k UNIQUE (b, a) DEFERRABLE)"),
    Walk(
      "a key with a foreign key on it",
      """
      CREATE TABLE t (a int NOT NULL, b int, CONSTRAINT k UNIQUE (a));
      CREATE TABLE u (a int CONSTRAINT f REFERENCES t (a))
      """,
      """
      CREATE TABLE t (a int NOT NULL, b int, CONSTRAINT k UNIQUE (a) INCLUDE (b));
      CREATE TABLE u (a int CONSTRAINT f REFERENCES t (a))
      """),
    Walk(
      "checks and foreign keys",
      """
      CREATE TABLE p (id int PRIMARY KEY);
      CREATE TABLE t (a int, p int, CONSTRAINT c CHECK (a > 0), CONSTRAINT f FOREIGN KEY (p) REFERENCES p)
      """,
      """
      CREATE TABLE p (id int PRIMARY KEY);
      CREATE TABLE t (a int, p int, CONSTRAINT c CHECK (a > 1), CONSTRAINT d CHECK (p > 0),
        CONSTRAINT f FOREIGN KEY (p) REFERENCES p ON DELETE CASCADE)
      """),
    Walk(
      "not null and volatile defaults", "CREATE TABLE t (a int, b int)",
      """
      CREATE TABLE t (a int NOT NULL, b int NOT NULL DEFAULT 3, c uuid NOT NULL DEFAULT gen_random_uuid(),
        d timestamptz NOT NULL DEFAULT now())
      """),
    Walk(
      "types that leave the rows as they are",
      """
      CREATE TABLE t (a varchar(3), b numeric(5, 2), c timestamp(3), CONSTRAINT k CHECK (a <> ''));
      CREATE INDEX i ON t (lower(a))
      """,
      """
      CREATE TABLE t (a text, b numeric(9, 2), c timestamp, CONSTRAINT k CHECK (a <> ''));
      CREATE INDEX i ON t (lower(a))
      """),
    Walk(
      "partitions",
      """
      CREATE TABLE t (a int NOT NULL, b int) PARTITION BY RANGE (a);
      CREATE TABLE one PARTITION OF t FOR VALUES FROM (0) TO (10);
      CREATE TABLE two PARTITION OF t FOR VALUES FROM (10) TO (20);
      CREATE TABLE three (a int NOT NULL, b int);
      CREATE TABLE x (a int NOT NULL, b int) PARTITION BY LIST (a);
      CREATE TABLE x1 PARTITION OF x FOR VALUES IN (1);
      CREATE TABLE x2 PARTITION OF x FOR VALUES IN (2)
      """,
      """
      CREATE TABLE t (a int NOT NULL, b int) PARTITION BY RANGE (a);
      CREATE TABLE one PARTITION OF t FOR VALUES FROM (0) TO (10);
      CREATE TABLE two (a int NOT NULL, b int);
      CREATE TABLE three PARTITION OF t FOR VALUES FROM (20) TO (30);
      CREATE TABLE four PARTITION OF t FOR VALUES FROM (30) TO (40);
      CREATE TABLE x (a int NOT NULL, b int, PRIMARY KEY (a)) PARTITION BY LIST (a);
      CREATE TABLE x1 PARTITION OF x FOR VALUES IN (1);
      CREATE TABLE x2 PARTITION OF x FOR VALUES IN (2);
      CREATE INDEX xb ON x (b)
      """),
  ]

  @Test(arguments: standing)
  func aWalkIsProven(_ walk: Walk) throws { try walk.prove() }

  @Test(arguments: standing)
  func nothingTakesLongUnderAStrongLock(_ walk: Walk) throws {
    try SharedServer.withDatabase { one, _ in
      try Walk.load(walk.before, one)
      let before = try PostgresInspector.inspect(one)
      try SharedServer.withDatabase { other, _ in
        try Walk.load(walk.after, other)
        let plan = try Plans.plan(before, PostgresInspector.inspect(other))
        let slow = plan.steps.flatMap(\.statements).filter {
          $0.work > .metadata && $0.lock >= .share
        }
        #expect(slow.map(\.sql.text) == [])
        for section in PostgresDialect().sections(of: plan) where section.lockTimeout == nil {
          #expect(section.steps.allSatisfy { $0.lock < .share }, "\(section.steps.map(\.subject))")
        }
      }
    }
  }

  /// What is planned for the oldest server runs on every one.
  @Test(arguments: standing)
  func aPlanForOlderServers(_ walk: Walk) throws {
    try SharedServer.withDatabase { one, _ in
      try Walk.load(walk.before, one)
      let before = try PostgresInspector.inspect(one)
      try SharedServer.withDatabase { other, _ in
        try Walk.load(walk.after, other)
        try Self.expectPlanForOlderServers(
          before, PostgresInspector.inspect(other), renames: [], on: one)
      }
    }
  }

  /// Planned for servers that have names for NOT NULL and for those that have none.
  @Test(arguments: [150_000, 180_000])
  func notNullIsRenamedWhereItHasAName(readFrom version: Int) throws {
    try SharedServer.withDatabase { one, _ in
      try Walk.load("CREATE TABLE t (a int NOT NULL)", one)
      var before = try PostgresInspector.inspect(one)
      before.serverVersion = version
      try SharedServer.withDatabase { other, _ in
        try Walk.load("CREATE TABLE t (b int NOT NULL)", other)
        let rename = Rename(from: Make.column("t", "a"), to: Make.column("t", "b"))
        try Self.expectPlanForOlderServers(
          before, PostgresInspector.inspect(other), renames: [rename], on: one)
      }
    }
  }

  private static func expectPlanForOlderServers(
    _ before: Schema, _ after: Schema, renames: [Rename], on one: borrowing PostgresConnection
  ) throws {
    let dialect = PostgresDialect(style: PlanStyle(isOnline: true, serverVersion: 140_000))
    let renames =
      try renames
      + RenameHints.renames(from: before, to: after, byShape: dialect.kindsRenamedByShape)
    let difference = try Differ.difference(from: before, to: after, renames: renames)
    let plan = try Planner.plan(difference, from: before, to: after, dialect: dialect)
    let script = dialect.script(plan, options: ScriptOptions(allowed: .all))
    for piece in try StatementSplitter.pieces(of: script) { try one.execute(piece.text) }
    let up = try PostgresInspector.inspect(one)
    #expect(Differ.differences(up, after) == [])
  }

  @Test(arguments: standing)
  func thePlainFormIsInOneTransaction(_ walk: Walk) throws {
    try SharedServer.withDatabase { one, _ in
      try Walk.load(walk.before, one)
      let before = try PostgresInspector.inspect(one)
      try SharedServer.withDatabase { other, _ in
        try Walk.load(walk.after, other)
        let after = try PostgresInspector.inspect(other)
        let dialect = PostgresDialect(style: .plain)
        let renames = try RenameHints.renames(
          from: before, to: after, byShape: dialect.kindsRenamedByShape)
        let difference = try Differ.difference(from: before, to: after, renames: renames)
        let plan = try Planner.plan(difference, from: before, to: after, dialect: dialect)
        #expect(dialect.sections(of: plan).map(\.mode) == [.transaction])
        let script = dialect.script(plan, options: ScriptOptions(allowed: .all))
        for piece in try StatementSplitter.pieces(of: script) { try one.execute(piece.text) }
        let up = try PostgresInspector.inspect(one)
        #expect(Differ.differences(up, after) == [])
      }
    }
  }

  @Test(arguments: [true, false])
  func aColumnIsFilledAsTheFileSays(isOnline: Bool) throws {
    try SharedServer.withDatabase { one, _ in
      try Walk.load(
        "CREATE TABLE t (a int, b int);\nINSERT INTO t SELECT n, NULL FROM generate_series(1, 2000) n",
        one)
      let before = try PostgresInspector.inspect(one)
      try SharedServer.withDatabase { other, _ in
        try Walk.load("CREATE TABLE t (a bigint, b int NOT NULL, c text NOT NULL)", other)
        var after = try PostgresInspector.inspect(other)
        after.conversions = [
          Make.column("t", "a"): .init(using: Make.expression("a * 100")),
          Make.column("t", "b"): .init(backfill: Make.expression("a % 7")),
          Make.column("t", "c"): .init(backfill: Make.expression("'new'")),
        ]
        let dialect = PostgresDialect(style: isOnline ? .online : .plain)
        let difference = try Differ.difference(from: before, to: after, renames: [])
        let plan = try Planner.plan(difference, from: before, to: after, dialect: dialect)
        #expect(!plan.hazards.contains { $0.code == "DD02" || $0.code == "DD03" })
        let script = dialect.script(plan, options: ScriptOptions(allowed: .all))
        for piece in try StatementSplitter.pieces(of: script) { try one.execute(piece.text) }
        let up = try PostgresInspector.inspect(one)
        #expect(Differ.differences(up, after) == [])
        let rows = try one.query("SELECT FROM t WHERE a % 100 = 0 AND b IS NOT NULL AND c = 'new'")
        #expect(rows.count == 2000)
      }
    }
  }

  @Test func rowsInTheWayAreCounted() throws {
    try SharedServer.withDatabase { one, _ in
      try Walk.load(
        """
        CREATE TABLE p (id int PRIMARY KEY);
        CREATE TABLE t (id int PRIMARY KEY, a int, b int, c numeric(5, 2), d int);
        INSERT INTO t VALUES (1, NULL, 1, 1.25, 1), (2, 2, 1, 1, 2), (3, NULL, -1, 2, 3)
        """, one)
      let before = try PostgresInspector.inspect(one)
      try SharedServer.withDatabase { other, _ in
        try Walk.load(
          """
          CREATE TABLE p (id int PRIMARY KEY);
          CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int UNIQUE, c numeric(5, 1),
            d int REFERENCES p, e text NOT NULL, CHECK (b > 0), CONSTRAINT fine CHECK (d > 0))
          """, other)
        let plan = try Plans.plan(before, PostgresInspector.inspect(other))
        let found = try RowQuestions.findings(of: plan.checks, in: one)
        let sentences = Set(found.filter { $0.count > 0 }.map(\.sentence))
        #expect(
          sentences == [
            "t.a is null: 2 rows (id 1, id 3)", "t: equal values of b: 1 row (1)",
            "t.c does not fit numeric(5,1): 1 row (id 1)",
            "t refers to no row of p (t_d_fkey): 3 rows (id 1, id 2, id 3)",
            "t is not empty: 3 rows (id 1, id 2, id 3)", "t: b > 0 does not hold: 1 row (id 3)",
          ])
        let answered = plan.applying(found)
        #expect(answered.hazards.filter(\.needsPermission).count >= 6)
        #expect(!answered.hazards.contains { $0.message.contains("fine") })
      }
    }
  }

  @Test func sizesAreThoseOfTheStatistics() throws {
    try SharedServer.withDatabase { one, _ in
      try Walk.load(
        """
        CREATE TABLE t (a int) PARTITION BY LIST (a);
        CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);
        CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2);
        CREATE TABLE never (a int);
        INSERT INTO t SELECT 1 + n % 2 FROM generate_series(1, 3000) n;
        ANALYZE t
        """, one)
      let sizes = try RowQuestions.sizes(of: [Make.id("t"), Make.id("never")], in: one)
      #expect(sizes[Make.id("t")]?.rows == 3000)
      #expect(sizes[Make.id("t")]?.bytes ?? 0 > 0)
      #expect(sizes[Make.id("never")] == nil)
    }
  }

  /// A row that somebody else moves from a page that is still to be filled to one that was filled already.
  @Test func rowsThatMoveWhileTheyAreFilledAreFilled() throws {
    let shape = "CREATE TABLE t (id int PRIMARY KEY, a text)"
    try SharedServer.withDatabase { writer, server in
      try Walk.load(shape, writer)
      let before = try PostgresInspector.inspect(writer)
      let after = try SharedServer.withDatabase { other, _ in
        try Walk.load(
          shape + ";\nALTER TABLE t ADD n bigint NOT NULL GENERATED ALWAYS AS IDENTITY", other)
        return try PostgresInspector.inspect(other)
      }
      // More pages than are filled at once, with room in the first alone.
      try writer.execute(
        "INSERT INTO public.t SELECT i, repeat('x', 1000) FROM generate_series(1, 1001) i")
      try writer.execute("DELETE FROM public.t WHERE ctid < '(20,0)'::tid")
      try writer.execute("VACUUM public.t")
      let plan = try Plans.plan(before, after)
      let script = PostgresDialect().script(plan, options: ScriptOptions(allowed: .all))
      var pieces = try StatementSplitter.pieces(of: script)[...]
      // As far as the rows are to be filled.
      while let piece = pieces.first, !piece.text.hasPrefix("DO ") {
        try writer.execute(piece.text)
        pieces.removeFirst()
      }
      let filling = try #require(pieces.first).text
      pieces.removeFirst()
      try writer.execute("BEGIN")
      try writer.execute("UPDATE public.t SET a = repeat('y', 1000) WHERE id = 990")
      let database = try #require(try writer.query("SELECT current_database()").first).text(0)
      let done = DispatchSemaphore(value: 0)
      DispatchQueue.global().async {
        defer { done.signal() }
        do {
          try server.connect(database: database).execute(filling)
        } catch {
          Issue.record(error)
        }
      }
      let waiting = "SELECT FROM pg_locks WHERE NOT granted"
      for _ in 0..<10_000 where try writer.query(waiting).isEmpty {
        Thread.sleep(forTimeInterval: 0.001)
      }
      #expect(try !writer.query(waiting).isEmpty)
      try writer.execute("COMMIT")
      done.wait()
      for piece in pieces { try writer.execute(piece.text) }
      let rows = try #require(
        try writer.query("SELECT count(*) FROM public.t WHERE n IS NULL").first)
      #expect(rows.text(0) == "0")
    }
  }
}
