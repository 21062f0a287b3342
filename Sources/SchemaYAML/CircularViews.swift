import SchemaModel

/// Views that need themselves, if only through others: to make one, the types of its columns must be known.
enum CircularViews {
  static func all(in schema: Schema) -> Set<ObjectID> {
    guard !schema.objects(of: .view).isEmpty else { return [] }
    var needs = isAmongViews(schema) ? viewGraph(of: schema) : graph(of: schema)
    // What leads nowhere is in no circle; what is left is little, as a rule nothing.
    peel(&needs)
    return Set(needs.keys.filter { $0.kind == .view && reaches($0, from: $0, in: needs) })
  }

  /// Whether nothing but views needs a view: then a circle is one of views alone. Triggers, rules and what
  /// is attached to a view belong to it, and nothing needs them.
  private static func isAmongViews(_ schema: Schema) -> Bool {
    schema.dependencies.allSatisfy { id, needed in
      id.kind == .view || !needed.contains { $0.kind == .view }
    }
  }

  private static func viewGraph(of schema: Schema) -> [ObjectID: Set<ObjectID>] {
    var needs: [ObjectID: Set<ObjectID>] = [:]
    for view in schema.objects(of: .view) {
      let others = (schema.dependencies[view.id] ?? []).filter { $0.kind == .view }
      if !others.isEmpty { needs[view.id] = Set(others) }
    }
    return needs
  }

  /// Parts are made with their relation, and need what it needs.
  private static func graph(of schema: Schema) -> [ObjectID: Set<ObjectID>] {
    func whole(_ id: ObjectID) -> ObjectID { id.kind.isPartOfRelation ? id.table : id }
    var needs: [ObjectID: Set<ObjectID>] = [:]
    for object in schema.objects where object.kind != .comment && object.kind != .foreignKey {
      let id = whole(object.id)
      for other in object.requires + (schema.dependencies[object.id] ?? []) {
        let other = whole(other)
        if other != id || id.kind == .view { needs[id, default: []].insert(other) }
      }
    }
    return needs
  }

  private static func peel(_ needs: inout [ObjectID: Set<ObjectID>]) {
    var users: [ObjectID: [ObjectID]] = [:]
    var left: [ObjectID: Int] = [:]
    var ends: Set<ObjectID> = []
    for (id, needed) in needs {
      left[id] = needed.count
      for other in needed {
        users[other, default: []].append(id)
        if needs[other] == nil { ends.insert(other) }
      }
    }
    var queue = Array(ends)
    while let end = queue.popLast() {
      needs[end] = nil
      for user in users[end] ?? [] {
        let count = (left[user] ?? 1) - 1
        left[user] = count
        if count == 0 { queue.append(user) }
      }
    }
  }

  private static func reaches(
    _ goal: ObjectID, from start: ObjectID, in needs: [ObjectID: Set<ObjectID>]
  ) -> Bool {
    var seen: Set<ObjectID> = []
    var queue = Array(needs[start] ?? [])
    while let id = queue.popLast() {
      if id == goal { return true }
      if seen.insert(id).inserted { queue += needs[id] ?? [] }
    }
    return false
  }
}
