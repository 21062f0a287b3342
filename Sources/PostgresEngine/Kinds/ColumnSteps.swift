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
    var hazards: [Hazard] = []
    let isDerived = column.generation != nil || column.identity != nil
    if !column.isNullable, column.defaultValue == nil, !isDerived {
      hazards.append(
        Hazard(
          "DD03",
          "Table \(table.name) must be empty: \(column.id.name) is not null and has no default."))
    }
    if isDerived, column.generation?.storage != .virtual {
      hazards.append(
        Hazard(
          column.identity == nil ? "LK15" : "LK14",
          "Table \(table.name) is rewritten while nobody can use it."))
    }
    return Step(
      .create, column.id, produces: [column.id],
      consumes: context.needs(.column(column), in: context.to),
      statements: [
        Statement(
          "ALTER TABLE \(path: table.path) ADD COLUMN \(definition(column))",
          lock: .accessExclusive)
      ] + completion(column, context), hazards: hazards)
  }

  static func drop(_ column: Column, _ context: PlanContext, rebuilt: Set<ObjectID>) -> Step {
    let table = column.id.table
    var own = [column.id]
    // What PostgreSQL drops with the column.
    for part in context.from.parts(of: table)
    where PlanContext.ownColumns(part).contains(column.id.name) && context.dropped.contains(part.id)
    { own.append(part.id) }
    let isDerived = column.generation != nil
    return Step(
      .drop, column.id, destroys: own,
      releases: context.needs(.column(column), in: context.from).filter { !own.contains($0) },
      statements: [
        Statement(
          "ALTER TABLE \(path: table.path) DROP COLUMN \(column.id.name)", lock: .accessExclusive)
      ],
      hazards: isDerived
        ? []
        : [
          Hazard(
            "DL02", "The values of column \(column.id.name) of table \(table.name) are lost.",
            needsPermission: true)
        ], reversibility: isDerived ? .exact : .structureOnly)
  }

  /// Whether the column has to be dropped and added: its kind of generation cannot be altered.
  static func mustBeReplaced(_ old: Column, by new: Column, serverVersion: Int) -> Bool {
    switch (old.generation, new.generation) {
    case (.none, .none): return false
    case (.none, .some): return true
    case (.some(let generation), .none): return generation.storage == .virtual
    case (.some(let before), .some(let after)):
      if before == after { return old.type != new.type || old.collation != new.collation }
      guard before.storage == after.storage, old.type == new.type else { return true }
      return serverVersion < (after.storage == .virtual ? 180_000 : 170_000)
    }
  }

  static func alter(
    _ old: Column, to new: Column, _ context: PlanContext
  ) throws(PlanningError) -> [Step] {
    var change = ColumnChange(old, new, context)
    try change.work()
    return [change.step]
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

/// One column's way from old to new: every attribute that was dealt with is copied, and what is left over
/// is an error by name.
private struct ColumnChange {
  private let old: Column
  private let new: Column
  private let context: PlanContext
  private var reached: Column
  private var statements: [Statement] = []
  private var hazards: [Hazard] = []
  private var produced: [ObjectID]
  private var destroyed: [ObjectID]
  private var reversibility = Reversibility.exact

  init(_ old: Column, _ new: Column, _ context: PlanContext) {
    self.old = old
    self.new = new
    self.context = context
    reached = old
    produced = [new.id]
    destroyed = [new.id]
  }

  private var table: [Identifier] { new.id.relationPath }
  private var name: Identifier { new.id.name }

  var step: Step {
    let needed = Set(context.needs(.column(new), in: context.to)).subtracting(produced)
    let released = Set(context.needs(.column(old), in: context.from)).subtracting(needed)
      .subtracting(destroyed)
    return Step(
      .alter, new.id, produces: produced, consumes: needed.sorted(), destroys: destroyed,
      releases: released.sorted(), statements: statements, hazards: hazards,
      reversibility: reversibility)
  }

  private mutating func run(_ clause: SQL) {
    statements.append(
      Statement(
        "ALTER TABLE \(path: table) ALTER COLUMN \(name) \(clause)", lock: .accessExclusive))
  }

  mutating func work() throws(PlanningError) {
    generation()
    let carried = leaveIdentity()
    dropDefault()
    if new.isNullable, !reached.isNullable {
      run("DROP NOT NULL")
      hazards.append(Hazard("BC06", "Readers of \(name) may meet NULL."))
      reached.isNullable = true
      reached.notNull = .usual
    }
    type()
    setDefault()
    if !new.isNullable, reached.isNullable {
      if new.notNull == .usual {
        run("SET NOT NULL")
      } else {
        statements.append(ColumnSteps.addingNotNull(new))
      }
      reached.notNull = new.notNull
      hazards.append(
        Hazard("LK11", "Table \(new.id.table.name) is read through while nobody can use it."))
      hazards.append(
        Hazard("DD02", "Rows of \(new.id.table.name) without \(name) stop the change."))
      reached.isNullable = false
    }
    if !carried { enterIdentity() }
    notNull()
    statements += ColumnSettingSteps.statements(
      new, from: reached.settings, serverVersion: context.serverVersion)
    reached.settings = new.settings
    guard reached == new else {
      let left = zip(reached.fields, new.fields).filter { $0.0 != $0.1 }.map(\.0.name)
      throw .unhandled(new.id, fields: left)
    }
  }

  /// What is said of a NOT NULL that stays.
  private mutating func notNull() {
    guard reached.notNull != new.notNull else { return }
    defer { reached.notNull = new.notNull }
    guard !new.isNullable, !reached.isNullable else { return }
    func run(_ clause: SQL) {
      statements.append(
        Statement("ALTER TABLE \(path: table) \(clause)", lock: .accessExclusive))
    }
    let (before, after) = (ColumnSteps.notNullName(reached), ColumnSteps.notNullName(new))
    if new.notNull.isNotValid, !reached.notNull.isNotValid {
      run("DROP CONSTRAINT \(before)")
      statements.append(ColumnSteps.addingNotNull(new))
      return
    }
    if before != after { run("RENAME CONSTRAINT \(before) TO \(after)") }
    if reached.notNull.isNoInherit != new.notNull.isNoInherit {
      let word: SQL = new.notNull.isNoInherit ? "NO INHERIT" : "INHERIT"
      run("ALTER CONSTRAINT \(after) \(word)")
    }
    if reached.notNull.isNotValid, !new.notNull.isNotValid { run("VALIDATE CONSTRAINT \(after)") }
  }

  private mutating func generation() {
    guard reached.generation != new.generation else { return }
    if let generation = new.generation {
      run("SET EXPRESSION AS (\(generation.expression))")
      hazards.append(
        Hazard("LK15", "Table \(new.id.table.name) is rewritten while nobody can use it."))
    } else {
      run("DROP EXPRESSION")
      hazards.append(Hazard("DL12", "The values of \(name) are no longer kept up to date."))
    }
    reached.generation = new.generation
  }

  private mutating func dropDefault() {
    guard let value = reached.defaultValue else { return }
    let isOther = !TypeChange.isSameBase(old.type, new.type)
    guard new.defaultValue == nil || isOther else { return }
    _ = value
    run("DROP DEFAULT")
    reached.defaultValue = nil
  }

  private mutating func setDefault() {
    guard reached.defaultValue != new.defaultValue, let value = new.defaultValue else { return }
    run("SET DEFAULT \(value)")
    reached.defaultValue = value
    carryCounter()
  }

  /// A default that begins to count over rows that are there goes on where they, or the sequence before
  /// it, stopped.
  private mutating func carryCounter() {
    guard let id = IdentitySteps.serialSequence(of: new, in: context.to),
      context.created.contains(id), case .sequence(let sequence)? = context.to[id]
    else { return }
    if let former = IdentitySteps.serialSequence(of: old, in: context.from),
      context.dropped.contains(former)
    {
      statements.append(SequenceSteps.copyCounter(from: former.path, to: id.path))
    } else {
      statements.append(
        SequenceSteps.startAfterRows(id.path, column: new.id, options: sequence.options))
    }
  }

  private mutating func type() {
    guard reached.type != new.type || reached.collation != new.collation else { return }
    var clause: SQL = "TYPE \(new.type)"
    if let collation = new.collation {
      clause += " COLLATE \(CollationName.sql(collation))"
    } else if reached.collation != nil, reached.type == new.type {
      clause += " COLLATE \"default\""
    }
    if let conversion = TypeChange.conversion(of: name, from: old.type, to: new.type) {
      clause += " USING \(conversion)"
      hazards.append(
        Hazard("DD05", "A value of \(name) that \(new.type.text) does not know stops it."))
    }
    run(clause)
    let tableName = new.id.table.name
    if TypeChange.isLossy(old.type, new.type) {
      reversibility = .structureOnly
      hazards.append(
        Hazard(
          "DL07", "Values of column \(name) of table \(tableName) are rounded or cut.",
          needsPermission: true))
    }
    if !TypeChange.isMetadataOnly(old.type, new.type) {
      hazards.append(Hazard("LK17", "Table \(tableName) is rewritten while nobody can use it."))
    }
    reached.type = new.type
    reached.collation = new.collation
    // PostgreSQL goes back to what the new type has.
    reached.settings.storage = nil
    reached.settings.compression = nil
    // The sequence behind an identity follows its column.
    if var identity = reached.identity {
      identity.options = SequenceSteps.retyped(identity.options, to: new.type.canonical.string)
      reached.identity = identity
    }
  }

  // MARK: - Identity

  /// Identity to something else. True when the counter went to a new sequence, default and all.
  private mutating func leaveIdentity() -> Bool {
    guard let identity = reached.identity, new.identity == nil else { return false }
    defer { reached.identity = nil }
    guard let id = IdentitySteps.serialSequence(of: new, in: context.to),
      context.created.contains(id), case .sequence(let sequence)? = context.to[id]
    else {
      run("DROP IDENTITY")
      hazards.append(
        Hazard("DL09", "The counter of column \(name) is lost.", needsPermission: true))
      return false
    }
    let home = new.id.path[0]
    let usual = PostgresNames.sequence(table: new.id.table.name, column: name)
    let current = [home, identity.sequenceName ?? usual]
    let aside = IdentitySteps.aside(current)
    statements.append(
      Statement(
        "ALTER SEQUENCE \(path: current) RENAME TO \(aside[1])", lock: .accessExclusive))
    statements.append(
      Statement("CREATE SEQUENCE \(path: id.path)\(SequenceSteps.options(sequence.options))"))
    statements.append(SequenceSteps.copyCounter(from: aside, to: id.path))
    run("DROP IDENTITY")
    if let value = new.defaultValue {
      run("SET DEFAULT \(value)")
      reached.defaultValue = value
    }
    statements.append(
      Statement(
        "ALTER SEQUENCE \(path: id.path) OWNED BY \(path: new.id.path)", lock: .shareRowExclusive))
    produced.append(id)
    return true
  }

  private mutating func enterIdentity() {
    guard reached.identity != new.identity, let identity = new.identity else { return }
    guard let present = reached.identity else {
      addIdentity(identity)
      reached.identity = identity
      return
    }
    if present.mode != identity.mode {
      run(identity.mode == .always ? "SET GENERATED ALWAYS" : "SET GENERATED BY DEFAULT")
    }
    let clauses = SequenceSteps.changes(from: present.options, to: identity.options, set: "SET")
    if !clauses.isEmpty { run(clauses) }
    if present.sequenceName != identity.sequenceName {
      let usual = PostgresNames.sequence(table: new.id.table.name, column: name)
      let current = [new.id.path[0], present.sequenceName ?? usual]
      statements.append(
        Statement(
          "ALTER SEQUENCE \(path: current) RENAME TO \(identity.sequenceName ?? usual)",
          lock: .accessExclusive))
    }
    reached.identity = identity
  }

  private mutating func addIdentity(_ identity: Identity) {
    let home = new.id.path[0]
    let usual = PostgresNames.sequence(table: new.id.table.name, column: name)
    let sequence = [home, identity.sequenceName ?? usual]
    let former = IdentitySteps.serialSequence(of: old, in: context.from)
    if let former, context.dropped.contains(former) {
      let aside = IdentitySteps.aside(former.path)
      statements.append(
        Statement(
          "ALTER SEQUENCE \(path: former.path) RENAME TO \(aside[1])", lock: .accessExclusive))
      run("ADD \(IdentitySteps.definition(identity))")
      statements.append(SequenceSteps.copyCounter(from: aside, to: sequence))
      statements.append(Statement("DROP SEQUENCE \(path: aside)", lock: .accessExclusive))
      destroyed.append(former)
      return
    }
    run("ADD \(IdentitySteps.definition(identity))")
    statements.append(
      SequenceSteps.startAfterRows(sequence, column: new.id, options: identity.options))
  }
}
