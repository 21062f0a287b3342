import Planning
import SQLText
import SchemaModel

/// Tables that leave their parents and join others.
extension TableSteps {
  /// A partition that gets other rows leaves in a step of its own, before any other comes in its place.
  static func alterations(_ old: Table, to new: Table, _ context: PlanContext) -> [Step] {
    let leaving = left(old, new, context)
    guard old.partitionBound != nil, new.partitionBound != nil, !leaving.isEmpty else {
      return [alter(old, to: new, context)]
    }
    let gone = ObjectID.milestone("detached", of: new.id)
    var joined = alter(old, to: new, context, hasLeft: true)
    joined.consumes.append(gone)
    joined.releases = []
    // To the same parent it takes its indexes along and back.
    let models = old.parents == new.parents ? [] : Inheritance.indexModels(of: old, context)
    return [
      Step(
        .alter, new.id, produces: [gone],
        destroys: bounds(of: old) + [PlanContext.place(of: old.id)],
        releases: old.parents + models, statements: leaving),
      joined,
    ]
  }

  /// Stands for a parent's share of its rows among its partitions.
  static func bounds(of table: Table) -> [ObjectID] {
    table.partitionBound == nil ? [] : table.parents.map { .milestone("bounds", of: $0) }
  }

  static func left(_ old: Table, _ new: Table, _ context: PlanContext) -> [Statement] {
    let path = new.id.path
    var statements: [Statement] = []
    for parent in old.parents where hasMoved(old, new) || !new.parents.contains(parent) {
      let sql: SQL =
        old.partitionBound == nil
        ? "ALTER TABLE \(path: path) NO INHERIT \(path: parent.path)"
        : "ALTER TABLE \(path: parent.path) DETACH PARTITION \(path: path)"
      statements.append(Statement(sql, lock: .accessExclusive))
    }
    guard old.parents != new.parents else { return statements }
    if old.partitionBound != nil { statements += Inheritance.leftIndexes(old, new, context) }
    // The parent may have dropped them already.
    let gone: [SQL] =
      Inheritance.leftChecks(old, new, context).map { "CONSTRAINT IF EXISTS \($0)" }
      + Inheritance.leftColumns(old, new, context).map { "COLUMN IF EXISTS \($0)" }
    return statements
      + gone.map { Statement("ALTER TABLE \(path: path) DROP \($0)", lock: .accessExclusive) }
  }

  private static func hasMoved(_ old: Table, _ new: Table) -> Bool {
    old.partitionBound != new.partitionBound
  }

  static func joined(from old: Table, to new: Table) -> [Statement] {
    let path = new.id.path
    let isMoved = hasMoved(old, new)
    var statements: [Statement] = []
    for parent in new.parents where isMoved || !old.parents.contains(parent) {
      let sql: SQL =
        new.partitionBound.map { bound -> SQL in
          "ALTER TABLE \(path: parent.path) ATTACH PARTITION \(path: path) \(.verbatim(bound.string))"
        } ?? "ALTER TABLE \(path: path) INHERIT \(path: parent.path)"
      statements.append(Statement(sql, lock: .accessExclusive))
    }
    return statements
  }
}
