import Foundation
import Reporting
import TestSupport
import Testing

/// Findings in the formats of terminals and forges.
struct FindingTests {
  private static let finding = Finding(
    id: "LK01", name: "index-not-concurrent", level: .error, message: "writes wait: 100%",
    hint: "do it\nlater",
    place: Finding.Place(file: "a,b:c.sql", line: 3, column: 5, endLine: 4, endColumn: 2),
    sourceLine: "    CREATE INDEX é ON t (c);")

  @Test func annotationsAreEscaped() {
    #expect(
      Annotations.render([Self.finding])
        == "::error file=a%2Cb%3Ac.sql,line=3,endLine=4,title=LK01::writes wait: 100%25%0Afix: do it%0Alater\n"
    )
  }

  @Test func textShowsTheLineOverACaret() {
    var finding = Self.finding
    finding.hint = nil
    #expect(
      FindingText.render([finding], subject: "1 file", colored: false, width: 80) == """
        a,b:c.sql:3:5: error LK01: writes wait: 100%
          3 |     CREATE INDEX é ON t (c);
            |     ^^^^^^^^^^^^^^^^^^^^^^^^

        1 file: 1 error

        """)
  }

  /// A long line is cut around the place, and everything fits.
  /// Nothing is lost: the lines are there.
  @Test func whatIsFoundAgainAndAgainIsToldByItsLines() {
    func findings(_ level: Finding.Level, _ count: Int) -> [Finding] {
      (1...count).map { line in
        Finding(
          id: "ST07", name: "type-limit", level: level, message: "a has its limit in the type",
          place: Finding.Place(file: "a.sql", line: line, column: 1, endLine: line, endColumn: 2))
      }
    }
    func text(_ findings: [Finding]) -> String {
      FindingText.render(findings, subject: "1 file", colored: false, width: 40)
    }
    let folded = text(findings(.notice, 12))
    #expect(folded.components(separatedBy: "a has its limit").count == 4)
    #expect(folded.contains("a.sql: 9 more ST07: lines 4, 5, 6, 7, 8,\n    9, 10, 11, 12\n"))
    #expect(folded.hasSuffix("1 file: 12 notices\n"))
    #expect(text(findings(.warning, 4)).components(separatedBy: "a has its limit").count == 5)
    #expect(text(findings(.error, 12)).components(separatedBy: "a has its limit").count == 13)
  }

  @Test func longLinesAreCut() {
    var finding = Self.finding
    finding.sourceLine = String(repeating: "x", count: 300)
    finding.place = Finding.Place(
      file: "a.sql", line: 1, column: 200, endLine: 1, endColumn: 290)
    let text = FindingText.render([finding], subject: "1 file", colored: false, width: 80)
    #expect(text.split(separator: "\n").allSatisfy { $0.unicodeScalars.count <= 80 }, "\(text)")
    #expect(text.contains("^"))
  }

  @Test func sarifNamesItsRules() throws {
    let rule = FindingRule(
      id: "LK01", name: "index-not-concurrent", level: .error, summary: "S.", remedy: "r")
    let other = FindingRule(id: "LK02", name: "x", level: .warning, summary: "S.", remedy: "r")
    let text = try SARIFReport.render([Self.finding], rules: [other, rule], toolVersion: "1")
    for part in [
      "\"$schema\" : \"https://json.schemastore.org/sarif-2.1.0.json\"", "\"ruleIndex\" : 0",
      "\"uri\" : \"a%2Cb%3Ac.sql\"", "\"level\" : \"error\"",
      "\"columnKind\" : \"unicodeCodePoints\"",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(!text.contains("LK02"))
  }

  @Test func sarifFitsItsSchema() throws {
    let schema = try JSONSchema.sarif()
    let rule = FindingRule(id: "LK01", name: "n", level: .warning, summary: "S.", remedy: "r")
    func complaints(_ finding: Finding) throws -> [String] {
      let text = try SARIFReport.render(
        [finding, finding], rules: [rule], toolVersion: "1")
      return try schema.complaints(about: Data(text.utf8))
    }
    #expect(try complaints(Self.finding) == [])
    var finding = Self.finding
    finding.place.line = 0
    #expect(try complaints(finding).first?.contains("under 1") == true)
  }

  @Test func countsAreSummedUp() {
    var notice = Self.finding
    notice.level = .notice
    #expect([Self.finding, notice, notice].summary == "1 error, 2 notices")
    #expect([Finding]().summary == "nothing found")
  }
}
