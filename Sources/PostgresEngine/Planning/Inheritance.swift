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

  /// INHERITS takes no child that says again how a column is generated, before PostgreSQL 17; ALTER TABLE … INHERIT
  /// does, where the child has everything of its own.
  static func joinsAfterwards(
    _ table: Table, _ parts: [SchemaObject], _ context: PlanContext
  ) -> Bool {
    guard table.partitionBound == nil, !table.parents.isEmpty else { return false }
    let own = Dictionary(uniqueKeysWithValues: parts.map { ($0.id, $0) })
    var generatesAgain = false
    for ancestor in ancestors(table.parents, in: context.to) {
      for object in context.to.objects(of: .column, under: ancestor.path) {
        guard case .column(let above) = object,
          case .column(let column)? = own[table.id.part(.column, above.id.name)],
          !column.isInherited
        else { return false }
        if above.generation != nil, column.generation != nil { generatesAgain = true }
      }
      for case .check(let check) in context.to.objects(of: .check, under: ancestor.path)
      where !check.isNoInherit && own[table.id.part(.check, check.id.name)] == nil {
        return false
      }
    }
    return generatesAgain
  }

  /// The tables themselves, and all that they inherit from, each once.
  static func ancestors(_ tables: [ObjectID], in schema: Schema) -> [ObjectID] {
    var found: [ObjectID] = []
    var seen: Set<ObjectID> = []
    var queue = tables[...]
    while let next = queue.popFirst() {
      guard seen.insert(next).inserted else { continue }
      found.append(next)
      if case .table(let table)? = schema[next] { queue += table.parents }
    }
    return found
  }

  /// What a child gets when it says nothing else.
  static func inheritable(_ column: Column, by id: ObjectID) -> Column {
    var copy = column
    copy.id = id
    copy.isInherited = false
    copy.settings.statisticsTarget = nil
    copy.settings.options = []
    return copy
  }

  /// The column as the table has it: its own, or one of its parents'.
  static func effective(_ id: ObjectID, in schema: Schema) -> Column? {
    if case .column(let own)? = schema[id] { return own }
    guard case .table(let table)? = schema[id.table] else { return nil }
    for parent in table.parents {
      if let found = effective(parent.part(.column, id.name), in: schema) {
        return inheritable(found, by: id)
      }
    }
    return nil
  }

  /// A column that the table has on both sides, on one of them from a parent: it is neither made nor
  /// dropped, but becomes the other.
  static func alteration(_ change: Change, _ context: PlanContext) -> (old: Column, new: Column)? {
    guard change.id.kind == .column, context.from.contains(change.id.table),
      context.to.contains(change.id.table), !context.created.contains(change.id.table)
    else { return nil }
    switch change {
    case .create(.column(let new)):
      // One that says something else of what its parent gets only now has that first.
      let comes = new.isInherited ? effectiveParent(new.id, context.to) : nil
      guard
        var old = effective(new.id, in: context.from) ?? comes.map({ inheritable($0, by: new.id) })
      else { return nil }
      // What generates a column's values is not handed down before version 17.
      old.identity = new.identity
      // The constraint of the parent's name becomes the table's own: `leftNotNulls` renames it.
      old.notNull.name = new.notNull.name
      return (old, new)
    case .drop(.column(let old)):
      guard var new = inherited(insteadOf: old, context.from, context.to) else { return nil }
      new.identity = old.identity
      // It keeps its name under the parent's.
      new.notNull.name = old.notNull.name
      return (old, new)
    case .create, .drop, .alter: return nil
    }
  }

  /// What a table has from its parents where it had a column of its own.
  static func inherited(insteadOf old: Column, _ from: Schema, _ to: Schema) -> Column? {
    guard let new = effective(old.id, in: to) else { return nil }
    // A parent that gets the column only now would find one that stays the child's own for ever.
    if !old.isInherited, effectiveParent(old.id, from) == nil,
      case .table(let before)? = from[old.id.table], case .table(let after)? = to[old.id.table],
      before.parents == after.parents
    {
      return nil
    }
    return new
  }

  /// Whether the column is a parent's, which drops it.
  static func goesWithParents(_ column: Column, _ context: PlanContext) -> Bool {
    guard column.isInherited, effective(column.id, in: context.to) == nil,
      case .table(let old)? = context.from[column.id.table],
      case .table(let new)? = context.to[column.id.table]
    else { return false }
    return old.parents == new.parents
  }

  /// Whether a parent has the column.
  static func isInherited(_ id: ObjectID, _ schema: Schema) -> Bool {
    effectiveParent(id, schema) != nil
  }

  private static func effectiveParent(_ id: ObjectID, _ schema: Schema) -> Column? {
    guard case .table(let table)? = schema[id.table] else { return nil }
    return table.parents.lazy.compactMap { effective($0.part(.column, id.name), in: schema) }.first
  }

  /// Whether the table has a parent that it had not: that wants its columns as they are to be.
  static func gainsParent(_ table: ObjectID, _ context: PlanContext) -> Bool {
    guard case .table(let old)? = context.from[table], case .table(let new)? = context.to[table]
    else { return false }
    return !new.parents.allSatisfy(old.parents.contains)
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

  /// The NOT NULL constraints that a child has of its parents keep the parents' names when they become its own.
  static func leftNotNulls(_ old: Table, _ new: Table, _ context: PlanContext) -> [Statement] {
    (old.inheritedNotNulls ?? []).compactMap { constraint in
      let id = new.id.part(.column, constraint.column)
      guard isInherited(id, context.from), !isInherited(id, context.to),
        case .column(let column)? = context.to[id], !column.isNullable
      else { return nil }
      let name = ColumnSteps.notNullName(column)
      guard name != constraint.name else { return nil }
      // What was a table before it was attached has kept its own name: the server looks.
      return NotNullRenames.statement(on: new.id, constraint.name, name, serverVersion: 0)
    }
  }

  /// The columns that stay with a table when it leaves a parent, and that it is not to have.
  static func leftColumns(_ old: Table, _ new: Table, _ context: PlanContext) -> [Identifier] {
    let gone = old.parents.filter { !new.parents.contains($0) }
    let names = ancestors(gone, in: context.from).flatMap { parent in
      context.from.objects(of: .column, under: parent.path).map(\.id.name)
    }
    return Set(names).sorted().filter { name in
      let id = new.id.part(.column, name)
      return !context.from.contains(id) && effective(id, in: context.to) == nil
    }
  }

  /// As above, of checks.
  static func leftChecks(_ old: Table, _ new: Table, _ context: PlanContext) -> [Identifier] {
    func names(_ parents: [ObjectID], _ schema: Schema) -> Set<Identifier> {
      let checks = ancestors(parents, in: schema).flatMap { parent in
        schema.objects(of: .check, under: parent.path)
      }
      return Set(
        checks.compactMap { object in
          guard case .check(let check) = object, !check.isNoInherit else { return nil }
          return check.id.name
        })
    }
    let gone = old.parents.filter { !new.parents.contains($0) }
    let left = names(gone, context.from).subtracting(names(new.parents, context.to))
    return left.sorted().filter { name in
      let id = new.id.part(.check, name)
      return !context.from.contains(id) && !context.to.contains(id)
    }
  }

  /// The indexes that a partition has of its ancestors, which must not go before it has left.
  static func indexModels(of table: Table, _ context: PlanContext) -> [ObjectID] {
    PartitionIndexes.inherited(by: table, in: context.from).map(\.model.id)
  }

  /// A partition that leaves keeps the indexes that it had for its parent's: those that it is to have get
  /// their names, the others go, unless a parent to come takes them.
  static func leftIndexes(_ old: Table, _ new: Table, _ context: PlanContext) -> [Statement] {
    guard let attached = old.attachedIndexes else { return declaredIndexes(old, new, context) }
    guard let parent = old.parents.first else { return [] }
    let kinds: [ObjectKind] = [.index, .primaryKey, .unique, .exclusion]
    return attached.sorted { $0.name < $1.name }.compactMap { index in
      let models = kinds.lazy.compactMap { context.from[parent.part($0, index.parentName)] }
      return models.first.flatMap { left(index.name, as: $0, new, context, isCertain: true) }
    }
  }

  /// A declaration does not say what the indexes are called that came with the parent: most likely as
  /// PostgreSQL calls them.
  private static func declaredIndexes(
    _ old: Table, _ new: Table, _ context: PlanContext
  ) -> [Statement] {
    PartitionIndexes.inherited(by: old, in: context.from).compactMap { index in
      index.wanted(of: old).flatMap {
        left($0, as: index.model, new, context, isCertain: false)
      }
    }
  }

  private static func left(
    _ name: Identifier, as model: SchemaObject, _ new: Table, _ context: PlanContext,
    isCertain: Bool
  ) -> Statement? {
    let path = new.id.path
    let exists: SQL = isCertain ? "" : "IF EXISTS "
    let wanted = context.to.objects(of: model.kind, under: path).first {
      $0.fields == model.fields
    }
    if wanted == nil,
      PartitionIndexes.inherited(by: new, in: context.to).contains(where: {
        $0.model.id.kind == model.id.kind && $0.model.fields == model.fields
      })
    {
      return nil
    }
    let sql: SQL
    if let wanted {
      if wanted.id.name == name { return nil }
      sql = "ALTER INDEX \(exists)\(path: [path[0], name]) RENAME TO \(wanted.id.name)"
    } else if model.kind == .index {
      sql = "DROP INDEX \(exists)\(path: [path[0], name])"
    } else {
      sql = "ALTER TABLE \(path: path) DROP CONSTRAINT \(exists)\(name)"
    }
    return Statement(sql, lock: .accessExclusive, on: [new.id])
  }

  private static func comesFrom(
    _ parents: [ObjectID], _ object: SchemaObject, _ schema: Schema
  ) -> Bool {
    ancestors(parents, in: schema).contains { parent in
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
