import SQLText
import SchemaModel

/// Reads a CREATE VIEW.
enum ViewDecoder {
  static func view(_ view: SQLiteCreateView, in statement: SQLiteCreateStatement) -> View {
    View(
      id: SQLiteNames.view(SQLiteNames.identifier(view.name)),
      query: SQLiteSyntax().expression(statement.text(view.query)),
      columnNames: (view.columns ?? []).map(SQLiteNames.identifier),
      source: statement.text(0..<statement.source.count))
  }
}
