import SchemaDiff
import SchemaModel

/// Owners and grants are compared only where both sides speak of them. Where one does not, the target takes
/// over those that there are, so that what has to be made again gets them back.
struct Managed {
  private let owners: Bool
  private let grants: Bool
  /// Nil: all.
  private let roles: Set<Identifier>?
  /// What a partial declaration says of owners; nil: every object has one.
  private let declaredOwners: Set<ObjectID>?

  init(from: Schema, to: Schema) {
    let (left, right) = (from.management, to.management)
    owners = left.owners && right.owners
    grants = left.grants && right.grants
    let named = [left.roles, right.roles].compactMap(\.self)
    roles = named.isEmpty ? nil : named.reduce(into: named[0]) { $0.formUnion($1) }
    let partial = [(left, from), (right, to)].filter { $0.0.isPartial }.map(\.1)
    declaredOwners =
      partial.isEmpty
      ? nil : Set(partial.flatMap { $0.objects(of: .owner).map(\.id) })
  }

  func covers(_ id: ObjectID) -> Bool {
    switch id.kind {
    case .owner: return owners && declaredOwners?.contains(id) ?? true
    case .grant, .defaultPrivileges: return grants && roles?.contains(id.name) ?? true
    case .namespace, .extension, .language, .accessMethod, .collation, .enumType, .baseType,
      .domain, .compositeType, .rangeType, .sequence, .function, .operator, .operatorFamily,
      .operatorClass, .cast, .conversion, .transform, .textSearchParser, .textSearchTemplate,
      .textSearchDictionary, .textSearchConfiguration, .foreignDataWrapper, .server, .userMapping,
      .table, .column, .primaryKey, .unique, .check, .exclusion, .foreignKey, .index, .statistics,
      .virtualTable, .view, .materializedView, .rule, .trigger, .policy, .publication,
      .subscription, .eventTrigger, .comment:
      return true
    }
  }

  private var isEverything: Bool { owners && grants && roles == nil && declaredOwners == nil }

  /// `to` with what `from` has of what is not managed. `from` speaks of the new names.
  func completed(_ to: Schema, from: Schema) throws(Schema.Problem) -> Schema {
    if isEverything { return to }
    let carried = from.objects.filter { object in
      guard object.kind.isPrivilege, !covers(object.id) else { return false }
      guard let target = object.id.attachmentTarget else {
        return object.requires.allSatisfy(to.contains)
      }
      return isThere(target, in: to)
    }
    let kept = to.objects.filter { covers($0.id) }
    if carried.isEmpty, kept.count == to.objects.count { return to }
    return try to.replacing(objects: kept + carried)
  }

  /// A column may be a view's, and an identity column's sequence has no object.
  private func isThere(_ target: ObjectID, in schema: Schema) -> Bool {
    if schema.contains(target) { return true }
    guard target.kind == .column else { return target.kind == .sequence }
    return [ObjectKind.view, .materializedView].contains {
      schema.contains(ObjectID($0, target.relationPath))
    }
  }

  /// What goes with an object that is dropped is no difference of its own.
  func tellable(_ changes: [Change]) -> [Change] {
    isEverything ? changes : changes.filter { covers($0.id) }
  }

  // MARK: - What is said of it

  func notes(from: Schema, to: Schema) -> [String] {
    func isLeft(_ kinds: [ObjectKind], _ isManaged: Bool) -> Bool {
      !isManaged
        && [from, to].contains { side in kinds.contains { !side.objects(of: $0).isEmpty } }
    }
    switch (isLeft([.owner], owners), isLeft([.grant, .defaultPrivileges], grants)) {
    case (false, false): return []
    case (true, true): return ["owners and grants are not compared"]
    case (true, false): return ["owners are not compared"]
    case (false, true): return ["grants are not compared"]
    }
  }

  /// Rights that reach far, on either side.
  func exposures(from: Schema, to: Schema) -> [Coverage.Exposure] {
    var open: Set<String> = []
    var toEverybody: Set<String> = []
    var definers: Set<String> = []
    for schema in [from, to] {
      for object in schema.objects(of: .grant) {
        guard case .grant(let grant) = object, !grant.privileges.isEmpty,
          let target = grant.id.attachmentTarget
        else { continue }
        let name = QualifiedName.text(target.path)
        if grant.grantee == Grant.everybody {
          toEverybody.insert(name)
        } else if !covers(grant.id) {
          open.insert("\(grant.grantee.raw) on \(name)")
        }
      }
      for case .function(let routine) in schema.objects(of: .function)
      where routine.isSecurityDefiner {
        definers.insert(
          QualifiedName.text(Array(routine.id.path.prefix(2)))
            + "(\(routine.id.path.last?.raw ?? ""))")
      }
    }
    return [
      ("grants to roles that nobody named", open, true),
      ("grants to PUBLIC", toEverybody, false),
      ("SECURITY DEFINER functions", definers, true),
    ].filter { !$0.1.isEmpty }.map {
      Coverage.Exposure(kind: $0.0, examples: Array($0.1), isOpen: $0.2)
    }
  }
}

extension Schema {
  var management: Management { scope.management ?? .everything }
}
