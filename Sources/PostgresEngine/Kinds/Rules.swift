import Planning
import SQLText
import SchemaModel

enum RuleKind {
  /// The rules that make views views are read as views.
  static let query = CatalogQuery(
    """
    SELECT g.oid, g.ev_class, g.rulename, g.ev_type, g.is_instead, g.ev_enabled,
      pg_catalog.pg_get_ruledef(g.oid)
    FROM pg_catalog.pg_rewrite g JOIN pg_catalog.pg_class c ON c.oid = g.ev_class
    WHERE g.rulename <> '_RETURN' AND \(CatalogQuery.userRelation)
    """
  ) { rows, catalog in
    for row in rows {
      guard let owner = catalog.relations[row.oid(1)]?.id,
        !catalog.isExtensionMember(CatalogID.rewrite, row.oid(0)),
        let (condition, commands) = texts(row.text(6))
      else { continue }
      let event: Rule.Event =
        switch row.code(3) {
        case UInt8(ascii: "1"): .select
        case UInt8(ascii: "2"): .update
        case UInt8(ascii: "3"): .insert
        default: .delete
        }
      let rule = Rule(
        id: owner.part(.rule, Identifier(row.text(2))), event: event, isInstead: row.bool(4),
        condition: condition.map { catalog.bareExpression($0) },
        commands: catalog.expression(commands), enabled: TriggerKind.enabled(row.code(5)))
      catalog.add(.rule(rule), at: CatalogAddress(CatalogID.rewrite, row.oid(0)))
      catalog.dependencies[rule.id, default: []].append(owner)
    }
  }

  /// `CREATE RULE … ON EVENT TO relation [WHERE …] DO [INSTEAD] commands;`: the catalog has no other text.
  private static func texts(_ definition: String) -> (condition: String?, commands: String)? {
    guard let tokens = try? Lexer.tokens(of: definition, rules: .postgresql) else { return nil }
    let bytes = Array(definition.utf8)
    func text(_ start: Int, _ end: Int) -> String {
      String(decoding: bytes[start..<end], as: UTF8.self).trimmingSpace
    }
    var depth = 0
    var condition: Int?
    for (index, token) in tokens.enumerated() {
      if token.isSymbol("(") { depth += 1 }
      if token.isSymbol(")") { depth -= 1 }
      guard depth == 0 else { continue }
      if token.isWord("where"), condition == nil { condition = token.range.upperBound }
      guard token.isWord("do"), index + 1 < tokens.count else { continue }
      let isInstead = tokens[index + 1].isWord("instead")
      let start = tokens[index + (isInstead ? 1 : 0)].range.upperBound
      var end = bytes.count
      if let last = tokens.last, last.isSymbol(";") { end = last.range.lowerBound }
      return (
        condition.map { text($0, token.range.lowerBound) }, text(start, max(start, end))
      )
    }
    return nil
  }
}

enum RuleSteps {
  static func create(_ rule: Rule, _ context: PlanContext) -> Step {
    var statements = [Statement(definition(rule, word: "CREATE"), lock: .accessExclusive)]
    if rule.enabled != .origin { statements.append(enabling(rule)) }
    return Step(
      .create, rule.id, produces: [rule.id], consumes: needs(rule, context.to, context),
      statements: statements)
  }

  static func drop(_ rule: Rule, _ context: PlanContext) -> Step {
    Step(
      .drop, rule.id, destroys: [rule.id], releases: needs(rule, context.from, context),
      statements: [
        Statement(
          "DROP RULE \(rule.id.name) ON \(path: rule.id.relationPath)", lock: .accessExclusive)
      ], hazards: [Hazard("BC14", "What rule \(rule.id.name) does is no longer done.")])
  }

  static func alter(_ old: Rule, to new: Rule, _ context: PlanContext) -> Step {
    var alike = old
    alike.enabled = new.enabled
    var statements: [Statement] = []
    if alike != new {
      statements.append(
        Statement(definition(new, word: "CREATE OR REPLACE"), lock: .accessExclusive))
    }
    if old.enabled != new.enabled { statements.append(enabling(new)) }
    let needed = Set(needs(new, context.to, context))
    let released = Set(needs(old, context.from, context)).subtracting(needed)
    return Step(
      .alter, new.id, produces: [new.id], consumes: needed.sorted(), releases: released.sorted(),
      statements: statements)
  }

  private static func needs(_ rule: Rule, _ schema: Schema, _ context: PlanContext) -> [ObjectID] {
    context.needs(.rule(rule), in: schema) + [
      rule.id.table, ObjectID(.view, rule.id.relationPath),
    ]
  }

  private static func enabling(_ rule: Rule) -> Statement {
    Statement(
      """
      ALTER TABLE \(path: rule.id.relationPath) \(TriggerSteps.words(rule.enabled)) RULE \
      \(rule.id.name)
      """, lock: .accessExclusive)
  }

  private static func definition(_ rule: Rule, word: SQL) -> SQL {
    let event: SQL =
      switch rule.event {
      case .select: "SELECT"
      case .insert: "INSERT"
      case .update: "UPDATE"
      case .delete: "DELETE"
      }
    var sql: SQL =
      "\(word) RULE \(rule.id.name) AS\n    ON \(event) TO \(path: rule.id.relationPath)"
    if let condition = rule.condition { sql += "\n    WHERE (\(condition))" }
    sql += rule.isInstead ? " DO INSTEAD " : " DO "
    return sql + "\(rule.commands)"
  }
}
