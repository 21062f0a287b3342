package import Comparison
package import Planning
import SQLText
package import SchemaDiff
package import SchemaModel

/// Everything that a renderer needs to tell what a comparison found.
package struct Report: Sendable {
  /// Whose words the report uses.
  package enum Perspective: Hashable, Sendable {
    /// A database (from) held against what is declared (to).
    case gate
    /// Two sources of equal standing.
    case sources
  }

  package let perspective: Perspective
  /// What the sides are called; never a connection string with its password.
  package let fromLabel: String
  package let toLabel: String
  package let result: ComparisonResult
  /// What it takes to get there, where that was asked for and can be told.
  package var plan: Plan?

  package init(
    perspective: Perspective, fromLabel: String, toLabel: String, result: ComparisonResult,
    plan: Plan? = nil
  ) {
    self.plan = plan
    self.perspective = perspective
    self.fromLabel = fromLabel
    self.toLabel = toLabel
    self.result = result
  }

  /// What the lines of the report call the sides: file or database name, where that tells them apart.
  package var shortLabels: (from: String, to: String) {
    let (from, to) = (Report.shortened(fromLabel), Report.shortened(toLabel))
    return from == to ? (fromLabel, toLabel) : (from, to)
  }

  private static func shortened(_ label: String) -> String {
    let path = label.split(separator: "?").first ?? ""
    guard let name = path.split(separator: "/").last, path.contains("/") else { return label }
    return String(name)
  }

  package var difference: Difference { result.difference }
  package var isInSync: Bool { difference.isEmpty }

  /// What exists on either side but is not modelled, and what could not be read, each once.
  package var coverage: Coverage {
    var merged = Coverage()
    for side in [result.from.coverage, result.to.coverage] {
      for item in side.unmodelled where !merged.unmodelled.contains(item) {
        merged.unmodelled.append(item)
      }
      for gap in side.gaps where !merged.gaps.contains(gap) { merged.gaps.append(gap) }
      for note in side.notes where !merged.notes.contains(note) { merged.notes.append(note) }
    }
    merged.notes += result.notes
    return merged
  }

  /// What may be a rename that nobody declared, or a type that nobody has.
  package var suggestions: [String] {
    RenameSuggestions.suggestions(difference, from: result.from).map { rename in
      "\(Wording.object(rename.from)) goes and \(rename.to.name.raw) comes: if that is a rename, say "
        + "'renamed_from: \(rename.from.name.raw)'"
    } + misspellings
  }

  /// Types that no database has are a matter of spelling now and then.
  package var misspellings: [String] {
    guard result.to.engine == .postgresql else { return [] }
    return difference.changes.compactMap { change in
      let object: SchemaObject
      switch change {
      case .create(let new): object = new
      case .alter(let alteration): object = alteration.to
      case .drop: return nil
      }
      guard case .column(let column) = object, let meant = column.type.nearlyMissed else {
        return nil
      }
      return "\(Wording.object(column.id)): is \(column.type.text) perhaps \(meant)?"
    }
  }

  /// `3 differences: 1 to create, 2 to alter` and the like; a relation counts with all its parts as one.
  package var summary: String {
    let folded = Fold.fold(
      Groups.tellable(difference.changes), foldsCreate: { _ in true }, foldsDrop: { _ in true }
    ).map(\.change)
    let counts = [
      (difference.renames.count, "to rename"),
      (folded.count { if case .create = $0 { true } else { false } }, "to create"),
      (folded.count { if case .alter = $0 { true } else { false } }, "to alter"),
      (folded.count { if case .drop = $0 { true } else { false } }, "to drop"),
    ]
    let total = counts.reduce(0) { $0 + $1.0 }
    var sentence: String
    if total == 0 {
      sentence = result.undecided.isEmpty ? "in sync" : "no difference found"
    } else {
      let parts = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
      sentence =
        total.counting("difference") + ": " + parts.joined(separator: ", ")
    }
    if !result.undecided.isEmpty { sentence += "; \(result.undecided.count) undecided" }
    return sentence
  }
}

/// Words for attributes that a reader cannot get backwards.
package enum Wording {
  /// `table tmp_1 (tmp_*: made by the nightly job; until 2026-12-31)`.
  package static func ignored(_ item: IgnoredDifference) -> String {
    let fields = item.fields.map { $0.name.split(separator: "_").joined(separator: " ") }
    var text = object(item.id) + (fields.isEmpty ? "" : ", \(fields.joined(separator: ", "))")
    text += " (\(item.rule.reason ?? item.rule.place)"
    if let until = item.rule.until { text += "; until \(until)" }
    return text + ")"
  }

  /// `not null`, `no default`, `type text`.
  package static func attribute(_ name: String, _ value: FieldValue) -> String {
    let words = name.split(separator: "_").joined(separator: " ")
    switch (name, value) {
    case ("not_null", .flag(let flag)): return flag ? "not null" : "allows null"
    case ("valid", .flag(let flag)): return flag ? "valid" : "invalid"
    case (_, .flag(let flag)): return flag ? words : "not \(words)"
    case (_, .absent): return "no \(words)"
    case (_, .list(let values)) where values.isEmpty: return "no \(words)"
    default: return "\(words) \(value.description)"
    }
  }

  /// The object inside its relation: `column total`.
  package static func part(_ id: ObjectID) -> String {
    attachment(id) ?? titled(id)
  }

  /// The object with its schema: `table sales.orders`, `column total of sales.orders`.
  package static func object(_ id: ObjectID) -> String {
    if let words = attachment(id) { return words }
    guard id.kind.isPartOfRelation else {
      return id.kind == .function ? titled(id) : "\(id.kind.displayName) \(path(id.path))"
    }
    return "\(titled(id)) of \(path(id.relationPath))"
  }

  /// `comment on table users`, `owner of table users`, `grants to app on table users`.
  private static func attachment(_ id: ObjectID) -> String? {
    if id.kind == .defaultPrivileges, id.path.count == 4 {
      let home = id.path[1].raw.isEmpty ? "" : " in schema \(id.path[1].raw)"
      return "default privileges of \(id.path[3].raw) on \(id.path[2].raw) of \(id.path[0].raw)"
        + home
    }
    guard let target = id.attachmentTarget else { return nil }
    if id.kind == .owner { return "owner of \(object(target))" }
    return id.kind == .grant
      ? "grants to \(id.name.raw) on \(object(target))" : "comment on \(object(target))"
  }

  /// Default schemas go without saying.
  package static func path(_ path: [Identifier]) -> String {
    let isDefault = path.count > 1 && (path[0].raw == "public" || path[0].raw == "main")
    return (isDefault ? path.dropFirst() : path[...]).map(\.raw).joined(separator: ".")
  }

  /// A routine is told from others of its name by the types of its arguments.
  private static func routine(_ path: [Identifier]) -> String {
    "\(self.path(path.dropLast()))(\(path.last?.raw ?? ""))"
  }

  /// Kind and last name; unnamed constraints are called by what they say: `unique (a,b)`.
  private static func titled(_ id: ObjectID) -> String {
    if id.kind == .function { return "function \(routine(id.path))" }
    guard UnnamedConstraint.isUnnamed(id) else {
      return "\(id.kind.displayName) \(id.name.raw)"
    }
    let definition = String(
      decoding: id.name.raw.utf8.dropFirst(1 + id.kind.rawValue.utf8.count), as: UTF8.self)
    return definition.isEmpty ? id.kind.displayName : "\(id.kind.displayName) \(definition)"
  }
}
