/// A foreign key.
package struct ForeignKey: Describable {
  package enum Action: String, Hashable, Sendable, Codable, CaseIterable {
    case noAction = "no action"
    case restrict
    case cascade
    case setNull = "set null"
    case setDefault = "set default"
  }

  package enum Match: String, Hashable, Sendable, Codable { case simple, full, partial }

  package var id: ObjectID
  package var columns: [Identifier]
  package var referencedTable: ObjectID
  /// Empty where SQLite's text names no columns: the target's primary key.
  package var referencedColumns: [Identifier]
  package var onDelete: Action
  package var onUpdate: Action
  /// PostgreSQL 15: the columns of `SET NULL (…)` and `SET DEFAULT (…)`; empty means all.
  package var setColumns: [Identifier]
  package var match: Match
  package var deferrability: Deferrability
  /// PostgreSQL: `NOT VALID`.
  package var isNotValid: Bool
  /// PostgreSQL 18: `NOT ENFORCED`.
  package var isNotEnforced: Bool
  /// PostgreSQL 18: `PERIOD` before the last column of either side.
  package var isTemporal: Bool
  @Incidental package var source: SourceForm?

  package init(
    id: ObjectID, columns: [Identifier], referencedTable: ObjectID,
    referencedColumns: [Identifier], onDelete: Action = .noAction, onUpdate: Action = .noAction,
    setColumns: [Identifier] = [], match: Match = .simple,
    deferrability: Deferrability = .notDeferrable, isNotValid: Bool = false,
    isNotEnforced: Bool = false, isTemporal: Bool = false, source: SourceForm? = nil
  ) {
    self.id = id
    self.columns = columns
    self.referencedTable = referencedTable
    self.referencedColumns = referencedColumns
    self.onDelete = onDelete
    self.onUpdate = onUpdate
    self.setColumns = setColumns
    self.match = match
    self.deferrability = deferrability
    self.isNotValid = isNotValid
    self.isNotEnforced = isNotEnforced
    self.isTemporal = isTemporal
    _source = Incidental(wrappedValue: source)
  }

  package var requires: [ObjectID] {
    [id.table, referencedTable] + columns.map { id.table.part(.column, $0) }
      + referencedColumns.map { referencedTable.part(.column, $0) }
  }

  package var fields: [Field] {
    [
      Field("columns", columns), Field("references", referencedTable),
      Field("referenced_columns", referencedColumns), Field("on_delete", onDelete.rawValue),
      Field("on_update", onUpdate.rawValue), Field("set_columns", setColumns),
      Field("match", match.rawValue), Field("deferrable", deferrability.rawValue),
      Field("not_valid", isNotValid), Field("not_enforced", isNotEnforced),
      Field("period", isTemporal),
    ]
  }

  package func renamed(by names: Renaming) -> ForeignKey {
    var copy = self
    copy.id = names(id)
    copy.columns = names.columns(columns, of: id.table)
    copy.setColumns = names.columns(setColumns, of: id.table)
    copy.referencedTable = names(referencedTable)
    copy.referencedColumns = names.columns(referencedColumns, of: referencedTable)
    return copy
  }
}
