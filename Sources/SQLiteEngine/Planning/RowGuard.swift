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

  /// The same for a person: all that is found is listed before the first of it ends the script. Where there
  /// is nothing, each question costs one walk over the rows, as in `statements`.
  static func listing(for steps: [Step]) -> [SQL] {
    let checks = checks(of: steps)
    guard !checks.isEmpty else { return [] }
    let questions = checks.flatMap { check -> [SQL] in
      [
        """
        INSERT INTO temp._kedge_found SELECT \(literal: check.finding), count(*), group_concat(key, '; ')
        FROM (SELECT key FROM (\(check.query)) LIMIT 5)
        """,
        """
        UPDATE temp._kedge_found SET n = (SELECT count(*) FROM (\(check.query)))
        WHERE finding = \(literal: check.finding) AND n = 5
        """,
      ]
    }
    let verdicts = checks.flatMap { check -> [SQL] in
      [
        "CREATE TEMP TABLE _kedge_rows (n INTEGER CONSTRAINT \(Identifier(check.finding)) CHECK (n = 0))",
        """
        INSERT INTO temp._kedge_rows SELECT n FROM temp._kedge_found
        WHERE finding = \(literal: check.finding)
        """,
        "DROP TABLE temp._kedge_rows",
      ]
    }
    return ["CREATE TEMP TABLE _kedge_found (finding TEXT, n INTEGER, keys TEXT)"] + questions
      + [
        "SELECT finding || ': ' || n || ' rows (' || keys || ')' FROM temp._kedge_found WHERE n > 0"
      ]
      + verdicts + ["DROP TABLE temp._kedge_found"]
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
