import Planning
import SQLText
import SchemaModel

/// Defaults that call a function which has to be made again, or gives place to another that their text means then:
/// taken off before, put back after.
enum DefaultSteps {
  static func steps(_ context: PlanContext, rebuilt: Set<ObjectID>) -> [Step] {
    var steps: [Step] = []
    var seen: Set<ObjectID> = []
    let functions = rebuilt.union(context.dropped).filter { $0.kind == .function }
    for function in functions.sorted() {
      for id in context.dependents[function] ?? [] where seen.insert(id).inserted {
        guard case .column(let old)? = context.from[id], case .column(let new)? = context.to[id],
          rebuilt.contains(function) || old.defaultValue == new.defaultValue,
          let step = taken(off: id, context)
        else { continue }
        steps.append(step)
        // A changed default is set by the column's own step.
        guard let value = new.defaultValue, value == old.defaultValue else { continue }
        steps.append(
          Step(
            .alter, id, consumes: context.needs(.column(new), in: context.to),
            statements: [statement(id, "SET DEFAULT \(value)")]))
      }
    }
    return steps
  }

  /// Nil where the column has none.
  static func taken(off id: ObjectID, _ context: PlanContext) -> Step? {
    guard case .column(let old)? = context.from[id], old.generation == nil,
      old.defaultValue != nil
    else { return nil }
    return Step(
      .alter, id, releases: context.from.dependencies[id] ?? [],
      statements: [statement(id, "DROP DEFAULT")])
  }

  private static func statement(_ id: ObjectID, _ clause: SQL) -> Statement {
    Statement(
      "ALTER TABLE \(path: id.relationPath) ALTER COLUMN \(id.name) \(clause)",
      lock: .accessExclusive)
  }
}
