import SchemaDiff
import SchemaModel

/// The changes of one table that both sides have.
struct TableChanges {
  let id: ObjectID
  /// Of the table itself, its columns and its constraints, in order of id.
  private(set) var changes: [Change] = []

  init(id: ObjectID) { self.id = id }

  mutating func add(_ change: Change) { changes.append(change) }

  var createdColumns: [Column] {
    changes.compactMap { if case .create(.column(let column)) = $0 { column } else { nil } }
  }

  var droppedColumns: [Column] {
    changes.compactMap { if case .drop(.column(let column)) = $0 { column } else { nil } }
  }

  var alteredColumns: [Alteration] {
    changes.compactMap {
      if case .alter(let alteration) = $0, alteration.id.kind == .column { alteration } else { nil }
    }
  }

  var createdConstraints: [Constraint] {
    changes.compactMap { if case .create(let object) = $0 { Constraint(object) } else { nil } }
  }

  /// Those with another meaning under the old name.
  var alteredConstraints: [Constraint] {
    changes.compactMap {
      if case .alter(let alteration) = $0 { Constraint(alteration.to) } else { nil }
    }
  }

  var droppedConstraints: [Constraint] {
    changes.compactMap { if case .drop(let object) = $0 { Constraint(object) } else { nil } }
  }

  /// Whether the table itself, or something that stays, takes another form.
  var hasAlterations: Bool {
    changes.contains { if case .alter = $0 { true } else { false } }
  }
}
