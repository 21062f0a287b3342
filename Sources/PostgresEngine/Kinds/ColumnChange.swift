import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// One column's way from old to new: every attribute that was dealt with is copied, and what is left over
/// is an error by name.
struct ColumnChange {
  private let old: Column
  private let new: Column
  private let context: PlanContext
  private var reached: Column
  private var statements: [Statement] = []
  private var hazards: [Hazard] = []
  private var produced: [ObjectID]
  private var destroyed: [ObjectID]
  private var reversibility = Reversibility.exact
  private let online: Online?
  private var proof: NotNullProof?
  /// What comes once no row is without a value.
  private var afterwards: [Statement] = []

  init(_ old: Column, _ new: Column, _ context: PlanContext, online: Online? = nil) {
    self.old = old
    self.new = new
    self.context = context
    self.online = online
    reached = old
    reached.isInherited = new.isInherited
    produced = [new.id]
    destroyed = [new.id]
  }

  private var table: [Identifier] { new.id.relationPath }
  private var name: Identifier { new.id.name }

  var steps: [Step] {
    var step = step
    guard let proof, let online else { return [step] }
    if let value = context.conversion(of: new.id)?.backfill {
      let fill = online.fill(new.id, with: "\(value)")
      let rest = online.proving(new, after: fill.produces, finally: afterwards)
      return [step, fill] + rest
    }
    step.statements.append(proof.addition)
    return [step]
      + online.concluding(proof, new, after: [new.id], finally: afterwards)
  }

  private var step: Step {
    let needed = Set(context.needs(.column(new), in: context.to)).subtracting(produced)
    let released = Set(context.needs(.column(old), in: context.from)).subtracting(needed)
      .subtracting(destroyed)
    return Step(
      .alter, new.id, produces: produced, consumes: needed.sorted(), destroys: destroyed,
      releases: released.sorted(), statements: statements, hazards: hazards,
      reversibility: reversibility)
  }

  private mutating func append(_ statement: Statement) {
    if proof == nil { statements.append(statement) } else { afterwards.append(statement) }
  }

  private mutating func run(_ clause: SQL, work: Work = .metadata) {
    append(
      Statement(
        "ALTER TABLE \(path: table) ALTER COLUMN \(name) \(clause)", lock: .accessExclusive,
        work: work))
  }

  mutating func work() throws(PlanningError) {
    try refusePartitionKey()
    generation()
    let carried = leaveIdentity()
    dropDefault()
    if new.isNullable, !reached.isNullable {
      run("DROP NOT NULL")
      hazards.append(Hazard("BC06", "Readers of \(name) may meet NULL."))
      reversibility = .conditional
      reached.isNullable = true
      reached.notNull = .usual
    }
    type()
    setDefault()
    if !new.isNullable, reached.isNullable {
      setNotNull()
      reached.notNull = new.notNull
      reached.isNullable = false
    }
    if !carried { enterIdentity() }
    notNull()
    for statement in ColumnSettingSteps.statements(
      new, from: reached.settings, serverVersion: context.serverVersion)
    { append(statement) }
    compressChildren()
    reached.settings = new.settings
    guard reached == new else {
      let left = zip(reached.fields, new.fields).filter { $0.0 != $0.1 }.map(\.0.name)
      throw .unhandled(new.id, fields: left)
    }
  }

  private mutating func setNotNull() {
    let backfill = context.conversion(of: new.id)?.backfill
    if backfill == nil {
      hazards.append(
        Hazard("DD02", "Rows of \(new.id.table.name) without \(name) stop the change."))
    }
    hazards.append(Hazard("BC07", "Programs that write no \(name) fail."))
    if let proof = online?.proof(of: new) {
      self.proof = proof
      return
    }
    if let backfill {
      append(
        Statement(
          "UPDATE \(path: table) SET \(name) = \(backfill) WHERE \(name) IS NULL",
          lock: .rowExclusive, work: .rewrite))
    }
    let isProven = online?.isProven(new) ?? false
    if new.notNull == .usual {
      run("SET NOT NULL", work: isProven ? .metadata : .scan)
    } else {
      append(ColumnSteps.addingNotNull(new))
    }
    if isProven || new.notNull.isNotValid { return }
    hazards.append(
      Hazard("LK11", "Table \(new.id.table.name) is read through while nobody can use it."))
  }

  /// Children have their parent's compression from the start, and do not follow it by themselves.
  private mutating func compressChildren() {
    guard reached.settings.compression != new.settings.compression else { return }
    for child in context.descendants(of: new.id.table)
    where context.to.contains(child) && !context.to.contains(child.part(.column, name)) {
      let method = new.settings.compression ?? "default"
      append(
        Statement(
          "ALTER TABLE \(path: child.path) ALTER COLUMN \(name) SET COMPRESSION \(.verbatim(method))",
          lock: .accessExclusive))
    }
  }

  /// What is said of a NOT NULL that stays.
  private mutating func notNull() {
    guard reached.notNull != new.notNull else { return }
    defer { reached.notNull = new.notNull }
    guard !new.isNullable, !reached.isNullable else { return }
    func run(_ clause: SQL) {
      append(
        Statement("ALTER TABLE \(path: table) \(clause)", lock: .accessExclusive))
    }
    let (before, after) = (ColumnSteps.notNullName(reached), ColumnSteps.notNullName(new))
    if new.notNull.isNotValid, !reached.notNull.isNotValid {
      run("DROP CONSTRAINT \(before)")
      append(ColumnSteps.addingNotNull(new))
      return
    }
    if before != after {
      append(
        NotNullRenames.statement(
          on: new.id.table, before, after, serverVersion: context.serverVersion))
    }
    if reached.notNull.isNoInherit != new.notNull.isNoInherit {
      let word: SQL = new.notNull.isNoInherit ? "NO INHERIT" : "INHERIT"
      run("ALTER CONSTRAINT \(after) \(word)")
    }
    if reached.notNull.isNotValid, !new.notNull.isNotValid { run("VALIDATE CONSTRAINT \(after)") }
  }

  private mutating func generation() {
    guard reached.generation != new.generation else { return }
    if let generation = new.generation {
      let isStored = generation.storage == .stored
      run(
        "SET EXPRESSION AS (\(generation.expression))", work: isStored ? .rewrite : .metadata)
      if isStored {
        hazards.append(
          Hazard("LK15", "Table \(new.id.table.name) is rewritten while nobody can use it."))
      }
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
    guard let id = IdentitySteps.counter(of: new, in: context.to),
      case .sequence(let sequence)? = context.to[id]
    else { return }
    let former = IdentitySteps.counter(of: old, in: context.from)
    if context.created.contains(id) {
      append(
        former.map { SequenceSteps.copyCounter(from: $0.path, to: id.path) }
          ?? SequenceSteps.startAfterRows(id.path, column: new.id, options: sequence.options))
    } else if let former, former != id {
      append(SequenceSteps.advance(id.path, past: former.path, options: sequence.options))
    }
  }

  private func refusePartitionKey() throws(PlanningError) {
    guard old.type != new.type || old.collation != new.collation,
      case .table(let table)? = context.from[old.id.table], let key = table.partitionKey,
      TypeSwap.mentions(old.id.name, in: key.string)
    else { return }
    throw .unsupported(
      new.id,
      "table \(table.id.name) is partitioned by it, and PostgreSQL changes no type of such a column; make a "
        + "table of another name, move the rows, and give it the name")
  }

  private mutating func type() {
    guard reached.type != new.type || reached.collation != new.collation else { return }
    // Times are those of one zone, whoever runs this.
    if TypeChange.isZoned(old.type, new.type) { append(Statement("SET LOCAL timezone = 'UTC'")) }
    var clause: SQL = "TYPE \(new.type)"
    if let collation = new.collation {
      clause += " COLLATE \(CollationName.sql(collation))"
    } else if reached.collation != nil, reached.type == new.type {
      clause += " COLLATE \"default\""
    }
    if let conversion = context.conversion(of: new.id)?.using {
      clause += " USING \(conversion)"
    } else if let conversion = TypeChange.conversion(of: name, from: old.type, to: new.type) {
      clause += " USING \(conversion)"
      hazards.append(
        Hazard("DD05", "A value of \(name) that \(new.type.text) does not know stops it."))
    }
    let isInPlace = TypeChange.isMetadataOnly(old.type, new.type)
    run(clause, work: isInPlace ? .metadata : .rewrite)
    let tableName = new.id.table.name
    if TypeChange.isLossy(old.type, new.type) {
      reversibility = .structureOnly
      hazards.append(
        Hazard(
          "DL07", "Values of column \(name) of table \(tableName) are rounded or cut.",
          needsPermission: true))
    }
    if reversibility == .exact, !TypeChange.isMetadataOnly(new.type, old.type) {
      reversibility = .conditional
    }
    hazards.append(Hazard("BC09", "Programs read another type from column \(name)."))
    if !isInPlace {
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
    append(
      Statement(
        "ALTER SEQUENCE \(path: current) RENAME TO \(aside[1])", lock: .accessExclusive))
    append(
      Statement("CREATE SEQUENCE \(path: id.path)\(SequenceSteps.options(sequence.options))"))
    append(SequenceSteps.copyCounter(from: aside, to: id.path))
    run("DROP IDENTITY")
    if let value = new.defaultValue {
      run("SET DEFAULT \(value)")
      reached.defaultValue = value
    }
    append(
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
      append(
        Statement(
          "ALTER SEQUENCE \(path: current) RENAME TO \(identity.sequenceName ?? usual)",
          lock: .accessExclusive))
    }
    if present.persistence != identity.persistence {
      append(IdentitySteps.persistence(new, context))
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
      append(
        Statement(
          "ALTER SEQUENCE \(path: former.path) RENAME TO \(aside[1])", lock: .accessExclusive))
      run("ADD \(IdentitySteps.definition(identity))")
      if identity.persistence != nil {
        append(IdentitySteps.persistence(new, context))
      }
      append(SequenceSteps.copyCounter(from: aside, to: sequence))
      append(Statement("DROP SEQUENCE \(path: aside)", lock: .accessExclusive))
      destroyed.append(former)
      return
    }
    run("ADD \(IdentitySteps.definition(identity))")
    if identity.persistence != nil {
      append(IdentitySteps.persistence(new, context))
    }
    append(
      SequenceSteps.startAfterRows(sequence, column: new.id, options: identity.options))
  }
}
