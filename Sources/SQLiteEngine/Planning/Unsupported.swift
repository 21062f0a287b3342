import Planning
import SchemaModel

/// Attributes that the model has for another engine's sake: asked for here they are an error, since no
/// statement could carry them.
enum Unsupported {
  static func check(_ object: SchemaObject) throws(PlanningError) {
    if let what = attribute(of: object) {
      throw .unsupported(object.id, "SQLite has no \(what)")
    }
  }

  private static func attribute(of object: SchemaObject) -> String? {
    if case .table(let table) = object {
      if table.isUnlogged { return "unlogged tables" }
      return table.storageParameters.isEmpty ? nil : "storage parameters"
    }
    if case .column(let column) = object {
      return column.identity == nil ? nil : "identity columns; use INTEGER PRIMARY KEY"
    }
    if case .index(let index) = object { return attribute(of: index) }
    if case .view(let view) = object { return view.options.isEmpty ? nil : "view options" }
    if case .trigger(let trigger) = object {
      if trigger.events.count != 1 || trigger.events.contains(.truncate) {
        return "triggers of several events, or of TRUNCATE"
      }
      return trigger.isForEachRow ? nil : "triggers for each statement"
    }
    return Constraint(object).flatMap(attribute)
  }

  private static func attribute(of index: Index) -> String? {
    if index.method != "btree" { return "index method \(index.method)" }
    if !index.include.isEmpty { return "INCLUDE columns" }
    if index.nullsNotDistinct { return "NULLS NOT DISTINCT" }
    if !index.storageParameters.isEmpty { return "storage parameters" }
    if index.parts.contains(where: { $0.operatorClass != nil }) { return "operator classes" }
    return index.parts.contains { $0.nullsFirst != $0.isDescending }
      ? "order of nulls in an index" : nil
  }

  private static func attribute(of constraint: Constraint) -> String? {
    switch constraint.value {
    case .primaryKey(let key):
      if key.deferrability != .notDeferrable { return "deferrable keys" }
      return key.include.isEmpty ? nil : "INCLUDE columns"
    case .unique(let key):
      if key.deferrability != .notDeferrable { return "deferrable keys" }
      if key.nullsNotDistinct { return "NULLS NOT DISTINCT" }
      return key.include.isEmpty ? nil : "INCLUDE columns"
    case .check(let check):
      if check.isNoInherit { return "NO INHERIT" }
      return check.isNotValid ? "NOT VALID" : nil
    case .foreignKey(let key):
      if key.isNotValid { return "NOT VALID" }
      return key.setColumns.isEmpty ? nil : "columns behind SET NULL or SET DEFAULT"
    }
  }
}
