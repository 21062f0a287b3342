import Planning
import SQLiteEngine
import SchemaDiff
import SchemaModel
import Testing

enum SQLiteModules {
  static let reason: Testing.Comment = "this SQLite has no FTS5 and R-Tree"
  static let areThere =
    (try? PlanHarness.schema(
      "CREATE VIRTUAL TABLE a USING fts5(x); CREATE VIRTUAL TABLE b USING rtree(i, x, y)")) != nil
}

/// Tables of modules: objects of their own, their shadow tables are none.
@Suite(.enabled(if: SQLiteModules.areThere, SQLiteModules.reason))
struct VirtualTableTests {
  static let notes = """
    CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
    CREATE VIRTUAL TABLE notes_text USING fts5(title, body, content='notes', content_rowid='id');
    CREATE TRIGGER notes_ai AFTER INSERT ON notes BEGIN
      INSERT INTO notes_text (rowid, title, body) VALUES (new.id, new.title, new.body);
    END;
    CREATE TRIGGER notes_ad AFTER DELETE ON notes BEGIN
      INSERT INTO notes_text (notes_text, rowid, title, body)
      VALUES ('delete', old.id, old.title, old.body);
    END;
    """

  @Test func shadowTablesAreNoObjects() throws {
    let schema = try PlanHarness.schema(
      Self.notes + "CREATE VIRTUAL TABLE places USING rtree(id, x0, x1, +label TEXT);"
        + "CREATE VIEW found AS SELECT * FROM notes_text")
    #expect(schema.coverage == Coverage())
    #expect(schema.objects(of: .table).map(\.id.name.raw) == ["notes"])
    #expect(schema.objects(of: .virtualTable).map(\.id.name.raw) == ["notes_text", "places"])
    let view = try #require(schema.objects(of: .view).first)
    #expect(schema.dependencies[view.id]?.map(\.name.raw) == ["notes_text"])
  }

  @Test(arguments: [
    ("", notes),
    (notes, notes.replacing("content_rowid='id'", with: "content_rowid='id', prefix='2'")),
    (notes, notes.replacing("body TEXT", with: "body TEXT NOT NULL DEFAULT ''")),
    ("CREATE TABLE a (x)", "CREATE VIRTUAL TABLE a USING fts5(x)"),
    (
      "CREATE VIRTUAL TABLE a USING fts5(x, y)",
      "CREATE VIRTUAL TABLE a USING fts5(x, z, tokenize = \"porter unicode61\")"
    ),
    (
      "CREATE VIRTUAL TABLE a USING fts4(x)",
      "CREATE VIRTUAL TABLE a USING fts4(x, tokenize=porter)"
    ),
    (
      "CREATE VIRTUAL TABLE a USING rtree(i, a, b)",
      "CREATE VIRTUAL TABLE a USING rtree(i, a, b, c, d)"
    ),
    ("CREATE VIRTUAL TABLE a USING fts5(x, content='')", ""),
  ])
  func goesThereAndBack(_ before: String, _ after: String) throws {
    #expect(try PlanHarness.roundTrip(before, after) == [])
    #expect(try PlanHarness.roundTrip(after, before) == [])
    let schema = try PlanHarness.schema(after)
    let bare = try schema.withoutSources()
    #expect(try PlanHarness.script(from: schema, to: bare) == "")
    let built = try SQLiteConnection.open(.memory)
    try built.execute(PlanHarness.script(from: .empty(.sqlite), to: bare))
    #expect(PlanHarness.differences(try SQLiteInspector.inspect(built), schema, "bare", "") == [])
  }

  /// The content table keeps its triggers and its rowids, so that the index still fits.
  @Test func rebuildOfAContentTableKeepsTheIndex() throws {
    let database = try SQLiteConnection.open(.memory)
    try database.execute(
      Self.notes.replacing("id INTEGER PRIMARY KEY", with: "id INTEGER")
        .replacing("content_rowid='id'", with: "content_rowid='rowid'")
        .replacing("new.id", with: "new.rowid").replacing("old.id", with: "old.rowid")
        + "INSERT INTO notes VALUES (1, 'one', 'first'), (2, 'two', 'second'), (3, 'three', 'third');"
        + "DELETE FROM notes WHERE id = 1")
    let from = try SQLiteInspector.inspect(database)
    var objects = from.objects
    for index in objects.indices {
      if case .column(var column) = objects[index], column.id.name.raw == "body" {
        column.isNullable = false
        column.source = nil
        objects[index] = .column(column)
      }
    }
    let to = try from.replacing(objects: objects)
    let script = try PlanHarness.script(from: from, to: to)
    #expect(PlanHarness.run(script, on: database) == nil, "\(script)")
    try database.execute("INSERT INTO notes VALUES (4, 'four', 'fourth')")
    try database.execute("DELETE FROM notes WHERE id = 2")
    for (word, count) in [("second", 0), ("third", 1), ("fourth", 1)] {
      #expect(
        try database.firstValue(
          "SELECT count(*) FROM notes_text WHERE notes_text MATCH ?", [.text(word)])
          == .integer(Int64(count)))
    }
    try database.execute("INSERT INTO notes_text (notes_text, rank) VALUES ('integrity-check', 1)")
  }

  @Test func otherArgumentsKeepTheRows() throws {
    let database = try SQLiteConnection.open(.memory)
    try database.execute(
      "CREATE VIRTUAL TABLE a USING fts5(x, y); INSERT INTO a (rowid, x, y) VALUES (7, 'running', 'b')"
    )
    let from = try SQLiteInspector.inspect(database)
    let to = try PlanHarness.schema("CREATE VIRTUAL TABLE a USING fts5(x, tokenize='porter')")
    let refused = try PlanHarness.script(from: from, to: to, allowed: .none)
    #expect(refused.contains("-- DL02: every value of the column a.y is lost"))
    try database.execute(try PlanHarness.script(from: from, to: to))
    #expect(try database.firstValue("SELECT rowid FROM a WHERE a MATCH 'run'") == .integer(7))
  }

  @Test func lossesNeedPermission() throws {
    let own = try PlanHarness.schema("CREATE VIRTUAL TABLE a USING fts5(x)")
    let script = try PlanHarness.script(from: own, to: .empty(.sqlite), allowed: .none)
    #expect(script.contains("(not allowed: --allow DL01)\n-- DROP TABLE a;"))
    // The index of rows that stay can be made again.
    let from = try PlanHarness.schema(Self.notes)
    let to = try PlanHarness.schema(
      "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, body TEXT)")
    #expect(!(try PlanHarness.script(from: from, to: to, allowed: .none)).contains("not allowed"))
  }

  /// An index over rows that are there already holds them.
  @Test func aNewIndexIsFilled() throws {
    let database = try SQLiteConnection.open(.memory)
    try database.execute(
      "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, body TEXT);"
        + "INSERT INTO notes VALUES (5, 'five', 'fifth')")
    let from = try SQLiteInspector.inspect(database)
    try database.execute(
      try PlanHarness.script(from: from, to: try PlanHarness.schema(Self.notes)))
    #expect(
      try database.firstValue("SELECT rowid FROM notes_text WHERE notes_text MATCH 'fifth'")
        == .integer(5))
  }

  /// A database of an application that brings its own module.
  @Test func partsOfUnknownModulesArePresumed() throws {
    let database = try SQLiteConnection.open(.memory)
    try database.execute(
      """
      CREATE TABLE items (id); CREATE TABLE vectors_chunks (a); CREATE TABLE vectors (a);
      PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE vectors USING vec0(e float[3])', rootpage = 0
        WHERE name = 'vectors';
      PRAGMA writable_schema = RESET;
      """)
    let schema = try SQLiteInspector.inspect(database)
    #expect(schema.objects(of: .table).map(\.id.name.raw) == ["items"])
    #expect(schema.objects(of: .virtualTable).map(\.id.name.raw) == ["vectors"])
    #expect(
      schema.coverage.notes.contains {
        $0.contains("the module vec0") && $0.contains("vectors_chunks")
      })
  }
}
