import Planning
import SQLText
import SchemaModel

enum EnumSteps {
  static func create(_ type: EnumType) -> Step {
    Step(
      .create, type.id, produces: [type.id], consumes: type.requires, statements: [created(type)])
  }

  static func drop(_ type: EnumType) -> Step {
    Step(
      .drop, type.id, destroys: [type.id], releases: type.requires,
      statements: [Statement("DROP TYPE \(path: type.id.path)", lock: .accessExclusive)])
  }

  static func alter(
    _ old: EnumType, to new: EnumType, _ context: PlanContext, rebuilt: Set<ObjectID>
  ) -> [Step] {
    if let additions = additions(from: old, to: new) {
      return [
        Step(
          .alter, new.id, produces: [new.id], statements: additions,
          reversibility: .conditional)
      ]
    }
    let swap = TypeSwap(context: context, rebuilt: rebuilt)
    var step = swap.step(new.id, made: [created(new)], dropping: "TYPE")
    let gone = Set(old.values).subtracting(new.values)
    if !gone.isEmpty {
      step.hazards.append(
        Hazard(
          "DL08",
          "Rows that hold \(gone.sorted().map { Quoting.literal($0.string) }.joined(separator: ", ")) "
            + "stop the change of enum \(new.id.name); they have to be given another value first.",
          needsPermission: true))
    }
    return [step]
  }

  /// The `ADD VALUE` statements that suffice, or nil where values go or change places.
  ///
  /// A value that was added cannot be used before its transaction ends, so these stand outside of one.
  static func additions(from old: EnumType, to new: EnumType) -> [Statement]? {
    let present = Set(old.values)
    guard new.values.filter(present.contains) == old.values else { return nil }
    var statements: [Statement] = []
    var last: ExactText?
    for (index, value) in new.values.enumerated() {
      defer { last = value }
      if present.contains(value) { continue }
      var sql: SQL = "ALTER TYPE \(path: new.id.path) ADD VALUE \(literal: value.string)"
      if let last, new.values[(index + 1)...].contains(where: present.contains) {
        sql += " AFTER \(literal: last.string)"
      } else if last == nil, let first = old.values.first {
        sql += " BEFORE \(literal: first.string)"
      }
      statements.append(Statement(sql, isTransactional: false))
    }
    return statements
  }

  private static func created(_ type: EnumType) -> Statement {
    let values = type.values.map { value -> SQL in "\(literal: value.string)" }
    return Statement("CREATE TYPE \(path: type.id.path) AS ENUM (\(values.joined(", ")))")
  }
}
