import Planning
import SQLText
import SchemaModel

enum MaterializedViewSteps {
  static func create(_ view: MaterializedView, _ context: PlanContext) -> Step {
    var sql: SQL = "CREATE MATERIALIZED VIEW \(path: view.id.path)"
    if !view.storageParameters.isEmpty {
      sql += " WITH (\(TableSteps.parameters(view.storageParameters)))"
    }
    return Step(
      .create, view.id, produces: [view.id],
      consumes: context.needs(.materializedView(view), in: context.to),
      statements: [Statement(sql + " AS\n\(view.query)")])
  }

  static func drop(_ view: MaterializedView, _ context: PlanContext) -> Step {
    var own = [view.id]
    own += context.from.objects(of: .index, under: view.id.path).map(\.id)
    return Step(
      .drop, view.id, destroys: own,
      releases: context.needs(.materializedView(view), in: context.from),
      statements: [
        Statement("DROP MATERIALIZED VIEW \(path: view.id.path)", lock: .accessExclusive)
      ])
  }

  static func canAlter(_ old: MaterializedView, to new: MaterializedView) -> Bool {
    old.query == new.query
  }

  static func alter(_ old: MaterializedView, to new: MaterializedView) -> Step {
    Step(
      .alter, new.id, produces: [new.id],
      statements: TableSteps.parameterChanges(
        "MATERIALIZED VIEW", new.id.path, from: old.storageParameters, to: new.storageParameters))
  }
}
