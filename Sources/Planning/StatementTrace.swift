package import SchemaModel

/// A relation as a trace found it in the catalog.
package struct TracedRelation: Hashable, Sendable, Comparable {
  package enum Kind: String, Hashable, Sendable {
    case table, index, view, sequence
    case materializedView = "materialized view"
    case other = "relation"
  }

  package let schema: Identifier
  package let name: Identifier
  package let kind: Kind

  package init(schema: Identifier, name: Identifier, kind: Kind) {
    self.schema = schema
    self.name = name
    self.kind = kind
  }

  package static func < (left: TracedRelation, right: TracedRelation) -> Bool {
    left.schema == right.schema ? left.name < right.name : left.schema < right.schema
  }
}

/// What one statement really did on a scratch database, to relations that were there before it.
package struct StatementTrace: Hashable, Sendable {
  /// The strongest lock that it took on each; awaited ones count.
  package var locks: [TracedRelation: LockMode] = [:]
  /// Written anew: another file holds their rows.
  package var rewritten: Set<TracedRelation> = []
  /// Read as a whole, index builds left out.
  package var scanned: Set<TracedRelation> = []
  /// Tables of which indexes were built.
  package var indexed: Set<TracedRelation> = []
  /// What the server said when it failed.
  package var failure: String?

  package init() {}

  package var strongest: LockMode { locks.values.max() ?? .none }
}

/// A statement to be traced.
package struct TraceStep: Hashable, Sendable {
  package enum Role: Hashable, Sendable {
    /// Runs in a transaction.
    case transactional
    /// Runs outside of one; these are the relations that others hold meanwhile, so that it can be watched.
    case alone(watching: [[Identifier]])
    case begin, commit, rollback
  }

  package let sql: String
  package let role: Role

  package init(_ sql: String, role: Role) {
    self.sql = sql
    self.role = role
  }
}

/// Statements that a runner runs in one go.
package struct TraceUnit: Hashable, Sendable {
  /// Whether the runner makes a transaction around them.
  package let isTransaction: Bool
  package let steps: [TraceStep]

  package init(isTransaction: Bool, steps: [TraceStep]) {
    self.isTransaction = isTransaction
    self.steps = steps
  }
}

/// Runs migrations on a throw-away database and watches them.
package protocol MigrationTracer {
  /// `base` is built and `before` is run first; then each step of `units` is watched. The answer has one
  /// entry a step, nil for what was not run because a step before it failed.
  mutating func trace(
    base: Schema?, before: [TraceUnit], units: [TraceUnit]
  ) throws -> [StatementTrace?]
}
