import SQLText
import SchemaModel

/// Writes CREATE statements of indexes, views and triggers: the source where it still holds, else the
/// model.
enum ObjectText {
  static func create(_ index: Index, columns: Set<Identifier>, sources: [String?]) -> SQL {
    for case let source? in sources
    where SourceText.index(source, making: index, columns: columns) {
      return .verbatim(SourceText.closed(source))
    }
    var sql: SQL = index.isUnique ? "CREATE UNIQUE INDEX " : "CREATE INDEX "
    sql += "\(index.id.name) ON \(index.id.table.name) "
    sql += "(\(index.parts.map(part).joined(", ")))"
    if let predicate = index.predicate { sql += " WHERE \(verbatim(predicate))" }
    return sql
  }

  private static func part(_ part: IndexPart) -> SQL {
    var sql: SQL
    switch part.subject {
    case .column(let name): sql = "\(name)"
    case .expression(let expression): sql = verbatim(expression)
    }
    if let collation = part.collation { sql += " COLLATE \(Identifier(collation.string))" }
    return part.isDescending ? sql + " DESC" : sql
  }

  static func create(_ view: View, sources: [String?]) -> SQL {
    for case let source? in sources where SourceText.view(source, making: view) {
      return .verbatim(SourceText.closed(source))
    }
    let columns: SQL = view.columnNames.isEmpty ? "" : " (\(view.columnNames))"
    return "CREATE VIEW \(view.id.name)\(columns) AS \(verbatim(view.query))"
  }

  static func create(_ trigger: Trigger, sources: [String?]) -> SQL {
    for case let source? in sources where SourceText.trigger(source, making: trigger) {
      return .verbatim(SourceText.closed(source))
    }
    let timing: SQL =
      switch trigger.timing {
      case .before: "BEFORE"
      case .after: "AFTER"
      case .insteadOf: "INSTEAD OF"
      }
    var sql: SQL = "CREATE TRIGGER \(trigger.id.name) \(timing) "
    sql += trigger.events.map(event).joined(" OR ")
    sql += " ON \(trigger.id.table.name) FOR EACH ROW"
    if let condition = trigger.condition { sql += " WHEN \(verbatim(condition))" }
    return sql + "\n\(verbatim(trigger.body))"
  }

  private static func event(_ event: Trigger.Event) -> SQL {
    switch event {
    case .insert: "INSERT"
    case .delete: "DELETE"
    case .truncate: "TRUNCATE"
    case .update(let columns): columns.isEmpty ? "UPDATE" : "UPDATE OF \(columns)"
    }
  }

  /// An expression's text, safe to be followed by something.
  static func verbatim(_ expression: Expression) -> SQL {
    .verbatim(SourceText.closed(expression.text))
  }
}
