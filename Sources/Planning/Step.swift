package import SQLText
package import SchemaModel

/// One statement of a step.
package struct Statement: Hashable, Sendable {
  /// Without the final semicolon.
  package var sql: SQL
  package var lock: LockMode
  /// Whether it may run inside a transaction block.
  package var isTransactional: Bool

  package init(_ sql: SQL, lock: LockMode = .none, isTransactional: Bool = true) {
    self.sql = sql
    self.lock = lock
    self.isTransactional = isTransactional
  }
}

/// One operation of a plan. It says what it touches; the order follows from that.
package struct Step: Hashable, Sendable {
  package enum Operation: String, Hashable, Sendable, Codable {
    case rename, drop, alter, create, rebuild
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

  package init(
    _ operation: Operation, _ subject: ObjectID, produces: [ObjectID] = [],
    consumes: [ObjectID] = [], destroys: [ObjectID] = [], releases: [ObjectID] = [],
    statements: [Statement], hazards: [Hazard] = [], checks: [RowCheck] = [],
    reversibility: Reversibility = .exact
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
  }

  /// The strongest lock of its statements.
  package var lock: LockMode { statements.map(\.lock).max() ?? .none }
  package var isTransactional: Bool { statements.allSatisfy(\.isTransactional) }
}
