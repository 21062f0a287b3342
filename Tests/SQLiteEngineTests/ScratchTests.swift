import Comparison
import SQLiteEngine
import SchemaModel
import Testing

@Suite struct ScratchTests {
  private func failure(_ script: String) -> SQLiteError? {
    var scratch = SQLiteScratch()
    do {
      _ = try scratch.load(script: script)
      return nil
    } catch {
      return error as? SQLiteError
    }
  }

  @Test func loadsAScriptOfTheShell() throws {
    var scratch = SQLiteScratch()
    let schema = try scratch.load(
      script: """
        .bail on
        -- a dump
        PRAGMA foreign_keys=OFF;
        BEGIN TRANSACTION;
        .echo off
        CREATE TABLE t (a, b);
        INSERT INTO t VALUES (1, '.not a command
        .really not');
        CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; SELECT CASE 1 WHEN 1 THEN 2 END; END;
        COMMIT;
        """)
    #expect(schema.objects(of: .table).count == 1 && schema.objects(of: .trigger).count == 1)
  }

  @Test func namesTheLineOfAnError() {
    let error = failure("CREATE TABLE t (a);\n\n-- here\n  CREATE TABLE t (b);\n")
    #expect(error?.line == 4 && error?.reason == .statement)
    #expect(error?.description.hasPrefix("line 4: table t already exists") == true)
    #expect(failure("SELECT 1;\n.read other.sql\n")?.line == 2)
    #expect(failure("SELECT 1;\nSELECT 'open\n")?.line == 2)
    #expect(failure("BEGIN; CREATE TABLE t (a);")?.message.contains("transaction") == true)
  }

  @Test func keepsDeclaredTextInside() {
    #expect(failure("ATTACH '/tmp/kedge-never.db' AS x")?.reason == .denied)
    #expect(failure("SELECT load_extension('x')") != nil)
    #expect(failure("SELECT writefile('/tmp/kedge-never', 'x')") != nil)
    #expect(
      failure("CREATE TABLE t (a); PRAGMA writable_schema = ON; DELETE FROM sqlite_schema") != nil)
    #expect(failure("SELECT zeroblob(1000000000)")?.reason == .tooBig)
  }

  /// What only an application knows does not keep its schema from being built.
  @Test func buildsWhatNeedsTheApplication() throws {
    let script = """
      CREATE TABLE t (a TEXT COLLATE of_mine, b CHECK (my_check(b, 1)), c AS (my_value(a)));
      CREATE INDEX i ON t (a COLLATE of_mine, my_key(b));
      """
    let database = try SQLiteConnection.open(.memory)
    // Reading a schema asks for no function; only writing one does.
    try database.execute("PRAGMA writable_schema = ON")
    for (type, sql) in zip(["table", "index"], script.split(separator: "\n")) {
      _ = try database.query(
        "INSERT INTO sqlite_schema VALUES (?, ?, 't', 0, ?)",
        [
          .text(type), .text(type == "table" ? "t" : "i"),
          .text(String(sql.dropLast())),
        ]
      ) { row in row.int(0) }
    }
    let schema = try SQLiteInspector.inspect(database)
    #expect(schema.objects.count == 6)
    var scratch = SQLiteScratch()
    let reading = try scratch.canonical(schema)
    #expect(reading.failures.isEmpty)
    #expect(reading.schema == schema)
  }

  /// As the shell's .dump writes it.
  @Test(.enabled(if: SQLiteModules.areThere, SQLiteModules.reason))
  func loadsADumpWithAVirtualTable() throws {
    var scratch = SQLiteScratch()
    let schema = try scratch.load(
      script: """
        PRAGMA foreign_keys=OFF;
        BEGIN TRANSACTION;
        PRAGMA writable_schema=ON;
        INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','f','f',0,'CREATE VIRTUAL TABLE f using fts5(a)');
        CREATE TABLE IF NOT EXISTS 'f_data'(id INTEGER PRIMARY KEY, block BLOB);
        INSERT INTO f_data VALUES(1,X'0101');
        INSERT INTO f_data VALUES(10,X'000000000101010001010101');
        CREATE TABLE IF NOT EXISTS 'f_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
        INSERT INTO f_idx VALUES(1,X'',2);
        CREATE TABLE t(a);
        PRAGMA writable_schema=OFF;
        COMMIT;
        """)
    #expect(schema.objects(of: .table).map(\.id.name.raw) == ["t"])
    #expect(schema.objects(of: .virtualTable).map(\.id.name.raw) == ["f"])
  }

  /// SQLite 3.40 calls its own JSON functions unsafe where the schema is not trusted.
  @Test func buildsWhatUsesJSON() throws {
    let script = "CREATE TABLE t (a, b AS (json_extract(a, '$.b')) STORED, CHECK (a ->> 'c' > 1))"
    var scratch = SQLiteScratch()
    let schema = try scratch.load(script: "\(script);\nINSERT INTO t VALUES ('{\"c\": 2}');")
    #expect(try scratch.canonical(schema).schema == schema)
    #expect(schema.objects.count == 4)
  }

  @Test func namesWhatCannotBeBuilt() throws {
    let good = try PlanHarness.schema("CREATE TABLE t (a); CREATE TABLE u (a)")
    let objects = good.objects.map { object -> SchemaObject in
      guard case .column(var column) = object, column.id.relationPath.last?.raw == "u" else {
        return object.withoutSource
      }
      column.source = nil
      column.generation = Generation(
        expression: Expression(text: "SELECT", canonical: "select"), storage: .virtual)
      return .column(column)
    }
    var scratch = SQLiteScratch()
    let reading = try scratch.canonical(good.replacing(objects: objects))
    #expect(reading.failures.map(\.key.name.raw) == ["u"])
    #expect(reading.schema.objects(of: .table).map(\.id.name.raw) == ["t"])
  }
}
