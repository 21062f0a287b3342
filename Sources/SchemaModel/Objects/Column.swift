/// `GENERATED ALWAYS AS (…)`.
package struct Generation: Hashable, Sendable, Codable {
  package enum Storage: String, Hashable, Sendable, Codable { case stored, virtual }

  package var expression: Expression
  package var storage: Storage

  package init(expression: Expression, storage: Storage) {
    self.expression = expression
    self.storage = storage
  }
}

/// `GENERATED … AS IDENTITY` and its sequence.
package struct Identity: Hashable, Sendable, Codable {
  package enum Mode: String, Hashable, Sendable, Codable {
    case always
    case byDefault = "by default"
  }

  package var mode: Mode
  package var options: SequenceOptions
  /// The sequence's name where it is not the one that PostgreSQL would choose.
  package var sequenceName: Identifier?
  /// The sequence's, where it is not the table's.
  package var persistence: SequencePersistence?

  package init(
    mode: Mode, options: SequenceOptions, sequenceName: Identifier? = nil,
    persistence: SequencePersistence? = nil
  ) {
    self.mode = mode
    self.options = options
    self.sequenceName = sequenceName
    self.persistence = persistence
  }
}

/// PostgreSQL: how the values of a column are kept and described; nil is what its type has by default.
package struct ColumnSettings: Hashable, Sendable, Codable {
  /// `plain`, `external`, `main` or `extended` (`pg_attribute.attstorage`).
  package var storage: String?
  /// `pglz` or `lz4`.
  package var compression: String?
  package var statisticsTarget: Int64?
  /// As `name=value`, sorted: `n_distinct`, `n_distinct_inherited`.
  package var options: [ExactText]
  /// Of a column of a foreign table, as `name=value`, sorted.
  package var serverOptions: [ExactText]

  package init(
    storage: String? = nil, compression: String? = nil, statisticsTarget: Int64? = nil,
    options: [ExactText] = [], serverOptions: [ExactText] = []
  ) {
    self.storage = storage
    self.compression = compression
    self.statisticsTarget = statisticsTarget
    self.options = options
    self.serverOptions = serverOptions
  }

  package static let usual = ColumnSettings()

  var fields: [Field] {
    [
      Field("storage", storage), Field("compression", compression),
      Field("statistics", statisticsTarget), Field("options", texts: options),
      Field("server_options", texts: serverOptions),
    ]
  }
}

/// PostgreSQL 18: what is said of a NOT NULL constraint that is not as `NOT NULL` alone makes it.
package struct NotNullConstraint: Hashable, Sendable, Codable {
  /// Nil: `TABLE_COLUMN_not_null`.
  package var name: Identifier?
  package var isNoInherit: Bool
  package var isNotValid: Bool

  package init(name: Identifier? = nil, isNoInherit: Bool = false, isNotValid: Bool = false) {
    self.name = name
    self.isNoInherit = isNoInherit
    self.isNotValid = isNotValid
  }

  package static let usual = NotNullConstraint()
}

/// What SQLite does when a constraint is violated; absent is ABORT.
package enum ConflictClause: String, Hashable, Sendable, Codable {
  case rollback, abort, fail, ignore, replace
}

/// A column of a table.
package struct Column: Describable {
  package var id: ObjectID
  package var type: TypeName
  package var isNullable: Bool
  package var defaultValue: Expression?
  package var generation: Generation?
  package var identity: Identity?
  /// A collation other than the type's own; qualified on PostgreSQL unless in `pg_catalog`.
  package var collation: ExactText?
  /// SQLite: what violates NOT NULL does.
  package var notNullConflict: ConflictClause?
  package var notNull: NotNullConstraint
  /// PostgreSQL: the table has the column from a parent, and says something else of it. What it has as the
  /// parent has it is no object.
  package var isInherited: Bool
  package var settings: ColumnSettings
  /// SQLite: the column's whole definition in its `CREATE TABLE`, inline constraints included.
  @Incidental package var source: String?

  package init(
    id: ObjectID, type: TypeName, isNullable: Bool = true, defaultValue: Expression? = nil,
    generation: Generation? = nil, identity: Identity? = nil, collation: ExactText? = nil,
    notNullConflict: ConflictClause? = nil, notNull: NotNullConstraint = .usual,
    isInherited: Bool = false, settings: ColumnSettings = .usual, source: String? = nil
  ) {
    self.id = id
    self.type = type
    self.isNullable = isNullable
    self.defaultValue = defaultValue
    self.generation = generation
    self.identity = identity
    self.collation = collation
    self.notNullConflict = notNullConflict
    self.notNull = notNull
    self.isInherited = isInherited
    self.settings = settings
    _source = Incidental(wrappedValue: source)
  }

  package var requires: [ObjectID] { [id.table] + (type.object.map { [$0] } ?? []) }

  package var fields: [Field] {
    [
      Field("type", type), Field("not_null", !isNullable), Field("default", defaultValue),
      Field("generated", generation?.expression),
      Field("generated_storage", generation?.storage.rawValue),
      Field("identity", identity?.mode.rawValue),
      Field("identity_options", identity.map { .record($0.options.fields) } ?? .absent),
      Field("identity_sequence", identity?.sequenceName),
      Field("identity_persistence", identity?.persistence?.rawValue),
      Field("collation", collation?.string),
      Field("not_null_conflict", notNullConflict?.rawValue),
      Field("not_null_name", notNull.name), Field("not_null_no_inherit", notNull.isNoInherit),
      Field("not_null_not_valid", notNull.isNotValid), Field("inherited", isInherited),
    ] + settings.fields
  }

  /// The identity's sequence keeps its name when the table or column gets another; nil is the name that
  /// goes with the new ones.
  private func sequenceName(after new: ObjectID) -> Identifier? {
    guard let identity, new != id else { return identity?.sequenceName }
    func usual(_ id: ObjectID) -> Identifier {
      PostgresNames.sequence(table: id.table.name, column: id.name)
    }
    let present = identity.sequenceName ?? usual(id)
    return present == usual(new) ? nil : present
  }

  package func mappingExpressions(_ transform: (Expression) -> Expression) -> Column {
    var copy = self
    copy.defaultValue = defaultValue.map(transform)
    copy.generation = generation.map {
      Generation(expression: transform($0.expression), storage: $0.storage)
    }
    return copy
  }

  package func renamed(by names: Renaming) -> Column {
    var copy = self
    copy.id = names(id)
    copy.type = names.type(type)
    copy.generation = generation.map {
      Generation(
        expression: names.expression($0.expression, of: id.relationPath), storage: $0.storage)
    }
    copy.identity?.sequenceName = sequenceName(after: copy.id)
    return copy
  }
}
