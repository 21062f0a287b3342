import Foundation
import TestSupport
import Testing

/// Database files as they are met: in use, encrypted, damaged.
@Suite struct SQLiteFileTests {
  static let schema = "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);"

  /// Another program that holds the database until it is told to let go.
  private struct Holder {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init(_ terminal: Terminal, _ database: String, _ script: String) throws {
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["sqlite3", "-bail", terminal.path(database)]
      process.standardInput = input
      process.standardOutput = output
      try process.run()
      try input.fileHandleForWriting.write(contentsOf: Data("\(script)\nSELECT 'held';\n".utf8))
      var answer = ""
      while !answer.contains("held") {
        let data = output.fileHandleForReading.availableData
        if data.isEmpty { break }
        answer += String(decoding: data, as: UTF8.self)
      }
      #expect(answer.contains("held"))
    }

    func say(_ text: String) throws {
      try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    }

    func close() {
      try? input.fileHandleForWriting.close()
      process.waitUntilExit()
    }
  }

  @Test func aWriterThatStaysIsARefusal() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.sqlite("app.db", Self.schema)
    let holder = try Holder(terminal, "app.db", "BEGIN EXCLUSIVE;")
    defer { holder.close() }
    let start = ContinuousClock.now
    let answer = try terminal.kedge("inspect", "app.db")
    #expect(answer.code == 3)
    #expect(answer.errors.contains("app.db: database is locked"))
    #expect(answer.errors.contains("next: another process is using the database"))
    #expect(ContinuousClock.now - start >= .seconds(4))
  }

  @Test func aWriterThatLetsGoIsWaitedFor() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.sqlite("app.db", Self.schema)
    let holder = try Holder(terminal, "app.db", "BEGIN EXCLUSIVE;")
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 1)
      try? holder.say("COMMIT;\n")
    }
    #expect(try terminal.kedge("inspect", "app.db").code == 0)
    holder.close()
  }

  /// Readers never wait for the writer of a database in WAL mode, and see what is committed.
  @Test func aLoggedDatabaseIsReadBesideItsWriter() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.sqlite("app.db", "PRAGMA journal_mode = WAL; \(Self.schema)")
    let holder = try Holder(
      terminal, "app.db", "CREATE TABLE done (a); BEGIN IMMEDIATE; CREATE TABLE open (a);")
    defer { holder.close() }
    let answer = try terminal.kedge("inspect", "app.db")
    #expect(answer.code == 0)
    #expect(answer.output.contains("notes:") && answer.output.contains("done:"))
    #expect(!answer.output.contains("open:"))
  }

  /// The script meets a reader: in WAL mode it goes through, else the commit fails and nothing has changed.
  @Test(arguments: ["wal", "delete"])
  func aReaderKeepsWhatItSees(_ journal: String) throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.sqlite(
      "app.db", "PRAGMA journal_mode = \(journal); \(Self.schema) INSERT INTO notes VALUES (1, 'x')"
    )
    try terminal.write("to.sql", Self.schema.replacing("body TEXT", with: "body TEXT NOT NULL"))
    let script = try terminal.kedge("diff", "app.db", "to.sql", "--format", "script").output
      .replacing(".timeout 5000", with: ".timeout 100")
    let holder = try Holder(terminal, "app.db", "BEGIN; SELECT count(*) FROM notes;")
    let answer = try terminal.sqlite("app.db", script)
    holder.close()
    if journal == "wal" {
      #expect(answer.code == 0, "\(answer.errors)")
    } else {
      #expect(answer.errors.contains("database is locked"))
      #expect(try terminal.kedge("diff", "app.db", "to.sql", "--quiet").code == 1)
      #expect(try terminal.sqlite("app.db", script).code == 0)
    }
    #expect(try terminal.kedge("diff", "app.db", "to.sql", "--quiet").code == 0)
    #expect(try terminal.sqlite("app.db", "SELECT * FROM notes").output == "1|x\n")
    #expect(try terminal.sqlite("app.db", "PRAGMA journal_mode").output == "\(journal)\n")
  }

  @Test func anEncryptedFileSaysSo() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    // As SQLCipher writes it: a salt, and nothing that could be told from noise.
    let noise = Data(
      (0..<8192).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13 ^ 0xA5) })
    try noise.write(to: terminal.folder.appending(path: "secret.db"))
    for source in ["sqlite:secret.db", "secret.db"] {
      let answer = try terminal.kedge("inspect", source)
      #expect(answer.code == 2)
      #expect(answer.errors.contains("secret.db"), "\(answer.errors)")
      #expect(answer.errors.contains("encrypted"), "\(answer.errors)")
    }
  }

  @Test func aDamagedFileSaysSo() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    let tables = (0..<200).map { "CREATE TABLE t\($0) (a, b, c);" }.joined()
    try terminal.sqlite("app.db", tables)
    var bytes = try Data(contentsOf: terminal.folder.appending(path: "app.db"))
    // The schema's own tree, behind the file's header.
    bytes.replaceSubrange(100..<4096, with: Data(repeating: 0x5A, count: 3996))
    try bytes.write(to: terminal.folder.appending(path: "app.db"))
    let answer = try terminal.kedge("inspect", "app.db")
    #expect(answer.code == 2)
    #expect(answer.errors.contains("malformed"), "\(answer.errors)")
    #expect(answer.errors.contains("next: check the file with `PRAGMA integrity_check`"))
  }

  @Test func aFileThatCannotBeWrittenIsRead() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.sqlite("app.db", Self.schema)
    chmod(terminal.path("app.db"), 0o444)
    let before = try Data(contentsOf: terminal.folder.appending(path: "app.db"))
    #expect(try terminal.kedge("inspect", "app.db").code == 0)
    #expect(try Data(contentsOf: terminal.folder.appending(path: "app.db")) == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: terminal.folder.path) == ["app.db"])
  }

  /// A script for a person lists all that is in the way before it stops, and changes nothing.
  @Test func theScriptListsTheRows() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.sqlite(
      "app.db",
      "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 1), (1, NULL), (2, NULL), (3, NULL), (4, NULL), "
        + "(5, NULL), (6, NULL)")
    try terminal.write("to.sql", "CREATE TABLE t (a UNIQUE, b NOT NULL, c)")
    let script = try terminal.kedge(
      "diff", "app.db", "to.sql", "--format", "script", "--allow", "all"
    ).output
    let answer = try terminal.sqlite("app.db", script)
    #expect(
      answer.output.split(separator: "\n") == [
        "t.b is null: 6 rows (2; 3; 4; 5; 6)", "t repeats (a): 1 rows (2)",
      ], "\(answer.output)\(script)")
    #expect(answer.errors.contains("t.b is null"))
    #expect(try terminal.sqlite("app.db", ".schema").output == "CREATE TABLE t (a, b);\n")
  }
}
