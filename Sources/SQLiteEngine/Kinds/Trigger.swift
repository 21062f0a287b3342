import SQLText
import SchemaModel

/// Reads a CREATE TRIGGER.
enum TriggerDecoder {
  static func trigger(
    _ trigger: SQLiteCreateTrigger, in statement: SQLiteCreateStatement
  ) -> Trigger {
    let relation = SQLiteNames.table(SQLiteNames.identifier(trigger.table))
    let event: Trigger.Event =
      switch trigger.event {
      case .insert: .insert
      case .delete: .delete
      case .update: .update(of: trigger.columns.map(SQLiteNames.identifier))
      }
    let timing: Trigger.Timing =
      switch trigger.time {
      case nil, .before: .before
      case .after: .after
      case .insteadOf: .insteadOf
      }
    // SQLite has no other triggers than those for each row.
    return Trigger(
      id: relation.part(.trigger, SQLiteNames.identifier(trigger.name)), timing: timing,
      events: [event], isForEachRow: true,
      condition: trigger.condition.map { SQLiteSyntax().expression(statement.text($0)) },
      body: SQLiteSyntax().expression(statement.text(trigger.body)),
      source: statement.text(0..<statement.source.count))
  }
}
