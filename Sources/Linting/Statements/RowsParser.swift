import SQLText
import SchemaModel

/// Reads INSERT, UPDATE, DELETE and MERGE as far as targets and conditions go.
extension Cursor {
  mutating func manipulation() -> StatementNode? {
    if isAt("with") { return commonTables() }
    if isAt("select") || isAt("values") || isAt("table") || isAtSymbol("(") { return .select }
    if take("insert") || isAt("replace", "into") { return insertion() }
    if take("update") { return update() }
    if take("delete", "from") { return deletion() }
    if take("merge", "into") {
      return relation().map { .merge(ManipulatedRows(table: $0, rest: rest())) }
    }
    return nil
  }

  /// What follows the common tables decides; data that they change counts too.
  private mutating func commonTables() -> StatementNode {
    var inner: StatementNode?
    _ = take("with")
    _ = take("recursive")
    repeat {
      _ = name()
      _ = isAtSymbol("(") ? parenthesized() : nil
      _ = take("as")
      _ = take("not", "materialized") || take("materialized")
      guard let query = parenthesized() else { break }
      var cursor = Cursor(query.tokens, engine: engine)
      switch cursor.manipulation() {
      case .insert(let rows): inner = .insert(rows)
      case .update(let rows): inner = .update(rows)
      case .delete(let rows): inner = .delete(rows)
      default: break
      }
    } while takeSymbol(",")
    let main = manipulation() ?? .select
    if case .select = main { return inner ?? .select }
    return main
  }

  private mutating func insertion() -> StatementNode? {
    var conflict: String?
    if take("replace") { conflict = "replace" }
    if take("or") { conflict = next()?.text.asciiLowercased }
    guard take("into"), let table = name() else { return .other }
    var rows = ManipulatedRows(table: table, rest: rest())
    rows.conflict = conflict
    if take("as") { _ = simpleName() }
    if isAtSymbol("("), let inner = parenthesized() {
      rows.columns = Self.columns(Cursor.parts(inner), engine: engine)
    }
    _ = take("overriding", "system", "value") || take("overriding", "user", "value")
    rows.isFromQuery = isAt("select") || isAt("with") || isAt("table") || isAtSymbol("(")
    rows.rest = rest()
    return .insert(rows)
  }

  private mutating func update() -> StatementNode {
    var conflict: String?
    if take("or") { conflict = next()?.text.asciiLowercased }
    guard let table = relation() else { return .other }
    var rows = ManipulatedRows(table: table, rest: rest())
    rows.conflict = conflict
    _ = fragment { $0.isWord("set") }
    _ = take("set")
    let assignments = fragment {
      $0.isWord("from") || $0.isWord("where") || $0.isWord("returning")
    }
    rows.columns = Self.columns(Cursor.parts(assignments), engine: engine)
    rows.rest = assignments
    rows.condition = condition()
    return .update(rows)
  }

  private mutating func deletion() -> StatementNode {
    guard let table = relation() else { return .other }
    var rows = ManipulatedRows(table: table, rest: rest())
    rows.condition = condition()
    return .delete(rows)
  }

  private mutating func condition() -> Fragment? {
    _ = fragment { $0.isWord("where") || $0.isWord("returning") }
    guard take("where") else { return nil }
    return fragment { $0.isWord("returning") }
  }

  /// The names before `=`, or of a list.
  private static func columns(_ parts: [Fragment], engine: EngineName) -> [Name] {
    parts.flatMap { part -> [Name] in
      var cursor = Cursor(part.tokens, engine: engine)
      if cursor.isAtSymbol("("), let inner = cursor.parenthesized() {
        var list = Cursor(inner.tokens, engine: engine)
        return list.names { $0.simpleName() }
      }
      return cursor.name().map { [Name(path: [$0.last], range: $0.range)] } ?? []
    }
  }
}
