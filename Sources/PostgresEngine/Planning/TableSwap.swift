import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// Makes a table anew under its name and moves the rows over, where how it is partitioned changes, or the
/// type of a column that it is partitioned by: no ALTER can do that.
struct TableSwap {
  let context: PlanContext
  private let old: Table
  private let new: Table

  /// The tables that are made anew, with the partitions of the old ones, which go along.
  static func tables(_ context: PlanContext) -> (tables: Set<ObjectID>, partitions: Set<ObjectID>) {
    var tables: Set<ObjectID> = []
    var partitions: Set<ObjectID> = []
    for table in Repartitioning.madeAnew(from: context.from, to: context.to)
    where !context.leavesPartitionsAlone(of: table) {
      let descendants = context.descendants(of: table)
      guard descendants.allSatisfy(context.dropped.contains) else { continue }
      tables.insert(table)
      partitions.formUnion(descendants)
    }
    return (tables, partitions)
  }

  init(_ old: Table, _ new: Table, _ context: PlanContext) {
    self.old = old
    self.new = new
    self.context = context
  }

  private var aside: [Identifier] { IdentitySteps.aside(old.id.path) }
  /// Stands for "the rows are there", which triggers and the like wait for.
  private var moved: ObjectID { .owner(of: ObjectID(.table, aside)) }

  /// The parts that CREATE TABLE makes.
  static func isInside(_ part: SchemaObject) -> Bool {
    switch part {
    case .column, .primaryKey, .unique: return true
    case .check(let check): return !check.isNotValid
    default: return false
    }
  }

  /// `later` are the steps that make the rest of the parts.
  func steps(later: [Step]) -> [Step] {
    let inside = named(context.to.parts(of: new.id).filter(TableSwap.isInside))
    let gone = context.from.parts(of: old.id)
    let created = TableSteps.create(new, parts: inside, context, inTwo: false)
    var made = created[0]
    made.operation = .rebuild
    made.destroys = ([old.id] + gone.map(\.id)).sorted()
    var needed = context.needs(.table(old), in: context.from)
    for part in gone { needed += context.holds(part) }
    let own = Set(made.destroys).union(made.produces)
    // The types of those that it is partitioned by are no longer altered.
    made.consumes += Inheritance.ancestors(new.parents, in: context.to).flatMap { parent in
      context.to.objects(of: .column, under: parent.path).map(\.id)
    }
    made.releases = Set(needed).subtracting(own).subtracting(made.consumes).sorted()
    made.statements = putAside(gone) + made.statements + sequences(of: new, "OWNED BY")
    let partitions = context.to.objects(of: .table).compactMap { object -> ObjectID? in
      guard case .table(let table) = object, table.partitionBound != nil else { return nil }
      return table.id
    }
    let filled = Step(
      .rebuild, new.id, produces: [moved], consumes: [new.id] + partitions,
      destroys: context.descendants(of: old.id).flatMap { partition in
        [partition] + context.from.parts(of: partition).map(\.id)
      },
      // The rows are read from what they were made of. A sequence of the table's own would go with it.
      releases: made.releases.filter { context.dropped.contains($0) && $0.kind != .sequence },
      statements: moving(),
      hazards: [
        Hazard("LK23", "Table \(new.id.name) is copied while nobody can use it.")
      ], reversibility: .conditional)
    return [made, filled]
      // What it says otherwise than its parent.
      + (created.dropFirst().filter { $0.subject.kind == .column } + later).map { step in
        var step = step
        step.consumes.append(moved)
        return step
      }
  }

  /// The NOT NULL constraints keep their names, which PostgreSQL would not choose where a table that was the
  /// old one's partition has them too.
  private func named(_ parts: [SchemaObject]) -> [SchemaObject] {
    guard hasNotNullNames else { return parts }
    var taken: Set<Identifier> = []
    for case .column(let column) in context.from.objects(of: .column, under: [old.id.path[0]])
    where column.id.table != old.id && !column.isNullable {
      taken.insert(ColumnSteps.notNullName(column))
    }
    return parts.map { part in
      guard case .column(var column) = part, !column.isNullable,
        taken.contains(ColumnSteps.notNullName(column))
      else { return part }
      column.notNull.name = ColumnSteps.notNullName(column)
      return .column(column)
    }
  }

  private var hasNotNullNames: Bool {
    context.from.serverVersion ?? context.serverVersion >= 180_000
  }

  /// Indexes share their names with relations; constraints and triggers go with the table.
  private func putAside(_ parts: [SchemaObject]) -> [Statement] {
    var statements = sequences(of: old, "OWNED BY NONE")
    func run(_ sql: SQL) { statements.append(Statement(sql, lock: .accessExclusive)) }
    if old.partitionBound != nil, let parent = old.parents.first {
      // Two cannot have the same rows; and what it has for its parent's indexes becomes its own.
      run("ALTER TABLE \(path: parent.path) DETACH PARTITION \(path: old.id.path)")
      for index in PartitionIndexes.inherited(by: old, in: context.from) {
        guard let name = index.present(on: old) else { continue }
        run(
          index.model.kind == .index
            ? "DROP INDEX \(path: [old.id.path[0], name])"
            : "ALTER TABLE \(path: old.id.path) DROP CONSTRAINT \(name)")
      }
    }
    for part in parts {
      switch part {
      case .primaryKey, .unique, .exclusion:
        run("ALTER TABLE \(path: old.id.path) DROP CONSTRAINT \(part.id.name)")
      // They can hold on to what is altered before the table goes.
      case .foreignKey: run("ALTER TABLE \(path: old.id.path) DROP CONSTRAINT \(part.id.name)")
      case .check where calls(part):
        run("ALTER TABLE \(path: old.id.path) DROP CONSTRAINT \(part.id.name)")
      case .trigger: run("DROP TRIGGER \(part.id.name) ON \(path: old.id.path)")
      case .rule: run("DROP RULE \(part.id.name) ON \(path: old.id.path)")
      case .policy: run("DROP POLICY \(part.id.name) ON \(path: old.id.path)")
      case .index: run("DROP INDEX \(path: [old.id.path[0], part.id.name])")
      case .column(let column):
        if let value = column.defaultValue,
          calls(part) || context.sequences(in: value).contains(where: context.dropped.contains)
        {
          run("ALTER TABLE \(path: old.id.path) ALTER COLUMN \(column.id.name) DROP DEFAULT")
        }
        // New names are made free of others in the schema.
        if hasNotNullNames, !column.isNullable {
          let name = ColumnSteps.notNullName(column)
          statements.append(
            NotNullRenames.statement(
              on: old.id, name, IdentitySteps.aside([name])[0],
              serverVersion: context.serverVersion))
        }
        guard let sequence = identitySequence(column) else { continue }
        run("ALTER SEQUENCE \(path: sequence) RENAME TO \(IdentitySteps.aside(sequence)[1])")
      default: continue
      }
    }
    run("ALTER TABLE \(path: old.id.path) RENAME TO \(aside[1])")
    return statements
  }

  private func calls(_ part: SchemaObject) -> Bool {
    (context.from.dependencies[part.id] ?? []).contains { $0.kind == .function }
  }

  /// The `serial` sequences that stay.
  private func sequences(of table: Table, _ word: SQL) -> [Statement] {
    context.to.objects(of: .sequence, under: [table.id.path[0]]).compactMap { object in
      guard case .sequence(let sequence) = object, let owner = sequence.ownedBy,
        owner.table == table.id, context.from.contains(sequence.id)
      else { return nil }
      let home: SQL = word.text.hasSuffix("NONE") ? "" : " \(path: owner.path)"
      return Statement(
        "ALTER SEQUENCE \(path: sequence.id.path) \(word)\(home)", lock: .shareRowExclusive)
    }
  }

  private func identitySequence(_ column: Column) -> [Identifier]? {
    guard let identity = column.identity else { return nil }
    let usual = PostgresNames.sequence(table: column.id.table.name, column: column.id.name)
    return [column.id.path[0], identity.sequenceName ?? usual]
  }

  private func moving() -> [Statement] {
    var names: [Identifier] = []
    var values: [SQL] = []
    var isZoned = false
    var counters: [Statement] = []
    var isIdentity = false
    for case .column(let column) in context.to.objects(of: .column, under: new.id.path) {
      guard column.generation == nil, case .column(let before)? = context.from[column.id] else {
        continue
      }
      names.append(column.id.name)
      let using = context.conversion(of: column.id)?.using.map { "\($0)" as SQL }
      values.append(
        using ?? TypeChange.conversion(of: column.id.name, from: before.type, to: column.type)
          ?? "\(column.id.name)")
      if TypeChange.isZoned(before.type, column.type) { isZoned = true }
      guard let sequence = identitySequence(column) else { continue }
      isIdentity = true
      if let former = identitySequence(before) {
        counters.append(
          SequenceSteps.copyCounter(from: IdentitySteps.aside(former), to: sequence))
      }
    }
    var statements: [Statement] = []
    // Times are those of one zone, whoever runs this.
    if isZoned { statements.append(Statement("SET LOCAL timezone = 'UTC'")) }
    if !names.isEmpty {
      let override: SQL = isIdentity ? " OVERRIDING SYSTEM VALUE" : ""
      statements.append(
        Statement(
          """
          INSERT INTO \(path: new.id.path) (\(names))\(override)
          SELECT \(values.joined(", ")) FROM \(path: aside)
          """, lock: .accessExclusive))
    }
    return statements + counters
      + heirs(of: old.id).map { Statement("DROP TABLE \(path: $0.path)", lock: .accessExclusive) }
      + [Statement("DROP TABLE \(path: aside)", lock: .accessExclusive)]
  }

  /// Those that inherit from the table, the last first. Partitions go with it, they do not.
  private func heirs(of table: ObjectID) -> [ObjectID] {
    (context.children[table] ?? []).flatMap { child -> [ObjectID] in
      guard case .table(let heir)? = context.from[child], heir.partitionBound == nil else {
        return []
      }
      return heirs(of: child) + [child]
    }
  }
}
