/// SQLite: a table that a module implements (FTS5, R-Tree …). Its shadow tables are part of it.
package struct VirtualTable: Describable {
  package var id: ObjectID
  package var module: Identifier
  /// What stands between the parentheses, one by one; the module alone knows what it means.
  package var arguments: [Expression]
  /// The whole `CREATE VIRTUAL TABLE` as `sqlite_schema` has it.
  @Incidental package var source: String?

  package init(
    id: ObjectID, module: Identifier, arguments: [Expression] = [], source: String? = nil
  ) {
    self.id = id
    self.module = module
    self.arguments = arguments
    _source = Incidental(wrappedValue: source)
  }

  package var requires: [ObjectID] { id.namespace.map { [.namespace($0)] } ?? [] }
  package var fields: [Field] {
    [
      Field("module", module),
      Field("arguments", .list(arguments.map { .expression($0) })),
    ]
  }

  package func mappingExpressions(_ transform: (Expression) -> Expression) -> VirtualTable {
    var copy = self
    copy.arguments = arguments.map(transform)
    return copy
  }

  /// Its arguments stay as they are: a rename of the content table does not reach them in SQLite either.
  package func renamed(by names: Renaming) -> VirtualTable {
    var copy = self
    copy.id = names(id)
    return copy
  }
}
