import SchemaModel

/// One finding in one file.
package struct LintFinding: Hashable, Sendable {
  package var rule: String
  package var name: String
  package var level: LintLevel
  package var message: String
  package var hint: String
  package var file: String
  package var range: Range<Int>
  package var start: SourceMap.Place
  package var end: SourceMap.Place
  /// The statement's number in the file; nil for what is about no statement.
  package var statement: Int?
  package var edits: [Edit]
  /// Seen on a scratch database, not read off the text.
  package var isMeasured = false
}

/// Which rules count how much, by path.
package struct LintPolicy: Sendable {
  /// Nil: switched off.
  package typealias Levels = [String: LintLevel?]

  package var levels: Levels
  /// Later ones win. `migrations/old/*`: a star stands for anything, slashes too.
  package var paths: [(pattern: String, levels: Levels)]

  package init(levels: Levels = [:], paths: [(pattern: String, levels: Levels)] = []) {
    self.levels = levels
    self.paths = paths
  }

  func level(of rule: Rule, in file: String) -> (level: LintLevel?, isSet: Bool) {
    var answer: (LintLevel?, Bool) = (rule.isOptIn ? nil : rule.level, false)
    if let level = levels[rule.id] { answer = (level, true) }
    for path in paths where Wildcard(path.pattern).matches(file) {
      if let level = path.levels[rule.id] { answer = (level, true) }
    }
    return answer
  }
}

/// Holds files against the rules, one after the other: what a file makes is known to the next.
package struct Linter: Sendable {
  package var options: LintOptions
  package var policy: LintPolicy
  private var catalogs: [EngineName: Catalog] = [:]
  private let rules: [Rule]

  package init(
    options: LintOptions = LintOptions(), policy: LintPolicy = LintPolicy(), base: Catalog? = nil,
    rules: [Rule] = RuleCatalogue.all
  ) {
    self.options = options
    self.policy = policy
    self.rules = rules
    if let base { catalogs[base.engine] = base }
  }

  package mutating func lint(_ file: LintFile) -> [LintFinding] {
    let context = walk(file)
    var findings: [LintFinding] = []
    for rule in rules where rule.engines.contains(file.engine) {
      let (level, isSet) = policy.level(of: rule, in: file.name)
      guard let level else { continue }
      for (violation, statement) in violations(of: rule, context) {
        findings.append(
          finding(rule, isSet ? level : violation.level ?? level, violation, statement, file))
      }
    }
    return Allowances.apply(to: findings, in: file, policy: policy, rules: rules).sorted {
      ($0.range.lowerBound, $0.rule, $0.message) < ($1.range.lowerBound, $1.rule, $1.message)
    }
  }

  /// Only takes note of what a file makes.
  package mutating func learn(_ file: LintFile) { _ = walk(file) }

  /// What holds before each statement.
  package mutating func walk(_ file: LintFile) -> FileContext {
    var walk = Walk(
      catalog: catalogs[file.engine] ?? Catalog(engine: file.engine), options: options)
    let context = walk.run(file)
    var catalog = walk.catalog
    catalog.settle()
    catalogs[file.engine] = catalog
    return context
  }

  private func violations(of rule: Rule, _ context: FileContext) -> [(Violation, Int?)] {
    switch rule.check {
    case .statement(let check):
      context.statements.flatMap { statement in check(statement).map { ($0, statement.index) } }
    case .file(let check):
      check(context).map { violation in
        let statement = context.statements.last {
          $0.statement.range.lowerBound <= violation.range.lowerBound
        }
        return (violation, statement?.index)
      }
    }
  }

  private func finding(
    _ rule: Rule, _ level: LintLevel, _ violation: Violation, _ statement: Int?, _ file: LintFile
  ) -> LintFinding {
    LintFinding(
      rule: rule.id, name: rule.name, level: level, message: violation.message,
      hint: violation.hint ?? rule.remedy, file: file.name, range: violation.range,
      start: file.source.place(of: violation.range.lowerBound),
      end: file.source.place(of: violation.range.upperBound), statement: statement,
      edits: violation.edits)
  }
}
