import SQLText
import SchemaModel

/// Finds the columns that a text may mean, by their names alone: PostgreSQL holds on to each column that a
/// view, a policy or a generated column mentions, and lets none of them be altered underneath.
struct ColumnScanner {
  private let syntax: any EngineSyntax
  private var columns: [[Identifier]: [Identifier]] = [:]

  init(_ objects: [SchemaObject], syntax: any EngineSyntax) {
    self.syntax = syntax
    for object in objects where object.kind == .column {
      columns[object.id.relationPath, default: []].append(object.id.name)
    }
  }

  /// `SELECT *`, `t.*`; neither `a * b` nor `count(*)`.
  private func isListItem(after token: Token) -> Bool {
    token.isSymbol(",") || token.isSymbol(".")
      || ["select", "distinct", "all"].contains { token.isWord($0) }
  }

  /// Columns of these tables whose names stand in the text; all of them where it says `*`.
  func columns(in text: String, of tables: [ObjectID]) -> [ObjectID] {
    guard !tables.isEmpty, let tokens = try? syntax.tokens(of: text) else { return [] }
    var names: Set<Identifier> = []
    var takesAll = false
    for (index, token) in tokens.enumerated() {
      switch token.kind {
      case .word, .quotedName: names.insert(syntax.identifier(token))
      case .symbol where token.text == "*":
        takesAll = takesAll || (index > 0 && isListItem(after: tokens[index - 1]))
      case .symbol, .string, .number, .parameter: continue
      }
    }
    return tables.flatMap { table in
      (columns[table.path] ?? []).filter { takesAll || names.contains($0) }
        .map { table.part(.column, $0) }
    }
  }
}
