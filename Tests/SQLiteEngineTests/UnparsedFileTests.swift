import Foundation
import SQLiteEngine
import SchemaModel
import Testing

/// A file is inspected without SQLite taking its schema apart.
@Suite struct UnparsedFileTests {
  private func withFile(_ script: String, _ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "kedge-unparsed-\(UUID().uuidString).db").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      let database = try SQLiteConnection.open(.file(path: path, access: .create))
      try database.execute(script)
    }
    try body(path)
  }

  /// Texts that SQLite finds too long, and such that it reads all the same.
  private static let tables = """
    CREATE TABLE short (a PRIMARY KEY, b);
    CREATE TABLE long (
      id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(100) NOT NULL DEFAULT 'größe' COLLATE NOCASE,
      short TEXT REFERENCES short (a) ON DELETE CASCADE, CONSTRAINT names UNIQUE (name, short)
    );
    CREATE INDEX short_b ON short (b);
    CREATE INDEX long_name ON long (name COLLATE NOCASE DESC, short) WHERE name <> '' AND short IS NOT NULL;
    CREATE VIEW both AS SELECT long.name, short.b FROM long JOIN short ON short.a = long.short WHERE b > 3;
    CREATE TRIGGER added AFTER INSERT ON long WHEN new.name <> '' BEGIN
      INSERT OR IGNORE INTO short (a, b) VALUES (new.short, 'a text that is long enough');
    END;
    INSERT INTO short VALUES (1, 2);
    INSERT INTO long (name, short) VALUES ('a', 1);
    """

  static let scripts = [
    "", tables, tables + "ANALYZE;", "PRAGMA encoding = 'UTF-16be';" + tables,
    "PRAGMA auto_vacuum = 1;" + tables + "DROP TABLE short;",
  ]

  @Test(arguments: scripts)
  func itSaysWhatAnOpenDatabaseSays(_ script: String) throws {
    try withFile(script) { path in
      let expected = try SQLiteInspector.inspect(
        SQLiteConnection.open(.file(path: path, access: .readOnly)))
      let schema = try SQLiteInspector.inspect(path: path)
      #expect(schema == expected)
      #expect(schema.coverage == expected.coverage)
      #expect(schema.dependencies == expected.dependencies)
      let analyzed = schema.objects(of: .table).compactMap { table -> Identifier? in
        guard case .table(let table) = table, table.isAnalyzed == true else { return nil }
        return table.id.name
      }
      #expect(analyzed.map(\.raw) == (script.contains("ANALYZE") ? ["long", "short"] : []))
    }
  }

  @Test(.enabled(if: SQLiteModules.areThere, SQLiteModules.reason))
  func shadowTablesAreNoObjects() throws {
    try withFile(VirtualTableTests.notes + "CREATE VIRTUAL TABLE places USING rtree(id, x0, x1)") {
      path in
      let schema = try SQLiteInspector.inspect(path: path)
      #expect(schema.coverage == Coverage())
      #expect(schema.objects(of: .table).map(\.id.name.raw) == ["notes"])
      #expect(schema.objects(of: .virtualTable).map(\.id.name.raw) == ["notes_text", "places"])
    }
  }

  private func change(_ text: String, of table: String) -> String {
    """
    PRAGMA writable_schema = ON;
    UPDATE sqlite_master SET sql = '\(text)' WHERE name = '\(table)';
    PRAGMA writable_schema = OFF;
    """
  }

  @Test(arguments: [
    "CREATE TABLE short (a PRIMARY KEY, b", "CREATE TABLE short (a PRIMARY KEY, A)",
    "nothing", "CREATE TABLE short (a PRIMARY KEY, (b))",
  ])
  func whatNobodyCanReadIsMalformed(_ text: String) throws {
    try withFile(Self.tables + change(text, of: "short")) { path in
      let error = #expect(throws: SQLiteError.self) { try SQLiteInspector.inspect(path: path) }
      #expect(error?.reason == .corrupt)
      #expect(error?.message.contains("malformed database schema (short)") == true)
    }
  }

  /// Else SQLite did take the texts apart, and the time is lost.
  @Test func whatOnlySQLiteRefusesIsRead() throws {
    let text = "CREATE TABLE short (a TEXT PRIMARY KEY AUTOINCREMENT, b)"
    try withFile(Self.tables + change(text, of: "short")) { path in
      let schema = try SQLiteInspector.inspect(path: path)
      #expect(schema.objects(of: .table).map(\.id.name.raw) == ["long", "short"])
    }
  }
}
