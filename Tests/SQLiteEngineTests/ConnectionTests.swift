import Foundation
import SQLiteEngine
import Testing

@Suite struct ConnectionTests {
  /// A folder of the test's own, gone afterwards.
  private func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "kedge-sqlite-\(UUID().uuidString) %?#ä")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  private func reason(_ body: () throws(SQLiteError) -> Void) -> SQLiteError.Reason? {
    do throws(SQLiteError) {
      try body()
      return nil
    } catch {
      return error.reason
    }
  }

  private func failToOpen(
    _ path: String, _ access: SQLiteLocation.Access = .readOnly
  ) -> SQLiteError.Reason? {
    reason { () throws(SQLiteError) in
      _ = try SQLiteConnection.open(.file(path: path, access: access))
    }
  }

  @Test func opensPathsOfEveryKind() throws {
    try withFolder { folder in
      for name in ["plain.db", "a b.db", "100%.db", "q?mode=memory", "#1.db", "ünï.db", "a&b=c"] {
        let path = folder.appending(path: name).path(percentEncoded: false)
        do {
          let database = try SQLiteConnection.open(.file(path: path, access: .create))
          try database.execute("CREATE TABLE t(a)")
        }
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(SQLiteLocation.looksLikeDatabase(path))
        let database = try SQLiteConnection.open(.file(path: path, access: .readOnly))
        #expect(try database.firstValue("SELECT name FROM sqlite_schema") == .text("t"))
        #expect(database.isImmutable == false)
        #expect(
          reason { () throws(SQLiteError) in try database.execute("DROP TABLE t") } == .readOnly)
      }
    }
  }

  @Test func saysWhatIsWrongWithAFile() throws {
    try withFolder { folder in
      func path(_ name: String) -> String {
        folder.appending(path: name).path(percentEncoded: false)
      }
      #expect(failToOpen(path("missing.db")) == .missingFile)
      #expect(failToOpen(path("no/such/folder.db")) == .missingFile)
      #expect(failToOpen(path("no/such/folder.db"), .create) == .cannotOpen)
      #expect(failToOpen(folder.path(percentEncoded: false)) == .isFolder)
      #expect(failToOpen("a\0b") == .missingFile)
      try Data(repeating: 65, count: 4096).write(to: URL(filePath: path("noise.db")))
      #expect(failToOpen(path("noise.db")) == .notADatabase)
      #expect(!SQLiteLocation.looksLikeDatabase(path("noise.db")))
      try Data().write(to: URL(filePath: path("empty.db")))
      #expect(failToOpen(path("empty.db")) == nil)
      #expect(SQLiteLocation.looksLikeDatabase(path("empty.db")))
    }
  }

  @Test func seesATruncatedFile() throws {
    try withFolder { folder in
      let file = folder.appending(path: "t.db")
      let path = file.path(percentEncoded: false)
      do {
        let database = try SQLiteConnection.open(.file(path: path, access: .create))
        for number in 0..<200 { try database.execute("CREATE TABLE t\(number)(a, b, c)") }
      }
      try Data(contentsOf: file).prefix(5000).write(to: file)
      #expect(failToOpen(path) == .corrupt)
    }
  }

  @Test func reportsALock() throws {
    try withFolder { folder in
      let path = folder.appending(path: "t.db").path(percentEncoded: false)
      let first = try SQLiteConnection.open(.file(path: path, access: .create))
      try first.execute("CREATE TABLE t(a); BEGIN EXCLUSIVE")
      #expect(
        reason { () throws(SQLiteError) in
          _ = try SQLiteConnection.open(
            .file(path: path, access: .readOnly), busyTimeoutMilliseconds: 10)
        } == .locked)
      #expect(first.isInAutocommit == false)
    }
  }

  @Test func runsScripts() throws {
    let database = try SQLiteConnection.open(.memory)
    try database.execute(" -- nothing\n; ; CREATE TABLE t(a); INSERT INTO t VALUES (1), (2) ; ")
    #expect(try database.query("SELECT a FROM t") { $0.int64(0) } == [1, 2])
    do throws(SQLiteError) {
      try database.execute("SELECT 1; SELECT * FROM missing; SELECT 2")
      Issue.record("ran")
    } catch {
      #expect(error.reason == .statement && error.offset == 10 && error.line == 1)
      #expect(error.statement?.hasPrefix("SELECT * FROM missing") == true)
    }
    #expect(
      reason { () throws(SQLiteError) in try database.execute("SELECT 1;\0 DROP TABLE t") }
        == .statement)
  }

  @Test func returnsEveryTypeOfValue() throws {
    let database = try SQLiteConnection.open(.memory)
    let values: [SQLiteValue] = [
      .null, .integer(-5), .real(1.5), .text("a\u{0}ä"), .text(""), .blob([0, 255]), .blob([]),
    ]
    let rows = try database.query("SELECT ?, ?, ?, ?, ?, ?, ?", values) {
      row throws(SQLiteError) in
      var values: [SQLiteValue] = []
      for column in 0..<row.columnCount { values.append(try row.value(column)) }
      return values
    }
    #expect(rows == [values])
    #expect(
      reason { () throws(SQLiteError) in
        _ = try database.firstValue("SELECT CAST(x'ff41' AS TEXT)")
      } == .invalidText)
  }

  @Test func confinesAScratch() throws {
    try withFolder { folder in
      let path = folder.appending(path: "out.db").path(percentEncoded: false)
      let database = try SQLiteConnection.open(.memory)
      try database.confine()
      for statement in ["ATTACH '\(path)' AS x", "VACUUM INTO '\(path)'", "ATTACH 'a' || 'b' AS x"]
      {
        #expect(
          reason { () throws(SQLiteError) in try database.execute(statement) } == .denied,
          "\(statement)")
      }
      #expect(
        reason { () throws(SQLiteError) in
          try database.execute("SELECT load_extension('x')")
        } == .statement)
      try database.execute(
        "VACUUM; CREATE TABLE t(a COLLATE of_the_application PRIMARY KEY); PRAGMA writable_schema=ON"
      )
      #expect(
        reason { () throws(SQLiteError) in
          try database.execute("UPDATE sqlite_schema SET sql = ''")
        } != nil)
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func opensALoggedDatabaseInAFolderThatCannotBeWritten() throws {
    // Whoever may write everywhere cannot make such a folder.
    guard getuid() != 0 else { return }
    try withFolder { folder in
      let path = folder.appending(path: "t.db").path(percentEncoded: false)
      do {
        let database = try SQLiteConnection.open(.file(path: path, access: .create))
        try database.execute("PRAGMA journal_mode = WAL; CREATE TABLE t(a)")
      }
      chmod(folder.path(percentEncoded: false), 0o555)
      defer { chmod(folder.path(percentEncoded: false), 0o755) }
      let database = try SQLiteConnection.open(.file(path: path, access: .readOnly))
      #expect(database.isImmutable == true)
      #expect(try database.firstValue("SELECT name FROM sqlite_schema") == .text("t"))
    }
  }
}
