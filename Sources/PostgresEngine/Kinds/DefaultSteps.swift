import Planning
import SQLText
import SchemaModel

/// Defaults that call a function which has to be made again: taken off before, put back after.
enum DefaultSteps {
  static func steps(_ context: PlanContext, rebuilt: Set<ObjectID>) -> [Step] {
    var steps: [Step] = []
    var seen: Set<ObjectID> = []
    for function in rebuilt.sorted() where function.kind == .function {
      for id in context.dependents[function] ?? [] where seen.insert(id).inserted {
        guard case .column(let old)? = context.from[id], case .column(let new)? = context.to[id],
          old.generation == nil, old.defaultValue != nil
        else { continue }
        steps.append(
          Step(
            .alter, id, releases: context.from.dependencies[id] ?? [],
            statements: [statement(id, "DROP DEFAULT")]))
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

  private static func statement(_ id: ObjectID, _ clause: SQL) -> Statement {
    Statement(
      "ALTER TABLE \(path: id.relationPath) ALTER COLUMN \(id.name) \(clause)",
      lock: .accessExclusive)
  }
}
