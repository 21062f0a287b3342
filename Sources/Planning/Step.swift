package import SQLText
package import SchemaModel

/// What a statement does with the rows that are there, while it holds its lock.
package enum Work: String, Hashable, Sendable, Codable, Comparable, CaseIterable {
  /// It changes the catalogs alone.
  case metadata = "metadata only"
  /// It reads every row.
  case scan
  /// It builds an index.
  case build = "index build"
  /// It writes every row.
  case rewrite

  package static func < (left: Work, right: Work) -> Bool {
    Work.allCases.firstIndex(of: left) ?? 0 < Work.allCases.firstIndex(of: right) ?? 0
  }
}

/// One statement of a step.
package struct Statement: Hashable, Sendable {
  /// Without the final semicolon.
  package var sql: SQL
  package var lock: LockMode
  /// What is locked; empty: what the step is about.
  package var locked: [ObjectID]
  package var work: Work
  /// Whether it may run inside a transaction block.
  package var isTransactional: Bool

  package init(
    _ sql: SQL, lock: LockMode = .none, on locked: [ObjectID] = [], work: Work = .metadata,
    isTransactional: Bool = true
  ) {
    self.sql = sql
    self.lock = lock
    self.locked = locked
    self.work = work
    self.isTransactional = isTransactional
  }
}

/// One operation of a plan. It says what it touches; the order follows from that.
package struct Step: Hashable, Sendable {
  package enum Operation: String, Hashable, Sendable, Codable {
    case rename, drop, alter, create, rebuild
  }

  /// When a step is best carried out, as far as what it needs lets it.
  package enum Stage: Int, Hashable, Sendable, CaseIterable {
    /// Before the transactions: what takes long and is in nobody's way.
    case early
    case main
    /// After them: what takes long and waits for them, and what is no longer needed.
    case late
  }

  package var operation: Operation
  /// What the step is about, for reports and as the tie-breaker of the order.
  package var subject: ObjectID
  /// What exists (in its new form) once the step is done.
  package var produces: [ObjectID]
  /// What must exist, in its final form, before the step.
  package var consumes: [ObjectID]
  /// What is gone, or no longer in its old form, once the step is done.
  package var destroys: [ObjectID]
  /// What the step stops needing: it must run before whatever destroys these.
  package var releases: [ObjectID]
  package var statements: [Statement]
  package var hazards: [Hazard]
  /// What the rows that are there must not say, so that the step works and keeps them.
  package var checks: [RowCheck]
  package var reversibility: Reversibility
  /// What it locks, where more is known than its statements say; without sizes.
  package var claims: [Impact]?
  /// How large the relations are that it locks, where a live database was asked.
  package var sizes: [ObjectID: RelationSize] = [:]
  package var stage: Stage
  /// Whether it shares its transaction with no other step, since it takes long.
  package var isAlone: Bool

  package init(
    _ operation: Operation, _ subject: ObjectID, produces: [ObjectID] = [],
    consumes: [ObjectID] = [], destroys: [ObjectID] = [], releases: [ObjectID] = [],
    statements: [Statement], hazards: [Hazard] = [], checks: [RowCheck] = [],
    reversibility: Reversibility = .exact, stage: Stage = .main, isAlone: Bool = false
  ) {
    self.operation = operation
    self.subject = subject
    self.produces = produces
    self.consumes = consumes
    self.destroys = destroys
    self.releases = releases
    self.statements = statements
    self.hazards = hazards
    self.checks = checks
    self.reversibility = reversibility
    self.stage = stage
    self.isAlone = isAlone
  }

  /// The strongest lock of its statements.
  package var lock: LockMode { statements.map(\.lock).max() ?? .none }
  package var isTransactional: Bool { statements.allSatisfy(\.isTransactional) }
  package var work: Work { statements.map(\.work).max() ?? .metadata }
}

extension ObjectID {
  /// A point that the steps of one object pass: no object, but something that steps can wait for.
  package static func milestone(_ name: String, of id: ObjectID) -> ObjectID {
    ObjectID(.owner, [Identifier("kedge " + name), Identifier(id.kind.rawValue)] + id.path)
  }
}
