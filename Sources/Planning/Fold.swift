package import SchemaDiff
package import SchemaModel

/// A change together with the parts that go with it.
package struct FoldedChange: Hashable, Sendable {
  package var change: Change
  /// Created or dropped with the relation, in order of id.
  package var parts: [SchemaObject]

  package init(change: Change, parts: [SchemaObject] = []) {
    self.change = change
    self.parts = parts
  }
}

/// Puts columns and other parts back into the `CREATE` and `DROP` of their relation: where a flat model
/// pays its bill, once for all engines.
package enum Fold {
  /// `foldsCreate` and `foldsDrop` say which kinds an engine creates with, and loses with, their relation.
  package static func fold(
    _ changes: [Change], foldsCreate: (ObjectKind) -> Bool, foldsDrop: (ObjectKind) -> Bool
  ) -> [FoldedChange] {
    var created: [[Identifier]: [SchemaObject]] = [:]
    var dropped: [[Identifier]: [SchemaObject]] = [:]
    for change in changes {
      switch change {
      case .create(let object) where !object.kind.isPartOfRelation: created[object.id.path] = []
      case .drop(let object) where !object.kind.isPartOfRelation: dropped[object.id.path] = []
      case .create, .drop, .alter: continue
      }
    }
    var rest: [Change] = []
    for change in changes {
      switch change {
      case .create(let object)
      where object.kind.isPartOfRelation && foldsCreate(object.kind)
        && created[object.id.relationPath] != nil:
        created[object.id.relationPath]?.append(object)
      case .drop(let object)
      where object.kind.isPartOfRelation && foldsDrop(object.kind)
        && dropped[object.id.relationPath] != nil:
        dropped[object.id.relationPath]?.append(object)
      case .create, .drop, .alter: rest.append(change)
      }
    }
    return rest.map { change in
      switch change {
      case .create(let object) where !object.kind.isPartOfRelation:
        FoldedChange(change: change, parts: created[object.id.path] ?? [])
      case .drop(let object) where !object.kind.isPartOfRelation:
        FoldedChange(change: change, parts: dropped[object.id.path] ?? [])
      case .create, .drop, .alter: FoldedChange(change: change)
      }
    }
  }
}
