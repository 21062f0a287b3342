import Planning
import SQLText
import SchemaModel

/// Puts new types under the names of old ones that cannot be altered, and moves every column over: a type
/// together with the domains, composite types and ranges that are made of it.
struct TypeSwap {
  private let context: PlanContext
  private let rebuilt: Set<ObjectID>
  /// In an order in which they can be made.
  private let members: [ObjectID]

  static func steps(
    of types: Set<ObjectID>, rebuilt: Set<ObjectID>, _ context: PlanContext
  ) throws(PlanningError) -> [Step] {
    var steps: [Step] = []
    var left = types
    while let root = left.min() {
      let members = cluster(of: root, in: types, context)
      left.subtract(members)
      let swap = TypeSwap(
        context: context, rebuilt: rebuilt, members: ordered(members, context))
      steps.append(try swap.step())
    }
    return steps
  }

  /// All that lean on each other.
  private static func cluster(
    of root: ObjectID, in types: Set<ObjectID>, _ context: PlanContext
  ) -> Set<ObjectID> {
    var members: Set<ObjectID> = [root]
    var isGrown = true
    while isGrown {
      isGrown = false
      for type in types where !members.contains(type) {
        let needed = needs(type, context)
        if needed.contains(where: members.contains)
          || members.contains(where: { needs($0, context).contains(type) })
        {
          members.insert(type)
          isGrown = true
        }
      }
    }
    return members
  }

  private static func needs(_ type: ObjectID, _ context: PlanContext) -> [ObjectID] {
    [context.from, context.to].flatMap { schema in
      (schema[type]?.requires ?? []) + (schema.dependencies[type] ?? [])
    }
  }

  private static func ordered(_ members: Set<ObjectID>, _ context: PlanContext) -> [ObjectID] {
    var order: [ObjectID] = []
    var waiting = members.sorted()
    while !waiting.isEmpty {
      let next =
        waiting.firstIndex { type in
          !needs(type, context).contains { $0 != type && waiting.contains($0) }
        } ?? 0
      order.append(waiting.remove(at: next))
    }
    return order
  }

  private func step() throws(PlanningError) -> Step {
    var statements: [Statement] = []
    // The functions of a range are told by their arguments: before those have other names.
    for id in members where id.kind == .rangeType {
      statements.append(renamed(id))
      statements += made(id).dropLast()
    }
    statements += members.filter { $0.kind != .rangeType }.map(renamed)
    for id in members {
      statements += id.kind == .rangeType ? Array(made(id).suffix(1)) : made(id)
    }
    let columns = try movedColumns()
    for (column, _) in columns where column.defaultValue != nil {
      statements.append(altered(column, "DROP DEFAULT"))
    }
    // All of a table at once: it is written anew only once.
    var conversions: [(table: [Identifier], clauses: [SQL])] = []
    for (column, wanted) in columns where !column.isInherited {
      let conversion = try conversion(of: column, to: wanted.type)
      let clause: SQL = "ALTER COLUMN \(column.id.name) TYPE \(wanted.type) USING \(conversion)"
      let path = column.id.relationPath
      if let place = conversions.firstIndex(where: { $0.table == path }) {
        conversions[place].clauses.append(clause)
      } else {
        conversions.append((path, [clause]))
      }
    }
    statements += conversions.map { table, clauses in
      Statement(
        "ALTER TABLE \(path: table) \(clauses.joined(", "))", lock: .accessExclusive)
    }
    for (column, wanted) in columns where column.defaultValue != nil {
      if let value = wanted.defaultValue {
        statements.append(altered(column, "SET DEFAULT \(value)"))
      }
    }
    for id in members.reversed() {
      statements.append(
        Statement(
          "DROP \(TypeSwap.word(id)) \(path: [id.path[0], aside(id)])", lock: .accessExclusive))
    }
    let touched = columns.map(\.old.id)
    let own = Set(members + touched)
    let needed = members.flatMap { id in
      context.to[id].map { context.needs($0, in: context.to) } ?? []
    }
    // The columns are destroyed and produced too, so that their views are out of the way.
    return Step(
      .alter, members[0], produces: members + touched,
      consumes: Set(needed).subtracting(own).sorted(), destroys: members + touched,
      statements: statements, hazards: hazards(), reversibility: .conditional)
  }

  /// Those of parents first: what children say of an inherited column is said again after that.
  private func movedColumns() throws(PlanningError) -> [(old: Column, new: Column)] {
    var found: [(old: Column, new: Column)] = []
    for object in context.from.objects(of: .column) {
      guard case .column(let column) = object, let type = column.type.object,
        members.contains(type), case .column(let wanted)? = context.to[column.id],
        wanted.type == column.type, !rebuilt.contains(column.id)
      else { continue }
      if case .table(let table)? = context.from[column.id.table], let key = table.partitionKey,
        TypeSwap.mentions(column.id.name, in: key.string)
      {
        throw .unsupported(
          type,
          "table \(table.id.name) is partitioned by column \(column.id.name) of this type, and "
            + "PostgreSQL changes no type of such a column")
      }
      found.append((column, wanted))
    }
    return found.filter { !$0.old.isInherited } + found.filter(\.old.isInherited)
  }

  /// Whether a partition key speaks of the column.
  static func mentions(_ name: Identifier, in text: String) -> Bool {
    let tokens = (try? Lexer.tokens(of: text, rules: .postgresql)) ?? []
    return tokens.contains {
      ($0.kind == .word || $0.kind == .quotedName) && PostgresSyntax().identifier($0) == name
    }
  }

  private func altered(_ column: Column, _ clause: SQL) -> Statement {
    Statement(
      "ALTER TABLE \(path: column.id.relationPath) ALTER COLUMN \(column.id.name) \(clause)",
      lock: .accessExclusive)
  }

  // MARK: - Types

  private static func word(_ id: ObjectID) -> SQL { id.kind == .domain ? "DOMAIN" : "TYPE" }

  private func renamed(_ id: ObjectID) -> Statement {
    Statement(
      "ALTER \(TypeSwap.word(id)) \(path: id.path) RENAME TO \(aside(id))", lock: .accessExclusive)
  }

  private func aside(_ id: ObjectID) -> Identifier {
    Identifier(String(decoding: id.name.raw.utf8.prefix(50), as: UTF8.self) + "__kedge")
  }

  private func made(_ id: ObjectID) -> [Statement] {
    switch (context.from[id], context.to[id]) {
    case (_, .enumType(let type)?): [EnumSteps.created(type)]
    case (_, .domain(let domain)?): DomainSteps.created(domain)
    case (_, .compositeType(let type)?): [CompositeTypeSteps.created(type)]
    case (.defined(let old)?, .defined(let new)?): RangeTypeKind.replacing(old, by: new)
    default: []
    }
  }

  /// Through the text, which stays the same; attribute by attribute where a composite type changes its shape.
  private func conversion(of column: Column, to type: TypeName) throws(PlanningError) -> SQL {
    let name = column.id.name
    let isArray = column.type.canonical.string.hasSuffix("[]")
    if let id = column.type.object, case .compositeType(let old)? = context.from[id],
      case .compositeType(let new)? = context.to[id], old.attributes != new.attributes
    {
      guard !isArray else {
        throw .unsupported(
          id,
          "column \(column.id.table.name).\(name) is an array of it, whose values no expression "
            + "can turn into the new ones; move them by hand")
      }
      return composite(name, from: old, to: new)
    }
    return "\(name)::\(isArray ? "text[]" : "text")::\(type)"
  }

  private func composite(_ name: Identifier, from old: CompositeType, to new: CompositeType) -> SQL
  {
    let values = new.attributes.map { attribute -> SQL in
      guard let before = old.attributes.first(where: { $0.name == attribute.name }) else {
        return "NULL"
      }
      let isSwapped = before.type.object.map(members.contains) ?? false
      if before.type == attribute.type, !isSwapped { return "(\(name)).\(attribute.name)" }
      let through: SQL = before.type.canonical.string.hasSuffix("[]") ? "text[]" : "text"
      return "((\(name)).\(attribute.name))::\(through)::\(attribute.type)"
    }
    return """
      CASE WHEN \(name) IS DISTINCT FROM NULL THEN ROW(\(values.joined(", ")))::\(path: new.id.path) END
      """
  }

  private func hazards() -> [Hazard] {
    var hazards = [
      Hazard(
        "LK17", "Every table with a column of type \(members[0].name) is rewritten.")
    ]
    for id in members {
      guard case .enumType(let old)? = context.from[id], case .enumType(let new)? = context.to[id]
      else { continue }
      let renamed = EnumSteps.renamed(old, by: EnumSteps.renames(from: old, to: new, context))
      let gone = Set(renamed.values).subtracting(new.values).sorted()
      if gone.isEmpty { continue }
      hazards.append(
        Hazard(
          "DL08",
          "Rows that hold \(gone.map { Quoting.literal($0.string) }.joined(separator: ", ")) "
            + "stop the change of enum \(new.id.name); they have to be given another value first.",
          needsPermission: true))
    }
    return hazards
  }
}
