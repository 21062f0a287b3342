import Foundation
import PostgresEngine
import SchemaModel
import TestSupport
import Testing

/// Somebody with fewer rights wants the runner's.
@Suite struct AttackTests {
  /// A table to begin with, and a role of the attacker's.
  private struct Scene {
    let place: Place
    let attacker: String

    init() throws {
      place = try Place(.postgresql)
      attacker = "mallory_\(UInt32.random(in: 0 ... .max))"
      try place.run(
        "CREATE ROLE \(attacker) LOGIN", "GRANT CREATE ON DATABASE \(place.name) TO \(attacker)")
      try place.run("GRANT CREATE ON SCHEMA public TO \(attacker)")
      try place.migration(
        1, "one", up: "CREATE TABLE public.one (a int);\n", down: "DROP TABLE public.one;\n")
      try place.migration(
        2, "two", up: "CREATE TABLE public.two (a int);\n", down: "DROP TABLE public.two;\n")
    }

    func close() {
      try? place.run("DROP OWNED BY \(attacker) CASCADE", "DROP ROLE \(attacker)")
      place.close()
    }

    func expectRefusal(_ phrase: String) throws {
      for command in ["apply", "rollback", "status", "history", "repair"] {
        let answer = try place.kedge(command)
        #expect(answer.code == 3, "\(command): \(answer)")
        #expect(answer.errors.contains("cannot be trusted"), "\(answer.errors)")
        #expect(
          answer.errors.contains(phrase.replacing("ATTACKER", with: attacker)), "\(answer.errors)")
      }
      #expect(try place.value("SELECT to_regclass('public.two')") == "")
    }
  }

  @Test func theSchemaIsTheAttackers() throws {
    let scene = try Scene()
    defer { scene.close() }
    try scene.place.connect(user: scene.attacker).execute("CREATE SCHEMA kedge")
    try scene.expectRefusal("the schema kedge belongs to ATTACKER")
    try scene.expectRefusal("connect as the role that always migrates")
  }

  static let tampering: [(statements: [String], phrase: String)] = [
    (["ALTER TABLE kedge.event OWNER TO ATTACKER"], "kedge.event belongs to ATTACKER"),
    (
      [
        """
        CREATE FUNCTION public.climb() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'
        """,
        "CREATE TRIGGER climb BEFORE INSERT ON kedge.event FOR EACH ROW EXECUTE FUNCTION public.climb()",
      ],
      "the trigger climb on kedge.event"
    ),
    (
      ["CREATE RULE climb AS ON UPDATE TO kedge.state DO ALSO SELECT 1"],
      "the rule climb on kedge.state"
    ),
    (["ALTER TABLE kedge.migration ENABLE ROW LEVEL SECURITY"], "row security on kedge.migration"),
    (
      ["CREATE POLICY climb ON kedge.migration USING (true)"], "the policy climb on kedge.migration"
    ),
    (["GRANT INSERT ON kedge.migration TO ATTACKER"], "ATTACKER may insert kedge.migration"),
    (
      ["GRANT UPDATE (down_script) ON kedge.migration TO ATTACKER"],
      "ATTACKER may update kedge.migration.down_script"
    ),
    (["GRANT DELETE ON kedge.state TO PUBLIC"], "everybody may delete kedge.state"),
    (["GRANT CREATE ON SCHEMA kedge TO ATTACKER"], "ATTACKER may create in the schema kedge"),
    (
      [
        "DROP TABLE kedge.script",
        "CREATE VIEW kedge.script AS SELECT 'a'::text AS path, 'b'::text AS token_checksum",
      ],
      "kedge.script is no ordinary table"
    ),
    (
      ["CREATE TABLE public.heir () INHERITS (kedge.migration)"],
      "heir inherits from kedge.migration"
    ),
  ]

  @Test(arguments: tampering.indices) func theHistoryWasTamperedWith(index: Int) throws {
    let scene = try Scene()
    defer { scene.close() }
    #expect(try scene.place.kedge("apply", "--to", "1").code == 0)
    for statement in Self.tampering[index].statements {
      _ = try scene.place.rows(statement.replacing("ATTACKER", with: scene.attacker))
    }
    try scene.expectRefusal(Self.tampering[index].phrase)
  }

  /// Whatever the bookkeeping calls, it is never something of `public`'s.
  @Test func functionsAndOperatorsOfPublicAreNotCalled() throws {
    let scene = try Scene()
    defer { scene.close() }
    let place = scene.place
    let mallory = try place.connect(user: scene.attacker)
    try mallory.execute("CREATE TABLE public.stolen (who text, what text)")
    try mallory.execute("GRANT ALL ON public.stolen TO PUBLIC")
    let types = ["text", "integer", "bigint", "oid", "name", "timestamptz", "\"char\"", "regclass"]
    for (left, right) in types.flatMap({ left in types.map { (left, $0) } }) {
      try mallory.execute(
        """
        CREATE FUNCTION public.steal(\(left), \(right)) RETURNS boolean LANGUAGE plpgsql AS
          'BEGIN INSERT INTO public.stolen VALUES (current_user, ''\(left == "\"char\"" ? "c" : left)''); RETURN true; END'
        """)
      for name in ["=", "<>", "<"] {
        try mallory.execute(
          """
          CREATE OPERATOR public.\(name)
            (LEFTARG = \(left), RIGHTARG = \(right), FUNCTION = public.steal)
          """)
      }
    }
    for function in ["to_regclass(text)", "clock_timestamp()", "max(integer)", "lower(text)"] {
      try mallory.execute(
        """
        CREATE FUNCTION public.\(function) RETURNS text LANGUAGE plpgsql AS
          'BEGIN INSERT INTO public.stolen VALUES (current_user, ''call''); RETURN NULL; END'
        """)
    }
    // A migration that puts `public` first, for itself and for what comes after it.
    for version in 3...4 {
      try place.migration(
        version, "path\(version)",
        up: """
          SET search_path = public, pg_catalog;
          CREATE TABLE public.t\(version) (a int);
          CREATE TEMP TABLE state\(version) (a int);
          -- kedge:section 2 no-transaction
          SET search_path = public, pg_catalog;
          CREATE INDEX CONCURRENTLY i\(version) ON public.t\(version) (a);
          -- kedge:section 3
          SELECT set_config('search_path', 'public, pg_catalog', false);
          CREATE TABLE public.u\(version) (a int);
          """,
        down:
          "SET search_path = public, pg_catalog;\nDROP TABLE public.t\(version), public.u\(version);\n"
      )
    }
    let up = try place.kedge("apply")
    #expect(up.code == 0, "\(up.errors)")
    for command in ["status", "history", "lock", "repair"] {
      #expect(try place.kedge(command).code == 0)
    }
    let down = try place.kedge("rollback", "--all", "--allow", "DL01")
    #expect(down.code == 0, "\(down.errors)")
    #expect(try place.rows("SELECT who, what, count(*) FROM public.stolen GROUP BY 1, 2") == [])
  }

  @Test func whatAMigrationSetsDoesNotReachTheNext() throws {
    let scene = try Scene()
    defer { scene.close() }
    let place = scene.place
    try place.run("GRANT \(scene.attacker) TO postgres")
    try place.migration(
      3, "role",
      up: """
        SET ROLE \(scene.attacker);
        CREATE TABLE public.hers (a int);
        -- kedge:section 2
        CREATE TABLE public.ours (a int);
        SET SESSION AUTHORIZATION \(scene.attacker);
        -- kedge:section 3
        CREATE TABLE public.ours_too (a int);
        SET default_transaction_read_only = on;
        """)
    try place.migration(4, "next", up: "CREATE TABLE public.last (a int);\n")
    let answer = try place.kedge("apply")
    #expect(answer.code == 0, "\(answer.errors)")
    let owners = try place.rows(
      "SELECT tablename, tableowner FROM pg_tables WHERE tablename ~ 'hers|ours|last' ORDER BY 1")
    #expect(
      owners == [
        ["hers", scene.attacker], ["last", "postgres"], ["ours", "postgres"],
        ["ours_too", "postgres"],
      ])
  }

  // MARK: - The role of an environment

  private static let escapes = [
    "RESET ROLE;", "SET ROLE postgres;", "SET LOCAL ROLE postgres;",
    "SET SESSION AUTHORIZATION DEFAULT;", "RESET SESSION AUTHORIZATION;",
    "DO $$ BEGIN PERFORM set_config('role', 'postgres', false); END $$;",
  ]

  @Test func objectsBelongToTheEnvironmentsRole() throws {
    let scene = try Scene()
    defer { scene.close() }
    let place = scene.place
    let url = place.address
    try place.write(
      "kedge.yaml", "environments:\n  prod: {url: \"\(url)\", role: \(scene.attacker)}\n")
    place.address = "env:prod"
    try place.migration(
      3, "loose",
      up: """
        -- kedge:section 1 no-transaction
        CREATE INDEX CONCURRENTLY one_idx ON public.one (a);
        -- kedge:section 2
        CREATE TABLE public.three (a int);
        """)
    let answer = try place.kedge("apply")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(
      try place.rows(
        """
        SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class
        WHERE relnamespace IN ('public'::regnamespace, 'kedge'::regnamespace)
        """) == [[scene.attacker]])
    for (index, escape) in Self.escapes.enumerated() {
      // Outside of a transaction `SET LOCAL` does nothing.
      let modes = escape.contains("LOCAL") ? ["transaction"] : ["transaction", "no-transaction"]
      for mode in modes {
        try place.migration(
          4, "escape",
          up:
            "-- kedge:section 1 \(mode)\n\(escape)\nSET ROLE \(scene.attacker);\nCREATE TABLE public.climbed (a int);\n"
        )
        let answer = try place.kedge("apply")
        #expect(answer.code == 2, "\(escape): \(answer.errors)")
        #expect(
          answer.errors.contains("changed the role from \(scene.attacker) to postgres"),
          "\(index): \(answer.errors)")
        #expect(try place.value("SELECT to_regclass('public.climbed')") == "")
        if try place.kedge("status").output.contains("unfinished") {
          #expect(try place.kedge("repair", "--mark-reverted", "4").code == 0)
        }
      }
    }
  }

  // MARK: - SQLite

  @Test func aTriggerOnSQLitesHistory() throws {
    let place = try Place(.sqlite)
    defer { place.close() }
    try place.migration(1, "t", up: "CREATE TABLE t (a);\n")
    #expect(try place.kedge("apply").code == 0)
    try place.run(
      """
      CREATE TRIGGER climb AFTER INSERT ON _kedge_event BEGIN
        UPDATE _kedge_migration SET down_script = 'DROP TABLE t;'; END
      """)
    let answer = try place.kedge("apply")
    #expect(answer.code == 3)
    #expect(answer.errors.contains("the trigger climb on _kedge_event"), "\(answer.errors)")
  }

  @Test func aTemporaryTableInSQLitesWay() throws {
    let place = try Place(.sqlite)
    defer { place.close() }
    try place.migration(
      1, "t",
      up: """
        CREATE TEMP TABLE _kedge_migration AS SELECT 1 AS version;
        CREATE TEMP TABLE _kedge_state AS SELECT 1 AS id, 7 AS epoch;
        CREATE TABLE t (a);
        """)
    try place.migration(2, "u", up: "CREATE TABLE u (a);\n")
    let answer = try place.kedge("apply")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(try place.value("SELECT count(*) FROM _kedge_migration") == "2")
  }

  /// In a folder where others may write, a link under the lock's name must not be followed.
  @Test func aLinkInPlaceOfTheLock() throws {
    let place = try Place(.sqlite)
    defer { place.close() }
    try place.migration(1, "t", up: "CREATE TABLE t (a);\n")
    try place.write("precious", "mine\n")
    let lock = URL(filePath: place.address + "-kedge.lock")
    try FileManager.default.createSymbolicLink(
      at: lock, withDestinationURL: place.folder.appending(path: "precious"))
    let answer = try place.kedge("apply")
    #expect(answer.code == 2)
    #expect(answer.errors.contains("cannot lock the database"), "\(answer.errors)")
    #expect(
      try String(contentsOf: place.folder.appending(path: "precious"), encoding: .utf8) == "mine\n")
    try FileManager.default.removeItem(at: lock)
    try FileManager.default.linkItem(at: place.folder.appending(path: "precious"), to: lock)
    #expect(try place.kedge("apply").code == 2)
    #expect(
      try String(contentsOf: place.folder.appending(path: "precious"), encoding: .utf8) == "mine\n")
  }
}
