import Comparison
import Planning
import SchemaDiff
import SchemaModel

/// Cuts a difference into what running clients of the old schema bear, and what only those of the new one do:
/// what is dropped comes after the new code is deployed.
enum Phases {
  typealias Part = (suffix: String, result: ComparisonResult)

  static func split(
    _ result: ComparisonResult, dialect: any Dialect, name: String
  ) throws -> [Part] {
    let dropped = result.difference.changes.compactMap { change -> SchemaObject? in
      if case .drop(let object) = change { object } else { nil }
    }
    guard !dropped.isEmpty, dropped.count < result.difference.changes.count else {
      return [(name, result)]
    }
    let kept = dropped.filter { result.to[$0.id] == nil }.map(loosened)
    guard let middle = try? result.to.replacing(objects: result.to.objects + kept) else {
      return [(name, result)]
    }
    var (first, last) = (result, result)
    first.to = middle
    first.difference = try Differ.difference(
      from: result.from, to: middle, renames: result.difference.renames)
    last.from = middle
    last.difference = try Differ.difference(from: middle, to: result.to, renames: [])
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
}
