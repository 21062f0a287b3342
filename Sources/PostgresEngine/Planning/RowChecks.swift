import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// What the rows that are there must not say, so that a step works and keeps them.
struct RowChecks {
  let context: PlanContext

  /// The step with the questions that its hazards raise.
  func asked(_ step: Step) -> Step {
    guard !step.hazards.isEmpty else { return step }
    var step = step
    for hazard in step.hazards { step.checks += checks(hazard, step.subject) }
    return step
  }

  private func checks(_ hazard: Hazard, _ subject: ObjectID) -> [RowCheck] {
    let table = subject.table
    guard let key = key(of: table) else { return [] }
    func check(
      _ finding: String, _ query: SQL, _ effect: RowCheck.Effect = .blocks
    ) -> [RowCheck] {
      [RowCheck(effect, hazard: hazard, table: table, finding: finding, query: query)]
    }
    let all: SQL = "SELECT \(key) AS key FROM \(path: table.path)"
    switch (hazard.code, context.to[subject]) {
    case ("DD03", .column?):
      return check("\(table.name) is not empty", all)
    case ("DD02", .column(let column)?):
      guard isThere(column.id) else { return [] }
      return check(
        "\(table.name).\(column.id.name) is null", all + " WHERE \(column.id.name) IS NULL")
    case ("DD01", let object?): return duplicates(object).map { check($0.finding, $0.query) } ?? []
    case ("DD04", .check(let constraint)?), ("DD07", .check(let constraint)?):
      guard isUnchanged(subject, in: table) else { return [] }
      return check(
        "\(table.name): \(constraint.expression.text) does not hold",
        all + " WHERE NOT (\(constraint.expression))")
    case ("DD04", .foreignKey(let foreign)?): return orphans(foreign, all, check)
    case ("DL07", .column(let column)?): return conversion(column, all, check)
    default: return []
    }
  }

  // MARK: - Whether it can be asked

  /// What a row is called: its primary key, or its place; nil where the table was not there, or had another
  /// name.
  private func key(of table: ObjectID) -> SQL? {
    guard context.from.contains(table),
      !context.renamed.contains(where: {
        $0 == table || $0.isPart(of: table) || $0 == .namespace(table.path[0])
      })
    else { return nil }
    for case .primaryKey(let primary) in context.from.objects(of: .primaryKey, under: table.path) {
      let names = primary.columns.map(\.name)
      if names.count == 1 {
        return "pg_catalog.concat(\(literal: "\(names[0]) "), \(names[0]))"
      }
      let label = "(" + names.map(\.description).joined(separator: ", ") + ") "
      return "pg_catalog.concat(\(literal: label), ROW(\(names)))"
    }
    return "pg_catalog.concat('ctid ', ctid)"
  }

  private func isThere(_ column: ObjectID) -> Bool {
    context.from.contains(column)
  }

  /// Whether the object can be asked of the old columns.
  private func isUnchanged(_ object: ObjectID, in table: ObjectID) -> Bool {
    context.to.objects(of: .column, under: table.path).allSatisfy { column in
      guard let new = context.to[object] else { return false }
      let isMentioned =
        PlanContext.ownColumns(new).contains(column.id.name)
        || ConstraintSteps.mentions(new, column.id.name)
      return !isMentioned || isThere(column.id)
    }
  }

  // MARK: - Questions

  private func duplicates(_ object: SchemaObject) -> (finding: String, query: SQL)? {
    let table = object.id.table
    var parts: [SQL]
    var conditions: [SQL] = []
    var nullsCount = false
    switch object {
    case .primaryKey(let key): parts = key.columns.map { "\($0.name)" }
    case .unique(let key):
      parts = key.columns.map { "\($0.name)" }
      nullsCount = key.nullsNotDistinct
    case .index(let index) where index.isUnique:
      parts = index.parts.map { part in
        switch part.subject {
        case .column(let name): "\(name)"
        case .expression(let text): "(\(text))"
        }
      }
      if let predicate = index.predicate { conditions.append("(\(predicate))") }
      nullsCount = index.nullsNotDistinct
    default: return nil
    }
    guard isUnchanged(object.id, in: table) else { return nil }
    if !nullsCount { conditions += parts.map { $0 + " IS NOT NULL" } }
    let list = parts.joined(", ")
    let filter: SQL = conditions.isEmpty ? "" : " WHERE " + conditions.joined(" AND ")
    let names = list.text
    return (
      "\(table.name): equal values of \(names)",
      """
      SELECT pg_catalog.concat_ws(', ', \(list)) AS key FROM \(path: table.path)\(filter) \
      GROUP BY \(list) HAVING pg_catalog.count(*) > 1
      """
    )
  }

  private func orphans(
    _ key: ForeignKey, _ all: SQL,
    _ check: (String, SQL, RowCheck.Effect) -> [RowCheck]
  ) -> [RowCheck] {
    let columns = PlanContext.columns(of: key)
    guard columns.allSatisfy(isThere), !key.isTemporal,
      key.columns.count == key.referencedColumns.count,
      !context.renamed.contains(where: {
        $0 == key.referencedTable || $0.isPart(of: key.referencedTable)
      })
    else { return [] }
    let own = key.id.table
    let present = key.columns.map { name -> SQL in "\(path: own.path).\(name) IS NOT NULL" }
    let equal = zip(key.columns, key.referencedColumns).map { own, other -> SQL in
      "kedge_other.\(other) = \(path: key.id.table.path).\(own)"
    }
    return check(
      "\(own.name) refers to no row of \(key.referencedTable.name) (\(key.id.name))",
      all + " WHERE " + present.joined(" AND ")
        + " AND NOT EXISTS (SELECT FROM \(path: key.referencedTable.path) kedge_other WHERE "
        + equal.joined(" AND ") + ")", .blocks)
  }

  private func conversion(
    _ column: Column, _ all: SQL, _ check: (String, SQL, RowCheck.Effect) -> [RowCheck]
  ) -> [RowCheck] {
    guard case .column(let old)? = context.from[column.id], column.type.object == nil,
      context.conversion(of: column.id)?.using == nil
    else { return [] }
    let name = column.id.name
    return check(
      "\(column.id.table.name).\(name) does not fit \(column.type.text)",
      all + " WHERE \(name) IS DISTINCT FROM \(name)::\(column.type)::\(old.type)", .converts)
  }
}
