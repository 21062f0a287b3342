import Planning
import SQLText
import SchemaModel

/// Statements that stop a plan before anything is changed when rows are in its way. The name of the
/// constraint that fails is the message.
enum RowGuard {
  /// All that the steps ask, each question once. They run before the first step.
  static func statements(for steps: [Step]) -> [Statement] {
    checks(of: steps).flatMap { check -> [Statement] in
      let name = Identifier(check.finding)
      return [
        Statement(
          """
          CREATE TEMP TABLE _kedge_rows (n INTEGER CONSTRAINT \(name) CHECK (n = 0))
          """),
        Statement("INSERT INTO temp._kedge_rows SELECT count(*) FROM (\(check.query))"),
        Statement("DROP TABLE temp._kedge_rows"),
      ]
    }
  }

  static func checks(of steps: [Step]) -> [RowCheck] {
    var seen: Set<SQL> = []
    return steps.flatMap(\.checks).filter { $0.effect == .blocks && seen.insert($0.query).inserted }
  }

  /// One line with the count and the first rows, and nothing where there are none.
  static func listing(_ check: RowCheck) -> SQL {
    """
    SELECT \(literal: check.finding) || ': ' || n || ' rows (' || keys || ')' FROM (
      SELECT count(*) AS n,
        (SELECT group_concat(key, '; ') FROM (SELECT key FROM (\(check.query)) LIMIT 5)) AS keys
      FROM (\(check.query))) WHERE n > 0
    """
  }

  /// The steps with the guards in a step of their own before the first that needs them.
  static func guarded(_ plan: Plan) -> Plan {
    let statements = statements(for: plan.steps)
    guard !statements.isEmpty,
      let subject = plan.steps.first(where: { !$0.checks.isEmpty })?.subject
    else { return plan }
    return Plan(
      engine: plan.engine,
      steps: [Step(.alter, subject, statements: statements)] + plan.steps)
  }
}
