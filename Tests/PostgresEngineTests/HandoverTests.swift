import PostgresEngine
import Testing

/// What goes with one object, or has to outlive it.
struct HandoverTests {
  private static let walks: [Walk] = [
    Walk(
      "a sequence outlives its table, whose names the next one takes",
      "CREATE TABLE old (id serial CONSTRAINT k PRIMARY KEY)",
      """
      CREATE SEQUENCE old_id_seq AS integer;
      CREATE TABLE new (id integer DEFAULT nextval('old_id_seq') CONSTRAINT k PRIMARY KEY);
      ALTER SEQUENCE old_id_seq OWNED BY new.id
      """),
    Walk(
      "sequences that are logged or unlogged otherwise than their tables", since: 150_000,
      """
      CREATE UNLOGGED TABLE t (id serial, n int GENERATED ALWAYS AS IDENTITY);
      ALTER SEQUENCE t_id_seq SET LOGGED;
      CREATE SEQUENCE s;
      CREATE TABLE u (id serial);
      CREATE UNLOGGED TABLE v (id serial, n int GENERATED ALWAYS AS IDENTITY)
      """,
      """
      CREATE TABLE t (id serial, n int GENERATED ALWAYS AS IDENTITY);
      ALTER SEQUENCE t_n_seq SET UNLOGGED;
      CREATE UNLOGGED SEQUENCE s;
      CREATE UNLOGGED TABLE u (id serial);
      ALTER SEQUENCE u_id_seq SET LOGGED;
      CREATE TABLE v (id serial, n int GENERATED ALWAYS AS IDENTITY)
      """),
    Walk(
      "a foreign key goes with its column, before the key that it leans on",
      """
      CREATE TABLE t (id int, token text, parent text, CONSTRAINT a UNIQUE (token),
        CONSTRAINT b FOREIGN KEY (parent) REFERENCES t (token))
      """,
      "CREATE TABLE t (id int, token text)"),
  ]

  @Test(arguments: walks)
  func aWalkIsProven(_ walk: Walk) throws { try walk.prove() }

  private static func comment(
    _ connection: borrowing PostgresConnection
  ) throws -> String? {
    try connection.query(
      "SELECT pg_catalog.obj_description('public'::regnamespace, 'pg_namespace')"
    ).first?.optionalText(0)
  }

  @Test func theSchemaPublicGetsItsOwnCommentBack() throws {
    try SharedServer.withDatabase { connection, _ in
      let usual = try Self.comment(connection)
      let before = try PostgresInspector.inspect(connection)
      try connection.execute("COMMENT ON SCHEMA public IS 'ours'")
      let after = try PostgresInspector.inspect(connection)
      try Walk.execute(Plans.plan(after, before), connection)
      let now = try Self.comment(connection)
      #expect(now == usual)
    }
  }
}
