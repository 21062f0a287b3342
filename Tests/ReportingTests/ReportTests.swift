import Comparison
import Foundation
import Planning
import Reporting
import SQLText
import SchemaDiff
import SQLText
import SchemaModel
import Testing
import TestSupport

/// `fixtures/report/CASE`: `from.yaml` and `to.yaml` (and `coverage.json`, what `from` holds besides), and
/// what the reports say of them.
struct ReportTests {
  private func report(
    _ fixture: FixtureCase, _ perspective: Report.Perspective
  ) throws -> Report {
    var result = try fixture.comparison()
    if fixture.has("coverage.json") {
      result.from.coverage = try JSONDecoder().decode(
        Coverage.self, from: Data(fixture.text("coverage.json").utf8))
    }
    return Report(
      perspective: perspective, fromLabel: "env:production", toLabel: "schema.yaml", result: result)
  }

  @Test(arguments: FixtureCase.all(in: "report"))
  func theTextOfTheGate(_ fixture: FixtureCase) throws {
    let text = TextReporter.render(try report(fixture, .gate), colored: false, width: 80)
    try expectGolden(text, fixture.url("gate.txt"))
    expectWidth(text, 80)
  }

  @Test(arguments: FixtureCase.all(in: "report"))
  func theTextOfTwoSources(_ fixture: FixtureCase) throws {
    let text = TextReporter.render(try report(fixture, .sources), colored: false, width: 80)
    try expectGolden(text, fixture.url("sources.txt"))
  }

  @Test(arguments: FixtureCase.all(in: "report"))
  func theDocument(_ fixture: FixtureCase) throws {
    let text = try JSONReport.render([report(fixture, .gate)])
    try expectGolden(text, fixture.url("report.json"))
    _ = try JSONSerialization.jsonObject(with: Data(text.utf8))
  }

  /// docs/report.schema.json is what readers of the document go by.
  @Test(arguments: FixtureCase.all(in: "report"))
  func theDocumentFitsItsSchema(_ fixture: FixtureCase) throws {
    let schema = try JSONSchema(Data(contentsOf: Repository.url("docs/report.schema.json")))
    let report = try report(fixture, .gate)
    let step = Step(
      .drop, Make.id("t"), statements: [Statement("DROP TABLE t", lock: .accessExclusive)],
      hazards: [Hazard("DL01", "rows are lost", needsPermission: true)])
    var planned = report
    planned.plan = Plan(engine: .postgresql, steps: [step])
    let documents = [
      try JSONReport.render([report]), try JSONReport.render([report, report]),
      try JSONReport.render([planned]),
    ]
    for document in documents {
      #expect(try schema.complaints(about: Data(document.utf8)) == [])
    }
    #expect(try !schema.complaints(about: Data("{\"version\": 2}".utf8)).isEmpty)
  }

  @Test func thereAreFixtures() { #expect(!FixtureCase.all(in: "report").isEmpty) }

  @Test(arguments: FixtureCase.all(in: "report"))
  func theSummaryIsTheLastLine(_ fixture: FixtureCase) throws {
    let report = try report(fixture, .gate)
    for width in [1, 60, 80, 200] {
      let text = TextReporter.render(report, colored: false, width: width)
      #expect(text.hasSuffix("\n" + report.summary + "\n"))
    }
  }

  /// Colours change nothing but the colours.
  @Test(arguments: FixtureCase.all(in: "report"))
  func coloursLeaveTheTextAlone(_ fixture: FixtureCase) throws {
    let report = try report(fixture, .gate)
    let plain = TextReporter.render(report, colored: false, width: 80)
    let colored = TextReporter.render(report, colored: true, width: 80)
    #expect(colored.replacing(/\u{1B}\[[0-9]+m/, with: "") == plain)
    #expect(!plain.contains("\u{1B}"))
  }

  /// A document of several comparisons is a list.
  @Test func severalReportsAreOneDocument() throws {
    let fixture = try #require(FixtureCase.all(in: "report").first)
    let one = try report(fixture, .gate)
    let document = try JSONSerialization.jsonObject(
      with: Data(JSONReport.render([one, one]).utf8))
    #expect((document as? [Any])?.count == 2)
  }

  private func expectWidth(_ text: String, _ width: Int) {
    for line in text.split(separator: "\n") where line.unicodeScalars.count > width {
      // A single word, or a line of someone's SQL, may be longer.
      let isSQL = line.hasPrefix("    ")
      #expect(isSQL, "\(line)")
    }
  }
}

struct SummaryTests {
  private func report(
    _ from: [SchemaObject], _ to: [SchemaObject], undecided: Int = 0
  ) throws -> Report {
    let (left, right) = (try Make.schema(from), try Make.schema(to))
    let pairs = (0..<undecided).map {
      Undecided(id: Make.id(Identifier("t\($0)")), fields: [], reason: "nobody knows")
    }
    let result = ComparisonResult(
      from: left, to: right, difference: try Differ.difference(from: left, to: right, renames: []),
      undecided: pairs)
    return Report(perspective: .gate, fromLabel: "a", toLabel: "b", result: result)
  }

  @Test func inSync() throws {
    let report = try report(Make.table("t", "a"), Make.table("t", "a"))
    #expect(report.summary == "in sync")
    #expect(report.isInSync)
  }

  /// What nobody could decide is never called the same.
  @Test func undecidedIsNotInSync() throws {
    let report = try report(Make.table("t", "a"), Make.table("t", "a"), undecided: 2)
    #expect(!report.summary.contains("in sync"))
    #expect(report.summary.hasSuffix("2 undecided"))
    #expect(!JSONReport(report).isWhollyInSync)
  }

  @Test func counts() throws {
    #expect(try report([], Make.table("t")).summary == "1 difference: 1 to create")
    #expect(
      try report(Make.table("t", "a integer", "b"), Make.table("t", "a text", "c", "d")).summary
        == "4 differences: 2 to create, 1 to alter, 1 to drop")
  }

  @Test func coverageOfBothSidesIsShownOnce() throws {
    var report = try report([], [])
    let functions = Coverage.Unmodelled(kind: "functions", count: 2, examples: ["f()"])
    var result = report.result
    result.from.coverage.unmodelled = [functions]
    result.to.coverage.unmodelled = [functions]
    result.to.coverage.gaps = [Coverage.Gap(subject: "view v", reason: "permission denied")]
    report = Report(perspective: .gate, fromLabel: "a", toLabel: "b", result: result)
    #expect(report.coverage.unmodelled == [functions])
    #expect(report.coverage.gaps.count == 1)
  }
}

extension JSONReport {
  /// As a reader of the document sees it.
  fileprivate var isWhollyInSync: Bool {
    let document = (try? JSONEncoder().encode(self)).flatMap {
      try? JSONSerialization.jsonObject(with: $0) as? [String: Any]
    }
    return document?["inSync"] as? Bool ?? true
  }
}
