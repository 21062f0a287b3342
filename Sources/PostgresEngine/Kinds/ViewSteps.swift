import Planning
import SQLText
import SchemaModel

enum ViewSteps {
  /// `inTwo`: a stub of the same columns comes first, for what the view needs and what needs the view.
  static func create(_ view: View, _ context: PlanContext, inTwo: Bool) -> [Step] {
    let needed = context.needs(.view(view), in: context.to)
    let isInTwo = inTwo || needed.contains(view.id)
    guard isInTwo, let stub = stub(of: view, word: "CREATE VIEW") else {
      return [
        Step(
          .create, view.id, produces: [view.id], consumes: needed,
          statements: [Statement(definition(view, word: "CREATE VIEW"))] + defaults(view, from: []))
      ]
    }
    return [
      Step(
        .create, view.id, produces: [view.id], consumes: needed.filter { isType($0.kind) },
        statements: [Statement(stub)]),
      Step(
        .alter, view.id, consumes: needed + [view.id],
        statements: [Statement(definition(view, word: "CREATE OR REPLACE VIEW"))]
          + defaults(view, from: [])),
    ]
  }

  static func drop(_ view: View, _ context: PlanContext, inTwo: Bool) -> [Step] {
    var steps: [Step] = []
    var released = context.needs(.view(view), in: context.from)
    if inTwo, let stub = stub(of: view, word: "CREATE OR REPLACE VIEW") {
      steps.append(
        Step(
          .alter, view.id, releases: released + [view.id],
          statements: [Statement(stub, lock: .accessExclusive)]))
      released = released.filter { isType($0.kind) }
    }
    return steps + [
      Step(
        .drop, view.id, destroys: [view.id], releases: released,
        statements: [Statement("DROP VIEW \(path: view.id.path)", lock: .accessExclusive)])
    ]
  }

  /// A view of the same columns that needs nothing but their types.
  private static func stub(of view: View, word: SQL) -> SQL? {
    guard let columns = view.resultColumns, !columns.isEmpty else { return nil }
    let list = columns.map { "NULL::\(.verbatim($0.type.string)) AS \($0.name)" as SQL }
    return "\(word) \(path: view.id.path) AS\nSELECT \(list.joined(",\n    "))"
  }

  private static func isType(_ kind: ObjectKind) -> Bool {
    TypeContext.kinds.contains(kind) || kind == .namespace || kind == .extension
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
    if !view.options.isEmpty {
      let sorted = TableSteps.ordered(view.options, by: view.optionOrder)
      sql += " WITH (\(TableSteps.parameters(sorted)))"
    }
    return sql + " AS\n\(view.query)"
  }
}
