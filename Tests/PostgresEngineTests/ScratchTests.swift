import Comparison
import Glibc
import PostgresEngine
import SQLText
import SchemaModel
import TestSupport
import Testing

struct ScratchTests {
  private func scratch() throws -> PostgresScratch {
    PostgresScratch(on: .owned(try SharedServer.server()))
  }

  private func schema(_ checks: [String: String], declared: Bool = true) throws -> Schema {
    let table = ObjectID(.table, [Identifier("public"), Identifier("t")])
    var objects: [SchemaObject] = [
      .namespace(Namespace(id: .namespace(Identifier("public")))), .table(Table(id: table)),
      .column(Column(id: table.part(.column, Identifier("a")), type: TypeName("integer"))),
    ]
    for (name, text) in checks {
      objects.append(
        .check(
          CheckConstraint(
            id: table.part(.check, Identifier(name)),
            expression: PostgresSyntax().expression(text))))
    }
    return try Schema(
      engine: .postgresql, objects: objects,
      scope: .init(searchPath: [Identifier("public")], isDeclared: declared))
  }

  @Test func whatARunThatDiedHasLeftIsSweptFromAGivenServer() throws {
    try SharedServer.withDatabase { connection, server in
      let old = "kedge_scratch_1000_\(UInt32.random(in: 0 ... .max))"
      let recent = "kedge_scratch_9999999999_\(UInt32.random(in: 0 ... .max))"
      for name in [old, recent] { try connection.execute("CREATE DATABASE \(name)") }
      defer { try? connection.execute("DROP DATABASE IF EXISTS \(recent)") }
      var scratch = PostgresScratch(on: .given(server.target(database: connection.database)))
      _ = try scratch.canonical(schema([:]))
      let left = try connection.query("SELECT datname FROM pg_database").map { $0.text(0) }
      #expect(!left.contains(old))
      #expect(left.contains(recent))
    }
  }

  @Test func saysWhatATextMeans() throws {
    var scratch = try scratch()
    let reading = try scratch.canonical(schema(["c": "A in (1, 2)"]))
    #expect(reading.failures.isEmpty)
    let table = ObjectID(.table, [Identifier("public"), Identifier("t")])
    guard case .check(let check)? = reading.schema[table.part(.check, Identifier("c"))] else {
      Issue.record("no check")
      return
    }
    #expect(check.expression.text == "a = ANY (ARRAY[1, 2])")
  }

  @Test func whatCannotBeBuiltIsNamedAndTheRestIsBuilt() throws {
    var scratch = try scratch()
    let view = ObjectID(.view, [Identifier("public"), Identifier("v")])
    let other = ObjectID(.view, [Identifier("public"), Identifier("a")])
    var objects = try schema([:]).objects
    objects.append(
      .view(View(id: view, query: PostgresSyntax().expression("select nothing from t"))))
    // Needs a view that comes later by name, and nobody says so.
    objects.append(.view(View(id: other, query: PostgresSyntax().expression("select * from z"))))
    objects.append(
      .view(
        View(
          id: ObjectID(.view, [Identifier("public"), Identifier("z")]),
          query: PostgresSyntax().expression("select a from t"))))
    let reading = try scratch.canonical(
      Schema(
        engine: .postgresql, objects: objects,
        scope: .init(searchPath: [Identifier("public")], isDeclared: true)))
    #expect(reading.failures.keys.sorted() == [view])
    #expect(reading.schema.contains(other))
  }

  @Test func declaredTextHasNoRights() throws {
    var scratch = try scratch()
    let error = #expect(throws: ScriptError.self) {
      try scratch.load(script: "SELECT 1;\nCOPY (SELECT 1) TO PROGRAM 'true';")
    }
    #expect(error?.line == 2)
    #expect(throws: ScriptError.self) { try scratch.load(script: "CREATE ROLE x SUPERUSER") }
    #expect(throws: ScriptError.self) {
      try scratch.load(script: "SELECT pg_catalog.pg_read_file('/etc/passwd')")
    }
  }

  @Test func aDumpIsLoaded() throws {
    var scratch = try scratch()
    let schema = try scratch.load(
      script: """
        \\restrict abc'd
        SET client_min_messages = warning;
        SELECT pg_catalog.set_config('search_path', '', false);
        CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;
        COMMENT ON EXTENSION citext IS 'x';
        CREATE TABLE public.t (a integer, b public.citext);
        ALTER TABLE public.t OWNER TO somebody_unknown;
        COPY public.t (a, b) FROM stdin;
        1\tit's; here
        \\.

        GRANT SELECT ON TABLE public.t TO "Nobody ""here"" ";
        CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT 1; END;
        \\unrestrict abc'd
        """)
    let table = ObjectID(.table, [Identifier("public"), Identifier("t")])
    #expect(schema.contains(table.part(.column, Identifier("b"))))
  }

  @Test func anErrorNamesItsLine() throws {
    var scratch = try scratch()
    let error = #expect(throws: ScriptError.self) {
      try scratch.load(
        script: "CREATE TABLE t (a int);\n\nCREATE TABLE u (\n  a int,\n  b nope\n);")
    }
    #expect(error?.line == 5)
    #expect(throws: ScriptError.self) { try scratch.load(script: "\\connect other") }
    #expect(throws: ScriptError.self) { try scratch.load(script: "SELECT 'open") }
  }

  @Test func scratchDatabasesGo() throws {
    let server = try SharedServer.server()
    let administration = try server.connect()
    // Others make databases beside this test; these are its own.
    let role = "builder_\(UInt64.random(in: 0 ... .max))"
    try administration.execute("CREATE ROLE \(role) LOGIN CREATEDB")
    defer { try? administration.execute("DROP ROLE \(role)") }
    func databases() throws -> Int? {
      try administration.query(
        """
        SELECT count(*) FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE r.rolname = $1
        """, [role]
      ).first?.integer(0)
    }
    var scratch = PostgresScratch(on: .given(server.target(database: "postgres", user: role)))
    let reading = try scratch.canonical(schema(["c": "a in (1, 2)"]))
    #expect(reading.failures.isEmpty)
    #expect(try databases() == 0)
  }
}
