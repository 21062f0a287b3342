import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// What ALTER TABLE can do to constraints from SQLite 3.53 on: `SET NOT NULL` and `DROP NOT NULL` of a
/// column, `ADD CHECK`, `DROP CONSTRAINT` of a named check, from 3.54 on also of a foreign key.
struct ConstraintAlteration {
  private let table: TableChanges
  private let from: Schema
  private let to: Schema
  private let renames: [Rename]

  init(_ table: TableChanges, from: Schema, to: Schema, renames: [Rename]) {
    self.table = table
    self.from = from
    self.to = to
    self.renames = renames
  }

  /// Only where the version is known: a file of unknown whereabouts is for older libraries, too.
  var isAvailable: Bool { version >= 3_053_000 }

  private var version: Int { from.serverVersion ?? 0 }

  /// The steps of every alteration of the table; nil when one of them is not of this kind.
  func alterations() -> [Step]? {
    if !table.hasAlterations { return [] }
    guard isAvailable else { return nil }
    var steps: [Step] = []
    for change in table.changes {
      guard case .alter(let alteration) = change else { continue }
      guard let step = step(alteration) else { return nil }
      steps.append(step)
    }
    return steps
  }

  private func step(_ alteration: Alteration) -> Step? {
    guard case .column(let old) = alteration.from, case .column(let new) = alteration.to else {
      return nil
    }
    var handled = old
    handled.isNullable = new.isNullable
    // Null in a column with a default becomes the default: an UPDATE, which would fire triggers.
    guard handled == new, old.isNullable != new.isNullable, new.notNullConflict == nil,
      old.notNullConflict == nil, Hazards.null(old, new)?.code != "SL13"
    else { return nil }
    let action: SQL = new.isNullable ? "DROP NOT NULL" : "SET NOT NULL"
    var changes = TableChanges(id: table.id)
    changes.add(.alter(alteration))
    return Step(
      .alter, new.id, produces: [new.id], destroys: [new.id],
      statements: [
        Statement(
          "ALTER TABLE \(table.id.name) ALTER COLUMN \(new.id.name) \(action)", lock: .exclusive)
      ],
      hazards: [Hazards.null(old, new)].compactMap { $0 },
      checks: RowChecks(table.id, from: from, to: to, renames: renames)
        .of(changes, newAlias: nil),
      reversibility: new.isNullable ? .conditional : .exact)
  }

  /// A check that no added column can carry.
  func addition(_ constraint: Constraint) -> Step? {
    guard isAvailable, case .check(let check) = constraint.value, check.conflict == nil else {
      return nil
    }
    return Step(
      .create, constraint.id, produces: [constraint.id],
      consumes: [table.id] + table.createdColumns.map(\.id),
      statements: [
        Statement(
          "ALTER TABLE \(table.id.name) ADD \(constraint.text(inline: false))", lock: .exclusive)
      ],
      hazards: [Hazards.new(constraint)],
      checks: RowChecks(table.id, from: from, to: to, renames: renames).violation(of: constraint))
  }

  /// Of a constraint that goes without its column.
  func removal(_ constraint: Constraint) -> Step? {
    guard isAvailable, constraint.isNamed else { return nil }
    // Names need not be different, and SQLite drops the first that it finds.
    let name = constraint.id.name
    switch constraint.value {
    case .primaryKey, .unique: return nil
    // 3.53.0 does not find a name that is written in quotes.
    case .check: if Quoting.name(name.raw) != name.raw, version < 3_053_001 { return nil }
    case .foreignKey: if version < 3_054_000 { return nil }
    }
    let sharers = from.constraints(of: table.id).count { $0.isNamed && $0.id.name.key == name.key }
    guard sharers == 1 else { return nil }
    return Step(
      .drop, constraint.id, destroys: [constraint.id],
      statements: [
        Statement("ALTER TABLE \(table.id.name) DROP CONSTRAINT \(name)", lock: .exclusive)
      ])
  }
}
