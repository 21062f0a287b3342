import Comparison
import Planning
import SchemaDiff
import SchemaModel

/// Cuts a difference into what running clients of the old schema bear, and what only those of the new one do: what
/// they still read or write goes after the new code is deployed, and what they do not fill is demanded then.
enum Phases {
  typealias Part = (suffix: String, result: ComparisonResult)

  static func split(
    _ result: ComparisonResult, dialect: any Dialect, name: String
  ) throws -> [Part] {
    let kept = result.difference.changes.compactMap { change -> SchemaObject? in
      guard case .drop(let object) = change, result.to[object.id] == nil else { return nil }
      return loosened(object)
    }
    let demanded = result.difference.changes.compactMap { demand($0, in: result) }
    guard !kept.isEmpty || !demanded.isEmpty else { return [(name, result)] }
    let replaced = Set(demanded.map(\.id))
    guard
      var middle = try? result.to.replacing(
        objects: result.to.objects.filter { !replaced.contains($0.id) } + demanded + kept)
    else { return [(name, result)] }
    for id in replaced { middle.conversions[id] = nil }
    var (first, last) = (result, result)
    first.to = middle
    first.difference = try Differ.difference(
      from: result.from, to: middle, renames: result.difference.renames)
    last.from = middle
    last.difference = try Differ.difference(from: middle, to: result.to, renames: [])
    guard !first.difference.isEmpty, !last.difference.isEmpty else { return [(name, result)] }
    return [("\(name)_expand", first), ("\(name)_contract", last)]
  }

  /// The new code does not write the column any more.
  private static func loosened(_ object: SchemaObject) -> SchemaObject {
    guard case .column(var column) = object, !column.isNullable, column.defaultValue == nil else {
      return object
    }
    column.isNullable = true
    return .column(column)
  }

  /// A column of a relation that is there and that the old code leaves empty, as it is until the deployment; nil
  /// for every other change.
  private static func demand(_ change: Change, in result: ComparisonResult) -> SchemaObject? {
    let target: SchemaObject
    switch change {
    case .drop: return nil
    case .create(let object):
      guard result.from[object.id.table] != nil else { return nil }
      target = object
    case .alter(let alteration):
      guard alteration.changes("not_null") else { return nil }
      target = alteration.to
    }
    guard case .column(var column) = target, !column.isNullable, column.defaultValue == nil,
      column.identity == nil, column.generation == nil, !isKey(column.id, in: result.to)
    else { return nil }
    column.isNullable = true
    return .column(column)
  }

  /// A key's columns are never null.
  private static func isKey(_ column: ObjectID, in schema: Schema) -> Bool {
    schema.objects.contains {
      if case .primaryKey(let key) = $0 {
        key.id.table == column.table && key.columns.contains { $0.name == column.name }
      } else {
        false
      }
    }
  }
}
