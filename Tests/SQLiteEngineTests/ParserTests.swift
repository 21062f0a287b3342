import Foundation
import SQLiteEngine
import Testing

@Suite struct ParserTests {
  private func check(_ scripts: [String]) throws -> (problems: [String], statements: Int) {
    let database = try SQLiteConnection.open(.memory)
    for script in scripts { try database.execute(script) }
    var check = ParserAgainstEngine(database)
    try check.check()
    return (check.problems, check.statements)
  }

  @Test(arguments: ParserCases.scripts)
  func agreesWithTheEngine(_ script: String) throws {
    let result = try check([script])
    #expect(result.problems == [])
    #expect(result.statements > 0)
  }

  @Test(
    .enabled(if: SQLiteModules.areThere, SQLiteModules.reason), arguments: ParserCases.virtualTables
  )
  func agreesWithTheEngineOnVirtualTables(_ script: String) throws {
    #expect(try check([script]).problems == [])
  }

  @Test func agreesWithTheEngineOnCombinations() throws {
    var statements = 0
    for batch in ParserCases.combinations {
      let result = try check(batch)
      #expect(result.problems == [])
      statements += result.statements
    }
    #expect(statements > 400)
  }

  /// Schemas of real applications, in a folder that is named from outside.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["KEDGE_CORPORA"] != nil))
  func agreesWithTheEngineOnCorpora() throws {
    let root = URL(filePath: ProcessInfo.processInfo.environment["KEDGE_CORPORA"] ?? "")
    var statements = 0
    for folder in ["pairs/atlas-sqlite", "pairs/sqlite3def", "real/sqlite", "chains/sqlite"] {
      let files = FileManager.default.enumerator(
        at: root.appending(path: folder), includingPropertiesForKeys: nil)
      var byFolder: [String: [URL]] = [:]
      while let file = files?.nextObject() as? URL {
        guard !file.hasDirectoryPath, file.pathExtension == "sql",
          !file.path.hasSuffix(".down.sql"),
          !file.lastPathComponent.hasPrefix("peer_")
        else { continue }
        let isChain = folder.hasPrefix("chains")
        byFolder[isChain ? file.deletingLastPathComponent().path : file.path, default: []]
          .append(file)
      }
      for name in byFolder.keys.sorted() {
        let database = try SQLiteConnection.open(.memory)
        for file in (byFolder[name] ?? []).sorted(by: { $0.path < $1.path }) {
          let text = try String(contentsOf: file, encoding: .utf8)
          // Each schema of a chain of whole schemas meets the tables of the one before.
          do { try database.execute(text) } catch { continue }
        }
        var check = ParserAgainstEngine(database)
        try check.check()
        #expect(check.problems == [], "\(name)")
        statements += check.statements
      }
    }
    print("corpora: \(statements) statements")
    #expect(statements > 700)
  }

  @Test(arguments: [
    ("CREATE TABLE t(a INT PRIMARY)", 28, "KEY"),
    ("CREATE TABLE t(a, b", 19, "`)`"),
    ("CREATE TABLE t(a CHECK (b)", 26, "`)`"),
    ("CREATE TABLE t(a CHECK (b", 23, "not closed"),
    ("CREATE TABLE t(a 'x)", 17, "not closed"),
    ("CREATE TABLE t(a) FUNNY", 18, "STRICT"),
    ("CREATE TABLE t(a) STRICT garbage", 25, "end"),
    ("CREATE INDEX i ON t()", 20, "column"),
    ("CREATE TABLE t(a ! b)", 17, "not SQL"),
    ("CREATE TRIGGER t AFTER DELETE ON a BEGIN SELECT 1;", 49, "END"),
    ("DROP TABLE t", 0, "CREATE"),
    ("", 0, "CREATE"),
  ])
  func namesThePlace(_ text: String, offset: Int, message: String) {
    do throws(SQLiteSyntaxError) {
      _ = try SQLiteParser.parse(text)
      Issue.record("parsed")
    } catch {
      #expect(error.offset == offset)
      #expect(error.message.contains(message), "\(error)")
    }
  }

  @Test func countsLinesAndColumns() {
    do throws(SQLiteSyntaxError) {
      _ = try SQLiteParser.parse("CREATE TABLE t(\n  a INT,\n  b CHECK\n)")
      Issue.record("parsed")
    } catch {
      #expect(error.description == "4:1: `)` stands where `(` was expected")
    }
  }

  @Test func readsATrigger() throws {
    let statement = try SQLiteParser.parse(
      """
      CREATE TRIGGER "a b" INSTEAD OF UPDATE OF x, [y z] ON v FOR EACH ROW WHEN new.x > (1) BEGIN
        SELECT CASE WHEN 1 THEN 2 END; -- END
      END
      """)
    guard case .trigger(let trigger) = statement.value else {
      Issue.record("no trigger")
      return
    }
    #expect(trigger.name.value == "a b")
    #expect(trigger.time == .insteadOf && trigger.event == .update && trigger.isForEachRow)
    #expect(trigger.columns.map(\.value) == ["x", "y z"])
    #expect(trigger.condition.map(statement.text) == "new.x > (1)")
    #expect(statement.text(trigger.body).hasPrefix("BEGIN\n"))
    #expect(statement.text(trigger.body).hasSuffix("\nEND"))
  }

  @Test func readsAVirtualTable() throws {
    let statement = try SQLiteParser.parse(
      "CREATE VIRTUAL TABLE f USING fts5(a, b UNINDEXED , tokenize = 'porter (x, y)', f(1,2))")
    guard case .virtualTable(let table) = statement.value else {
      Issue.record("no virtual table")
      return
    }
    #expect(table.module.value == "fts5")
    #expect(
      table.arguments?.map(statement.text)
        == ["a", "b UNINDEXED", "tokenize = 'porter (x, y)'", "f(1,2)"])
  }

  @Test func givesADetachedDeferrableToTheForeignKeyBefore() throws {
    let statement = try SQLiteParser.parse(
      "CREATE TABLE t(a REFERENCES u NOT NULL, b DEFERRABLE INITIALLY DEFERRED)")
    guard case .table(let table) = statement.value,
      case .references(let clause) = table.columns[0].constraints[0].kind
    else {
      Issue.record("no foreign key")
      return
    }
    #expect(clause.deferrability?.isDeferred == true)
  }

  @Test func findsComments() throws {
    let tokens = try SQLiteTokenizer.tokenize("a -- b\n/* c */ d /* e")
    #expect(tokens.tokens.count == 2)
    #expect(tokens.comments == [2..<6, 7..<14, 17..<21])
  }
}
