import Planning
import SQLText
import SchemaModel

enum TableSteps {
  /// `inTwo`: what calls functions comes when the table, which these need, is there.
  static func create(
    _ table: Table, parts: [SchemaObject], _ context: PlanContext, inTwo: Bool
  ) -> [Step] {
    var inside: [SchemaObject] = []
    var later: [Step] = []
    var keys: Set<[Field]> = []
    for part in parts {
      // Of keys that say the same CREATE TABLE would make one.
      if let shape = keyShape(part), !keys.insert(shape).inserted {
        later.append(ConstraintSteps.add(part, context))
        continue
      }
      let waits = inTwo && calls(part, context.to, context)
      // CREATE TABLE would take a NOT VALID constraint for valid.
      if case .check(let check) = part,
        check.isNotValid || waits || PlanContext.waitsForTable(part, table.id, in: context.to)
      {
        later.append(ConstraintSteps.add(part, context))
      } else if case .column(let column) = part, column.isInherited {
        later += overriding(column, of: table, context)
      } else if case .column(var column) = part, waits, let value = column.defaultValue {
        column.defaultValue = nil
        inside.append(.column(column))
        later.append(defaulting(part, "SET DEFAULT \(value)", consumes: context))
      } else {
        inside.append(part)
      }
    }
    let joins = Inheritance.joinsAfterwards(table, parts, context)
    var lines: [SQL] = []
    for column in ordered(inside, by: table.columnOrder ?? []) {
      if let line = ColumnSteps.line(column, in: table) { lines.append("    " + line) }
    }
    for part in inside {
      if let clause = ConstraintSteps.definition(part) {
        lines.append("    CONSTRAINT \(part.id.name) " + clause)
      }
    }
    let kind: SQL =
      table.server != nil
      ? "CREATE FOREIGN TABLE" : table.isUnlogged ? "CREATE UNLOGGED TABLE" : "CREATE TABLE"
    var sql: SQL = "\(kind) \(path: table.id.path)"
    if let bound = table.partitionBound, let parent = table.parents.first {
      sql += " PARTITION OF \(path: parent.path)"
      if !lines.isEmpty { sql += " (\n\(lines.joined(",\n"))\n)" }
      sql += " \(.verbatim(bound.string))"
    } else if let type = table.type {
      sql += " OF \(path: type.path)"
      if !lines.isEmpty { sql += " (\n\(lines.joined(",\n"))\n)" }
    } else {
      sql += lines.isEmpty ? " ()" : " (\n\(lines.joined(",\n"))\n)"
      if !table.parents.isEmpty, !joins {
        let parents = table.parents.map { parent -> SQL in "\(path: parent.path)" }
        sql += " INHERITS (\(parents.joined(", ")))"
      }
    }
    if let server = table.server {
      sql += " SERVER \(server)\(ServerOptions.clause(table.serverOptions))"
    }
    if let key = table.partitionKey { sql += " PARTITION BY \(.verbatim(key.string))" }
    if let method = table.accessMethod { sql += " USING \(method)" }
    if !table.storageParameters.isEmpty {
      let sorted = ordered(table.storageParameters, by: table.parameterOrder)
      sql += " WITH (\(parameters(sorted)))"
    }
    if let space = table.tablespace { sql += " TABLESPACE \(space)" }
    let own = Set([table.id] + inside.map(\.id))
    var needed = context.needs(.table(table), in: context.to)
    for part in inside {
      let isCut = inTwo && part.kind == .column && calls(part, context.to, context)
      needed += isCut ? part.requires : context.needs(part, in: context.to)
    }
    let step = Step(
      .create, table.id, produces: own.sorted() + bounds(of: table),
      consumes: Set(needed).subtracting(own).sorted(),
      statements: [creation(sql, of: table, context)]
        + (joins ? joined(from: Table(id: table.id), to: table) : [])
        + rowSecurity(from: Table(id: table.id), to: table).map {
          Statement($0.sql)
        } + inside.flatMap { completion($0, context) },
      reversibility: table.server == nil ? .exactUntilWritten : .exact)
    return [step] + later
  }

  /// A partition locks the parent that is there already.
  private static func creation(_ sql: SQL, of table: Table, _ context: PlanContext) -> Statement {
    guard table.partitionBound != nil, let parent = table.parents.first,
      context.from.contains(parent), context.to.contains(parent)
    else { return Statement(sql) }
    return Statement(sql, lock: .accessExclusive, on: [parent])
  }

  private static func keyShape(_ part: SchemaObject) -> [Field]? {
    switch part {
    case .primaryKey(let key):
      [Field("columns", key.columns.map(\.name)), Field("include", key.include)]
    case .unique(let key):
      [Field("columns", key.columns.map(\.name)), Field("include", key.include)]
    default: nil
    }
  }

  /// What the new table says of a column that it has from a parent.
  private static func overriding(
    _ column: Column, of table: Table, _ context: PlanContext
  ) -> [Step] {
    let models = table.parents.lazy.compactMap {
      Inheritance.effective($0.part(.column, column.id.name), in: context.to)
    }
    guard let model = models.first else { return [] }
    var present = Inheritance.inheritable(model, by: column.id)
    present.isInherited = true
    guard var step = try? ColumnSteps.alter(present, to: column, context).first else { return [] }
    step.produces = [column.id]
    step.destroys = []
    step.consumes.append(table.id)
    return step.statements.isEmpty ? [] : [step]
  }

  /// What CREATE TABLE has no words for.
  private static func completion(_ part: SchemaObject, _ context: PlanContext) -> [Statement] {
    guard case .column(let column) = part else { return [] }
    return ColumnSteps.completion(column, context)
  }

  private static func calls(
    _ part: SchemaObject, _ schema: Schema, _ context: PlanContext
  ) -> Bool {
    guard part.kind == .check || part.kind == .column else { return false }
    return context.needs(part, in: schema).contains { $0.kind == .function }
  }

  private static func defaulting(
    _ column: SchemaObject, _ clause: SQL, consumes context: PlanContext
  ) -> Step {
    Step(
      .alter, column.id, consumes: context.needs(column, in: context.to) + [column.id],
      statements: [
        Statement(
          "ALTER TABLE \(path: column.id.relationPath) ALTER COLUMN \(column.id.name) \(clause)")
      ])
  }

  static func drop(
    _ table: Table, parts: [SchemaObject], _ context: PlanContext, inTwo: Bool
  ) -> [Step] {
    var steps: [Step] = []
    var own = Set([table.id])
    var needed = context.needs(.table(table), in: context.from)
    for part in parts {
      own.insert(part.id)
      // Tables that point at each other, or a table whose partitions it points at, can only go once the pointers
      // are gone.
      if case .foreignKey(let key) = part, context.dropped.contains(key.referencedTable),
        key.referencedTable == table.id
          ? context.children[table.id] != nil : pointsBack(key, context)
      {
        steps.append(ConstraintSteps.drop(part, context))
        continue
      }
      if case .check = part, PlanContext.waitsForTable(part, table.id, in: context.from) {
        steps.append(ConstraintSteps.drop(part, context))
        continue
      }
      // A rule that writes to a child holds it, which goes before its parent.
      if case .rule(let rule) = part,
        !Set(context.descendants(of: table.id)).isDisjoint(
          with: context.needs(part, in: context.from))
      {
        steps.append(RuleSteps.drop(rule, context))
        continue
      }
      if inTwo, calls(part, context.from, context) {
        if part.kind == .check {
          steps.append(ConstraintSteps.drop(part, context))
          continue
        }
        if case .column(let column) = part, column.defaultValue != nil {
          steps.append(
            Step(
              .alter, part.id, releases: context.needs(part, in: context.from) + [part.id],
              statements: [
                Statement(
                  "ALTER TABLE \(path: table.id.path) ALTER COLUMN \(part.id.name) DROP DEFAULT",
                  lock: .accessExclusive)
              ]))
          needed += part.requires
          continue
        }
      }
      needed += context.holds(part)
    }
    let step = Step(
      .drop, table.id, destroys: own.sorted(), releases: Set(needed).subtracting(own).sorted(),
      statements: [
        Statement(
          "DROP \(table.server == nil ? "" : "FOREIGN ")TABLE \(path: table.id.path)",
          lock: .accessExclusive)
      ],
      // The rows of a foreign table are somewhere else.
      hazards: table.server != nil
        ? []
        : [Hazard("DL01", "Every row of table \(table.id.name) is lost.", needsPermission: true)],
      reversibility: table.server == nil ? .structureOnly : .exact)
    return steps + [step]
  }

  static func alter(
    _ old: Table, to new: Table, _ context: PlanContext, hasLeft: Bool = false
  ) -> Step {
    var statements: [Statement] = []
    var hazards: [Hazard] = []
    if old.isUnlogged != new.isUnlogged {
      let word: SQL = new.isUnlogged ? "UNLOGGED" : "LOGGED"
      statements.append(
        Statement("ALTER TABLE \(path: new.id.path) SET \(word)", lock: .accessExclusive))
      hazards.append(Hazard("LK23", "Table \(new.id.name) is rewritten while nobody can use it."))
      if new.isUnlogged {
        hazards.append(
          Hazard("DL10", "Table \(new.id.name) will be emptied by a crash of the server."))
      }
    }
    let security = rowSecurity(from: old, to: new)
    if !security.isEmpty {
      statements += security
      hazards.append(Hazard("LK32", "Who may see which rows of \(new.id.name) changes."))
    }
    if !hasLeft { statements += left(old, new, context) }
    statements += joined(from: old, to: new)
    if new.partitionBound != nil, old.partitionBound != new.partitionBound {
      hazards += [
        Hazard("LK33", "Table \(new.id.name) is read through while nobody can use it."),
        Hazard("DD08", "Rows of \(new.id.name) that do not belong there stop the change."),
      ]
    }
    if old.type != new.type {
      let clause: SQL = new.type.map { "OF \(path: $0.path)" } ?? "NOT OF"
      statements.append(
        Statement("ALTER TABLE \(path: new.id.path) \(clause)", lock: .accessExclusive))
    }
    let options = ServerOptions.changes(from: old.serverOptions, to: new.serverOptions)
    if !options.isEmpty {
      statements.append(
        Statement("ALTER FOREIGN TABLE \(path: new.id.path)\(options)", lock: .accessExclusive))
    }
    if old.parents != new.parents {
      statements += Inheritance.leftNotNulls(old, new, context)
      hazards += Inheritance.leftColumns(old, new, context).map {
        Hazard(
          "DL02", "The values of column \($0) of table \(new.id.name) are lost.",
          needsPermission: true)
      }
    }
    if old.tablespace != new.tablespace {
      let space = new.tablespace ?? Identifier("pg_default")
      statements.append(
        Statement(
          "ALTER TABLE \(path: new.id.path) SET TABLESPACE \(space)", lock: .accessExclusive))
      hazards.append(Hazard("LK24", "Table \(new.id.name) is copied while nobody can use it."))
    }
    if old.accessMethod != new.accessMethod {
      let method = new.accessMethod ?? Identifier("heap")
      statements.append(
        Statement(
          "ALTER TABLE \(path: new.id.path) SET ACCESS METHOD \(method)", lock: .accessExclusive))
      hazards.append(Hazard("LK23", "Table \(new.id.name) is rewritten while nobody can use it."))
    }
    statements += parameterChanges(
      "TABLE", new.id.path, from: old.storageParameters, to: new.storageParameters,
      order: new.parameterOrder)
    let gained = new.parents.filter { !old.parents.contains($0) }
    let columns = context.from.objects(of: .column, under: new.id.path).flatMap {
      [ObjectID.milestone("not null", of: $0.id), .milestone("typed", of: $0.id)]
    }
    let leaves = old.partitionBound != nil && new.partitionBound == nil
    let models = leaves ? Inheritance.indexModels(of: old, context) : []
    return Step(
      .alter, new.id, produces: [new.id] + bounds(of: new),
      consumes: gained.isEmpty ? [] : gained + columns,
      destroys: leaves ? bounds(of: old) + [PlanContext.place(of: old.id)] : [],
      releases: old.parents.filter { !new.parents.contains($0) } + models, statements: statements,
      hazards: hazards)
  }

  private static func rowSecurity(from old: Table, to new: Table) -> [Statement] {
    var clauses: [SQL] = []
    if old.hasRowSecurity != new.hasRowSecurity {
      clauses.append(new.hasRowSecurity ? "ENABLE" : "DISABLE")
    }
    if old.forcesRowSecurity != new.forcesRowSecurity {
      clauses.append(new.forcesRowSecurity ? "FORCE" : "NO FORCE")
    }
    return clauses.map {
      Statement("ALTER TABLE \(path: new.id.path) \($0) ROW LEVEL SECURITY", lock: .accessExclusive)
    }
  }

  /// Whether the referenced table leads back to this one through tables that are dropped too.
  private static func pointsBack(_ key: ForeignKey, _ context: PlanContext) -> Bool {
    var seen: Set<ObjectID> = []
    var queue = [key.referencedTable]
    while let table = queue.popLast() {
      if table == key.id.table { return true }
      guard context.dropped.contains(table), seen.insert(table).inserted else { continue }
      for object in context.from.objects(of: .foreignKey, under: table.path) {
        if case .foreignKey(let other) = object { queue.append(other.referencedTable) }
      }
    }
    return false
  }

  private static func ordered(_ parts: [SchemaObject], by order: [Identifier]) -> [Column] {
    let columns = parts.compactMap { part -> Column? in
      guard case .column(let column) = part else { return nil }
      return column
    }
    let position = Dictionary(
      order.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    return columns.enumerated().sorted {
      let left = position[$0.element.id.name] ?? .max
      let right = position[$1.element.id.name] ?? .max
      return left == right ? $0.offset < $1.offset : left < right
    }.map(\.element)
  }

  // MARK: - Storage parameters

  static func parameters(_ list: [ExactText]) -> SQL {
    list.map { pair -> SQL in
      let (name, value) = split(pair.string)
      return "\(.verbatim(name))=\(literal: value)"
    }.joined(", ")
  }

  static func parameterChanges(
    _ kind: SQL, _ path: [Identifier], from old: [ExactText], to new: [ExactText],
    order: [ExactText]? = nil
  ) -> [Statement] {
    let wanted = Set(new)
    let names = Set(new.map { split($0.string).name })
    var statements: [Statement] = []
    let gone = old.map { split($0.string).name }.filter { !names.contains($0) }
    if !gone.isEmpty {
      let list = SQL.verbatim(gone.joined(separator: ", "))
      statements.append(
        Statement("ALTER \(kind) \(path: path) RESET (\(list))", lock: .shareUpdateExclusive))
    }
    let present = Set(old)
    let changed = ordered(new, by: order).filter { wanted.contains($0) && !present.contains($0) }
    if !changed.isEmpty {
      statements.append(
        Statement(
          "ALTER \(kind) \(path: path) SET (\(parameters(changed)))", lock: .shareUpdateExclusive))
    }
    return statements
  }

  /// In the order that dumps keep, what it does not name behind.
  static func ordered(_ list: [ExactText], by order: [ExactText]?) -> [ExactText] {
    guard let order else { return list }
    return list.sorted {
      (order.firstIndex(of: $0) ?? .max, $0) < (order.firstIndex(of: $1) ?? .max, $1)
    }
  }

  static func name(_ pair: ExactText) -> String { split(pair.string).name }

  private static func split(_ pair: String) -> (name: String, value: String) {
    let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(halves[0]), halves.count > 1 ? String(halves[1]) : "true")
  }
}
