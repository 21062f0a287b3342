package import SchemaDiff
import SchemaModel

extension ComparisonResult {
  /// The result without what the rules accept, which it lists instead. Rules that have ended and rules that
  /// match nothing are told; those that are built in are not.
  package func ignoring(_ rules: [IgnoreRule], today: String) throws -> ComparisonResult {
    guard !rules.isEmpty else { return self }
    let filter = ObjectFilter(rules, today: today)
    let outcome = filter.apply(to: difference.changes)
    var copy = self
    copy.difference.changes = outcome.changes
    copy.ignored = outcome.ignored
    let relations = Set(outcome.ignored.map(\.id).filter { !$0.kind.isPartOfRelation })
    // What goes with a relation is not listed beside it.
    copy.ignored.removeAll { item in
      item.id.kind.isPartOfRelation
        && relations.contains { $0.path == item.id.relationPath }
    }
    copy.undecided.removeAll { filter.ignores($0.id) }
    copy.notes += outcome.expired.map {
      "\($0.place): \($0.title) is no longer ignored: it ended on \($0.until ?? "")"
    }
    copy.notes += outcome.unused.filter { !$0.dropsOnly }.map {
      "\($0.place): there is nothing to ignore for \($0.title)"
    }
    let whole = Set(outcome.ignored.filter(\.fields.isEmpty).map(\.id))
    if !whole.isEmpty { copy.to = try keeping(whole) }
    return copy
  }

  /// The target in which these are as they are on the other side, so that a way back leaves them alone, too.
  private func keeping(_ ids: Set<ObjectID>) throws -> Schema {
    let kept = from.objects.filter { ids.contains($0.id) }
    let rest = to.objects.filter { !ids.contains($0.id) }
    return try to.replacing(objects: rest + kept)
  }
}
