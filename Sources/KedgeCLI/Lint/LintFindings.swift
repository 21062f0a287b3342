import Linting
import Reporting
import SchemaYAML
import Sources

extension Finding {
  init(_ finding: LintFinding, in file: LintFile) {
    self.init(
      id: finding.rule, name: finding.name, level: Level(finding.level), message: finding.message,
      hint: finding.hint,
      place: Place(
        file: finding.file, line: finding.start.line, column: finding.start.column,
        endLine: finding.end.line, endColumn: finding.end.column),
      sourceLine: file.source.line(finding.start.line), isFixable: !finding.edits.isEmpty,
      isMeasured: finding.isMeasured)
  }
}

extension Finding.Level {
  init(_ level: LintLevel) {
    switch level {
    case .error: self = .error
    case .warning: self = .warning
    case .notice: self = .notice
    }
  }
}

extension FindingRule {
  init(_ rule: Rule) {
    self.init(
      id: rule.id, name: rule.name, level: Finding.Level(rule.level), summary: rule.summary,
      remedy: rule.remedy)
  }
}

extension LintPolicy {
  /// What kedge.yaml says; throws for a rule that is not there.
  init(_ settings: HazardSettings) throws {
    self.init(
      levels: try LintPolicy.levels(settings.levels),
      paths: try settings.paths.map { ($0.pattern, try LintPolicy.levels($0.levels)) })
  }

  /// Hazards that only the planner knows are no rules of lint, and no mistake either.
  private static func levels(_ words: HazardSettings.Levels) throws -> Levels {
    var levels: Levels = [:]
    for (id, word) in words { levels[id] = .some(LintLevel(rawValue: word)) }
    return levels
  }

  /// `LK43=notice` on the command line.
  mutating func set(_ option: String) throws {
    let parts = option.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, let rule = RuleCatalogue.rule(parts[0].uppercased()) else {
      throw SourceProblem(
        "'\(option)' does not name a rule and a level",
        nextStep: "write --rule LK01=warning, or =off; docs/rules.md lists the rules")
    }
    let word = parts[1].lowercased()
    guard word == HazardSettings.off || LintLevel(rawValue: word) != nil else {
      throw SourceProblem(
        "'\(word)' is no level", nextStep: "write error, warning, notice or off")
    }
    levels[rule.id] = .some(LintLevel(rawValue: word))
    for index in paths.indices { paths[index].levels[rule.id] = nil }
  }
}
