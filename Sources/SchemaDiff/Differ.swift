package import SchemaModel

/// The one comparison of two schemas: a merge walk over ids that knows no kind by name.
package enum Differ {
  /// What turns `from` into `to`, given the renames between them.
  package static func difference(
    from: Schema, to: Schema, renames: [Rename]
  ) throws(Schema.Problem) -> Difference {
    let renamed = renames.isEmpty ? from : try from.applying(renames)
    return Difference(
      renames: renames, changes: changes(from: renamed.objects, to: to.objects),
      information: ColumnOrder.notes(from: renamed, to: to))
  }

  /// The attributes in which two objects of one kind differ. Some kinds list only those that are there.
  package static func fieldChanges(from: SchemaObject, to: SchemaObject) -> [FieldChange] {
    var (before, after) = (from.fields, to.fields)
    if !before.elementsEqual(after, by: { $0.name == $1.name }) {
      let names = Set(before.map(\.name)).union(after.map(\.name)).sorted()
      (before, after) = (aligned(before, names), aligned(after, names))
    }
    return zip(before, after).compactMap { old, new in
      old.value == new.value ? nil : FieldChange(name: new.name, from: old.value, to: new.value)
    }
  }

  private static func aligned(_ fields: [Field], _ names: [String]) -> [Field] {
    names.map { name in fields.first { $0.name == name } ?? Field(name, FieldValue.absent) }
  }

  /// The changes alone, no renames looked for.
  package static func changes(from: Schema, to: Schema) -> [Change] {
    changes(from: from.objects, to: to.objects)
  }

  private static func changes(from: [SchemaObject], to: [SchemaObject]) -> [Change] {
    var changes: [Change] = []
    var left = 0
    var right = 0
    while left < from.count || right < to.count {
      let order =
        left == from.count
        ? 1 : right == to.count ? -1 : from[left].id.compare(to: to[right].id)
      if order < 0 {
        changes.append(.drop(from[left]))
        left += 1
      } else if order > 0 {
        changes.append(.create(to[right]))
        right += 1
      } else {
        if from[left] != to[right] {
          let fields = fieldChanges(from: from[left], to: to[right])
          changes.append(.alter(Alteration(from: from[left], to: to[right], fields: fields)))
        }
        left += 1
        right += 1
      }
    }
    return changes
  }
}

extension Schema {
  /// The schema after these renames: ids and whatever mentions them.
  package func applying(_ renames: [Rename]) throws(Problem) -> Schema {
    let renaming = Renaming(
      Dictionary(renames.map { ($0.from, $0.to.name) }, uniquingKeysWith: { first, _ in first }),
      in: engine)
    var moved: [ObjectID: [ObjectID]] = [:]
    for (id, needs) in dependencies { moved[renaming(id)] = needs.map { renaming($0) } }
    let renamed = objects.map { $0.renamed(by: renaming) }
    var schema = try Schema(
      engine: engine, objects: UnnamedConstraint.refreshed(renamed), dependencies: moved,
      renamedFrom: renamedFrom, scope: scope, coverage: coverage, serverVersion: serverVersion)
    for (id, conversion) in conversions { schema.conversions[renaming(id)] = conversion }
    return schema
  }
}
