import Planning
import SQLText
import SchemaModel

enum IndexSteps {
  static func create(_ index: Index, _ context: PlanContext) -> Step {
    let isNew = context.isNew(index.id.table)
    var hazards: [Hazard] = []
    if !isNew {
      hazards.append(
        Hazard(
          "LK01",
          "Nobody can write to \(index.id.table.name) while index \(index.id.name) is built."))
      if index.isUnique {
        hazards.append(
          Hazard("DD01", "Rows of \(index.id.table.name) with equal values stop the change."))
      }
    }
    return Step(
      .create, index.id, produces: [index.id],
      consumes: context.needs(.index(index), in: context.to),
      statements: [
        Statement(definition(index), lock: isNew ? .none : .share, work: isNew ? .metadata : .build)
      ]
        + statistics(index, from: index.parts.map { _ in nil }), hazards: hazards)
  }

  static func drop(_ index: Index, _ context: PlanContext) -> Step {
    Step(
      .drop, index.id, destroys: [index.id],
      releases: context.needs(.index(index), in: context.from),
      statements: [
        Statement("DROP INDEX \(path: [index.id.path[0], index.id.name])", lock: .accessExclusive)
      ], hazards: [Hazard("LK02", "Table \(index.id.table.name) is locked for a moment.")])
  }

  /// `only`: without the partitions.
  static func definition(
    _ index: Index, concurrently: Bool = false, only: Bool = false
  ) -> SQL {
    let unique: SQL = index.isUnique ? "UNIQUE " : ""
    let manner: SQL = concurrently ? "CONCURRENTLY " : ""
    let reach: SQL = only ? "ONLY " : ""
    var sql: SQL =
      "CREATE \(unique)INDEX \(manner)\(index.id.name) ON \(reach)\(path: index.id.relationPath)"
    if index.method != "btree" { sql += " USING \(Identifier(index.method.string))" }
    sql += " (\(index.parts.map(part).joined(", ")))"
    if !index.include.isEmpty { sql += " INCLUDE (\(index.include))" }
    if index.nullsNotDistinct { sql += " NULLS NOT DISTINCT" }
    if !index.storageParameters.isEmpty {
      let sorted = TableSteps.ordered(index.storageParameters, by: index.parameterOrder)
      sql += " WITH (\(TableSteps.parameters(sorted)))"
    }
    if let space = index.tablespace { sql += " TABLESPACE \(space)" }
    if let predicate = index.predicate { sql += " WHERE (\(predicate))" }
    return sql
  }

  /// Statistics targets of its expressions, by number.
  static func statistics(_ index: Index, from old: [Int64?]) -> [Statement] {
    zip(index.parts, old).enumerated().compactMap { position, pair -> Statement? in
      guard pair.0.statisticsTarget != pair.1 else { return nil }
      let path = [index.id.path[0], index.id.name]
      return Statement(
        "ALTER INDEX \(path: path) ALTER COLUMN \(Int64(position + 1)) SET STATISTICS \(pair.0.statisticsTarget ?? -1)",
        lock: .shareUpdateExclusive)
    }
  }

  static func part(_ part: IndexPart) -> SQL {
    var sql: SQL
    switch part.subject {
    case .column(let name): sql = "\(name)"
    case .expression(let text): sql = "(\(text))"
    }
    if let collation = part.collation { sql += " COLLATE \(CollationName.sql(collation))" }
    if let operatorClass = part.operatorClass { sql += " \(.verbatim(operatorClass.string))" }
    if part.isDescending { sql += " DESC" }
    if part.nullsFirst != part.isDescending {
      sql += part.nullsFirst ? " NULLS FIRST" : " NULLS LAST"
    }
    return sql
  }
}
