import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// ALTER TABLE ADD COLUMN and DROP COLUMN, within their limits (sqlite.org/lang_altertable.html, 4 and 5).
struct NativeAlteration {
  private let table: TableChanges
  private let from: Schema
  private let to: Schema
  private let changed: Set<ObjectID>
  private let renames: [Rename]
  /// Whether DROP COLUMN leaves the words of other objects alone.
  private let dropKeepsWords: Bool

  init(
    _ table: TableChanges, from: Schema, to: Schema, changed: Set<ObjectID>, renames: [Rename],
    dropKeepsWords: Bool
  ) {
    self.table = table
    self.from = from
    self.to = to
    self.changed = changed
    self.renames = renames
    self.dropKeepsWords = dropKeepsWords
  }

  /// The steps, or nil when only a rebuild can do it.
  func steps() -> [Step]? {
    let ofConstraints = ConstraintAlteration(table, from: from, to: to, renames: renames)
    guard let altered = ofConstraints.alterations(), let definition = to.table(table.id) else {
      return nil
    }
    let dropped = table.droppedColumns
    guard
      dropped.isEmpty || (dropKeepsWords && (from.serverVersion ?? Int.max) >= 3_035_000),
      dropped.allSatisfy(canDrop), dropped.isEmpty || leavesOne(after: dropped)
    else { return nil }
    var steps = altered
    for constraint in table.droppedConstraints where !goesWithColumn(constraint, dropped) {
      guard let step = ofConstraints.removal(constraint) else { return nil }
      steps.append(step)
    }
    steps += dropped.map(drop)
    let added = to.orderedColumns(of: table.id).filter { table.createdColumns.contains($0) }
    let (additions, others) = assigned(table.createdConstraints, to: added)
    for constraint in others {
      guard let step = ofConstraints.addition(constraint) else { return nil }
      steps.append(step)
    }
    for (column, constraints) in zip(added, additions) {
      guard canAdd(column, constraints, in: definition) else { return nil }
      steps.append(add(column, constraints, in: definition))
    }
    return steps
  }

  // MARK: ADD COLUMN

  /// Each created constraint with the added column that can carry it, and those that none can.
  private func assigned(
    _ constraints: [Constraint], to columns: [Column]
  ) -> (carried: [[Constraint]], others: [Constraint]) {
    var others: [Constraint] = []
    var result = [[Constraint]](repeating: [], count: columns.count)
    for constraint in constraints {
      let index: Int?
      switch constraint.value {
      case .foreignKey, .check:
        if let form = constraint.form {
          index = columns.firstIndex { $0.id.name == form.inlineIn }
        } else {
          index = columns.lastIndex { column in
            constraint.columns == [column.id.name]
              || mentions(column.id.name, in: constraint.object)
          }
        }
      case .primaryKey, .unique: index = nil
      }
      if let index, constraint.canBeInline(in: columns[index].id.name) {
        result[index].append(constraint)
      } else {
        others.append(constraint)
      }
    }
    return (result, others)
  }

  private func mentions(_ name: Identifier, in object: SchemaObject) -> Bool {
    guard case .check(let check) = object else { return false }
    return Mentions.of(name, in: check.expression.text)
  }

  private func canAdd(_ column: Column, _ constraints: [Constraint], in definition: Table) -> Bool {
    if let generation = column.generation {
      return generation.storage == .virtual && column.isNullable && constraints.isEmpty
    }
    guard let value = column.defaultValue else { return true }
    guard isConstant(value, in: definition, type: column.type) else { return false }
    // With enforcement on, a default that points at a row is refused.
    return isNull(value) || !constraints.contains { $0.id.kind == .foreignKey }
  }

  private func isNull(_ value: Expression) -> Bool { value.canonical == "null" }

  /// "The column may not have a default value of CURRENT_TIME, CURRENT_DATE, CURRENT_TIMESTAMP, or an
  /// expression in parentheses." A strict table must accept the value, too: 3.40 does not check that.
  private func isConstant(_ value: Expression, in definition: Table, type: TypeName) -> Bool {
    guard ElementText.isPlain(value) else { return false }
    let text = value.canonical.string
    if ["current_time", "current_date", "current_timestamp"].contains(text) { return false }
    guard definition.isStrict, !isNull(value) else { return true }
    let isText = text.utf8.first == UInt8(ascii: "'")
    let isBlob = text.utf8.first == UInt8(ascii: "x")
    switch type.canonical.string {
    case "any": return true
    case "text": return isText
    case "blob": return isBlob
    case "real": return !isText && !isBlob
    default:
      return !isText && !isBlob
        && !text.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "e") }
    }
  }

  private func add(_ column: Column, _ constraints: [Constraint], in definition: Table) -> Step {
    let text = TableText.addition(column, with: constraints, table: definition, to: to)
    var changes = TableChanges(id: table.id)
    changes.add(.create(.column(column)))
    for constraint in constraints { changes.add(.create(constraint.object)) }
    // What a foreign key's column holds at first is null.
    let checks = RowChecks(table.id, from: from, to: to, renames: renames)
      .of(changes, newAlias: nil)
    var hazards = [Hazards.noDefault(column)].compactMap { $0 }
    hazards += constraints.filter { $0.id.kind == .check }.map { Hazards.new($0) }
    return Step(
      .create, column.id, produces: [column.id] + constraints.map(\.id), consumes: [table.id],
      statements: [
        Statement("ALTER TABLE \(table.id.name) ADD COLUMN \(text)", lock: .exclusive)
      ], hazards: hazards, checks: checks)
  }

  // MARK: DROP COLUMN

  private func goesWithColumn(_ constraint: Constraint, _ columns: [Column]) -> Bool {
    columns.contains { $0.id.name == constraint.form?.inlineIn }
  }

  /// A table has a column that is not generated at any time, and what is added comes afterwards.
  private func leavesOne(after dropped: [Column]) -> Bool {
    let gone = Set(dropped.map(\.id))
    return from.columns(of: table.id).contains { $0.generation == nil && !gone.contains($0.id) }
  }

  private func canDrop(_ column: Column) -> Bool {
    let name = column.id.name
    for constraint in from.constraints(of: table.id) {
      let isInline = constraint.form?.inlineIn == name
      switch constraint.value {
      case .check(let check):
        if !isInline, Mentions.of(name, in: check.expression.text) { return false }
      case .foreignKey: if !isInline, constraint.columns.contains(name) { return false }
      case .primaryKey, .unique: if constraint.columns.contains(name) { return false }
      }
    }
    for other in from.columns(of: table.id) where other.id != column.id {
      if let generation = other.generation, Mentions.of(name, in: generation.expression.text) {
        return false
      }
    }
    // Indexes that change are gone by then.
    for index in from.indexes(of: table.id) where !changed.contains(index.id) {
      if Mentions.of(name, in: index.source ?? index.fields.description) { return false }
    }
    return !isMentionedByDependents(name)
  }

  /// Whether a view or trigger that stays could need the column.
  private func isMentionedByDependents(_ name: Identifier) -> Bool {
    for id in Dependents.of(table.id, in: from) where !changed.contains(id) {
      if case .view(let view)? = from[id],
        !view.columnNames.isEmpty || Mentions.of(name, in: view.query.text)
      {
        return true
      }
      if case .trigger(let trigger)? = from[id],
        Mentions.of(name, in: trigger.source ?? trigger.fields.description)
      {
        return true
      }
    }
    return false
  }

  private func drop(_ column: Column) -> Step {
    let constraints = table.droppedConstraints.filter { $0.form?.inlineIn == column.id.name }
    return Step(
      .drop, column.id, destroys: [column.id] + constraints.map(\.id),
      statements: [
        Statement(
          "ALTER TABLE \(table.id.name) DROP COLUMN \(column.id.name)", lock: .exclusive)
      ],
      hazards: column.generation == nil ? [Hazards.dropColumn(column.id)] : [],
      reversibility: column.generation == nil ? .structureOnly : .exact)
  }
}
