import Planning
import SQLText
import SchemaModel

/// The indexes that CLUSTER and logical replication go by: said once the index is there, and again
/// whenever it has been made anew.
enum RelationMarkSteps {
  static func steps(_ context: PlanContext, remade: Set<ObjectID>) -> [Step] {
    var steps: [Step] = []
    for case .table(let table) in context.to.objects(of: .table) {
      let old: Table? = if case .table(let old)? = context.from[table.id] { old } else { nil }
      let isNew = remade.contains(table.id) || old == nil
      if let name = table.clusteredOn,
        isNew || old?.clusteredOn != name || isMade(name, of: table.id, remade)
      {
        steps.append(step(table.id, name, "CLUSTER ON \(name)", context))
      } else if old?.clusteredOn != nil, table.clusteredOn == nil, !isNew {
        steps.append(step(table.id, nil, "SET WITHOUT CLUSTER", context))
      }
      if case .index(let name)? = table.replicaIdentity,
        isNew || old?.replicaIdentity != table.replicaIdentity
          || isMade(name, of: table.id, remade)
      {
        steps.append(step(table.id, name, "REPLICA IDENTITY USING INDEX \(name)", context))
      } else if isNew ? table.replicaIdentity != nil : old?.replicaIdentity != table.replicaIdentity
      {
        let word: SQL = table.replicaIdentity.map { $0 == .full ? "FULL" : "NOTHING" } ?? "DEFAULT"
        steps.append(step(table.id, nil, "REPLICA IDENTITY \(word)", context))
      }
    }
    for case .materializedView(let view) in context.to.objects(of: .materializedView) {
      let old: MaterializedView? =
        if case .materializedView(let old)? = context.from[view.id] { old } else { nil }
      let isNew = remade.contains(view.id) || old == nil
      // Where texts are compared, a view comes without its indexes.
      if let name = view.clusteredOn, context.to.contains(view.id.part(.index, name)),
        isNew || old?.clusteredOn != name || isMade(name, of: view.id, remade)
      {
        steps.append(step(view.id, name, "CLUSTER ON \(name)", context))
      } else if old?.clusteredOn != nil, view.clusteredOn == nil, !isNew {
        steps.append(step(view.id, nil, "SET WITHOUT CLUSTER", context))
      }
    }
    return steps
  }

  private static let kinds: [ObjectKind] = [.index, .primaryKey, .unique, .exclusion]

  private static func isMade(
    _ name: Identifier, of relation: ObjectID, _ remade: Set<ObjectID>
  ) -> Bool {
    !remade.isEmpty && kinds.contains { remade.contains(relation.part($0, name)) }
  }

  private static func step(
    _ relation: ObjectID, _ index: Identifier?, _ clause: SQL, _ context: PlanContext
  ) -> Step {
    let word: SQL = relation.kind == .table ? "TABLE" : "MATERIALIZED VIEW"
    let needed = index.map { name in kinds.map { relation.part($0, name) } } ?? []
    // Replication goes by columns that are NOT NULL.
    let columns = context.to.objects(of: .column, under: relation.path).map {
      ObjectID.milestone("not null", of: $0.id)
    }
    return Step(
      .alter, relation, consumes: [relation] + needed + columns,
      statements: [
        Statement("ALTER \(word) \(path: relation.path) \(clause)", lock: .accessExclusive)
      ])
  }
}
