package import SchemaModel

extension Schema {
  /// The schema without what Kedge keeps its history in: the schema `kedge` on PostgreSQL, tables `_kedge_…` on
  /// SQLite.
  package func withoutBookkeeping() -> Schema {
    let rest = objects.filter { !isBookkeeping($0.id) }
    guard rest.count < objects.count, let schema = try? replacing(objects: rest) else {
      return self
    }
    return schema
  }

  private func isBookkeeping(_ id: ObjectID) -> Bool {
    switch engine {
    case .postgresql: id.namespace?.raw == "kedge"
    case .sqlite: id.relationPath.last?.raw.hasPrefix("_kedge_") ?? false
    }
  }
}
