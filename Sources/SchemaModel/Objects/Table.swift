/// A table without what is in it: columns and constraints are objects of their own.
package struct Table: Describable {
  package var id: ObjectID
  /// SQLite: `STRICT`.
  package var isStrict: Bool
  /// SQLite: `WITHOUT ROWID`.
  package var isWithoutRowid: Bool
  /// PostgreSQL: `UNLOGGED`.
  package var isUnlogged: Bool
  /// PostgreSQL: `ENABLE ROW LEVEL SECURITY`.
  package var hasRowSecurity: Bool
  /// PostgreSQL: `FORCE ROW LEVEL SECURITY`, for the owner too.
  package var forcesRowSecurity: Bool
  /// Storage parameters as `name=value`, sorted (`pg_class.reloptions`).
  package var storageParameters: [ExactText]
  /// The columns in the order of the catalog or of the file.
  @Incidental package var columnOrder: [Identifier]?
  /// SQLite: the whole `CREATE TABLE` as `sqlite_schema` has it.
  @Incidental package var source: String?
  /// SQLite: the table has statistics of ANALYZE, which a rebuild has to gather again.
  @Incidental package var isAnalyzed: Bool?

  package init(
    id: ObjectID, isStrict: Bool = false, isWithoutRowid: Bool = false, isUnlogged: Bool = false,
    hasRowSecurity: Bool = false, forcesRowSecurity: Bool = false,
    storageParameters: [ExactText] = [], columnOrder: [Identifier]? = nil, source: String? = nil, isAnalyzed: Bool? = nil
  ) {
    self.id = id
    self.isStrict = isStrict
    self.isWithoutRowid = isWithoutRowid
    self.isUnlogged = isUnlogged
    self.hasRowSecurity = hasRowSecurity
    self.forcesRowSecurity = forcesRowSecurity
    self.storageParameters = storageParameters
    _columnOrder = Incidental(wrappedValue: columnOrder)
    _source = Incidental(wrappedValue: source)
    _isAnalyzed = Incidental(wrappedValue: isAnalyzed)
  }

  package var requires: [ObjectID] { id.namespace.map { [.namespace($0)] } ?? [] }
  package var fields: [Field] {
    [
      Field("strict", isStrict), Field("without_rowid", isWithoutRowid),
      Field("unlogged", isUnlogged), Field("row_security", hasRowSecurity),
      Field("force_row_security", forcesRowSecurity),
      Field("storage_parameters", .list(storageParameters.map { .text($0) })),
    ]
  }

  package func renamed(by names: Renaming) -> Table {
    var copy = self
    copy.id = names(id)
    copy.columnOrder = columnOrder.map { names.columns($0, of: id) }
    return copy
  }
}
