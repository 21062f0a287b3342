import Planning
import SQLText
import SchemaModel

enum StatisticsKind {
  static func query(serverVersion: Int) -> CatalogQuery {
    // 17 made the default NULL.
    CatalogQuery(
      """
      SELECT s.oid, s.stxnamespace, s.stxname, s.stxrelid, s.stxkind, s.stxkeys, s.stxstattarget,
        CASE WHEN s.stxexprs IS NOT NULL THEN pg_catalog.pg_get_statisticsobjdef_expressions(s.oid)
          ::text END
      FROM pg_catalog.pg_statistic_ext s WHERE \(CatalogQuery.isUserNamespace("s.stxnamespace"))
      """
    ) { rows, catalog in
      for row in rows {
        guard let namespace = catalog.namespaces[row.oid(1)],
          let relation = catalog.relations[row.oid(3)]?.id,
          !catalog.isExtensionMember(CatalogID.statistics, row.oid(0))
        else { continue }
        let measures = row.texts(4).compactMap { code -> Statistics.Measure? in
          switch code {
          case "d": .ndistinct
          case "f": .dependencies
          case "m": .mcv
          default: nil
          }
        }
        let target = row.optionalInteger(6)
        let statistics = Statistics(
          id: ObjectID(.statistics, [namespace, Identifier(row.text(2))]), relation: relation,
          measures: measures, columns: catalog.columns(row.oid(3), row.integers(5)),
          expressions: row.texts(7).map { catalog.bareExpression($0) },
          target: target.flatMap { $0 < 0 ? nil : Int64($0) })
        catalog.add(
          .statistics(statistics), at: CatalogAddress(CatalogID.statistics, row.oid(0)))
      }
    }
  }
}

enum StatisticsSteps {
  static func create(_ statistics: Statistics, _ context: PlanContext) -> Step {
    var statements = [Statement(definition(statistics), lock: .shareUpdateExclusive)]
    if let target = statistics.target { statements.append(setting(statistics.id, target)) }
    return Step(
      .create, statistics.id, produces: [statistics.id],
      consumes: context.needs(.statistics(statistics), in: context.to), statements: statements)
  }

  static func drop(_ statistics: Statistics, _ context: PlanContext) -> Step {
    Step(
      .drop, statistics.id, destroys: [statistics.id],
      releases: context.needs(.statistics(statistics), in: context.from),
      statements: [
        Statement("DROP STATISTICS \(path: statistics.id.path)", lock: .shareUpdateExclusive)
      ])
  }

  static func canAlter(_ old: Statistics, to new: Statistics) -> Bool {
    var old = old
    old.target = new.target
    return old == new
  }

  static func alter(_ new: Statistics) -> Step {
    Step(
      .alter, new.id, produces: [new.id], statements: [setting(new.id, new.target ?? -1)])
  }

  /// Whether a change of the column or relation takes the statistics along: they go with any of their
  /// columns, and with their relation.
  static func goesWith(_ statistics: Statistics, _ context: PlanContext) -> Bool {
    context.dropped.contains(statistics.relation)
      || statistics.columns.contains {
        context.dropped.contains(statistics.relation.part(.column, $0))
      }
  }

  private static func setting(_ id: ObjectID, _ target: Int64) -> Statement {
    Statement(
      "ALTER STATISTICS \(path: id.path) SET STATISTICS \(target)", lock: .shareUpdateExclusive)
  }

  private static func definition(_ statistics: Statistics) -> SQL {
    let kinds = statistics.measures.map { measure -> SQL in
      switch measure {
      case .dependencies: "dependencies"
      case .mcv: "mcv"
      case .ndistinct: "ndistinct"
      }
    }
    let isWhole = kinds.isEmpty || kinds.count == Statistics.Measure.allCases.count
    let list: SQL = isWhole ? .empty : " (\(kinds.joined(", ")))"
    let parts =
      statistics.columns.map { "\($0)" as SQL } + statistics.expressions.map { "(\($0))" as SQL }
    return """
      CREATE STATISTICS \(path: statistics.id.path)\(list) ON \(parts.joined(", ")) FROM \
      \(path: statistics.relation.path)
      """
  }
}
