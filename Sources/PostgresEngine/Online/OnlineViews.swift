import Planning
import SQLText
import SchemaModel

/// Materialized views are filled beside the old ones, which can be read until the new ones take their places.
extension Online {
  /// Whether the view, with its indexes, is swapped as a whole.
  func isSwapped(_ view: ObjectID) -> Bool {
    guard rebuilt.contains(view), let old = context.from[view], let new = context.to[view]
    else { return false }
    return isReplaceable(old, by: new)
  }

  func replace(_ old: MaterializedView, by new: MaterializedView) -> [Step]? {
    guard isSwapped(new.id) else { return nil }
    let schema = new.id.path[0]
    let indexes = context.to.objects(of: .index, under: new.id.path).compactMap {
      object -> Index? in
      guard case .index(let index) = object else { return nil }
      return index
    }
    var beside = new
    beside.id = ObjectID(.materializedView, [schema, Online.beside(new.id.name)])
    let built = ObjectID.milestone("built", of: new.id)
    var build = MaterializedViewSteps.create(beside, context)
    build.subject = new.id
    build.produces = [built]
    build.consumes = context.needs(.materializedView(new), in: context.to)
    build.stage = .early
    build.isAlone = true
    var swap = MaterializedViewSteps.drop(old, context)
    swap.operation = .rebuild
    swap.produces = [new.id] + indexes.map(\.id)
    swap.consumes = [built]
    swap.statements.append(
      Statement(
        "ALTER MATERIALIZED VIEW \(path: beside.id.path) RENAME TO \(new.id.name)",
        lock: .accessExclusive, on: [new.id]))
    for index in indexes {
      build.consumes += context.needs(.index(index), in: context.to).filter {
        $0.relationPath != new.id.path
      }
      var copy = index
      copy.id = ObjectID(.index, beside.id.path + [Online.beside(index.id.name)])
      build.statements.append(Statement(IndexSteps.definition(copy)))
      build.statements += IndexSteps.statistics(copy, from: copy.parts.map { _ in nil })
      swap.statements.append(
        Statement(
          "ALTER INDEX \(path: [schema, copy.id.name]) RENAME TO \(index.id.name)",
          lock: .shareUpdateExclusive, on: [index.id]))
    }
    return [build, swap]
  }
}
