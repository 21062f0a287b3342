import SchemaDiff
import SchemaModel

/// What a table has from its parents is not its own in the model. When it becomes a child, its own parts
/// turn into inherited ones, and when it leaves they turn back, without being made or dropped.
enum Inheritance {
  static func isCarried(_ change: Change, _ context: PlanContext) -> Bool {
    let id = change.id
    guard id.kind.isPartOfRelation, case .table(let old)? = context.from[id.table],
      case .table(let new)? = context.to[id.table], old.parents != new.parents
    else { return false }
    switch change {
    case .create(let object):
      return comesFrom(old.parents.filter { !new.parents.contains($0) }, object, context.from)
    case .drop(let object):
      return comesFrom(new.parents.filter { !old.parents.contains($0) }, object, context.to)
    case .alter: return false
    }
  }

  private static func comesFrom(
    _ parents: [ObjectID], _ object: SchemaObject, _ schema: Schema
  ) -> Bool {
    parents.contains { parent in
      switch object.kind {
      case .column: return schema.contains(parent.part(.column, object.id.name))
      case .primaryKey, .unique, .check, .exclusion, .foreignKey, .index:
        return schema.objects(of: object.kind, under: parent.path).contains {
          $0.fields == object.fields
        }
      case .namespace, .extension, .language, .accessMethod, .collation, .enumType, .baseType,
        .domain, .compositeType, .rangeType, .sequence, .function, .operator, .operatorFamily,
        .operatorClass, .cast, .conversion, .transform, .textSearchParser, .textSearchTemplate,
        .textSearchDictionary, .textSearchConfiguration, .foreignDataWrapper, .server,
        .userMapping, .table, .statistics, .virtualTable, .view, .materializedView, .rule,
        .trigger, .policy, .publication, .subscription, .eventTrigger, .comment, .owner, .grant,
        .defaultPrivileges:
        return false
      }
    }
  }
}
