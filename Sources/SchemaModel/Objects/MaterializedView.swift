/// What is set for a column of a materialized view.
package struct ResultColumnSettings: Hashable, Sendable, Codable {
  package var column: Identifier
  package var settings: ColumnSettings

  package init(column: Identifier, settings: ColumnSettings) {
    self.column = column
    self.settings = settings
  }

  var value: FieldValue { .record([Field("column", column)] + settings.fields) }
}

/// A materialized view; whether it is filled is data, not schema.
package struct MaterializedView: Describable {
  package var id: ObjectID
  /// The `SELECT`, without a trailing semicolon.
  package var query: Expression
  /// As `name=value`, sorted (`pg_class.reloptions`).
  package var storageParameters: [ExactText]
  /// Another than the database's own.
  package var tablespace: Identifier?
  /// Another than `heap`.
  package var accessMethod: Identifier?
  /// The index that CLUSTER goes by.
  package var clusteredOn: Identifier?
  /// Those that are not as the types have them, sorted by column.
  package var columnSettings: [ResultColumnSettings]

  package init(
    id: ObjectID, query: Expression, storageParameters: [ExactText] = [],
    tablespace: Identifier? = nil, accessMethod: Identifier? = nil,
    clusteredOn: Identifier? = nil, columnSettings: [ResultColumnSettings] = []
  ) {
    self.id = id
    self.query = query
    self.storageParameters = storageParameters
    self.tablespace = tablespace
    self.accessMethod = accessMethod
    self.clusteredOn = clusteredOn
    self.columnSettings = columnSettings.sorted { $0.column < $1.column }
  }

  package var requires: [ObjectID] { id.namespace.map { [.namespace($0)] } ?? [] }
  package var fields: [Field] {
    [
      Field("query", query),
      Field("storage_parameters", .list(storageParameters.map { .text($0) })),
      Field("tablespace", tablespace), Field("access_method", accessMethod),
      Field("clustered_on", clusteredOn),
      Field("column_settings", .list(columnSettings.map(\.value))),
    ]
  }

  package func mappingExpressions(
    _ transform: (Expression) -> Expression
  ) -> MaterializedView {
    var copy = self
    copy.query = transform(query)
    return copy
  }

  package func renamed(by names: Renaming) -> MaterializedView {
    var copy = self
    copy.id = names(id)
    copy.query = names.query(query)
    copy.clusteredOn = clusteredOn.map { names.index($0, of: id) }
    return copy
  }
}
