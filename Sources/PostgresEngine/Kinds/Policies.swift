import Planning
import SQLText
import SchemaModel

enum PolicyKind {
  static let query = CatalogQuery(
    """
    SELECT g.oid, g.polrelid, g.polname, g.polcmd, g.polpermissive,
      (SELECT pg_catalog.array_agg(r.rolname ORDER BY r.rolname)
       FROM pg_catalog.pg_roles r WHERE r.oid = ANY (g.polroles))::text,
      pg_catalog.pg_get_expr(g.polqual, g.polrelid),
      pg_catalog.pg_get_expr(g.polwithcheck, g.polrelid)
    FROM pg_catalog.pg_policy g JOIN pg_catalog.pg_class c ON c.oid = g.polrelid
    WHERE \(CatalogQuery.userRelation)
    """
  ) { rows, catalog in
    for row in rows {
      guard let table = catalog.table(row.oid(1)) else { continue }
      let command: Policy.Command =
        switch row.code(3) {
        case UInt8(ascii: "r"): .select
        case UInt8(ascii: "a"): .insert
        case UInt8(ascii: "w"): .update
        case UInt8(ascii: "d"): .delete
        default: .all
        }
      let policy = Policy(
        id: table.part(.policy, Identifier(row.text(2))), isPermissive: row.bool(4),
        command: command, roles: row.texts(5).map { Identifier($0) }.sorted(),
        using: row.optionalText(6).map { catalog.bareExpression($0) },
        check: row.optionalText(7).map { catalog.bareExpression($0) })
      catalog.add(.policy(policy), at: CatalogAddress(CatalogID.policy, row.oid(0)))
    }
  }
}

enum PolicySteps {
  static func create(_ policy: Policy, _ context: PlanContext) -> Step {
    var sql: SQL = "CREATE POLICY \(policy.id.name) ON \(path: policy.id.relationPath)"
    if !policy.isPermissive { sql += " AS RESTRICTIVE" }
    let command: SQL =
      switch policy.command {
      case .all: "ALL"
      case .select: "SELECT"
      case .insert: "INSERT"
      case .update: "UPDATE"
      case .delete: "DELETE"
      }
    if policy.command != .all { sql += " FOR \(command)" }
    if !policy.roles.isEmpty { sql += " TO \(roles(policy))" }
    if let text = policy.using { sql += " USING (\(text))" }
    if let text = policy.check { sql += " WITH CHECK (\(text))" }
    return Step(
      .create, policy.id, produces: [policy.id],
      consumes: context.needs(.policy(policy), in: context.to),
      statements: [Statement(sql, lock: .accessExclusive)])
  }

  static func drop(_ policy: Policy, _ context: PlanContext) -> Step {
    Step(
      .drop, policy.id, destroys: [policy.id],
      releases: context.needs(.policy(policy), in: context.from),
      statements: [
        Statement(
          "DROP POLICY \(policy.id.name) ON \(path: policy.id.relationPath)",
          lock: .accessExclusive)
      ], hazards: [Hazard("LK32", "Who may see which rows of \(policy.id.table.name) changes.")])
  }

  /// An expression can be replaced, not taken away.
  static func canAlter(_ old: Policy, to new: Policy) -> Bool {
    old.command == new.command && old.isPermissive == new.isPermissive
      && (old.using == nil || new.using != nil) && (old.check == nil || new.check != nil)
  }

  static func alter(_ old: Policy, to new: Policy, _ context: PlanContext) -> Step {
    var sql: SQL = "ALTER POLICY \(new.id.name) ON \(path: new.id.relationPath)"
    if old.roles != new.roles { sql += " TO \(roles(new))" }
    if old.using != new.using, let text = new.using { sql += " USING (\(text))" }
    if old.check != new.check, let text = new.check { sql += " WITH CHECK (\(text))" }
    let needed = Set(context.needs(.policy(new), in: context.to))
    let released = Set(context.needs(.policy(old), in: context.from)).subtracting(needed)
    return Step(
      .alter, new.id, produces: [new.id], consumes: needed.sorted(), releases: released.sorted(),
      statements: [Statement(sql, lock: .accessExclusive)],
      hazards: [Hazard("LK32", "Who may see which rows of \(new.id.table.name) changes.")])
  }

  private static func roles(_ policy: Policy) -> SQL {
    policy.roles.isEmpty ? "PUBLIC" : "\(policy.roles)"
  }
}
