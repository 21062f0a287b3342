import Glibc
import PostgresEngine
import SchemaModel
import Testing

/// Large catalogs are read on two connections.
struct CompanionTests {
  private static let script = [
    "CREATE TYPE mood AS ENUM ('sad', 'ok')",
    "CREATE SEQUENCE numbers",
    """
    CREATE TABLE parents (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m mood DEFAULT 'ok',
      n numeric(10, 2)[], d integer DEFAULT nextval('numbers'),
      g integer GENERATED ALWAYS AS (cardinality(n)) STORED, CHECK (d > 0 OR m = 'sad'))
    """,
    "CREATE TABLE children (id int REFERENCES parents ON DELETE CASCADE, t text DEFAULT '{VAR }')",
    "CREATE INDEX children_t_idx ON children (lower(t)) WHERE id > 0",
    "CREATE VIEW v AS SELECT p.id, c.t FROM parents p JOIN children c USING (id)",
    "COMMENT ON COLUMN v.t IS 'a text'",
  ]

  @Test func bringsWhatOneConnectionBrings() throws {
    try SharedServer.withDatabase { connection, _ in
      for statement in Self.script { try connection.execute(statement) }
      let alone = try PostgresInspector.inspect(connection, companionFrom: .max)
      let shared = try PostgresInspector.inspect(connection, companionFrom: 0)
      #expect(shared == alone)
      #expect(shared.dependencies == alone.dependencies)
      #expect(shared.coverage == alone.coverage)
      #expect(shared.objects(of: .column).count == 7)
      let database = connection.database
      // It has left; the server takes a moment to notice.
      var others = 1
      for _ in 0..<500 where others > 0 {
        usleep(10_000)
        others =
          try connection.query(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
            [database]
          ).first?.integer(0) ?? 0
      }
      #expect(others == 0)
    }
  }

  @Test func isDoneWithoutWhereItMayNotConnect() throws {
    try SharedServer.withDatabase { connection, server in
      for statement in Self.script { try connection.execute(statement) }
      let role = "alone_\(UInt64.random(in: 0 ... .max))"
      try connection.execute("CREATE ROLE \(role) LOGIN CONNECTION LIMIT 1")
      defer { try? connection.execute("DROP ROLE \(role)") }
      let limited = try server.connect(database: connection.database, user: role)
      let schema = try PostgresInspector.inspect(limited, companionFrom: 0)
      #expect(
        schema.objects.map(\.id)
          == (try PostgresInspector.inspect(connection, companionFrom: .max)).objects.map(\.id))
    }
  }
}
