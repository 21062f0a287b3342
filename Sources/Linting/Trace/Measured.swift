package import Planning
import SchemaModel

/// Findings in the light of what a trace measured: the measurement wins.
package enum Measured {
  /// Rules that say that a table is written anew.
  private static let rewriting: Set<String> = [
    "LK13", "LK14", "LK15", "LK16", "LK17", "LK20", "LK23", "LK24",
  ]
  /// Rules that say that a table is read, or an index built, while others wait.
  private static let reading: Set<String> = [
    "LK01", "LK03", "LK04", "LK05", "LK06", "LK07", "LK08", "LK09", "LK11", "LK12", "LK18", "LK19",
    "LK33", "LK34", "LK35", "LK41",
  ]

  /// `traces` has one entry a statement of the file.
  package static func merge(
    _ findings: [LintFinding], _ file: FileContext, _ traces: [StatementTrace?],
    policy: LintPolicy = LintPolicy()
  ) -> [LintFinding] {
    var result = findings.compactMap { finding -> LintFinding? in
      guard let index = finding.statement, index < traces.count, let trace = traces[index],
        trace.failure == nil
      else { return finding }
      return held(finding, against: trace, file.statements[index])
    }
    for (context, trace) in zip(file.statements, traces) {
      guard let trace else { continue }
      result += additions(context, trace, result, policy).filter { finding in
        !file.file.allows.contains { allow in
          allow.statement == finding.statement && allow.ids.contains(finding.rule)
        }
      }
    }
    return result.sorted {
      ($0.range.lowerBound, $0.rule, $0.message) < ($1.range.lowerBound, $1.rule, $1.message)
    }
  }

  private static func held(
    _ finding: LintFinding, against trace: StatementTrace, _ context: LintContext
  ) -> LintFinding? {
    let isRewrite = rewriting.contains(finding.rule)
    let isRead = reading.contains(finding.rule)
    guard isRewrite || isRead else { return finding }
    let isSeen =
      !trace.rewritten.isEmpty || (isRead && (!trace.scanned.isEmpty || !trace.indexed.isEmpty))
    // A reference in a new column locks the other table, whether rows are read or not.
    if !isSeen { return finding.rule == "LK09" && finding.level < .error ? finding : nil }
    var finding = finding
    finding.isMeasured = true
    if let rule = RuleCatalogue.rule(finding.rule) {
      finding.level = max(finding.level, rule.level)
    }
    return finding
  }

  // MARK: - What the text did not tell

  private static func additions(
    _ context: LintContext, _ trace: StatementTrace, _ findings: [LintFinding],
    _ policy: LintPolicy
  ) -> [LintFinding] {
    func report(_ rule: Rule, _ message: String) -> [LintFinding] {
      let level = policy.level(of: rule, in: context.file.name).level
      return level.map { [finding(rule, message, context, $0)] } ?? []
    }
    if let failure = trace.failure { return report(MeasuredRules.failed, failure) }
    let own = findings.filter { $0.statement == context.index && $0.isMeasured }
    let blocking = trace.locks.filter { $0.value >= .share && $0.key.kind != .index }
    var result: [LintFinding] = []
    let old = { (relation: TracedRelation) in
      context.isOld(RelationKey(relation.schema, relation.name))
    }
    if case .truncate = context.node { return [] }
    let rewritten = trace.rewritten.filter(old)
    if let table = rewritten.min(), !own.contains(where: { rewriting.contains($0.rule) }) {
      result += report(
        MeasuredRules.rewritten, "\(name(table)) is written anew under \(mode(trace, table))")
    }
    let waits = { (relation: TracedRelation) in blocking[relation] != nil && old(relation) }
    let isRead = own.contains { reading.contains($0.rule) || rewriting.contains($0.rule) }
    if !isRead, let table = trace.scanned.filter(waits).min() {
      result += report(
        MeasuredRules.scanned, "\(name(table)) is read as a whole under \(mode(trace, table))")
    }
    if !isRead, rewritten.isEmpty, let table = trace.indexed.filter(waits).min() {
      result += report(
        MeasuredRules.indexed,
        "an index of \(name(table)) is built under \(mode(trace, table))")
    }
    let claimed = context.claims.locks
    let told = result.map(\.message)
    for relation in blocking.keys.filter(old).sorted() {
      guard relation.kind == .table, claimed[RelationKey(relation.schema, relation.name)] == nil,
        !told.contains(where: { $0.contains(name(relation)) }),
        !saysSo(relation, findings.filter { $0.statement == context.index })
      else { continue }
      result += report(
        MeasuredRules.locked,
        "\(mode(trace, relation)) on \(name(relation)), which the statement does not name")
    }
    return result
  }

  private static func saysSo(_ relation: TracedRelation, _ findings: [LintFinding]) -> Bool {
    findings.contains { $0.rule == "LK27" && $0.message.contains(relation.name.raw) }
  }

  private static func name(_ relation: TracedRelation) -> String {
    RelationKey(relation.schema, relation.name).description
  }

  private static func mode(_ trace: StatementTrace, _ relation: TracedRelation) -> String {
    (trace.locks[relation] ?? .none).rawValue
  }

  private static func finding(
    _ rule: Rule, _ message: String, _ context: LintContext, _ level: LintLevel
  ) -> LintFinding {
    let range = context.statement.range
    return LintFinding(
      rule: rule.id, name: rule.name, level: level, message: message, hint: rule.remedy,
      file: context.file.name, range: range,
      start: context.file.source.place(of: range.lowerBound),
      end: context.file.source.place(of: range.upperBound), statement: context.index, edits: [],
      isMeasured: true)
  }
}

/// What only a trace finds; the rules carry no examples, since they look at no text.
package enum MeasuredRules {
  package static let all = [rewritten, scanned, indexed, locked, failed]

  static let rewritten = rule(
    "MS01", "measured-rewrite", .error,
    summary:
      "The trace saw a table that was there before written anew: another file holds its rows now.",
    remedy: "add a new column or table, fill it in batches, and change over")

  static let scanned = rule(
    "MS02", "measured-scan", .error,
    summary: "The trace saw a table read as a whole under a lock that stops writers or readers.",
    remedy: "check rows in a transaction of its own, under a weaker lock: NOT VALID, then VALIDATE")

  static let indexed = rule(
    "MS03", "measured-index-build", .error,
    summary: "The trace saw an index built under a lock that stops writers or readers.",
    remedy: "build it CONCURRENTLY first")

  static let locked = rule(
    "MS04", "measured-lock", .warning,
    summary:
      "The trace saw a lock that stops writers or readers on a table that the statement does not name.",
    remedy: "set lock_timeout, and keep the statement alone in its transaction")

  static let failed = rule(
    "MS05", "measured-failure", .error,
    summary: "The statement failed on the scratch database.",
    remedy: "if the scratch lacks what production has, say what is there before: --from SOURCE")

  private static func rule(
    _ id: String, _ name: String, _ level: LintLevel, summary: String, remedy: String
  ) -> Rule {
    Rule(id, name, level, summary: summary, remedy: remedy, bad: [], good: []) { _ in [] }
  }
}
