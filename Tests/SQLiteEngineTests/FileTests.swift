import Foundation
import SQLiteEngine
import SchemaModel
import Testing

/// What a change must leave as it is in a database file.
@Suite struct FileTests {
  struct Form: Sendable, CustomTestStringConvertible {
    let pageSize: Int
    let encoding: String
    let journal: String
    let vacuum: Int

    var testDescription: String { "\(pageSize) \(encoding) \(journal) \(vacuum)" }
  }

  static let forms = [
    Form(pageSize: 512, encoding: "UTF-8", journal: "delete", vacuum: 0),
    Form(pageSize: 1024, encoding: "UTF-16le", journal: "wal", vacuum: 1),
    Form(pageSize: 4096, encoding: "UTF-16be", journal: "persist", vacuum: 2),
    Form(pageSize: 8192, encoding: "UTF-8", journal: "truncate", vacuum: 1),
    Form(pageSize: 65536, encoding: "UTF-8", journal: "wal", vacuum: 0),
  ]

  @Test(arguments: forms)
  func keepsTheFileAsItIs(_ form: Form) throws {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "kedge-form-\(UUID().uuidString).db").path
    defer {
      for suffix in ["", "-wal", "-shm", "-journal"] {
        try? FileManager.default.removeItem(atPath: path + suffix)
      }
    }
    let database = try SQLiteConnection.open(.file(path: path, access: .create))
    try database.execute(
      """
      PRAGMA page_size = \(form.pageSize); PRAGMA encoding = '\(form.encoding)';
      PRAGMA auto_vacuum = \(form.vacuum); PRAGMA journal_mode = \(form.journal);
      PRAGMA application_id = 305419896; PRAGMA user_version = -7;
      CREATE TABLE "größe" (id INTEGER PRIMARY KEY AUTOINCREMENT, "ünï" TEXT, b BLOB);
      CREATE TABLE child (p REFERENCES "größe");
      CREATE INDEX i ON "größe" ("ünï");
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
      INSERT INTO "größe" SELECT i, 'Grüße ' || i, randomblob(i) FROM n;
      INSERT INTO child SELECT id FROM "größe";
      """)
    let before = try Self.state(of: database)
    let from = try SQLiteInspector.inspect(database)
    let to = try PlanHarness.schema(
      """
      CREATE TABLE "größe" (id INTEGER PRIMARY KEY AUTOINCREMENT, "ünï" TEXT NOT NULL, b BLOB);
      CREATE TABLE child (p REFERENCES "größe");
      CREATE INDEX i ON "größe" ("ünï");
      """)
    let journey = try Journey.run(database, from: from, to: to)
    #expect(journey.problems + journey.unforeseen == [] && !journey.isRefused)
    #expect(try Self.state(of: database) == before)
  }

  private static func state(of database: borrowing SQLiteConnection) throws -> [String] {
    var state: [String] = []
    for pragma in [
      "page_size", "encoding", "auto_vacuum", "journal_mode", "application_id", "user_version",
    ] {
      state.append("\(pragma) \(try database.firstValue("PRAGMA \(pragma)") ?? .null)")
    }
    return state
  }
}
