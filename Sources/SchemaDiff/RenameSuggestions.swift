package import SchemaModel

/// What goes and what comes, when they look like one thing under two names. They are never taken for one
/// without being told.
package enum RenameSuggestions {
  /// In the order of the new names.
  package static func suggestions(_ difference: Difference, from: Schema) -> [Rename] {
    var gone: [ObjectKind: [SchemaObject]] = [:]
    var come: [SchemaObject] = []
    for change in difference.changes {
      switch change {
      case .drop(let object) where kinds.contains(object.kind):
        gone[object.kind, default: []].append(object)
      case .create(let object) where kinds.contains(object.kind): come.append(object)
      case .drop, .create, .alter: continue
      }
    }
    var taken: Set<ObjectID> = []
    var relations: Set<ObjectID> = []
    for list in gone.values {
      relations.formUnion(list.map(\.id).filter { !$0.kind.isPartOfRelation })
    }
    var parts: [ObjectID: Set<[Field]>] = [:]
    for change in difference.changes {
      switch change {
      case .create(let object) where object.kind == .column:
        parts[object.id.table, default: []].insert([Field("name", object.id.name)] + object.fields)
      case .drop(let object) where object.kind == .column:
        parts[object.id.table, default: []].insert([Field("name", object.id.name)] + object.fields)
      case .create, .drop, .alter: continue
      }
    }
    return come.compactMap { new in
      let candidates = (gone[new.kind] ?? []).filter { old in
        !taken.contains(old.id) && old.id.path.dropLast() == new.id.path.dropLast()
          && !(old.kind.isPartOfRelation && relations.contains(old.id.table))
          && isAlike(old, new, parts)
      }
      // Of several nobody can tell which.
      guard candidates.count == 1, let old = candidates.first else { return nil }
      taken.insert(old.id)
      return Rename(from: old.id, to: new.id)
    }
  }

  private static let kinds: Set<ObjectKind> = [
    .table, .column, .view, .materializedView, .enumType, .domain, .compositeType, .sequence,
    .trigger, .policy,
  ]

  private static func isAlike(
    _ old: SchemaObject, _ new: SchemaObject, _ parts: [ObjectID: Set<[Field]>]
  ) -> Bool {
    guard old.kind == .table else { return old.fields == new.fields }
    let (left, right) = (parts[old.id] ?? [], parts[new.id] ?? [])
    let all = left.union(right).count
    return all > 0 && left.intersection(right).count * 3 >= all * 2
  }
}
