package import SchemaModel

/// A difference that a rule has accepted.
package struct IgnoredDifference: Hashable, Sendable {
  package let id: ObjectID
  /// The attributes; empty: all of it.
  package let fields: [FieldChange]
  package let rule: IgnoreRule

  package init(id: ObjectID, fields: [FieldChange], rule: IgnoreRule) {
    self.id = id
    self.fields = fields
    self.rule = rule
  }
}

/// Takes what a project has accepted out of a difference.
package struct ObjectFilter: Sendable {
  private let rules: [IgnoreRule]
  private let expired: [IgnoreRule]

  /// Later rules win over earlier ones. `today` is `yyyy-MM-dd`.
  package init(_ rules: [IgnoreRule], today: String) {
    self.rules = rules.filter { !$0.isExpired(on: today) }
    expired = rules.filter { $0.isExpired(on: today) }
  }

  package struct Outcome: Sendable {
    package var changes: [Change]
    package var ignored: [IgnoredDifference]
    /// Rules that have ended although there still is something for them to ignore.
    package var expired: [IgnoreRule]
    /// Rules for which there is nothing to ignore.
    package var unused: [IgnoreRule]
  }

  package func apply(to changes: [Change]) -> Outcome {
    var outcome = Outcome(changes: [], ignored: [], expired: [], unused: [])
    guard !rules.isEmpty || !expired.isEmpty else {
      outcome.changes = changes
      return outcome
    }
    var used: Set<IgnoreRule> = []
    var late: Set<IgnoreRule> = []
    for change in changes {
      if let rule = rule(for: change, attribute: nil, among: rules) {
        used.insert(rule)
        outcome.ignored.append(IgnoredDifference(id: change.id, fields: [], rule: rule))
      } else if let rest = withoutFields(change, &outcome, &used) {
        outcome.changes.append(rest)
        if let rule = anyRule(for: rest) { late.insert(rule) }
      }
    }
    outcome.expired = expired.filter(late.contains)
    outcome.unused = rules.filter { !used.contains($0) }
    return outcome
  }

  /// Whether a pair that nobody could decide is accepted.
  package func ignores(_ id: ObjectID) -> Bool {
    rules.last { $0.attribute == nil && !$0.dropsOnly && $0.verdict(on: id) != nil }?
      .verdict(on: id) ?? false
  }

  /// The change with what is left of its attributes; nil when nothing is.
  private func withoutFields(
    _ change: Change, _ outcome: inout Outcome, _ used: inout Set<IgnoreRule>
  ) -> Change? {
    guard case .alter(let alteration) = change else { return change }
    var kept: [FieldChange] = []
    for field in alteration.fields {
      guard let rule = rule(for: change, attribute: field.name, among: rules) else {
        kept.append(field)
        continue
      }
      used.insert(rule)
      outcome.ignored.append(IgnoredDifference(id: change.id, fields: [field], rule: rule))
    }
    if kept.count == alteration.fields.count { return change }
    return kept.isEmpty
      ? nil : .alter(Alteration(from: alteration.from, to: alteration.to, fields: kept))
  }

  private func anyRule(for change: Change) -> IgnoreRule? {
    if let rule = rule(for: change, attribute: nil, among: expired) { return rule }
    guard case .alter(let alteration) = change else { return nil }
    return alteration.fields.lazy.compactMap {
      rule(for: change, attribute: $0.name, among: expired)
    }.first
  }

  private func rule(
    for change: Change, attribute: String?, among rules: [IgnoreRule]
  ) -> IgnoreRule? {
    var found: IgnoreRule?
    for rule in rules where rule.attribute == attribute {
      if rule.dropsOnly {
        guard case .drop = change else { continue }
      }
      switch rule.verdict(on: change.id) {
      case true?: found = rule
      case false?: found = nil
      case nil: continue
      }
    }
    return found
  }
}

extension IgnoreRule {
  /// Tables in which other tools keep their history: nobody declares those.
  package static let historyTables: [IgnoreRule] = [
    ("flyway_schema_history", "Flyway"), ("schema_version", "Flyway"),
    ("alembic_version", "Alembic"), ("databasechangelog", "Liquibase"),
    ("databasechangeloglock", "Liquibase"),
    ("schema_migrations", "Rails, golang-migrate or dbmate"),
    ("ar_internal_metadata", "Rails"), ("goose_db_version", "goose"),
    ("__diesel_schema_migrations", "Diesel"), ("knex_migrations", "Knex"),
    ("knex_migrations_lock", "Knex"), ("django_migrations", "Django"),
    ("_prisma_migrations", "Prisma"), ("__EFMigrationsHistory", "EF Core"),
    ("__drizzle_migrations", "Drizzle"), ("atlas_schema_revisions", "Atlas"),
    ("_sqlx_migrations", "SQLx"), ("refinery_schema_history", "Refinery"),
    ("gorp_migrations", "sql-migrate"), ("grdb_migrations", "GRDB"),
  ].flatMap { name, tool in
    // A serial key brings its sequence along.
    [(ObjectKind.table, name), (.sequence, "\(name)_*_seq")].map { kind, pattern in
      IgnoreRule(
        kind: kind, patterns: [pattern], dropsOnly: true, reason: "the history of \(tool)",
        place: "built in")
    }
  }
}
