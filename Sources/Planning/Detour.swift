import SchemaDiff
package import SchemaModel

/// Two plans in a row, which belong into one transaction.
package struct Detour: Sendable {
  /// The schema that the first reaches and the second begins with; under the names of before.
  private let middle: Schema
  /// What is missing somewhere between the two.
  private let apart: [ObjectID]
  /// Plans both.
  private let dialect: any Dialect

  package init(over middle: Schema, apart: [ObjectID], dialect: any Dialect) {
    self.middle = middle
    self.apart = apart
    self.dialect = dialect
  }

  func plan(
    _ difference: Difference, from: Schema, to: Schema
  ) throws(PlanningError) -> Plan {
    let halves: (Difference, Difference)
    do {
      halves = (
        try Differ.difference(from: from, to: middle, renames: []),
        try Differ.difference(from: middle, to: to, renames: difference.renames)
      )
    } catch {
      throw .invalid(error)
    }
    var steps = try Planner.plan(halves.0, from: from, to: middle, dialect: dialect).steps
    let start = steps.count
    steps += try Planner.plan(halves.1, from: middle, to: to, dialect: dialect).steps
    // From the first that leaves to the last that is back nothing may be committed.
    let marks = apart.map { ObjectID.milestone("in place", of: $0) }
    let places = steps.indices.filter { apart.contains(steps[$0].subject) }
    if let first = places.first, let last = places.last, first < start {
      steps[first].destroys += marks
      steps[last].produces += marks
    }
    return Plan(engine: dialect.engine, steps: steps)
  }
}
