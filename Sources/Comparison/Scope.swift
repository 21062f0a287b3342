import SchemaModel

extension Schema {
  /// The schema without what lies outside the namespaces that the other side describes.
  func restricted(to namespaces: [Identifier]?) throws(Problem) -> (Schema, leftOut: Int) {
    guard let namespaces else { return (self, 0) }
    let wanted = Set(namespaces)
    let kept = objects.filter { $0.id.namespace.map(wanted.contains) ?? true }
    guard kept.count < objects.count else { return (self, 0) }
    let relations = objects.count { $0.kind.isOnItsOwn }
    let left = relations - kept.count { $0.kind.isOnItsOwn }
    return (try replacing(objects: kept), left)
  }

  /// The named objects with their whole relations and everything that these need: what a scratch must
  /// build to say what the objects' texts mean. Foreign keys and comments stay out, unless asked for.
  func closure(of ids: [ObjectID]) throws(Problem) -> Schema {
    var included: Set<ObjectID> = []
    var queue = ids
    while let id = queue.popLast() {
      guard included.insert(id).inserted, let object = self[id] else { continue }
      queue += object.requires
      queue += dependencies[id] ?? []
      if id.kind.isPartOfRelation {
        queue.append(ObjectID(.table, id.relationPath))
        queue.append(ObjectID(.view, id.relationPath))
      }
      if id.kind == .table {
        for kind in [ObjectKind.column, .primaryKey, .unique] {
          queue += objects(of: kind, under: id.path).map(\.id)
        }
      }
    }
    return try replacing(objects: objects.filter { included.contains($0.id) })
  }
}
