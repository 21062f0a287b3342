import Planning
import SchemaModel

/// Attributes that the model has for another engine's sake: asked for here they are an error, since no
/// statement could carry them.
enum Unsupported {
  /// `version` is that of the SQLite that is to run the plan; nil if nobody knows.
  static func check(_ object: SchemaObject, version: Int?) throws(PlanningError) {
    if let version, let (what, first) = novelty(in: object), version < first {
      throw .unsupported(
        object.id, "\(what) needs SQLite 3.\(first / 1_000 % 1_000), the target is \(text(version))"
      )
    }
    if let what = attribute(of: object) {
      throw .unsupported(object.id, "SQLite has no \(what)")
    }
  }

  static func text(_ version: Int) -> String {
    "\(version / 1_000_000).\(version / 1_000 % 1_000)"
  }

  private static func novelty(in object: SchemaObject) -> (what: String, first: Int)? {
    if case .table(let table) = object, table.isStrict { return ("STRICT", 3_037_000) }
    if case .column(let column) = object, column.generation != nil {
      return ("a generated column", 3_031_000)
    }
    return nil
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
