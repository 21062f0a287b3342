import SQLText
import SchemaModel

/// Reads a CREATE INDEX.
enum IndexDecoder {
  /// `columns` are those of the table: a name that is none of them is an expression.
  static func index(
    _ index: SQLiteCreateIndex, in statement: SQLiteCreateStatement, table: ObjectID,
    columns: Set<Identifier>
  ) -> Index {
    Index(
      id: table.part(.index, SQLiteNames.identifier(index.name)), isUnique: index.isUnique,
      parts: index.columns.map { part($0, in: statement, columns: columns) },
      predicate: index.predicate.map { SQLiteSyntax().expression(statement.text($0)) },
      source: statement.text(0..<statement.source.count))
  }

  static func part(
    _ column: SQLiteIndexedColumn, in statement: SQLiteCreateStatement, columns: Set<Identifier>
  ) -> IndexPart {
    let subject: IndexPart.Subject
    switch column.value {
    case .column(let name):
      let identifier = SQLiteNames.identifier(name)
      subject =
        columns.contains(identifier)
        ? .column(identifier) : .expression(SQLiteSyntax().expression(statement.text(name.range)))
    case .expression(let range):
      let text = statement.text(range)
      subject =
        lonelyColumn(text, columns).map { .column($0) }
        ?? .expression(SQLiteSyntax().expression(text))
    }
    // BINARY counts here: the column's own collation may be another.
    return IndexPart(
      subject, collation: column.collation.map { ExactText(SQLiteKeywords.upper($0.value)) },
      isDescending: column.order == .descending, nullsFirst: column.order == .descending)
  }

  /// `(a)` is the column a.
  private static func lonelyColumn(_ text: String, _ columns: Set<Identifier>) -> Identifier? {
    guard let tokens = try? SQLiteSyntax().tokens(of: text) else { return nil }
    let inner = Normalizer.withoutOuterParentheses(tokens)
    guard inner.count == 1, let token = inner.first,
      token.kind == .word || token.kind == .quotedName
    else { return nil }
    let name = SQLiteSyntax().identifier(token)
    return columns.contains(name) ? name : nil
  }
}
