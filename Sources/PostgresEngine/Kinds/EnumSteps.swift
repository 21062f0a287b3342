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
    _ old: EnumType, to new: EnumType, _ context: PlanContext
  ) -> [Step] {
    let renames = renames(from: old, to: new, context)
    var steps = renames.map { value, name in
      // An alteration like any other: what uses the new value comes after.
      Step(
        .rename, new.id,
        statements: [
          Statement(
            "ALTER TYPE \(path: new.id.path) RENAME VALUE \(literal: value.string) TO \(literal: name.string)",
            lock: .shareUpdateExclusive)
        ], hazards: [Hazard("BC04", "Programs that use \(value.string) of \(new.id.name) fail.")])
    }
    let old = renamed(old, by: renames)
    if let additions = additions(from: old, to: new) {
      if !additions.isEmpty {
        steps.append(
          Step(
            .alter, new.id, produces: [new.id], statements: additions,
            reversibility: .conditional, stage: context.isOnline ? .early : .main))
      }
      return steps
    }
    // The swap of the type is planned with whatever else is made of it.
    return steps
  }

  /// Whether values go or change places.
  static func mustBeSwapped(_ old: EnumType, by new: EnumType, _ context: PlanContext) -> Bool {
    additions(from: renamed(old, by: renames(from: old, to: new, context)), to: new) == nil
  }

  /// Values under new names, as either side's `renamed_from` tells.
  static func renames(
    from old: EnumType, to new: EnumType, _ context: PlanContext
  ) -> [(ExactText, ExactText)] {
    var renames: [(ExactText, ExactText)] = []
    for value in new.values where !old.values.contains(value) {
      let names = context.to.renamedFrom[part(new, value)] ?? []
      if let name = names.map({ ExactText($0.raw) }).first(where: {
        old.values.contains($0) && !new.values.contains($0)
      }) {
        renames.append((name, value))
      }
    }
    for value in old.values where !new.values.contains(value) {
      let names = context.from.renamedFrom[part(old, value)] ?? []
      if let name = names.map({ ExactText($0.raw) }).first(where: {
        new.values.contains($0) && !old.values.contains($0)
      }), !renames.contains(where: { $0.0 == value || $0.1 == name }) {
        renames.append((value, name))
      }
    }
    return renames
  }

  /// The type as it is after the renames.
  static func renamed(_ type: EnumType, by renames: [(ExactText, ExactText)]) -> EnumType {
    var type = type
    for (value, name) in renames {
      type.values = type.values.map { $0 == value ? name : $0 }
    }
    return type
  }

  private static func part(_ type: EnumType, _ value: ExactText) -> ObjectID {
    ObjectID(.enumType, type.id.path + [Identifier(value.string)])
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

  static func created(_ type: EnumType) -> Statement {
    let values = type.values.map { value -> SQL in "\(literal: value.string)" }
    return Statement("CREATE TYPE \(path: type.id.path) AS ENUM (\(values.joined(", ")))")
  }
}
