package import SchemaModel

extension Schema {
  /// The schema without what Kedge keeps its history in: the schema `kedge` on PostgreSQL with the event
  /// triggers of its ledger, tables `_kedge_…` on SQLite.
  package func withoutBookkeeping() -> Schema {
    let rest = objects.filter { !isBookkeeping($0.id) }
    guard rest.count < objects.count, let schema = try? replacing(objects: rest) else {
      return self
    }
    return schema
  }

  private func isBookkeeping(_ id: ObjectID) -> Bool {
    let target = id.attachmentTarget ?? id
    return switch engine {
    case .postgresql:
      id.namespace?.raw == "kedge" || (target.kind == .eventTrigger && isOfLedger(target.name))
    case .sqlite: id.relationPath.last?.raw.hasPrefix("_kedge_") ?? false
    }
  }

  private func isOfLedger(_ name: Identifier) -> Bool { name.raw.hasPrefix("kedge_ledger_") }
}
