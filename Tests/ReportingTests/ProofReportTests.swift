import Foundation
import FoundationXML
import Proving
import Reporting
import SchemaModel
import TestSupport
import Testing

struct ProofReportTests {
  private static let table = ObjectID(.table, [Identifier("public"), Identifier("users")])

  private var result: FolderProofResult {
    var proven = ProofResult(title: "1_first", file: "migrations/1_first.up.sql")
    (proven.seeded, proven.rowCount) = ([Self.table], 5)
    proven.losses = [
      .init(table: Self.table, column: Identifier("age"), isDeclared: true)
    ]
    var failed = ProofResult(title: "2_second", file: "migrations/2_second.up.sql")
    failed.outcome = .failed(
      .down,
      .init(
        file: "migrations/2_second.down.sql", line: 7, reason: "a < b & \"c\"\u{1}",
        nextStep: "look at it"))
    failed.omissions = [.init(table: Self.table, reason: "no row fits")]
    var open = ProofResult(title: "3_third", file: "migrations/3_third.up.sql")
    open.outcome = .notProven("2_second does not run")
    var result = FolderProofResult(folder: "migrations", engineLabel: "SQLite 3.40.1")
    result.results = [proven, failed, open]
    return result
  }

  @Test func textSaysWhatAndWhere() {
    #expect(
      ProofText.render(result, colored: false) == """
        1_first   proven, 5 rows in 1 table
            does not come back, as the file says: users.age
        2_second  FAILED (down)
            migrations/2_second.down.sql:7: a < b & "c"\u{1}
            next: look at it
            without rows: users: no row fits
        3_third   not proven
            2_second does not run
        3 migrations on SQLite 3.40.1: 1 proven, 1 failed, 1 not proven

        """)
  }

  @Test func jsonIsADocument() throws {
    let data = Data(try ProofJSON.render(result).utf8)
    let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(root["version"] as? Int == 1)
    let migrations = try #require(root["migrations"] as? [[String: Any]])
    #expect(migrations.map { $0["outcome"] as? String } == ["proven", "failed", "not_proven"])
    let failure = try #require(migrations[1]["failure"] as? [String: Any])
    #expect(failure["line"] as? Int == 7)
  }

  @Test func junitIsWellFormed() {
    let text = ProofJUnit.render(result)
    #expect(text.contains("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""))
    #expect(text.contains("a &lt; b &amp; &quot;c&quot;?"))
    #expect(!text.contains("\u{1}"))
    #expect(XMLParser(data: Data(text.utf8)).parse())
  }
}
