/// What `-- kedge:allow` takes out of the findings, and what is wrong with it.
enum Allowances {
  static func apply(
    to findings: [LintFinding], in file: LintFile, policy: LintPolicy, rules: [Rule]
  ) -> [LintFinding] {
    var used: Set<AllowedID> = []
    var left = findings.filter { finding in
      for (number, allow) in file.allows.enumerated()
      where allow.ids.contains(finding.rule) && allow.statement == finding.statement {
        used.insert(AllowedID(directive: number, id: finding.rule))
        return false
      }
      return true
    }
    for (number, allow) in file.allows.enumerated() {
      if allow.reason.isEmpty {
        left += report(
          "ST19", "this allow gives no reason", allow, file, policy, edits: [])
      }
      // What a trace finds is not known here.
      let ids = allow.ids.filter { id in !MeasuredRules.all.contains { $0.id == id } }
      for id in ids where !used.contains(AllowedID(directive: number, id: id)) {
        let isKnown = rules.contains { $0.id == id }
        left += report(
          "ST18",
          isKnown
            ? "\(id) is allowed here, but nothing here is found by it"
            : "there is no rule \(id) that lint could find here", allow, file, policy,
          edits: allow.ids.count == 1 ? [Edit(allow.range, "")] : [])
      }
      if allow.ids.isEmpty {
        left += report("ST18", "this allow names no rule", allow, file, policy, edits: [])
      }
    }
    return left
  }

  private struct AllowedID: Hashable {
    let directive: Int
    let id: String
  }

  private static func report(
    _ id: String, _ message: String, _ allow: AllowDirective, _ file: LintFile,
    _ policy: LintPolicy, edits: [Edit]
  ) -> [LintFinding] {
    guard let rule = DirectiveRules.all.first(where: { $0.id == id }),
      let level = policy.level(of: rule, in: file.name).level
    else { return [] }
    return [
      LintFinding(
        rule: id, name: rule.name, level: level, message: message, hint: rule.remedy,
        file: file.name, range: allow.range,
        start: file.source.place(of: allow.range.lowerBound),
        end: file.source.place(of: allow.range.upperBound), statement: allow.statement,
        edits: edits)
    ]
  }
}
