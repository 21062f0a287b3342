package import SchemaModel

/// Finds which dropped and created objects are one under two names.
package enum RenameHints {
  /// The renames that `renamed_from` declares, then those of parts that differ in name only (kinds in
  /// `byShape`; on PostgreSQL constraints and indexes).
  package static func renames(
    from: Schema, to: Schema, byShape: Set<ObjectKind>
  ) throws(Schema.Problem) -> [Rename] {
    var renames = declared(from: from, to: to)
    guard !byShape.isEmpty else { return renames }
    let renamed = renames.isEmpty ? from : try from.applying(renames)
    let back = Dictionary(
      renames.map { ($0.to, $0.from) }, uniquingKeysWith: { first, _ in first })
    for pair in sameShape(from: renamed, to: to, kinds: byShape) {
      renames.append(Rename(from: original(of: pair.from, back: back), to: pair.to))
    }
    return renames
  }

  /// Relations before their parts, so that a part's old path can be told from its new one.
  private static func declared(from: Schema, to: Schema) -> [Rename] {
    var renames: [Rename] = []
    var back: [ObjectID: ObjectID] = [:]
    var taken: Set<ObjectID> = []
    let hinted = to.renamedFrom.keys.sorted {
      $0.path.count != $1.path.count ? $0.path.count < $1.path.count : $0 < $1
    }
    for id in hinted {
      let home = original(of: id, back: back)
      guard !from.contains(home), to.contains(id) else { continue }
      for name in to.renamedFrom[id] ?? [] {
        let old = home.renamed(to: name)
        guard from.contains(old), !to.contains(id.renamed(to: name)), taken.insert(old).inserted
        else { continue }
        renames.append(Rename(from: old, to: id))
        back[id] = old
        break
      }
    }
    return renames
  }

  /// The path before the renames of what holds the object (and of itself).
  private static func original(of id: ObjectID, back: [ObjectID: ObjectID]) -> ObjectID {
    if let own = back[id] { return own }
    if id.kind.isPartOfRelation {
      for kind in [ObjectKind.table, .view] {
        if let relation = back[ObjectID(kind, id.relationPath)] {
          return ObjectID(id.kind, relation.path + [id.name])
        }
      }
    }
    guard !id.kind.isAttachment, id.kind != .defaultPrivileges, id.path.count > 1,
      let namespace = back[.namespace(id.path[0])]
    else { return id }
    return ObjectID(id.kind, namespace.path + id.path.dropFirst())
  }

  private static func sameShape(from: Schema, to: Schema, kinds: Set<ObjectKind>) -> [Rename] {
    struct Shape: Hashable {
      let kind: ObjectKind
      let relation: [Identifier]
      let fields: [Field]
    }
    var gone: [Shape: [ObjectID]] = [:]
    for object in from.objects where kinds.contains(object.kind) && !to.contains(object.id) {
      let shape = Shape(
        kind: object.kind, relation: object.id.relationPath, fields: object.fields)
      gone[shape, default: []].append(object.id)
    }
    guard !gone.isEmpty else { return [] }
    var renames: [Rename] = []
    for object in to.objects where kinds.contains(object.kind) && !from.contains(object.id) {
      let shape = Shape(
        kind: object.kind, relation: object.id.relationPath, fields: object.fields)
      guard var candidates = gone[shape], !candidates.isEmpty else { continue }
      renames.append(Rename(from: candidates.removeFirst(), to: object.id))
      gone[shape] = candidates
    }
    return free(renames, from)
  }

  /// Without those to the name of another relation's index that goes: it is there when renames are carried out.
  private static func free(_ renames: [Rename], _ from: Schema) -> [Rename] {
    guard renames.contains(where: { $0.to.kind.hasIndex }) else { return renames }
    var holders: [[Identifier]: ObjectID] = [:]
    for object in from.objects where object.kind.hasIndex {
      holders[object.id.path.prefix(1) + [object.id.name]] = object.id
    }
    var left = renames
    while true {
      let leaving = Set(left.map(\.from))
      let free = left.filter { rename in
        guard rename.to.kind.hasIndex,
          let holder = holders[rename.to.path.prefix(1) + [rename.to.name]]
        else { return true }
        return holder == rename.from || leaving.contains(holder)
      }
      if free.count == left.count { return left }
      left = free
    }
  }
}
