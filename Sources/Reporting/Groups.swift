import Planning
import SchemaDiff
import SchemaModel

/// Changes gathered by the object that a person thinks of: a relation with its parts.
enum Groups {
  enum Entry {
    case rename(Rename)
    /// With the parts that come and go with a relation.
    case change(Change, [SchemaObject])
  }

  struct Group {
    var title: String
    /// The group is one line about the object itself.
    var isAlone: Bool
    var entries: [Entry]
  }

  static func of(_ difference: Difference) -> [Group] {
    var keys: [[Identifier]] = []
    var entries: [[Identifier]: [Entry]] = [:]
    func add(_ entry: Entry, under key: [Identifier]) {
      if entries[key] == nil { keys.append(key) }
      entries[key, default: []].append(entry)
    }
    for rename in difference.renames { add(.rename(rename), under: rename.to.relationPath) }
    let folded = Fold.fold(
      tellable(difference.changes), foldsCreate: { _ in true }, foldsDrop: { _ in true })
    for item in folded { add(.change(item.change, item.parts), under: home(item.change.id)) }
    return keys.sorted(by: precedes).map { key in
      let list = entries[key] ?? []
      return Group(title: Wording.path(key), isAlone: isAlone(list, key: key), entries: list)
    }
  }

  /// Without the owner and the grants of what comes or goes whole: they are part of that.
  static func tellable(_ changes: [Change]) -> [Change] {
    guard changes.contains(where: { $0.id.kind.isPrivilege }) else { return changes }
    var whole: Set<ObjectID> = []
    for change in changes {
      switch change {
      case .create(let object), .drop(let object): whole.insert(object.id)
      case .alter: continue
      }
    }
    return changes.filter { change in
      guard change.id.kind == .owner || change.id.kind == .grant,
        let target = change.id.attachmentTarget
      else { return true }
      return !whole.contains(target) && !whole.contains(ObjectID(.view, target.relationPath))
    }
  }

  private static func home(_ id: ObjectID) -> [Identifier] {
    id.attachmentTarget?.relationPath ?? id.relationPath
  }

  private static func precedes(_ left: [Identifier], _ right: [Identifier]) -> Bool {
    ObjectID(.table, left) < ObjectID(.table, right)
  }

  private static func isAlone(_ entries: [Entry], key: [Identifier]) -> Bool {
    guard entries.count == 1, let entry = entries.first else { return false }
    switch entry {
    case .rename(let rename): return !rename.to.kind.isPartOfRelation
    case .change(let change, _): return change.id.path == key
    }
  }
}

extension ObjectKind {
  /// More than one of them.
  package var plural: String {
    switch self {
    case .index: "indexes"
    case .policy: "policies"
    case .operatorFamily: "operator families"
    case .operatorClass: "operator classes"
    case .textSearchDictionary: "text search dictionaries"
    case .statistics: "statistics"
    case .namespace, .extension, .language, .accessMethod, .collation, .enumType, .baseType,
      .domain, .compositeType, .rangeType, .sequence, .function, .operator, .cast, .conversion,
      .transform, .textSearchParser, .textSearchTemplate, .textSearchConfiguration,
      .foreignDataWrapper, .server, .userMapping, .table, .column, .primaryKey, .unique, .check,
      .exclusion, .foreignKey, .virtualTable, .view, .materializedView, .rule, .trigger,
      .publication, .subscription, .eventTrigger, .comment, .owner, .grant, .defaultPrivileges:
      displayName + "s"
    }
  }
}
