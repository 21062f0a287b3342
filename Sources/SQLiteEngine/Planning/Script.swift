import Planning
import SQLText
import SchemaModel

/// A plan as text.
enum Script {
  /// Whether dropping or replacing a table would act on the rows that reference it: then the step brings
  /// the guard.
  static func needsForeignKeysOff(_ steps: [Step]) -> Bool {
    steps.contains { $0.statements.contains(ForeignKeyGuard.preparation) }
  }

  private static func isGuarded(_ steps: [Step]) -> Bool {
    steps.contains {
      $0.operation == .rebuild && $0.statements.contains(ForeignKeyGuard.preparation)
    }
  }

  static func text(_ plan: Plan, options: ScriptOptions) -> String {
    guard !plan.isEmpty else { return "" }
    let allowed = plan.steps.filter { options.allowed.allow($0) }
    let isOff = needsForeignKeysOff(allowed)
    var lines: [String] = []
    // The shell would neither stop at an error nor wait for another writer.
    if options.form == .script { lines += [".bail on", ".timeout 5000"] }
    if isOff {
      lines.append("-- Enforcement cannot change inside a transaction.")
      lines.append("PRAGMA foreign_keys = OFF;")
    }
    if !allowed.isEmpty { lines.append("BEGIN IMMEDIATE;") }
    if isOff {
      lines.append(line(ForeignKeyGuard.preparation.sql))
      lines.append(line(ForeignKeyGuard.enforcementIsOff))
    }
    lines += guards(allowed, options)
    for step in plan.steps {
      lines.append("")
      for hazard in step.hazards { lines.append(comment(hazard, options)) }
      let statements = step.statements.filter { $0 != ForeignKeyGuard.preparation }
      let text = statements.map { line($0.sql) }.joined(separator: "\n")
      lines.append(options.allowed.allow(step) ? text : commented(text))
    }
    lines.append("")
    if isGuarded(allowed) { lines.append(line(ForeignKeyGuard.verdict)) }
    if isOff { lines.append("DROP TABLE temp._kedge_guard;") }
    if !allowed.isEmpty { lines.append("COMMIT;") }
    if isOff { lines.append("PRAGMA foreign_keys = ON;") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What the rows must not say comes first; in a script it also lists the rows that say it.
  private static func guards(_ steps: [Step], _ options: ScriptOptions) -> [String] {
    let statements =
      options.form == .script
      ? RowGuard.listing(for: steps) : RowGuard.statements(for: steps).map(\.sql)
    guard !statements.isEmpty else { return [] }
    return ["", "-- Rows that would be in the way: nothing is changed if there are any."]
      + statements.map(line)
  }

  private static func line(_ sql: SQL) -> String { sql.text + ";" }

  private static func comment(_ hazard: Hazard, _ options: ScriptOptions) -> String {
    let refusal = options.allowed.allow(hazard) ? "" : " (not allowed: --allow \(hazard.code))"
    let message = hazard.message.split(whereSeparator: \.isNewline).joined(separator: " ")
    return "-- \(hazard.code): \(message)\(refusal)"
  }

  private static func commented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "-- \($0)" }
      .joined(separator: "\n")
  }
}
