import Planning
import SQLText
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

  /// The column that a child has by inheritance and is to have as its own, as it is now: of the parent
  /// that loses it.
  static func inherited(_ column: Column, _ context: PlanContext) -> Column? {
    guard case .table(let old)? = context.from[column.id.table], old.partitionBound == nil,
      case .table? = context.to[column.id.table]
    else { return nil }
    var queue = old.parents
    while let parent = queue.popLast() {
      let id = parent.part(.column, column.id.name)
      if case .column(var found)? = context.from[id] {
        guard context.dropped.contains(id), context.to.contains(parent) else { return nil }
        found.id = column.id
        return found
      }
      if case .table(let table)? = context.from[parent] { queue += table.parents }
    }
    return nil
  }

  /// How a column is dropped that some children are to keep: of this table only, which makes it theirs.
  /// With the columns that stay.
  static func drops(
    _ name: Identifier, of table: ObjectID, _ context: PlanContext
  ) -> (statements: [Statement], kept: [ObjectID]) {
    func keeps(_ child: ObjectID) -> Bool { context.to.contains(child.part(.column, name)) }
    guard context.descendants(of: table).contains(where: keeps) else {
      return (
        [
          Statement(
            "ALTER TABLE \(path: table.path) DROP COLUMN \(name)", lock: .accessExclusive)
        ], []
      )
    }
    var statements = [
      Statement("ALTER TABLE ONLY \(path: table.path) DROP COLUMN \(name)", lock: .accessExclusive)
    ]
    var kept: [ObjectID] = []
    for child in context.children[table] ?? [] {
      if keeps(child) {
        kept.append(child.part(.column, name))
      } else {
        let further = drops(name, of: child, context)
        statements += further.statements
        kept += further.kept
      }
    }
    return (statements, kept)
  }

  /// A partition that leaves keeps the indexes that it had for its parent's: those that it is to have get
  /// their names, the others go.
  static func leftIndexes(_ old: Table, _ new: Table, _ context: PlanContext) -> [Statement] {
    guard let parent = old.parents.first else { return [] }
    let path = old.id.path
    return (old.attachedIndexes ?? []).sorted { $0.name < $1.name }.compactMap { index in
      let kinds: [ObjectKind] = [.index, .primaryKey, .unique, .exclusion]
      guard
        let model = kinds.lazy.compactMap({ context.from[parent.part($0, index.parentName)] }).first
      else { return nil }
      let wanted = context.to.objects(of: model.kind, under: new.id.path).first {
        $0.fields == model.fields
      }
      let isIndex = model.kind == .index
      let sql: SQL
      if let wanted {
        if wanted.id.name == index.name { return nil }
        sql = "ALTER INDEX \(path: [path[0], index.name]) RENAME TO \(wanted.id.name)"
      } else if isIndex {
        sql = "DROP INDEX \(path: [path[0], index.name])"
      } else {
        sql = "ALTER TABLE \(path: path) DROP CONSTRAINT \(index.name)"
      }
      return Statement(sql, lock: .accessExclusive)
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
