import Foundation
import Planning
import SQLiteEngine
import SchemaDiff
import SchemaModel
import TestSupport
import Testing

/// A rebuild that is killed leaves the whole old schema or the whole new one.
@Suite struct KillTests {
  static let shell = ["/usr/bin/sqlite3", "/usr/local/bin/sqlite3"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
  static let isLong = ProcessInfo.processInfo.environment["KEDGE_LONG_TESTS"] == "1"

  static let before = """
    CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, note);
    CREATE TABLE child (id INTEGER PRIMARY KEY, parent INT REFERENCES parent ON DELETE CASCADE);
    CREATE INDEX parent_name ON parent (name);
    CREATE TRIGGER parent_log AFTER UPDATE ON parent BEGIN SELECT 1; END;
    """
  static let rows = """
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO parent SELECT i, 'name ' || i, hex(randomblob(20)) FROM n;
    INSERT INTO child SELECT id, id FROM parent WHERE id <= 5000;
    """

  @Test(
    .enabled(if: shell != nil, "the sqlite3 shell is not installed"),
    arguments: ["delete", "wal"])
  func isAllOrNothing(_ journal: String) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "kedge-kill-\(journal)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let original = folder.appending(path: "original.db").path
    let from = try Self.make(original, journal)
    let to = try PlanHarness.schema(
      Self.before.replacing("name TEXT", with: "name TEXT NOT NULL").replacing(
        "note", with: "note TEXT"))
    let script = try PlanHarness.script(from: from, to: to, form: .script)
    // How long it takes when nobody interferes.
    let copy = folder.appending(path: "whole.db").path
    try FileManager.default.copyItem(atPath: original, toPath: copy)
    let start = ContinuousClock.now
    try Self.run(script, on: copy, killedAfter: nil)
    let whole = ContinuousClock.now - start
    #expect(try Self.state(of: copy, from, to) == "new")
    var states: [String: Int] = [:]
    for attempt in 0..<(Self.isLong ? 100 : 6) {
      let path = folder.appending(path: "\(attempt).db").path
      try FileManager.default.copyItem(atPath: original, toPath: path)
      try Self.run(script, on: path, killedAfter: whole * Double.random(in: 0...1.1))
      let state = try Self.state(of: path, from, to)
      #expect(state == "old" || state == "new", "\(state)")
      states[state, default: 0] += 1
      for suffix in ["", "-wal", "-shm", "-journal"] {
        try? FileManager.default.removeItem(atPath: path + suffix)
      }
    }
    print("killed (\(journal)): \(states)")
  }

  private static func make(_ path: String, _ journal: String) throws -> Schema {
    let database = try SQLiteConnection.open(.file(path: path, access: .create))
    try database.execute(
      "PRAGMA page_size = 8192; PRAGMA journal_mode = \(journal); PRAGMA application_id = 77; "
        + "PRAGMA user_version = 5; \(before) \(rows) ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)")
    return try SQLiteInspector.inspect(database)
  }

  private static func run(_ script: String, on path: String, killedAfter time: Duration?) throws {
    // The shell needs the library that it was built with.
    let process = try ChildProcess(
      shell ?? "", [path], in: URL(filePath: "/"), input: script, inheritsEnvironment: false)
    if let time {
      let microseconds =
        time.components.seconds * 1_000_000 + time.components.attoseconds / 1_000_000_000_000
      usleep(UInt32(max(0, microseconds)))
      process.signal(SIGKILL)
    }
    try process.wait()
  }

  /// `old` or `new`, or what is wrong with the file.
  private static func state(of path: String, _ from: Schema, _ to: Schema) throws -> String {
    let database = try SQLiteConnection.open(.file(path: path, access: .readWrite))
    guard try database.firstValue("PRAGMA integrity_check") == .text("ok") else { return "broken" }
    for (question, answer) in [
      ("PRAGMA application_id", 77), ("PRAGMA user_version", 5), ("PRAGMA page_size", 8192),
      ("SELECT count(*) FROM parent", 20000), ("SELECT count(*) FROM child", 5000),
      ("SELECT seq FROM sqlite_sequence WHERE name = 'parent'", 20000),
      ("SELECT count(*) FROM pragma_foreign_key_check", 0),
      ("SELECT count(*) > 0 FROM sqlite_stat1 WHERE tbl = 'parent'", 1),
    ] where try database.firstValue(question) != .integer(Int64(answer)) {
      return "\(question) is not \(answer)"
    }
    let schema = try SQLiteInspector.inspect(database)
    if schema == from { return "old" }
    return schema == to ? "new" : "neither"
  }
}
