/// A view.
package struct View: Describable {
  package var id: ObjectID
  /// The `SELECT`, without a trailing semicolon.
  package var query: Expression
  /// Names given in `CREATE VIEW name (…)`; empty where the query names them. PostgreSQL's catalogs fold
  /// them into the query.
  package var columnNames: [Identifier]
  /// As `name=value`, sorted (`security_barrier=true`, `check_option=local`).
  package var options: [ExactText]
  /// PostgreSQL: what INSERT puts into a column that it leaves out, where that is not the table's own.
  package var columnDefaults: [ColumnDefault]
  /// The options in the order of the catalog, which dumps keep.
  @Incidental package var optionOrder: [ExactText]?
  /// PostgreSQL: names and types of the result, which decide whether `CREATE OR REPLACE` can do a change.
  @Incidental package var resultColumns: [ResultColumn]?
  /// SQLite: the whole `CREATE VIEW` as `sqlite_schema` has it.
  @Incidental package var source: String?

  package struct ColumnDefault: Hashable, Sendable, Codable {
    package var column: Identifier
    package var value: Expression

    package init(column: Identifier, value: Expression) {
      self.column = column
      self.value = value
    }
  }

  package struct ResultColumn: Hashable, Sendable, Codable {
    package var name: Identifier
    package var type: ExactText

    package init(name: Identifier, type: ExactText) {
      self.name = name
      self.type = type
    }
  }

  package init(
    id: ObjectID, query: Expression, columnNames: [Identifier] = [], options: [ExactText] = [],
    columnDefaults: [ColumnDefault] = [], optionOrder: [ExactText]? = nil,
    resultColumns: [ResultColumn]? = nil, source: String? = nil
  ) {
    self.id = id
    self.query = query
    self.columnNames = columnNames
    self.options = options
    self.columnDefaults = columnDefaults
    _optionOrder = Incidental(wrappedValue: optionOrder)
    _resultColumns = Incidental(wrappedValue: resultColumns)
    _source = Incidental(wrappedValue: source)
  }

  package var requires: [ObjectID] { id.namespace.map { [.namespace($0)] } ?? [] }
  package var fields: [Field] {
    [
      Field("query", query), Field("columns", columnNames),
      Field("options", .list(options.map { .text($0) })),
      Field(
        "column_defaults",
        columnDefaults.isEmpty
          ? .absent
          : .list(
            columnDefaults.map {
              .record([Field("name", $0.column), Field("default", $0.value)])
            })),
    ]
  }

  package func mappingExpressions(_ transform: (Expression) -> Expression) -> View {
    var copy = self
    copy.query = transform(query)
    copy.columnDefaults = columnDefaults.map {
      ColumnDefault(column: $0.column, value: transform($0.value))
    }
    return copy
  }

  package func renamed(by names: Renaming) -> View {
    var copy = self
    copy.id = names(id)
    copy.query = names.query(query)
    return copy
  }
}
