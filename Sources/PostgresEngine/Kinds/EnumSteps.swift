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
    return [swap(old, by: new, context, rebuilt: rebuilt)]
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

  /// A new type under the old name, and every column moved over to it.
  private static func swap(
    _ old: EnumType, by new: EnumType, _ context: PlanContext, rebuilt: Set<ObjectID>
  ) -> Step {
    let aside = Identifier(
      String(decoding: new.id.name.raw.utf8.prefix(50), as: UTF8.self) + "__kedge")
    var statements: [Statement] = [
      Statement("ALTER TYPE \(path: new.id.path) RENAME TO \(aside)", lock: .accessExclusive),
      created(new),
    ]
    var touched: [ObjectID] = []
    for object in context.from.objects(of: .column) {
      guard case .column(let column) = object, column.type.object == new.id,
        case .column(let wanted)? = context.to[column.id], wanted.type == column.type,
        !rebuilt.contains(column.id)
      else { continue }
      touched.append(column.id)
      statements += moved(column, to: wanted)
    }
    statements.append(
      Statement("DROP TYPE \(path: [new.id.path[0], aside])", lock: .accessExclusive))
    let gone = Set(old.values).subtracting(new.values)
    let hazards =
      gone.isEmpty
      ? []
      : [
        Hazard(
          "DL08",
          "Rows that hold \(gone.sorted().map { Quoting.literal($0.string) }.joined(separator: ", ")) "
            + "stop the change of enum \(new.id.name); they have to be given another value first.",
          needsPermission: true)
      ]
    // The columns are destroyed and produced too, so that their views are out of the way.
    return Step(
      .alter, new.id, produces: [new.id] + touched, destroys: [new.id] + touched,
      statements: statements,
      hazards: hazards
        + [Hazard("LK17", "Every table with a column of enum \(new.id.name) is rewritten.")],
      reversibility: .conditional)
  }

  /// The default goes first: it is a constant of the old type.
  private static func moved(_ column: Column, to wanted: Column) -> [Statement] {
    let table = column.id.relationPath
    let name = column.id.name
    let isArray = column.type.canonical.string.hasSuffix("[]")
    let through: SQL = isArray ? "text[]" : "text"
    var statements: [Statement] = []
    if column.defaultValue != nil {
      statements.append(
        Statement(
          "ALTER TABLE \(path: table) ALTER COLUMN \(name) DROP DEFAULT", lock: .accessExclusive))
    }
    statements.append(
      Statement(
        """
        ALTER TABLE \(path: table) ALTER COLUMN \(name) TYPE \(wanted.type) \
        USING \(name)::\(through)::\(wanted.type)
        """, lock: .accessExclusive))
    if let value = wanted.defaultValue, column.defaultValue != nil {
      statements.append(
        Statement(
          "ALTER TABLE \(path: table) ALTER COLUMN \(name) SET DEFAULT \(value)",
          lock: .accessExclusive))
    }
    return statements
  }
}
