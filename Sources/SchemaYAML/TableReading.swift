import SchemaModel

/// Tables are most of a large file, and most of the time that reading it takes.
extension SchemaBuilder {
  /// Reads parts of the tables at once, each into a copy of the builder that knows what is declared.
  mutating func readTablesSideBySide() {
    let tables = declarations[.table] ?? []
    // A child's keys may name columns of a parent, which must have been read.
    if tables.contains(where: { !declaredParents($0).isEmpty }) {
      forEach(.table) { $0.readTable($1) }
      return
    }
    var start = self
    start.objects = []
    start.nodes.problems = YAMLProblems()
    let parts = Parallel.map(tables) { [start] tables in
      var part = start
      for table in tables {
        part.nodes.source = table.source
        part.readTable(table)
      }
      return TablesRead(part)
    }
    for part in parts { take(part) }
  }

  private mutating func take(_ part: TablesRead) {
    objects += part.objects
    nodes.problems.add(part.problems)
    pendingForeignKeys += part.pendingForeignKeys
    columns.merge(part.columns) { $1 }
    primaryKeys.merge(part.primaryKeys) { $1 }
    places.merge(part.places) { $1 }
  }
}

/// What reading the rest of the file needs; what else a builder gathered goes with its thread.
private struct TablesRead: Sendable {
  let objects: [SchemaObject]
  let problems: YAMLProblems
  let pendingForeignKeys: [SchemaBuilder.PendingForeignKey]
  let columns: [ObjectID: [Identifier]]
  let primaryKeys: [ObjectID: [Identifier]]
  /// Which objects have owners of their own, where others have a common one.
  let places: [ObjectID: SourcePlace]

  init(_ builder: SchemaBuilder) {
    objects = builder.objects
    problems = builder.nodes.problems
    pendingForeignKeys = builder.pendingForeignKeys
    columns = builder.columns
    primaryKeys = builder.primaryKeys
    places = builder.privileges.owner == nil ? [:] : builder.places
  }
}
