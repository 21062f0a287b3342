import Linting
import SchemaModel
import Testing
import TestSupport

/// One example of one rule.
struct ExampleCase: Sendable, CustomStringConvertible {
  let rule: String
  let example: Example
  let isBad: Bool

  var description: String { "\(rule) \(isBad ? "bad" : "good"): \(example.sql)" }

  static let all: [ExampleCase] = RuleCatalogue.all.flatMap { rule in
    rule.bad.map { ExampleCase(rule: rule.id, example: $0, isBad: true) }
      + rule.good.map { ExampleCase(rule: rule.id, example: $0, isBad: false) }
  }

  /// What the rule finds, also when it is opt-in.
  func findings(in sql: String) throws -> [LintFinding] {
    let only = LintPolicy(levels: [rule: .warning])
    var linter = Linter(options: LintOptions(version: example.version), policy: only)
    return try linter.lint(file(sql)).filter { $0.rule == rule }
  }

  private func file(_ sql: String) throws -> LintFile {
    // What is SQLite's alone is linted as SQLite.
    let engines = RuleCatalogue.rule(rule)?.engines ?? []
    return try LintFile(
      name: example.file, text: sql, engine: engines.count == 1 ? engines[0] : nil)
  }
}

struct RuleTests {
  @Test(arguments: ExampleCase.all)
  func examplesAreFoundOrLeftAlone(_ example: ExampleCase) throws {
    let findings = try example.findings(in: example.example.sql)
    #expect(findings.isEmpty != example.isBad, "\(findings.map(\.message))")
    for finding in findings {
      #expect(!finding.message.isEmpty && !finding.hint.isEmpty)
      #expect(finding.range.upperBound <= example.example.sql.utf8.count)
    }
  }

  /// What a fix leaves behind is clean under the rule that it fixes.
  @Test(arguments: ExampleCase.all.filter(\.isBad))
  func fixesFix(_ example: ExampleCase) throws {
    let findings = try example.findings(in: example.example.sql)
    guard findings.contains(where: { !$0.edits.isEmpty }) else { return }
    let (text, fixed) = Fixing.apply(findings, to: example.example.sql)
    #expect(fixed > 0)
    let left = try example.findings(in: text).filter { !$0.edits.isEmpty }
    #expect(left.isEmpty, "\(text)")
  }

  @Test func theCatalogueIsInOrder() {
    let ids = RuleCatalogue.all.map(\.id)
    #expect(ids.count > 140)
    #expect(Set(ids).count == ids.count)
    for rule in RuleCatalogue.all {
      #expect(!rule.bad.isEmpty && !rule.good.isEmpty, "\(rule.id) has no examples")
      #expect(rule.summary.hasSuffix("."), "\(rule.id): \(rule.summary)")
      #expect(!rule.remedy.hasSuffix("."), "\(rule.id): \(rule.remedy)")
      #expect(!rule.engines.isEmpty)
    }
  }

  /// No rule takes down the linter, whatever the text.
  @Test(arguments: [EngineName.postgresql, .sqlite])
  func brokenTextsAreNoTraps(_ engine: EngineName) throws {
    for example in ExampleCase.all {
      let bytes = Array(example.example.sql.utf8)
      for end in stride(from: 1, to: bytes.count, by: 7) {
        let text = String(decoding: bytes[..<end], as: UTF8.self)
        guard let file = try? LintFile(name: "x.sql", text: text, engine: engine) else { continue }
        var linter = Linter()
        _ = linter.lint(file)
      }
    }
  }
}
