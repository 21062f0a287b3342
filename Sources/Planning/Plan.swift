package import SchemaDiff
package import SchemaModel

/// The ordered steps that carry a difference out.
package struct Plan: Hashable, Sendable {
  package let engine: EngineName
  package var steps: [Step]

  package init(engine: EngineName, steps: [Step]) {
    self.engine = engine
    self.steps = steps
  }

  package var isEmpty: Bool { steps.isEmpty }
  package var hazards: [Hazard] { steps.flatMap(\.hazards) }
}

/// What the plan must be fit for.
package struct PlanStyle: Hashable, Sendable {
  /// Whether tables that are there stay usable, at the price of more statements and transactions.
  package var isOnline: Bool
  /// The oldest server that has to understand it, as the engine counts; nil: the one that was read.
  package var serverVersion: Int?

  package init(isOnline: Bool = true, serverVersion: Int? = nil) {
    self.isOnline = isOnline
    self.serverVersion = serverVersion
  }

  package static let online = PlanStyle()
  package static let plain = PlanStyle(isOnline: false)
}

/// How a plan is written down.
package struct ScriptOptions: Sendable {
  package enum Form: Hashable, Sendable {
    /// Plain SQL with the transactions and pragmas that it needs.
    case sql
    /// For a person with psql or sqlite3: stops at the first error and guards what SQLite only prints.
    case script
  }

  package var form: Form
  /// Hazard codes that are allowed; what loses data and is not allowed is written as a comment.
  package var allowed: Permissions
  /// The `search_path` under which declared texts are meant; PostgreSQL only.
  package var searchPath: [Identifier]

  package init(form: Form = .sql, allowed: Permissions = .none, searchPath: [Identifier] = []) {
    self.form = form
    self.allowed = allowed
    self.searchPath = searchPath
  }
}

/// The hazards that a person has accepted.
package enum Permissions: Hashable, Sendable {
  case none
  case codes(Set<String>)
  case all

  package func allow(_ hazard: Hazard) -> Bool {
    guard hazard.needsPermission else { return true }
    switch self {
    case .none: return false
    case .codes(let codes): return codes.contains(hazard.code)
    case .all: return true
    }
  }

  package func allow(_ step: Step) -> Bool { step.hazards.allSatisfy(allow) }
}

/// What only an engine knows about planning.
package protocol Dialect: Sendable {
  var engine: EngineName { get }
  /// Kinds whose objects are renamed when they differ in name only.
  var kindsRenamedByShape: Set<ObjectKind> { get }
  /// Whether the tokenizer alone says if two texts are the same: the engine keeps texts as they were
  /// written.
  var decidesTexts: Bool { get }
  /// Both sides without what only the versions of their servers make different.
  func aligned(_ from: Schema, _ to: Schema) throws -> (from: Schema, to: Schema)
  /// The steps, in any order; `from` is as it is before the renames of the difference.
  func steps(for difference: Difference, from: Schema, to: Schema) throws(PlanningError) -> [Step]
  /// The way round, where no plan leads straight there; nil nearly always.
  func detour(from: Schema, to: Schema) -> Detour?
  /// The plan cut into what a runner executes together.
  func sections(of plan: Plan) -> [Section]
  /// The whole text: empty for an empty plan.
  func script(_ plan: Plan, options: ScriptOptions) -> String
  /// The statements of a script, split as the engine's own shell splits them.
  func statements(of script: String) throws(ScriptProblem) -> [ScriptStatement]
  /// The words that tell two scripts apart: their tokens, without comments, white space and the case of
  /// keywords.
  func tokens(of script: String) throws(ScriptProblem) -> [String]
}

extension Dialect {
  package func aligned(_ from: Schema, _ to: Schema) throws -> (from: Schema, to: Schema) {
    (from, to)
  }
  package func detour(from: Schema, to: Schema) -> Detour? { nil }
  package func sections(of plan: Plan) -> [Section] { plan.sections() }
}

/// From a difference to a plan.
package enum Planner {
  package static func plan(
    _ difference: Difference, from: Schema, to: Schema, dialect: any Dialect
  ) throws(PlanningError) -> Plan {
    guard !difference.isEmpty else { return Plan(engine: dialect.engine, steps: []) }
    if let detour = dialect.detour(from: from, to: to) {
      return try detour.plan(difference, from: from, to: to)
    }
    let steps = try dialect.steps(for: difference, from: from, to: to)
    return Plan(engine: dialect.engine, steps: try Order.sorted(steps))
  }

  /// The way back: the same with the sides swapped and the renames inverted.
  package static func reverse(
    _ difference: Difference, from: Schema, to: Schema, dialect: any Dialect
  ) throws(PlanningError) -> Plan {
    let back: Difference
    do {
      back = try Differ.difference(
        from: to, to: from, renames: difference.renames.reversed().map(\.inverted))
    } catch {
      throw .invalid(error)
    }
    return try plan(back, from: to, to: from, dialect: dialect)
  }
}
