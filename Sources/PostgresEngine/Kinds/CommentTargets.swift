import Planning
import SchemaDiff
import SchemaModel

/// What comments are on: mostly objects, but also what is part of one in the model (columns of views and of
/// parents, attributes of types, checks of domains, the indexes behind keys).
enum CommentTargets {
  /// Whether the comment goes by itself, because what it is on goes.
  static func goesAlong(
    _ comment: Comment, _ context: PlanContext, rebuilt: Set<ObjectID>
  ) -> Bool {
    guard let target = comment.id.attachmentTarget else { return true }
    // What a table has from a parent is no object.
    if target.kind == .column, context.to.contains(target.table) {
      return context.dropped.contains(target) || rebuilt.contains(target)
    }
    guard let holder = holder(of: target, in: context.from) else {
      return !context.to.contains(target) || rebuilt.contains(target)
    }
    return rebuilt.contains(holder) || !remains(target, of: holder, context)
  }

  /// Comments that nobody changed, on what is dropped and made again.
  static func restored(_ context: PlanContext, remade: Set<ObjectID>) -> [Step] {
    var targets: [ObjectID] = []
    for id in remade.sorted() where context.to.contains(id) {
      targets.append(id)
      targets += parts(of: id, in: context.to)
    }
    for change in context.changes where change.id.kind == .domain {
      guard case .alter(let alteration) = change, !remade.contains(change.id) else { continue }
      targets += parts(of: change.id, in: context.to).filter {
        context.from.contains(.comment(on: $0))
          && !remains($0, of: alteration.id, context)
      }
    }
    return targets.compactMap { target in
      guard context.change[.comment(on: target)] == nil,
        case .comment(let comment)? = context.to[.comment(on: target)]
      else { return nil }
      return CommentSteps.set(comment, context)
    }
  }

  private static func holder(of target: ObjectID, in schema: Schema) -> ObjectID? {
    possibleHolders(of: target).first(where: schema.contains)
  }

  /// The objects that the target could be part of, where it is none itself.
  static func possibleHolders(of target: ObjectID) -> [ObjectID] {
    let path = target.relationPath
    if target.kind == .column {
      return [.view, .materializedView, .compositeType].map { ObjectID($0, path) }
    }
    if target.kind == .check { return [ObjectID(.domain, path)] }
    if target.kind == .index {
      return [.primaryKey, .unique, .exclusion].map { target.table.part($0, target.name) }
    }
    return []
  }

  /// Whether the holder, which is not made again, keeps the part.
  private static func remains(
    _ target: ObjectID, of holder: ObjectID, _ context: PlanContext
  ) -> Bool {
    switch (context.from[holder], context.to[holder]) {
    case (.compositeType(let old)?, .compositeType(let new)?):
      return [old, new].allSatisfy { $0.attributes.contains { $0.name == target.name } }
    case (.domain(let old)?, .domain(let new)?):
      return DomainSteps.keeps(target.name, old, new)
    default: return context.to.contains(holder)
    }
  }

  /// What in the object has comments of its own.
  private static func parts(of id: ObjectID, in schema: Schema) -> [ObjectID] {
    func commented(_ kind: ObjectKind) -> [ObjectID] {
      schema.objects(of: .comment, under: [Identifier(kind.rawValue)] + id.path)
        .compactMap(\.id.attachmentTarget)
    }
    if id.kind == .domain { return commented(.check) }
    if [.primaryKey, .unique, .exclusion].contains(id.kind) { return [id.indexBehind] }
    return [.view, .materializedView, .compositeType].contains(id.kind) ? commented(.column) : []
  }
}
