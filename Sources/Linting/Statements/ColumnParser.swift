import SQLText
import SchemaModel

/// Reads columns and constraints, of CREATE TABLE and of ALTER TABLE alike.
extension Cursor {
  private static let columnStops: Set<String> = [
    "constraint", "not", "null", "default", "check", "unique", "primary", "references", "generated",
    "collate", "deferrable", "initially", "as", "storage", "compression", "using", "enforced",
  ]

  private static func stopsColumn(_ token: Token) -> Bool {
    if token.isSymbol(",") { return true }
    return token.kind == .word && Self.columnStops.contains(token.text.asciiLowercased)
  }

  mutating func columnDefinition() -> ColumnDefinition? {
    let start = offset
    guard let name = simpleName() else { return nil }
    let type = typeText()
    var constraints: [ColumnConstraint] = []
    while let token = current, !token.isSymbol(",") {
      let before = position
      if !constraints.isEmpty, take("not", "enforced") {
        constraints[constraints.count - 1].isNotEnforced = true
      } else if let constraint = columnConstraint() {
        constraints.append(constraint)
      }
      if position == before { skipBalanced() }
    }
    return ColumnDefinition(
      name: name, type: type, constraints: constraints, range: start..<end)
  }

  mutating func typeText() -> TypeText? {
    let fragment = fragment { Self.stopsColumn($0) }
    return fragment.isEmpty ? nil : TypeText(fragment, engine: engine)
  }

  private mutating func columnConstraint() -> ColumnConstraint? {
    let start = offset
    let name = take("constraint") ? simpleName() : nil
    guard let kind = columnConstraintKind() else { return nil }
    var constraint = ColumnConstraint(name: name, kind: kind, range: start..<end)
    if case .check = kind { constraint.isNotValid = take("not", "valid") }
    return constraint
  }

  private mutating func columnConstraintKind() -> ColumnConstraint.Kind? {
    if take("not", "null") {
      skipConflictClause()
      return .notNull
    }
    if take("null") { return .null }
    if take("default") { return .default(fragment(least: 1) { Self.stopsColumn($0) }) }
    if take("check") { return .check(parenthesized() ?? Fragment([])) }
    if take("unique") {
      skipConflictClause()
      return .unique
    }
    if take("primary", "key") {
      while take("asc") || take("desc") || take("autoincrement") {}
      skipConflictClause()
      return .primaryKey
    }
    if take("references") { return reference().map { .references($0) } }
    if take("collate") {
      _ = name()
      return .collate
    }
    if isAt("generated") || isAt("as") { return generated() }
    return nil
  }

  private mutating func generated() -> ColumnConstraint.Kind? {
    if take("generated") {
      guard take("always") || take("by", "default") else { return nil }
    }
    guard take("as") else { return nil }
    if take("identity") {
      _ = parenthesized()
      return .identity
    }
    let expression = parenthesized() ?? Fragment([])
    if take("stored") { return .generated(expression, isStored: true) }
    if take("virtual") { return .generated(expression, isStored: false) }
    return .generated(expression, isStored: nil)
  }

  /// SQLite's `ON CONFLICT ROLLBACK`.
  private mutating func skipConflictClause() {
    if take("on", "conflict") { _ = next() }
  }

  mutating func reference() -> Reference? {
    guard let table = name() else { return nil }
    var reference = Reference(table: table, columns: columnList())
    while true {
      if take("match") {
        _ = next()
      } else if take("on", "delete") {
        reference.onDelete = referentialAction()
      } else if take("on", "update") {
        reference.onUpdate = referentialAction()
      } else {
        return reference
      }
    }
  }

  private mutating func referentialAction() -> String {
    guard let first = next() else { return "" }
    var words = [first.text.asciiLowercased]
    if ["set", "no"].contains(words[0]), let second = next() {
      words.append(second.text.asciiLowercased)
      _ = parenthesized()
    }
    return words.joined(separator: " ")
  }

  /// Whether a table constraint comes next, not a column.
  var isAtTableConstraint: Bool {
    isAt("constraint") || (isAt("check") && peek(1)?.isSymbol("(") == true)
      || (isAt("unique")
        && (peek(1)?.isSymbol("(") == true || peek(1)?.isWord("nulls") == true
          || peek(1)?.isWord("using") == true))
      || isAt("primary", "key") || isAt("foreign", "key")
      || (isAt("exclude")
        && (peek(1)?.isSymbol("(") == true || peek(1)?.isWord("using") == true))
      || (isAt("not", "null") && peek(2)?.kind != .symbol)
  }

  mutating func tableConstraint() -> TableConstraint? {
    let start = offset
    let name = take("constraint") ? simpleName() : nil
    var usingIndex: Name?
    guard let kind = tableConstraintKind(&usingIndex) else { return nil }
    var constraint = TableConstraint(
      name: name, kind: kind, usingIndex: usingIndex, range: start..<end, end: end)
    while let token = current, !token.isSymbol(",") {
      if take("not", "valid") {
        constraint.isNotValid = true
      } else if take("not", "enforced") {
        constraint.isNotEnforced = true
      } else {
        skipBalanced()
        constraint.end = end
      }
    }
    constraint.range = start..<end
    return constraint
  }

  private mutating func tableConstraintKind(_ usingIndex: inout Name?) -> TableConstraint.Kind? {
    if take("check") { return .check(parenthesized() ?? Fragment([])) }
    if take("unique") {
      _ = take("nulls", "not", "distinct") || take("nulls", "distinct")
      if take("using", "index") {
        usingIndex = name()
        return .unique([])
      }
      return .unique(columnList())
    }
    if take("primary", "key") {
      if take("using", "index") {
        usingIndex = name()
        return .primaryKey([])
      }
      return .primaryKey(columnList())
    }
    if take("foreign", "key") {
      let columns = columnList()
      guard take("references"), let reference = reference() else { return nil }
      return .foreignKey(columns, reference)
    }
    if take("exclude") { return .exclusion }
    if take("not", "null") { return simpleName().map { .notNull($0.last) } }
    return nil
  }
}
