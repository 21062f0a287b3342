package import SchemaModel

/// A table with everything in it, which is easier to change at random than flat objects are.
package struct TableDraft: Sendable {
  package var table: Table
  package var columns: [Column] = []
  /// Keys, checks, foreign keys, indexes.
  package var parts: [SchemaObject] = []
  package var comments: [ObjectID: String] = [:]

  package init(table: Table) { self.table = table }

  var objects: [SchemaObject] {
    var table = table
    table.columnOrder = columns.map(\.id.name)
    return [.table(table)] + columns.map { .column($0) } + parts
      + comments.keys.sorted().map { .comment(Comment(on: $0, text: comments[$0] ?? "")) }
  }
}

/// A schema that is being made up.
package struct SchemaDraft: Sendable {
  package let engine: EngineName
  package var namespaces: [String] = []
  package var enums: [EnumType] = []
  package var sequences: [SchemaModel.Sequence] = []
  package var tables: [TableDraft] = []
  package var views: [View] = []
  package var dependencies: [ObjectID: [ObjectID]] = [:]

  package init(engine: EngineName) { self.engine = engine }

  package func schema() throws -> Schema {
    var objects: [SchemaObject] = namespaces.map {
      .namespace(Namespace(id: .namespace(Identifier($0))))
    }
    objects += enums.map { .enumType($0) }
    objects += sequences.map { .sequence($0) }
    for table in tables { objects += table.objects }
    objects += views.map { .view($0) }
    return try Schema(engine: engine, objects: objects, dependencies: dependencies)
  }
}
