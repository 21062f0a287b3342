import SQLText
import SchemaModel

/// What views and triggers mention. SQLite keeps no record of it, so their tokens have to tell.
enum SQLiteDependencies {
  static func all(in schema: Schema) -> [ObjectID: [ObjectID]] {
    let views = schema.objects(of: .view)
    let triggers = schema.objects(of: .trigger)
    if views.isEmpty, triggers.isEmpty { return [:] }
    let relations = Set(
      (schema.objects(of: .table) + schema.objects(of: .virtualTable) + views).map(\.id))
    let scanner = ReferenceScanner(
      syntax: SQLiteSyntax(), relations: relations, searchPath: [SQLiteNames.main])
    var dependencies: [ObjectID: [ObjectID]] = [:]
    for object in views {
      guard case .view(let view) = object else { continue }
      dependencies[view.id] = scanner.references(in: view.query.text).filter { $0 != view.id }
    }
    for object in triggers {
      guard case .trigger(let trigger) = object else { continue }
      let relation = relation(of: trigger.id, in: relations)
      let mentioned = scanner.references(in: trigger.body.text)
      let inCondition = trigger.condition.map { scanner.references(in: $0.text) } ?? []
      dependencies[trigger.id] =
        relation.map { relation in
          [relation] + (mentioned + inCondition).filter { $0 != relation }
        } ?? mentioned
    }
    return dependencies
  }

  /// The table or view that a trigger is on.
  private static func relation(of trigger: ObjectID, in relations: Set<ObjectID>) -> ObjectID? {
    for id in [trigger.table, ObjectID(.view, trigger.relationPath)] where relations.contains(id) {
      return id
    }
    return nil
  }
}
