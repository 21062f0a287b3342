import Comparison
import Foundation
import Planning
import SQLText
import SchemaDiff
import SQLText
import SchemaModel
import TestSupport
import Testing

@testable import Reporting

enum Pages {
  static func page(
    _ from: Schema, _ to: Schema, ignoring rules: [IgnoreRule] = [], script: String = "SELECT 1;"
  ) throws -> AuditPage {
    var result = ComparisonResult(
      from: from, to: to, difference: try Differ.difference(from: from, to: to, renames: []))
    result = try result.ignoring(rules, today: "2026-01-02")
    let step = Step(
      .drop, Make.id("users"), statements: [Statement("DROP TABLE users", lock: .accessExclusive)],
      hazards: [Hazard("DL01", "The rows of users are lost.", needsPermission: true)],
      reversibility: .structureOnly)
    let side = AuditPage.Side(
      label: "env:a", engine: "PostgreSQL 15.4", fingerprint: "1:ab", isLive: true)
    return AuditPage(
      report: Report(
        perspective: .gate, fromLabel: "env:a", toLabel: "schema.yaml", result: result),
      from: side, to: side, up: .plan(Plan(engine: .postgresql, steps: [step]), script: script),
      down: .impossible("nobody knows the way"), created: "2026-01-02 03:04:05 UTC",
      version: "0.0.0")
  }
}

struct PageTests {
  private func page() throws -> String {
    let rule = IgnoreRule(
      kind: .table, patterns: ["tmp_*"], reason: "made at night", until: "2030-12-31",
      place: "kedge.yaml:3")
    return try Pages.page(
      Make.schema(
        Make.table("users", "email varchar(100)") + Make.table("old", "a")
          + Make.table("tmp_1", "a")),
      Make.schema(Make.table("users", "email varchar(200)") + Make.table("new", "a")),
      ignoring: [rule]
    ).render()
  }

  @Test func everythingIsInOneFile() throws {
    let page = try page()
    for match in page.matches(of: /(?:src|href)="([^"]*)"/) {
      #expect(match.1.hasPrefix("#") || match.1 == "data:,", "\(match.1)")
    }
    #expect(!page.contains("url(http"))
    #expect(page.matches(of: /<style>/).count == 1)
    #expect(page.matches(of: /<script>/).count == 1)
    #expect(!page.contains(" style=\""))
    #expect(page.contains(#/ on[a-z]+="/#) == false)
  }

  /// The browser refuses what does not have the hash.
  @Test func thePolicyNamesTheHashes() throws {
    let page = try page()
    for (element, text) in [("style", PageStyle.text), ("script", PageScript.text)] {
      #expect(page.contains("<\(element)>\(text)</\(element)>"))
      #expect(page.contains("\(element)-src &#39;\(ContentHash.of(text))&#39;"))
    }
    #expect(page.contains("default-src &#39;none&#39;"))
    #expect(
      ContentHash.of("alert('Hello, world.');")
        == "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=")
  }

  @Test func changedWordsAreMarked() throws {
    let page = try page()
    #expect(!page.contains("HTML(text"))
    #expect(page.contains("varchar(<del>100</del>)"))
    #expect(page.contains("varchar(<ins>200</ins>)"))
  }

  @Test func whatAnAuditorAsksFor() throws {
    let page = try page()
    for text in [
      "DL01", "The rows of users are lost.", "structure only", "ACCESS EXCLUSIVE",
      "nobody knows the way", "made at night", "2030-12-31", "kedge.yaml:3", "PostgreSQL 15.4",
      "1:ab", "2026-01-02 03:04:05 UTC", "SELECT 1;",
    ] {
      #expect(page.contains(text), "\(text)")
    }
  }

  @Test func textCannotBreakOut() throws {
    let hostile = "</script><script>alert(1)</script>"
    let schema = try Make.schema([Make.view("v", "SELECT '\(hostile)' \u{202E} x")])
    let page = try Pages.page(Make.schema([]), schema, script: hostile).render()
    #expect(page.matches(of: /<script>/).count == 1)
    #expect(!page.contains("<script>alert"))
    #expect(page.contains("[U+202E]"))
    #expect(!page.contains("\u{202E}"))
  }

  @Test func tagsAreBalanced() throws {
    let page = try page()
    for element in ["section", "article", "div", "table", "ul", "svg", "main", "header", "p"] {
      let pattern = try Regex("<\(element)[ >]")
      #expect(
        page.matches(of: pattern).count == page.components(separatedBy: "</\(element)>").count - 1,
        "\(element)")
    }
  }
}

struct WordDifferenceTests {
  private func text(_ from: String, _ to: String) -> [String] {
    let pieces = WordDifference.pieces(from: from, to: to)
    func show(_ pieces: [WordDifference.Piece]) -> String {
      pieces.map { $0.isShared ? $0.text : "[\($0.text)]" }.joined()
    }
    return [show(pieces.from), show(pieces.to)]
  }

  @Test func wordsNotLetters() {
    #expect(text("numeric(10,2)", "numeric(12,2)") == ["numeric([10],2)", "numeric([12],2)"])
    #expect(text("a b c", "a x c") == ["a [b] c", "a [x] c"])
    #expect(text("", "new") == ["", "[new]"])
    #expect(text("same", "same") == ["same", "same"])
    #expect(text("größe", "größer") == ["[größe]", "[größer]"])
  }

  /// Whatever is marked, the texts are whole.
  @Test func nothingIsLost() {
    var generator = SeededGenerator(seed: 7)
    let letters = Array("ab (,)\n_ä")
    for _ in 0..<300 {
      let texts = (0..<2).map { _ in
        String(
          (0..<Int.random(in: 0...30, using: &generator)).map { _ in
            letters[Int.random(in: 0..<letters.count, using: &generator)]
          })
      }
      let pieces = WordDifference.pieces(from: texts[0], to: texts[1])
      #expect(pieces.from.map(\.text).joined() == texts[0])
      #expect(pieces.to.map(\.text).joined() == texts[1])
      // A space between two changed words is marked with them, on its own side.
      let shared = [pieces.from, pieces.to].map { side in
        side.filter(\.isShared).map(\.text).joined().filter { $0 != " " }
      }
      #expect(shared[0] == shared[1])
    }
  }

  @Test func longTextsAreCompared() {
    let long = (0..<20_000).map { "w\($0)" }.joined(separator: " ")
    let other = "x " + (0..<20_000).map { "v\($0)" }.joined(separator: " ")
    let pieces = WordDifference.pieces(from: long, to: other)
    #expect(pieces.to.map(\.text).joined() == other)
  }
}

/// The page in the browser that people have; skipped where Chromium is not installed.
@Suite(.serialized, .enabled(if: Browser.isThere, "Chromium is not installed"))
struct BrowserTests {
  private func file(_ text: String) throws -> URL {
    let url = FileManager.default.temporaryDirectory.appending(
      path: "kedge-page-\(UUID().uuidString).html")
    try Data(text.utf8).write(to: url)
    return url
  }

  private func page(_ tables: Int) throws -> String {
    let to = try DiagramTests.chain(tables, schemas: tables > 50 ? 4 : 1)
    let dropped = Set(["table_1", "table_2"])
    let from = try to.replacing(
      objects: to.objects.filter { !dropped.contains($0.id.relationPath.last?.raw ?? "") }.map {
        guard case .column(var column) = $0, column.id.name.raw == "name",
          column.id.relationPath.last?.raw.hasSuffix("7") ?? false
        else { return $0 }
        column.type = TypeName("text")
        return .column(column)
      })
    return try Pages.page(from, to).render()
  }

  @Test func theFiltersWorkAndNothingComplains() throws {
    let url = try file(page(30))
    defer { try? FileManager.default.removeItem(at: url) }
    let all = try Browser.open(url, hash: "")
    #expect(all.console == [])
    #expect(all.shown(of: "article") == all.count(of: "article"))
    #expect(all.text.contains("id=\"filter\" role=\"search\""))
    let some = try Browser.open(url, hash: "#q=table_17&change=alter")
    #expect(some.console == [])
    #expect(some.shown(of: "article") == 1)
    #expect(some.text.contains("1 of \(all.count(of: "article")) shown"))
    let created = try Browser.open(url, hash: "#kind=table&change=create,drop")
    #expect(created.shown(of: "article") == 2)
    let none = try Browser.open(url, hash: "#q=no+such+thing")
    #expect(none.shown(of: "article") == 0)
  }

  @Test func aThousandTablesAreShown() throws {
    let url = try file(page(1_000))
    defer { try? FileManager.default.removeItem(at: url) }
    let all = try Browser.open(url, hash: "")
    #expect(all.console == [])
    #expect(all.text.matches(of: /class="table/).count == 1_000)
    #expect(all.text.contains("class=\"dense\""))
  }
}

enum Browser {
  struct Answer {
    let text: String
    /// What the page, or the browser about it, said.
    let console: [String]

    func count(of element: String) -> Int { text.components(separatedBy: "<\(element) ").count - 1 }

    func shown(of element: String) -> Int {
      text.components(separatedBy: "<\(element) ").dropFirst().count { part in
        !part.prefix { $0 != ">" }.contains("hidden=\"\"")
      }
    }
  }

  private static let program = [
    "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
  ]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

  static var isThere: Bool { program != nil }

  static func open(_ url: URL, hash: String = "", flags: [String] = []) throws -> Answer {
    let profile = FileManager.default.temporaryDirectory.appending(
      path: "kedge-browser-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: profile, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: profile) }
    let answer = try ChildProcess.run(
      #require(program),
      flags + [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--user-data-dir=\(profile.path)", "--enable-logging=stderr", "--virtual-time-budget=5000",
        "--dump-dom", url.absoluteString + hash,
      ], in: profile)
    return Answer(
      text: answer.output,
      console: answer.errors.split(separator: "\n").filter { $0.contains("CONSOLE") }.map(
        String.init))
  }
}
