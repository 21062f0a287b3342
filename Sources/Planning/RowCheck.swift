package import SQLText
package import SchemaModel

/// A question to the rows that are there before a plan runs.
///
/// Engines put it into the SQL as a guard; where a live database is at hand, it is asked before any SQL
/// is written.
package struct RowCheck: Hashable, Sendable {
  package enum Effect: Hashable, Sendable {
    /// The step fails on every row that is found.
    case blocks
    /// The step changes what the row says (`'007'` becomes 7).
    case converts
  }

  package var effect: Effect
  /// The hazard that the answer decides: its code, and what the step says without an answer.
  package var hazard: Hazard
  /// The table as it is before the plan.
  package var table: ObjectID
  /// What is true of the rows that are found: `notes.body is null`.
  package var finding: String
  /// A SELECT over the schema as it is before the plan, whose only column, `key`, names each row.
  package var query: SQL

  package init(
    _ effect: Effect, hazard: Hazard, table: ObjectID, finding: String, query: SQL
  ) {
    self.effect = effect
    self.hazard = hazard
    self.table = table
    self.finding = finding
    self.query = query
  }
}

/// What a live database answered.
package struct RowFinding: Hashable, Sendable {
  package var check: RowCheck
  package var count: Int64
  /// At most five.
  package var firstKeys: [String]

  package init(check: RowCheck, count: Int64, firstKeys: [String]) {
    self.check = check
    self.count = count
    self.firstKeys = firstKeys
  }

  /// `notes.body is null: 3 rows (rowid 4, 9, 12)`.
  package var sentence: String {
    let rows = count.counting("row")
    let more = count > Int64(firstKeys.count) ? ", …" : ""
    return "\(check.finding): \(rows) (\(firstKeys.joined(separator: ", "))\(more))"
  }
}

extension Plan {
  package var checks: [RowCheck] { steps.flatMap(\.checks) }

  /// The plan with what the rows really say: a hazard that no row bears out goes; one that rows do needs
  /// permission and names them. Checks that were not answered stay as they are.
  package func applying(_ findings: [RowFinding]) -> Plan {
    guard !findings.isEmpty else { return self }
    let answers = Dictionary(
      findings.map { ($0.check, $0) }, uniquingKeysWith: { first, _ in first })
    return Plan(
      engine: engine,
      steps: steps.map { step in
        let answered = step.checks.compactMap { answers[$0] }
        guard !answered.isEmpty else { return step }
        var step = step
        let decided = Set(answered.map(\.check.hazard))
        let open = Set(step.checks.filter { answers[$0] == nil }.map(\.hazard))
        step.hazards.removeAll { decided.contains($0) && !open.contains($0) }
        step.hazards += answered.filter { $0.count > 0 }.map { finding in
          Hazard(finding.check.hazard.code, finding.sentence, needsPermission: true)
        }
        return step
      })
  }
}
