package import Planning
import SchemaDiff
package import SchemaModel

/// Compares two schemas in the steps of the design: equal texts are equal; what is left on an engine
/// that rewrites texts goes to a scratch; without one it stays undecided.
package struct Comparer {
  private let dialect: any Dialect
  /// Asked for only when texts differ, and once.
  private let makeScratch: () throws -> (any Scratch)?

  package init(dialect: any Dialect, makeScratch: @escaping () throws -> (any Scratch)?) {
    self.dialect = dialect
    self.makeScratch = makeScratch
  }

  package func compare(from: Schema, to: Schema) throws -> ComparisonResult {
    let namespaces = to.scope.namespaces ?? from.scope.namespaces
    let (fromScoped, fromLeft) = try from.withoutSilence(beside: to).restricted(to: namespaces)
    let (toScoped, toLeft) = try to.withoutSilence(beside: from).restricted(to: namespaces)
    let unmanaged = Set(
      (from.scope.unmanagedPartitions ?? []) + (to.scope.unmanagedPartitions ?? []))
    let (fromLess, fromPartitions) = try fromScoped.withoutPartitions(of: unmanaged)
    let (toLess, toPartitions) = try toScoped.withoutPartitions(of: unmanaged)
    let (from, wanted) = try dialect.aligned(fromLess, toLess)
    var notes: [String] = []
    if !unmanaged.isEmpty {
      let names = unmanaged.sorted().map { QualifiedName.text($0.path) }
      notes.append(
        "\(max(fromPartitions, toPartitions)) partitions of \(names.joined(separator: ", ")) "
          + "were left alone")
    }
    if fromLeft + toLeft > 0 {
      notes.append(
        "\(fromLeft + toLeft) objects in other schemas than "
          + (namespaces ?? []).map(\.raw).joined(separator: ", ") + " were left alone")
    }
    let renames = try allRenames(from: from, to: wanted)
    let managed = Managed(from: from, to: wanted)
    let target = try managed.completed(
      wanted, from: renames.isEmpty ? from : from.applying(renames))
    let difference = try Differ.difference(from: from, to: target, renames: renames)
    var result = ComparisonResult(from: from, to: target, difference: difference, notes: notes)
    if !dialect.decidesTexts { try decideTexts(&result) }
    result.difference.changes = managed.tellable(result.difference.changes)
    if from.engine == .postgresql {
      result.notes += managed.notes(from: from, to: wanted)
      result.exposures = managed.exposures(from: from, to: wanted)
    }
    return result
  }

  /// Hints of either side: what `to` calls renamed, and what `from` does, read backwards.
  private func allRenames(from: Schema, to: Schema) throws -> [Rename] {
    let byShape = dialect.kindsRenamedByShape
    if to.renamedFrom.isEmpty, !from.renamedFrom.isEmpty {
      return try RenameHints.renames(from: to, to: from, byShape: byShape).reversed()
        .map(\.inverted)
    }
    return try RenameHints.renames(from: from, to: to, byShape: byShape)
  }

  /// Takes every alteration with a difference in text to the scratch.
  private func decideTexts(_ result: inout ComparisonResult) throws {
    let renames = result.difference.renames
    let renamed = renames.isEmpty ? result.from : try result.from.applying(renames)
    let columns = Set(renames.map(\.to).filter(\.kind.isPartOfRelation))
    let open = result.difference.changes.compactMap { change -> Alteration? in
      guard case .alter(let alteration) = change, alteration.fields.contains(where: \.isTextual),
        !Comparer.mentions(columns, alteration.id, in: renamed)
      else { return nil }
      return alteration
    }
    guard !open.isEmpty else { return }
    let verdicts: [TextVerdict]
    if let scratch = try makeScratch() {
      var judge = TextJudge(scratch: scratch)
      verdicts = try judge.verdicts(for: open.map(\.id), from: renamed, to: result.to)
    } else {
      let reason = "the texts differ, and there is no scratch server to say what they mean"
      verdicts = open.map { _ in .undecided(reason) }
    }
    try settle(zip(open, verdicts), in: &result)
  }

  /// Whether the text of a relation or routine holds a renamed part by its old name: it cannot be built under
  /// the new one, and its declaration has been changed for it.
  private static func mentions(_ parts: Set<ObjectID>, _ id: ObjectID, in schema: Schema) -> Bool {
    guard !parts.isEmpty, !id.kind.isPartOfRelation else { return false }
    return schema.dependencies[id]?.contains(where: parts.contains) ?? false
  }

  /// Where the texts mean the same, or where nobody can tell, the target takes over those of the object as
  /// it is.
  private func settle(
    _ decided: some Swift.Sequence<(Alteration, TextVerdict)>, in result: inout ComparisonResult
  ) throws {
    var kept: [ObjectID: SchemaObject] = [:]
    for (alteration, verdict) in decided {
      switch verdict {
      case .different: continue
      case .same: break
      case .undecided(let reason):
        result.undecided.append(
          Undecided(
            id: alteration.id, fields: alteration.fields.filter(\.isTextual), reason: reason))
      }
      kept[alteration.id] = Comparer.target(of: alteration)
    }
    guard !kept.isEmpty else { return }
    result.to = try result.to.replacing(objects: result.to.objects.map { kept[$0.id] ?? $0 })
    result.difference = try Differ.difference(
      from: result.from, to: result.to, renames: result.difference.renames)
  }

  /// What the object is to become, with the texts that it has.
  private static func target(of alteration: Alteration) -> SchemaObject {
    if alteration.isTextual { return alteration.from }
    var present: [ExactText: Expression] = [:]
    for field in alteration.fields where field.isTextual {
      for (old, new) in field.from.expressionPairs(with: field.to) { present[new.canonical] = old }
    }
    return alteration.to.mappingExpressions { present[$0.canonical] ?? $0 }
  }
}
