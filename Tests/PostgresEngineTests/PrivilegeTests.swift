import Comparison
import Planning
import PostgresEngine
import SQLText
import SchemaDiff
import SchemaModel
import SchemaYAML
import Testing

/// Owners and grants on a real server. Roles belong to the whole server: these tests share some that stay.
struct PrivilegeTests {
  private static let made: Result<Void, any Error> = Result {
    let connection = try SharedServer.server().connect()
    for role in ["tests_owner", "tests_app", "tests_reader", "\"Tests Odd\""] {
      try connection.execute("CREATE ROLE \(role) NOLOGIN")
    }
  }

  init() throws { try Self.made.get() }

  private static let walks: [Walk] = [
    Walk(
      "a function that everybody may call, where new ones are nobody's",
      """
      ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
      CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'
      """,
      """
      ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
      CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
      GRANT EXECUTE ON FUNCTION f() TO PUBLIC;
      CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'
      """),
    Walk(
      "owners and grants on every kind",
      """
      CREATE SCHEMA s AUTHORIZATION tests_owner;
      CREATE TYPE e AS ENUM ('a');
      CREATE DOMAIN d AS text;
      CREATE TYPE c AS (x int);
      CREATE SEQUENCE q;
      CREATE TABLE t (id serial, n int GENERATED ALWAYS AS IDENTITY, x e);
      CREATE VIEW v AS SELECT id, n FROM t;
      CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
      CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1';
      CREATE AGGREGATE sum_of(int) (SFUNC = int4pl, STYPE = int);
      GRANT SELECT ON t TO tests_reader
      """,
      """
      CREATE SCHEMA s;
      GRANT USAGE ON SCHEMA s TO tests_app;
      GRANT ALL ON SCHEMA s TO "Tests Odd" WITH GRANT OPTION;
      CREATE TYPE e AS ENUM ('a');
      ALTER TYPE e OWNER TO tests_owner;
      REVOKE ALL ON TYPE e FROM PUBLIC;
      GRANT USAGE ON TYPE e TO tests_app;
      CREATE DOMAIN d AS text;
      ALTER DOMAIN d OWNER TO tests_owner;
      GRANT USAGE ON DOMAIN d TO tests_app;
      CREATE TYPE c AS (x int);
      ALTER TYPE c OWNER TO tests_owner;
      REVOKE ALL ON TYPE c FROM PUBLIC;
      CREATE SEQUENCE q;
      ALTER SEQUENCE q OWNER TO tests_owner;
      GRANT USAGE ON SEQUENCE q TO tests_app;
      CREATE TABLE t (id serial, n int GENERATED ALWAYS AS IDENTITY, x e);
      CREATE VIEW v AS SELECT id, n FROM t;
      CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
      ALTER TABLE t OWNER TO tests_owner;
      GRANT SELECT, UPDATE ON t TO tests_app;
      GRANT UPDATE ON t TO tests_app WITH GRANT OPTION;
      GRANT ALL ON t TO tests_reader;
      GRANT SELECT ON t TO PUBLIC;
      REVOKE TRUNCATE ON t FROM tests_owner;
      GRANT SELECT (id), INSERT (id) ON t TO "Tests Odd";
      GRANT USAGE ON SEQUENCE t_id_seq TO tests_app;
      GRANT SELECT ON SEQUENCE t_n_seq TO tests_app;
      ALTER VIEW v OWNER TO tests_owner;
      GRANT SELECT ON v TO tests_app;
      GRANT SELECT (n) ON v TO tests_reader;
      GRANT SELECT ON m TO tests_app;
      CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
      ALTER FUNCTION f(int) OWNER TO tests_owner;
      REVOKE ALL ON FUNCTION f(int) FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION f(int) TO tests_app WITH GRANT OPTION;
      CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1';
      REVOKE ALL ON PROCEDURE p() FROM PUBLIC;
      CREATE AGGREGATE sum_of(int) (SFUNC = int4pl, STYPE = int);
      ALTER AGGREGATE sum_of(int) OWNER TO tests_owner
      """),
    Walk(
      "grants that shrink and change hands",
      """
      CREATE TABLE t (a int, b int);
      GRANT ALL ON t TO tests_app WITH GRANT OPTION;
      GRANT SELECT (a), UPDATE (b) ON t TO tests_reader;
      REVOKE INSERT ON t FROM CURRENT_USER
      """,
      """
      CREATE TABLE t (a int, b int);
      ALTER TABLE t OWNER TO tests_owner;
      GRANT SELECT ON t TO tests_app WITH GRANT OPTION;
      GRANT UPDATE ON t TO tests_app;
      GRANT SELECT (b) ON t TO tests_reader
      """),
    Walk(
      "from the table to a column of it",
      "CREATE TABLE t (a int, b int);\nGRANT UPDATE, SELECT ON t TO tests_app;\nGRANT SELECT (b) ON t TO tests_app",
      "CREATE TABLE t (a int, b int);\nGRANT UPDATE (a) ON t TO tests_app;\nGRANT SELECT (b) ON t TO tests_app"
    ),
    Walk(
      "default privileges, and what is made under them",
      """
      ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO tests_reader;
      ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO tests_app;
      CREATE TABLE old (a int)
      """,
      """
      CREATE TABLE new (a int);
      CREATE SEQUENCE q;
      CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
      ALTER DEFAULT PRIVILEGES REVOKE ALL ON FUNCTIONS FROM PUBLIC;
      ALTER DEFAULT PRIVILEGES FOR ROLE tests_owner IN SCHEMA public
        GRANT SELECT, INSERT ON TABLES TO tests_app WITH GRANT OPTION;
      ALTER DEFAULT PRIVILEGES FOR ROLE tests_owner GRANT USAGE ON SCHEMAS TO PUBLIC;
      ALTER DEFAULT PRIVILEGES FOR ROLE tests_owner REVOKE ALL ON TYPES FROM PUBLIC
      """),
    Walk(
      "a serial column for a table of somebody else",
      "CREATE TABLE t (a int);\nALTER TABLE t OWNER TO tests_owner",
      "CREATE TABLE t (a int, b serial);\nALTER TABLE t OWNER TO tests_owner"),
    Walk(
      "made again with all that was granted",
      """
      CREATE TYPE e AS ENUM ('a', 'b');
      ALTER TYPE e OWNER TO tests_owner;
      GRANT USAGE ON TYPE e TO tests_app;
      COMMENT ON TYPE e IS 'kept';
      CREATE TABLE t (a int, x e);
      CREATE VIEW v AS SELECT a FROM t;
      ALTER VIEW v OWNER TO tests_owner;
      GRANT SELECT (a) ON v TO tests_app;
      GRANT SELECT ON v TO tests_reader WITH GRANT OPTION
      """,
      """
      CREATE TYPE e AS ENUM ('b');
      ALTER TYPE e OWNER TO tests_owner;
      GRANT USAGE ON TYPE e TO tests_app;
      COMMENT ON TYPE e IS 'kept';
      CREATE TABLE t (a bigint, x e);
      CREATE VIEW v AS SELECT a FROM t;
      ALTER VIEW v OWNER TO tests_owner;
      GRANT SELECT (a) ON v TO tests_app;
      GRANT SELECT ON v TO tests_reader WITH GRANT OPTION
      """),
    Walk(
      "the schema public",
      "CREATE TABLE t (a int)",
      """
      CREATE TABLE t (a int);
      ALTER SCHEMA public OWNER TO tests_owner;
      GRANT CREATE ON SCHEMA public TO tests_app;
      REVOKE USAGE ON SCHEMA public FROM PUBLIC
      """),
  ]

  @Test(arguments: walks)
  func aWalkIsProven(_ walk: Walk) throws { try walk.prove() }

  private static func compared(_ from: Schema, _ to: Schema) throws -> ComparisonResult {
    let server = try SharedServer.server()
    return try Comparer(dialect: PostgresDialect()) { PostgresScratch(on: .owned(server)) }
      .compare(from: from, to: to)
  }

  private static func declared(_ text: String) throws -> Schema {
    try SchemaReader.read([YAMLSource(file: "schema.yaml", text: text)]).schema
  }

  private static let live = """
    CREATE TABLE t (a int);
    ALTER TABLE t OWNER TO tests_owner;
    GRANT SELECT ON t TO tests_app, tests_reader;
    CREATE VIEW v AS SELECT a FROM t;
    ALTER VIEW v OWNER TO tests_owner;
    GRANT SELECT ON v TO tests_app;
    CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'
    """

  @Test func whatIsNotManagedComesBackWithWhatIsMadeAgain() throws {
    try SharedServer.withDatabase { connection, _ in
      try Walk.load(Self.live, connection)
      let before = try PostgresInspector.inspect(connection)
      let wanted = try Self.declared(
        """
        engine: postgresql
        tables: {t: {columns: {a: bigint}}}
        views: {v: SELECT a FROM t}
        functions:
          f(): {returns: integer, body: SELECT 1, security_definer: true}
        """)
      let result = try Self.compared(before, wanted)
      #expect(result.difference.changes.map(\.id.kind) == [.column])
      #expect(result.notes.contains("owners and grants are not compared"))
      #expect(
        result.exposures.map(\.kind) == [
          "grants to roles that nobody named", "SECURITY DEFINER functions",
        ])
      let plan = try Planner.plan(
        result.difference, from: result.from, to: result.to, dialect: PostgresDialect())
      try Walk.execute(plan, connection)
      let after = try PostgresInspector.inspect(connection)
      let privileges = { (schema: Schema) in schema.objects.filter { $0.kind.isPrivilege } }
      #expect(privileges(after) == privileges(before))
      let down = try Planner.reverse(
        result.difference, from: result.from, to: result.to, dialect: PostgresDialect())
      try Walk.execute(down, connection)
      #expect(Differ.differences(try PostgresInspector.inspect(connection), before) == [])
    }
  }

  /// Between two schemas that say nothing of owners and grants, as a folder of migrations and a file.
  @Test func whatNobodyKnowsComesBackWithWhatIsMadeAgain() throws {
    let before = """
      engine: postgresql
      enums: {e: [a, b, c]}
      tables: {t: {columns: {a: integer, x: e}}}
      views: {'"odd ''v''"': "SELECT a, a AS b FROM public.t"}
      materialized_views: {m: SELECT a FROM public.t}
      functions: {"f(integer)": {returns: integer, body: SELECT 1, security_definer: true}}
      """
    let after = before.replacing("a: integer", with: "a: bigint")
      .replacing("a, a AS b", with: "a").replacing("[a, b, c]", with: "[c, a]")
      .replacing("returns: integer", with: "returns: bigint")
    try SharedServer.withDatabase { connection, _ in
      let (from, to) = (try Self.declared(before), try Self.declared(after))
      let empty = try PostgresInspector.inspect(connection)
      try Walk.execute(Plans.plan(empty, from), connection)
      try Walk.load(
        """
        ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC;
        ALTER VIEW public."odd 'v'" OWNER TO tests_owner;
        GRANT SELECT ON public."odd 'v'" TO "Tests Odd" WITH GRANT OPTION;
        GRANT SELECT (a, b) ON public."odd 'v'" TO tests_app;
        GRANT SELECT, UPDATE ON public.m TO tests_reader;
        ALTER TYPE public.e OWNER TO tests_owner;
        REVOKE ALL ON FUNCTION public.f(integer) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION public.f(integer) TO tests_app
        """, connection)
      let known = try Self.rights(connection)
      #expect(known.count > 8)
      try Walk.execute(Plans.plan(from, to), connection)
      #expect(try Self.rights(connection) == known)
      try Walk.execute(Plans.plan(to, from), connection)
      #expect(try Self.rights(connection) == known)
    }
  }

  /// But for the column that goes.
  private static func rights(
    _ connection: borrowing PostgresConnection
  ) throws -> [SchemaObject] {
    try PostgresInspector.inspect(connection).objects.filter { object in
      object.kind.isPrivilege && object.id.attachmentTarget?.name.raw != "b"
    }
  }

  @Test func onlyRolesThatTheFileNamesAreItsOwn() throws {
    try SharedServer.withDatabase { connection, _ in
      try Walk.load(Self.live, connection)
      let before = try PostgresInspector.inspect(connection)
      let wanted = try Self.declared(
        """
        engine: postgresql
        manage: [grants]
        roles: [tests_app]
        tables: {t: {grants: {tests_app: [select, insert]}, columns: {a: integer}}}
        views: {v: SELECT a FROM t}
        functions:
          f(): {returns: integer, body: SELECT 1, security_definer: true}
        """)
      let result = try Self.compared(before, wanted)
      // More on the table, none on the view; what the reader has is not the file's.
      #expect(
        result.difference.changes.map { $0.id.description } == [
          "grant \"table\".\"public\".\"t\".\"tests_app\"",
          "grant \"view\".\"public\".\"v\".\"tests_app\"",
        ])
      let plan = try Planner.plan(
        result.difference, from: result.from, to: result.to, dialect: PostgresDialect())
      try Walk.execute(plan, connection)
      let after = try PostgresInspector.inspect(connection)
      #expect(try Self.compared(after, wanted).difference.isEmpty)
      let down = try Planner.reverse(
        result.difference, from: result.from, to: result.to, dialect: PostgresDialect())
      try Walk.execute(down, connection)
      #expect(Differ.differences(try PostgresInspector.inspect(connection), before) == [])
    }
  }

  @Test func whatIsSaidAndNotManagedIsAnError() throws {
    #expect(throws: YAMLProblems.self) {
      _ = try Self.declared(
        "engine: postgresql\ntables: {t: {owner: tests_app, columns: {a: integer}}}")
    }
  }
}
