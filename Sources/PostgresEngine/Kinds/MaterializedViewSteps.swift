import Planning
import SQLText
import SchemaModel

enum MaterializedViewSteps {
  static func create(_ view: MaterializedView, _ context: PlanContext) -> Step {
    var sql: SQL = "CREATE MATERIALIZED VIEW \(path: view.id.path)"
    if let method = view.accessMethod { sql += " USING \(method)" }
    if !view.storageParameters.isEmpty {
      sql += " WITH (\(TableSteps.parameters(view.storageParameters)))"
    }
    if let space = view.tablespace { sql += " TABLESPACE \(space)" }
    return Step(
      .create, view.id, produces: [view.id],
      consumes: context.needs(.materializedView(view), in: context.to),
      statements: [Statement(sql + " AS\n\(view.query)")]
        + columnSettings(of: view, from: [], context))
  }

  /// Their types are the query's: what their storage is by default is not known here, and seldom set.
  private static func columnSettings(
    of view: MaterializedView, from old: [ResultColumnSettings], _ context: PlanContext
  ) -> [Statement] {
    let before = Dictionary(
      old.map { ($0.column, $0.settings) }, uniquingKeysWith: { first, _ in first })
    let after = Dictionary(
      view.columnSettings.map { ($0.column, $0.settings) }, uniquingKeysWith: { first, _ in first })
    return Set(before.keys).union(after.keys).sorted().flatMap { name in
      let column = Column(
        id: view.id.part(.column, name), type: TypeName("text"), settings: after[name] ?? .usual)
      return ColumnSettingSteps.statements(
        column, from: before[name] ?? .usual, serverVersion: context.serverVersion)
    }
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
    old.query == new.query && old.accessMethod == new.accessMethod
  }

  static func alter(
    _ old: MaterializedView, to new: MaterializedView, _ context: PlanContext
  ) -> Step {
    var statements = TableSteps.parameterChanges(
      "MATERIALIZED VIEW", new.id.path, from: old.storageParameters, to: new.storageParameters)
    if old.tablespace != new.tablespace {
      let space = new.tablespace ?? Identifier("pg_default")
      statements.append(
        Statement(
          "ALTER MATERIALIZED VIEW \(path: new.id.path) SET TABLESPACE \(space)",
          lock: .accessExclusive))
    }
    statements += columnSettings(of: new, from: old.columnSettings, context)
    return Step(.alter, new.id, produces: [new.id], statements: statements)
  }
}
