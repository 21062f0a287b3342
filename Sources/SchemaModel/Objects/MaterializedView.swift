/// A materialized view; whether it is filled is data, not schema.
package struct MaterializedView: Describable {
  package var id: ObjectID
  /// The `SELECT`, without a trailing semicolon.
  package var query: Expression
  /// As `name=value`, sorted (`pg_class.reloptions`).
  package var storageParameters: [ExactText]

  package init(id: ObjectID, query: Expression, storageParameters: [ExactText] = []) {
    self.id = id
    self.query = query
    self.storageParameters = storageParameters
  }

  package var requires: [ObjectID] { id.namespace.map { [.namespace($0)] } ?? [] }
  package var fields: [Field] {
    [
      Field("query", query),
      Field("storage_parameters", .list(storageParameters.map { .text($0) })),
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
    return copy
  }
}
