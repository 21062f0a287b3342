package import SchemaModel

/// What a project has chosen to accept: differences of some objects, or of one attribute of them.
package struct IgnoreRule: Hashable, Sendable {
  /// Nil: of any kind.
  package var kind: ObjectKind?
  /// Names with `*` and `?`; with a leading `!`: not these.
  package var patterns: [String]
  /// Only this attribute; nil: everything.
  package var attribute: String?
  /// Only what is there and not wanted: a table that another tool keeps.
  package var dropsOnly: Bool
  package var reason: String?
  /// The last day on which it holds, `yyyy-MM-dd`.
  package var until: String?
  /// Where it was written: `kedge.yaml:12`.
  package var place: String

  package init(
    kind: ObjectKind?, patterns: [String], attribute: String? = nil, dropsOnly: Bool = false,
    reason: String? = nil, until: String? = nil, place: String
  ) {
    self.kind = kind
    self.patterns = patterns
    self.attribute = attribute
    self.dropsOnly = dropsOnly
    self.reason = reason
    self.until = until
    self.place = place
  }

  package func isExpired(on today: String) -> Bool { until.map { $0.bytesPrecede(today) } ?? false }

  /// As it is written: `table tmp_*`.
  package var title: String {
    let names = patterns.joined(separator: ", ")
    return "\(kind?.displayName ?? "object") \(names)" + (attribute.map { " (\($0))" } ?? "")
  }

  /// Whether the rule is about the object.
  package func names(_ id: ObjectID) -> Bool { verdict(on: id) == true }

  /// Nil where the rule does not speak of the object; else whether it is ignored.
  func verdict(on id: ObjectID) -> Bool? {
    var verdict: Bool?
    for pattern in patterns {
      let isNegated = pattern.utf8.first == UInt8(ascii: "!")
      if matches(id, Glob(isNegated ? String(pattern.dropFirst()) : pattern)) {
        verdict = !isNegated
      }
    }
    return verdict
  }

  private func matches(_ id: ObjectID, _ glob: Glob) -> Bool {
    let target = id.attachmentTarget ?? id
    if kind == nil || target.kind == kind || (kind == .table && target.kind == .virtualTable),
      glob.matches(target)
    {
      return true
    }
    // What is inside a relation, or speaks of it, goes with it.
    guard attribute == nil, target.kind.isPartOfRelation else { return false }
    let relations: [ObjectKind] = [.table, .virtualTable, .view, .materializedView]
    return relations.contains { relation in
      (kind == nil || kind == relation || (kind == .table && relation == .virtualTable))
        && glob.matches(ObjectID(relation, target.relationPath))
    }
  }
}

/// A name with `*` and `?`. Without a dot it is a name in any schema; with one it begins with the schema.
struct Glob {
  private let pattern: Wildcard
  private let isQualified: Bool

  init(_ pattern: String) {
    self.pattern = Wildcard(pattern)
    isQualified = pattern.utf8.contains(UInt8(ascii: "."))
  }

  func matches(_ id: ObjectID) -> Bool {
    let names = id.path.map(\.raw)
    guard isQualified else { return pattern.matches(id.name.raw) }
    if pattern.matches(names.joined(separator: ".")) { return true }
    // Inside of a relation the relation's own name may be left out.
    guard let first = names.first, let last = names.last, names.count > 2 else { return false }
    return pattern.matches("\(first).\(last)")
      || pattern.matches(names.suffix(2).joined(separator: "."))
  }
}
