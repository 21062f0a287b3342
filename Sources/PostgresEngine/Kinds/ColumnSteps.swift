import Planning
import SQLText
import SchemaDiff
import SchemaModel

enum ColumnSteps {
  /// `name type …`, as in CREATE TABLE and ADD COLUMN.
  static func definition(_ column: Column) -> SQL {
    var sql: SQL = "\(column.id.name) \(column.type)"
    if let collation = column.collation { sql += " COLLATE \(CollationName.sql(collation))" }
    if let generation = column.generation {
      sql += " GENERATED ALWAYS AS (\(generation.expression))"
      sql += generation.storage == .stored ? " STORED" : " VIRTUAL"
    } else if let value = column.defaultValue {
      sql += " DEFAULT \(value)"
    }
    if let identity = column.identity { sql += " \(IdentitySteps.definition(identity))" }
    if !column.isNullable, !column.notNull.isNotValid { sql += notNull(column) }
    return sql
  }

  /// The column as CREATE TABLE lists it; nil where a typed table has nothing to add to its type.
  static func line(_ column: Column, in table: Table) -> SQL? {
    if table.type != nil {
      let bare = Column(id: column.id, type: column.type, collation: column.collation)
      let rest = definition(column).text.utf8.dropFirst(definition(bare).text.utf8.count)
      return rest.isEmpty
        ? nil : "\(column.id.name) WITH OPTIONS\(.verbatim(String(decoding: rest, as: UTF8.self)))"
    }
    return definition(column)
  }

  /// ` CONSTRAINT name NOT NULL NO INHERIT`.
  private static func notNull(_ column: Column) -> SQL {
    let name = column.notNull.name.map { name -> SQL in " CONSTRAINT \(name)" } ?? ""
    return name + " NOT NULL" + (column.notNull.isNoInherit ? " NO INHERIT" : "")
  }

  /// What stands in a statement of its own once the column is there.
  static func completion(_ column: Column, _ context: PlanContext) -> [Statement] {
    var statements: [Statement] = []
    if !column.isNullable, column.notNull.isNotValid {
      statements.append(addingNotNull(column))
    }
    if column.identity?.persistence != nil, context.serverVersion >= 150_000 {
      statements.append(IdentitySteps.persistence(column, context))
    }
    return statements
      + ColumnSettingSteps.statements(
        column, from: .usual, serverVersion: context.serverVersion)
  }

  /// NOT NULL as a constraint, where more is said of it than `SET NOT NULL` can.
  static func addingNotNull(_ column: Column) -> Statement {
    let name = column.notNull.name.map { name -> SQL in "CONSTRAINT \(name) " } ?? ""
    var sql: SQL =
      "ALTER TABLE \(path: column.id.relationPath) ADD \(name)NOT NULL \(column.id.name)"
    if column.notNull.isNoInherit { sql += " NO INHERIT" }
    if column.notNull.isNotValid { sql += " NOT VALID" }
    return Statement(sql, lock: .accessExclusive)
  }

  /// What the NOT NULL constraint is called.
  static func notNullName(_ column: Column) -> Identifier {
    column.notNull.name
      ?? PostgresNames.make(column.id.table.name.raw, column.id.name.raw, "not_null")
  }

  static func add(_ column: Column, _ context: PlanContext) -> Step {
    let table = column.id.table
    let isDerived = column.generation != nil || column.identity != nil
    // The plain form: in one transaction, which locks the table until all rows are filled.
    if let value = context.conversion(of: column.id)?.backfill, !isDerived,
      context.from.contains(table)
    {
      return backfilled(column, with: value, context)
    }
    return bare(column, context)
  }

  /// The one statement, whatever rows there are.
  static func bare(_ column: Column, _ context: PlanContext) -> Step {
    let table = column.id.table
    var hazards: [Hazard] = []
    let isDerived = column.generation != nil || column.identity != nil
    if !column.isNullable, column.defaultValue == nil, !isDerived {
      hazards.append(
        Hazard(
          "DD03",
          "Table \(table.name) must be empty: \(column.id.name) is not null and has no default.",
          needsPermission: context.from.contains(table)))
    }
    var work = Work.metadata
    if let code = rewriting(column, context) {
      hazards.append(
        Hazard(code, "Table \(table.name) is rewritten while nobody can use it."))
      work = .rewrite
    }
    func adding(_ column: Column) -> Statement {
      Statement(
        "ALTER TABLE \(path: table.path) ADD COLUMN \(definition(column))",
        lock: .accessExclusive, work: work)
    }
    var statements = [adding(column)] + completion(column, context)
    if let identity = column.identity, !passesIdentityOn(table, context) {
      let numbering = IdentitySteps.numbering(column, identity, context)
      var numbered = column
      numbered.identity = nil
      numbered.defaultValue = Expression(text: numbering.next.text, canonical: numbering.next.text)
      statements =
        [numbering.sequence, adding(numbered)] + numbering.conclusion
        + completion(numbered, context)
    }
    // Children that are to have it as their own too have it before.
    let own = context.newDescendants(of: table).map { $0.part(.column, column.id.name) }.filter {
      guard context.created.contains($0), case .column(let column)? = context.to[$0] else {
        return false
      }
      return !column.isInherited
    }
    return Step(
      .create, column.id, produces: [column.id],
      consumes: context.needs(.column(column), in: context.to) + own,
      statements: statements, hazards: hazards,
      reversibility: isDerived && column.identity == nil ? .exact : .exactUntilWritten)
  }

  /// An identity is not added to a table with children, but for partitions from version 17 on.
  private static func passesIdentityOn(_ table: ObjectID, _ context: PlanContext) -> Bool {
    guard context.newChildren[table] != nil, case .table(let value)? = context.to[table] else {
      return true
    }
    return value.partitionKey != nil && context.serverVersion >= 170_000
  }

  private static func backfilled(
    _ column: Column, with value: Expression, _ context: PlanContext
  ) -> Step {
    let table = column.id.table
    var bare = column
    bare.isNullable = true
    func alter(_ clause: SQL, work: Work = .metadata) -> Statement {
      Statement("ALTER TABLE \(path: table.path) \(clause)", lock: .accessExclusive, work: work)
    }
    var statements = [alter("ADD COLUMN \(definition(bare))")]
    statements.append(
      Statement(
        "UPDATE \(path: table.path) SET \(column.id.name) = \(value) WHERE \(column.id.name) IS NULL",
        lock: .rowExclusive, work: .rewrite))
    if !column.isNullable {
      statements.append(
        column.notNull == .usual
          ? alter("ALTER COLUMN \(column.id.name) SET NOT NULL", work: .scan)
          : addingNotNull(column))
    }
    return Step(
      .create, column.id, produces: [column.id],
      consumes: context.needs(.column(column), in: context.to),
      statements: statements + completion(column, context),
      hazards: [
        Hazard("BF02", "Every row of \(table.name) is written in one transaction."),
        Hazard("LK11", "Table \(table.name) is read through while nobody can use it."),
      ], reversibility: .exactUntilWritten)
  }

  /// The rule by which the new column has every row written.
  private static func rewriting(_ column: Column, _ context: PlanContext) -> String? {
    if let generation = column.generation { return generation.storage == .stored ? "LK15" : nil }
    if column.identity != nil { return "LK14" }
    if let id = column.type.object, case .domain(let domain)? = context.to[id],
      !domain.checks.isEmpty || !domain.isNullable
    {
      return "LK16"
    }
    return column.defaultValue.map(Volatility.isVolatile) == true ? "LK13" : nil
  }

  static func drop(_ column: Column, _ context: PlanContext, rebuilt: Set<ObjectID>) -> Step {
    let table = column.id.table
    var own = [column.id]
    var needed = context.needs(.column(column), in: context.from)
    // What PostgreSQL drops with the column; a foreign key lets go of the key that it leans on.
    for part in context.from.parts(of: table)
    where PlanContext.ownColumns(part).contains(column.id.name) && context.dropped.contains(part.id)
    {
      own.append(part.id)
      // With the first of its columns that goes; so none waits for another.
      let columns = PlanContext.ownColumns(part).map { table.part(.column, $0) }
      needed += context.needs(part, in: context.from).filter {
        !columns.contains($0) || !context.dropped.contains($0)
      }
    }
    let isDerived = column.generation != nil
    let drops = Inheritance.drops(column.id.name, of: table, context)
    // A parent lets go of its column first.
    var above: [ObjectID] = []
    if case .table(let child)? = context.from[table], !child.parents.isEmpty {
      above = Inheritance.ancestors(child.parents, in: context.from).map {
        $0.part(.column, column.id.name)
      }.filter(context.dropped.contains)
    }
    return Step(
      .drop, column.id, produces: drops.kept + above, destroys: own,
      releases: needed.filter { !own.contains($0) }, statements: drops.statements,
      hazards: isDerived
        ? []
        : [
          Hazard(
            "DL02", "The values of column \(column.id.name) of table \(table.name) are lost.",
            needsPermission: true)
        ], reversibility: isDerived ? .exact : .structureOnly)
  }

  /// Whether the column has to be dropped and added: its kind of generation cannot be altered.
  static func mustBeReplaced(_ old: Column, by new: Column, _ context: PlanContext) -> Bool {
    switch (old.generation, new.generation) {
    case (.none, .none): return false
    case (.none, .some): return true
    case (.some(let generation), .none): return generation.storage == .virtual
    case (.some(let before), .some(let after)):
      if before == after { return old.type != new.type || old.collation != new.collation }
      guard before.storage == after.storage, old.type == new.type else { return true }
      guard after.storage == .virtual else { return context.serverVersion < 170_000 }
      return context.serverVersion < 180_000 || hasFixedExpressions(old.id.table, context)
    }
  }

  /// PostgreSQL gives virtual columns no new expressions in tables with checks, or that are published.
  private static func hasFixedExpressions(_ table: ObjectID, _ context: PlanContext) -> Bool {
    // Parents hand their checks down, children have to follow.
    let family = Set(
      Inheritance.ancestors([table] + context.descendants(of: table), in: context.from))
    return [context.from, context.to].contains { schema in
      family.contains { schema.parts(of: $0).contains { $0.id.kind == .check } }
        || schema.objects(of: .publication).contains {
          guard case .publication(let publication) = $0 else { return false }
          return publication.members.contains { family.contains($0.table) }
        }
    }
  }

  static func alter(
    _ old: Column, to new: Column, _ context: PlanContext, online: Online? = nil
  ) throws(PlanningError) -> [Step] {
    var change = ColumnChange(old, new, context, online: online)
    try change.work()
    return change.steps
  }

  /// Sequences that are made or dropped by a change between `serial` and identity.
  static func absorbedSequences(_ context: PlanContext) -> Set<ObjectID> {
    var found: Set<ObjectID> = []
    for change in context.changes {
      guard case .alter(let alteration) = change,
        case (.column(let old), .column(let new)) = (alteration.from, alteration.to)
      else { continue }
      if let id = IdentitySteps.serialSequence(of: old, in: context.from),
        new.identity != nil, context.dropped.contains(id)
      {
        found.insert(id)
      }
      if let id = IdentitySteps.serialSequence(of: new, in: context.to), old.identity != nil,
        context.created.contains(id)
      {
        found.insert(id)
      }
    }
    return found
  }
}
