import Planning
import SQLText
import SchemaModel

enum ViewSteps {
  static func create(_ view: View, _ context: PlanContext) -> Step {
    Step(
      .create, view.id, produces: [view.id], consumes: context.needs(.view(view), in: context.to),
      statements: [Statement(definition(view, word: "CREATE VIEW"))] + defaults(view, from: []))
  }

  static func drop(_ view: View, _ context: PlanContext) -> Step {
    Step(
      .drop, view.id, destroys: [view.id], releases: context.needs(.view(view), in: context.from),
      statements: [Statement("DROP VIEW \(path: view.id.path)", lock: .accessExclusive)])
  }

  static func replace(_ old: View, by new: View, _ context: PlanContext) -> Step {
    let needed = Set(context.needs(.view(new), in: context.to))
    let released = Set(context.needs(.view(old), in: context.from)).subtracting(needed)
    var text = old
    text.columnDefaults = new.columnDefaults
    let definition =
      text == new
      ? []
      : [Statement(definition(new, word: "CREATE OR REPLACE VIEW"), lock: .accessExclusive)]
    return Step(
      .alter, new.id, produces: [new.id], consumes: needed.sorted(), releases: released.sorted(),
      statements: definition + defaults(new, from: old.columnDefaults))
  }

  /// What INSERT into the view puts into columns that it leaves out.
  private static func defaults(_ view: View, from old: [View.ColumnDefault]) -> [Statement] {
    func statement(_ column: Identifier, _ clause: SQL) -> Statement {
      Statement(
        "ALTER VIEW \(path: view.id.path) ALTER COLUMN \(column) \(clause)", lock: .accessExclusive)
    }
    let kept = Set(view.columnDefaults.map(\.column))
    return old.filter { !kept.contains($0.column) }.map { statement($0.column, "DROP DEFAULT") }
      + view.columnDefaults.filter { !old.contains($0) }.map {
        statement($0.column, "SET DEFAULT \($0.value)")
      }
  }

  /// `CREATE OR REPLACE` can only append columns.
  static func canReplace(_ old: View, by new: View) -> Bool {
    guard let before = old.resultColumns, let after = new.resultColumns,
      before.count <= after.count
    else { return false }
    return zip(before, after).allSatisfy { $0 == $1 }
  }

  private static func definition(_ view: View, word: SQL) -> SQL {
    var sql: SQL = "\(word) \(path: view.id.path)"
    if !view.columnNames.isEmpty { sql += " (\(view.columnNames))" }
    if !view.options.isEmpty { sql += " WITH (\(TableSteps.parameters(view.options)))" }
    return sql + " AS\n\(view.query)"
  }
}
