/// One column of a primary key or unique constraint.
package struct KeyColumn: Hashable, Sendable, Codable {
  package var name: Identifier
  /// SQLite: `DESC`, which also keeps an INTEGER PRIMARY KEY from being the rowid.
  package var isDescending: Bool
  /// SQLite: `COLLATE`.
  package var collation: Identifier?

  package init(_ name: Identifier, isDescending: Bool = false, collation: Identifier? = nil) {
    self.name = name
    self.isDescending = isDescending
    self.collation = collation
  }

  package var value: FieldValue {
    .record([
      Field("name", name), Field("desc", isDescending), Field("collate", collation),
    ])
  }
}

/// When a constraint is checked.
package enum Deferrability: String, Hashable, Sendable, Codable {
  case notDeferrable = "not deferrable"
  case initiallyImmediate = "deferrable"
  case initiallyDeferred = "deferrable initially deferred"
}

/// How SQLite wrote a constraint down; nothing of it takes part in equality.
package struct SourceForm: Hashable, Sendable, Codable {
  /// The constraint's tokens as they stand in the `CREATE TABLE`.
  package var text: String
  /// The column whose definition holds the constraint; nil for a table constraint.
  package var inlineIn: Identifier?
  /// Whether the constraint has a name of its own.
  package var isNamed: Bool

  package init(text: String, inlineIn: Identifier?, isNamed: Bool) {
    self.text = text
    self.inlineIn = inlineIn
    self.isNamed = isNamed
  }
}

/// PostgreSQL: how the index behind a key or exclusion constraint is kept.
package struct IndexStorage: Hashable, Sendable, Codable {
  /// As `name=value`, sorted (`pg_class.reloptions`).
  package var parameters: [ExactText]
  /// Nil: the database's own.
  package var tablespace: Identifier?

  package init(parameters: [ExactText] = [], tablespace: Identifier? = nil) {
    self.parameters = parameters
    self.tablespace = tablespace
  }

  package static let usual = IndexStorage()

  var fields: [Field] {
    [
      Field("with", texts: parameters), Field("tablespace", tablespace),
    ]
  }
}

/// A primary key.
package struct PrimaryKey: Describable {
  package var id: ObjectID
  package var columns: [KeyColumn]
  package var include: [Identifier]
  package var deferrability: Deferrability
  /// SQLite: `AUTOINCREMENT`.
  package var isAutoincrement: Bool
  package var conflict: ConflictClause?
  /// PostgreSQL 18: `WITHOUT OVERLAPS` after the last column.
  package var isWithoutOverlaps: Bool
  package var storage: IndexStorage
  @Incidental package var source: SourceForm?

  package init(
    id: ObjectID, columns: [KeyColumn], include: [Identifier] = [],
    deferrability: Deferrability = .notDeferrable, isAutoincrement: Bool = false,
    conflict: ConflictClause? = nil, isWithoutOverlaps: Bool = false,
    storage: IndexStorage = .usual, source: SourceForm? = nil
  ) {
    self.id = id
    self.columns = columns
    self.include = include
    self.deferrability = deferrability
    self.isAutoincrement = isAutoincrement
    self.conflict = conflict
    self.isWithoutOverlaps = isWithoutOverlaps
    self.storage = storage
    _source = Incidental(wrappedValue: source)
  }

  package var requires: [ObjectID] {
    [id.table] + (columns.map(\.name) + include).map { id.table.part(.column, $0) }
  }

  package var fields: [Field] {
    [
      Field("columns", .list(columns.map(\.value))), Field("include", include),
      Field("deferrable", deferrability.rawValue), Field("autoincrement", isAutoincrement),
      Field("on_conflict", conflict?.rawValue),
      Field("without_overlaps", isWithoutOverlaps),
    ] + storage.fields
  }

  package func renamed(by names: Renaming) -> PrimaryKey {
    var copy = self
    copy.id = names(id)
    copy.include = names.columns(include, of: id.table)
    for index in copy.columns.indices {
      copy.columns[index].name = names.column(copy.columns[index].name, of: id.table)
    }
    return copy
  }
}

/// A unique constraint.
package struct UniqueConstraint: Describable {
  package var id: ObjectID
  package var columns: [KeyColumn]
  package var include: [Identifier]
  package var deferrability: Deferrability
  /// PostgreSQL 15: `NULLS NOT DISTINCT`.
  package var nullsNotDistinct: Bool
  package var conflict: ConflictClause?
  /// PostgreSQL 18: `WITHOUT OVERLAPS` after the last column.
  package var isWithoutOverlaps: Bool
  package var storage: IndexStorage
  @Incidental package var source: SourceForm?

  package init(
    id: ObjectID, columns: [KeyColumn], include: [Identifier] = [],
    deferrability: Deferrability = .notDeferrable, nullsNotDistinct: Bool = false,
    conflict: ConflictClause? = nil, isWithoutOverlaps: Bool = false,
    storage: IndexStorage = .usual, source: SourceForm? = nil
  ) {
    self.id = id
    self.columns = columns
    self.include = include
    self.deferrability = deferrability
    self.nullsNotDistinct = nullsNotDistinct
    self.conflict = conflict
    self.isWithoutOverlaps = isWithoutOverlaps
    self.storage = storage
    _source = Incidental(wrappedValue: source)
  }

  package var requires: [ObjectID] {
    [id.table] + (columns.map(\.name) + include).map { id.table.part(.column, $0) }
  }

  package var fields: [Field] {
    [
      Field("columns", .list(columns.map(\.value))), Field("include", include),
      Field("deferrable", deferrability.rawValue),
      Field("nulls_not_distinct", nullsNotDistinct), Field("on_conflict", conflict?.rawValue),
      Field("without_overlaps", isWithoutOverlaps),
    ] + storage.fields
  }

  package func renamed(by names: Renaming) -> UniqueConstraint {
    var copy = self
    copy.id = names(id)
    copy.include = names.columns(include, of: id.table)
    for index in copy.columns.indices {
      copy.columns[index].name = names.column(copy.columns[index].name, of: id.table)
    }
    return copy
  }
}
