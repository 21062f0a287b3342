import Planning
import SQLText
import SchemaModel

enum DomainKind {
  static let query = CatalogQuery(
    """
    SELECT t.oid, t.typarray, t.typnamespace, t.typname, t.typbasetype,
      pg_catalog.format_type(t.typbasetype, t.typtypmod), t.typnotnull,
      pg_catalog.pg_get_expr(t.typdefaultbin, 0), t.typcollation, b.typcollation
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
    WHERE t.typtype = 'd' AND \(CatalogQuery.isUserNamespace("t.typnamespace"))
    """
  ) { rows, catalog in
    for row in rows { decode(row, &catalog) }
  }

  /// Read after the domains, which they are put into.
  static let checks = CatalogQuery(
    """
    SELECT k.oid, k.contypid, k.conname, pg_catalog.pg_get_expr(k.conbin, 0), k.convalidated
    FROM pg_catalog.pg_constraint k WHERE k.contypid <> 0 AND k.contype = 'c'
    """
  ) { rows, catalog in
    for row in rows {
      let type = CatalogAddress(CatalogID.type, row.oid(1))
      guard let id = catalog.addresses[type], id.kind == .domain else { continue }
      let check = DomainCheck(
        name: Identifier(row.text(2)), expression: catalog.bareExpression(row.text(3)),
        isNotValid: !row.bool(4))
      catalog.domains[row.oid(1)]?.checks.append(check)
      let address = CatalogAddress(CatalogID.constraint, row.oid(0))
      catalog.addresses[address] = id
      catalog.commentTargets[address] = id.part(.check, check.name)
    }
    for (oid, domain) in catalog.domains {
      var domain = domain
      domain.checks.sort { $0.name < $1.name }
      // Its base may be any type of one's own.
      domain.type.object = catalog.baseTypes[oid].flatMap {
        catalog.addresses[CatalogAddress(CatalogID.type, $0)]
      }
      catalog.objects.append(.domain(domain))
    }
    catalog.domains = [:]
  }

  private static func decode(_ row: PostgresRow, _ catalog: inout Catalog) {
    let oid = row.oid(0)
    guard let namespace = catalog.namespaces[row.oid(2)],
      !catalog.isExtensionMember(CatalogID.type, oid)
    else { return }
    let id = ObjectID(.domain, [namespace, Identifier(row.text(3))])
    let type = TypeName(row.text(5))
    var domain = Domain(id: id, type: type, isNullable: !row.bool(6))
    domain.defaultValue = row.optionalText(7).map { catalog.expression($0, type: type) }
    if row.oid(8) != row.oid(9) { domain.collation = catalog.collations[row.oid(8)] }
    catalog.domains[oid] = domain
    catalog.baseTypes[oid] = row.oid(4)
    catalog.addresses[CatalogAddress(CatalogID.type, oid)] = id
    catalog.addresses[CatalogAddress(CatalogID.type, row.oid(1))] = id
  }
}

enum DomainSteps {
  static func create(_ domain: Domain, _ context: PlanContext) -> Step {
    Step(
      .create, domain.id, produces: [domain.id],
      consumes: context.needs(.domain(domain), in: context.to), statements: created(domain))
  }

  static func created(_ domain: Domain) -> [Statement] {
    var sql: SQL = "CREATE DOMAIN \(path: domain.id.path) AS \(domain.type)"
    if let collation = domain.collation { sql += " COLLATE \(CollationName.sql(collation))" }
    if let value = domain.defaultValue { sql += " DEFAULT \(value)" }
    if !domain.isNullable { sql += " NOT NULL" }
    for check in domain.checks where !check.isNotValid { sql += " \(clause(check))" }
    return [Statement(sql)]
      + domain.checks.filter(\.isNotValid).map { added($0, to: domain) }
  }

  static func drop(_ domain: Domain, _ context: PlanContext) -> Step {
    Step(
      .drop, domain.id, destroys: [domain.id],
      releases: context.needs(.domain(domain), in: context.from),
      statements: [Statement("DROP DOMAIN \(path: domain.id.path)", lock: .accessExclusive)])
  }

  /// A domain's type cannot be altered.
  static func mustBeSwapped(_ old: Domain, by new: Domain) -> Bool {
    old.type != new.type || old.collation != new.collation
  }

  static func alter(_ old: Domain, to new: Domain, _ context: PlanContext) -> Step {
    let path = new.id.path
    var statements: [Statement] = []
    func run(_ clause: SQL) {
      statements.append(
        Statement("ALTER DOMAIN \(path: path) \(clause)", lock: .share))
    }
    for check in old.checks where !new.checks.contains(where: { canBecome(check, $0) }) {
      run("DROP CONSTRAINT \(check.name)")
    }
    if old.defaultValue != new.defaultValue {
      if let value = new.defaultValue { run("SET DEFAULT \(value)") } else { run("DROP DEFAULT") }
    }
    if old.isNullable != new.isNullable { run(new.isNullable ? "DROP NOT NULL" : "SET NOT NULL") }
    for check in new.checks {
      if let before = old.checks.first(where: { canBecome($0, check) }) {
        if before.isNotValid, !check.isNotValid { run("VALIDATE CONSTRAINT \(check.name)") }
      } else {
        statements.append(added(check, to: new))
      }
    }
    let needed = Set(context.needs(.domain(new), in: context.to))
    let released = Set(context.needs(.domain(old), in: context.from)).subtracting(needed)
    return Step(
      .alter, new.id, produces: [new.id], consumes: needed.sorted(), releases: released.sorted(),
      statements: statements,
      hazards: [
        Hazard("LK41", "Every table that uses domain \(new.id.name) is read through.")
      ], reversibility: .conditional)
  }

  /// Lets go of the functions that its default and checks call, and takes them up again: columns hold it, so it is
  /// not made anew.
  static func recalled(_ old: Domain, _ new: Domain, _ context: PlanContext) -> [Step] {
    let calls = context.needs(.domain(old), in: context.from).filter { $0.kind == .function }
    let names = Set(calls.compactMap { $0.path.dropLast().last })
    func isCalled(_ text: Expression) -> Bool {
      names.contains { TypeSwap.mentions($0, in: text.text) }
    }
    var bare = old
    bare.checks.removeAll { isCalled($0.expression) }
    if let value = old.defaultValue, isCalled(value) { bare.defaultValue = nil }
    var loosened = alter(old, to: bare, context)
    let loose = ObjectID.milestone("loose", of: old.id)
    (loosened.produces, loosened.consumes, loosened.releases) = ([loose], [], calls)
    loosened.hazards = []
    var tied = alter(bare, to: new, context)
    tied.consumes.append(loose)
    tied.releases = []
    return [loosened, tied].filter { !$0.statements.isEmpty }
  }

  /// Whether a check of this name stays, and is not made anew.
  static func keeps(_ name: Identifier, _ old: Domain, _ new: Domain) -> Bool {
    old.checks.contains { check in
      check.name == name && new.checks.contains { canBecome(check, $0) }
    }
  }

  private static func canBecome(_ old: DomainCheck, _ new: DomainCheck) -> Bool {
    old.name == new.name && old.expression == new.expression
      && (old.isNotValid || !new.isNotValid)
  }

  private static func clause(_ check: DomainCheck) -> SQL {
    "CONSTRAINT \(check.name) CHECK (\(check.expression))"
  }

  private static func added(_ check: DomainCheck, to domain: Domain) -> Statement {
    let validity: SQL = check.isNotValid ? " NOT VALID" : ""
    return Statement(
      "ALTER DOMAIN \(path: domain.id.path) ADD \(clause(check))\(validity)", lock: .share)
  }
}
