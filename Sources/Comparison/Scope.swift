import SchemaModel

extension Schema {
  /// The schema without what lies outside the namespaces that the other side describes.
  func restricted(to namespaces: [Identifier]?) throws(Problem) -> (Schema, leftOut: Int) {
    guard let namespaces else { return (self, 0) }
    let wanted = Set(namespaces)
    let kept = objects.compactMap { object -> SchemaObject? in
      if case .publication(let publication) = object {
        return publication.restricted(to: wanted).map { .publication($0) }
      }
      return object.id.namespace.map(wanted.contains) ?? true ? object : nil
    }
    guard kept.count < objects.count || kept != objects else { return (self, 0) }
    let relations = objects.count { $0.kind.isOnItsOwn }
    let left = relations - kept.count { $0.kind.isOnItsOwn }
    return (try replacing(objects: kept), left)
  }

  /// The schema without the comment that was taken from the schema public, where the other side, `other`, says
  /// nothing of it: databases come to that in many ways, and nobody means it.
  func withoutSilence(beside other: Schema) -> Schema {
    let id = ObjectID.comment(on: .namespace(Identifier("public")))
    guard !scope.isDeclared, !other.contains(id), case .comment(let comment)? = self[id],
      comment.text == ""
    else { return self }
    return removing { $0.id == id }
  }

  /// The schema without the partitions of these tables, down to the last, and whatever belongs to them.
  func withoutPartitions(
    of parents: Set<ObjectID>
  ) throws(Problem) -> (Schema, leftOut: Int) {
    guard !parents.isEmpty else { return (self, 0) }
    var gone: Set<ObjectID> = []
    var isGrowing = true
    while isGrowing {
      isGrowing = false
      for case .table(let table) in objects(of: .table) where table.partitionBound != nil {
        guard table.parents.contains(where: { parents.contains($0) || gone.contains($0) }) else {
          continue
        }
        if gone.insert(table.id).inserted { isGrowing = true }
      }
    }
    guard !gone.isEmpty else { return (self, 0) }
    let kept = objects.filter { object in
      let id = object.id.attachmentTarget ?? object.id
      if gone.contains(id) || (id.kind.isPartOfRelation && gone.contains(id.table)) { return false }
      switch object {
      case .sequence(let sequence):
        return !(sequence.ownedBy.map { gone.contains($0.table) } ?? false)
      case .statistics(let statistics): return !gone.contains(statistics.relation)
      default: return true
      }
    }
    return (try replacing(objects: kept), gone.count)
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

extension Publication {
  /// What it publishes of these schemas; nil where it publishes others alone.
  fileprivate func restricted(to namespaces: Set<Identifier>) -> Publication? {
    var copy = self
    copy.members = members.filter { $0.table.namespace.map(namespaces.contains) ?? true }
    copy.schemas = schemas.filter(namespaces.contains)
    let isOfOthers =
      copy.members.isEmpty && copy.schemas.isEmpty && !(members.isEmpty && schemas.isEmpty)
    return isOfOthers ? nil : copy
  }
}
