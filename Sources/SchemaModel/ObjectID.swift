/// What an object is called everywhere: its kind and its path of names, never an OID.
///
/// Paths: a schema is `[schema]`; tables, views, sequences and types are `[schema, name]`; what is
/// inside a relation is `[schema, relation, name]`; a function or operator is `[schema, name, argument
/// types]`, an operator class or family `[schema, name, access method]`; what lives outside of schemas
/// (extensions, servers, publications …) is `[name]`, a user mapping `[server, user]`; a cast or transform
/// is `[what it says]`, after the schema of its type where that is one of the user's; a comment and
/// an owner are the raw kind of their target followed by the target's path, a grant has the grantee after
/// that.
package struct ObjectID: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let kind: ObjectKind
  package let path: [Identifier]

  package init(_ kind: ObjectKind, _ path: [Identifier]) {
    self.kind = kind
    self.path = path
  }

  package static func namespace(_ name: Identifier) -> ObjectID { ObjectID(.namespace, [name]) }

  package static func comment(on target: ObjectID) -> ObjectID {
    ObjectID(.comment, [Identifier(target.kind.rawValue)] + target.path)
  }

  package static func owner(of target: ObjectID) -> ObjectID {
    ObjectID(.owner, [Identifier(target.kind.rawValue)] + target.path)
  }

  package static func grant(on target: ObjectID, to grantee: Identifier) -> ObjectID {
    ObjectID(.grant, [Identifier(target.kind.rawValue)] + target.path + [grantee])
  }

  /// What the object itself is called: the last name of the path, or the last but one where the path ends
  /// with a signature.
  package var name: Identifier {
    if kind.hasSignature, path.count == 3 { return path[1] }
    return path.last ?? Identifier("")
  }

  /// The schema that holds the object; nil for what lives outside of schemas.
  package var namespace: Identifier? {
    switch kind {
    case .comment, .owner, .grant: attachmentTarget?.namespace
    case .defaultPrivileges: path.count > 1 && !path[1].raw.isEmpty ? path[1] : nil
    case .extension, .language, .accessMethod, .foreignDataWrapper, .server, .userMapping,
      .publication, .subscription, .eventTrigger:
      nil
    case .cast, .transform: path.count > 1 ? path.first : nil
    case .namespace, .collation, .enumType, .baseType, .domain, .compositeType, .rangeType,
      .sequence, .function, .operator, .operatorFamily, .operatorClass, .conversion,
      .textSearchParser, .textSearchTemplate, .textSearchDictionary, .textSearchConfiguration,
      .table, .column, .primaryKey, .unique, .check, .exclusion, .foreignKey, .index, .statistics,
      .virtualTable, .view, .materializedView, .rule, .trigger, .policy:
      path.first
    }
  }

  /// `[schema, relation]` of what is inside a relation, and of a relation itself.
  package var relationPath: [Identifier] {
    kind.isPartOfRelation ? Array(path.dropLast()) : path
  }

  /// The table that an object inside a table belongs to.
  package var table: ObjectID { ObjectID(.table, relationPath) }

  /// What a comment, an owner or a grant is on.
  package var attachmentTarget: ObjectID? {
    guard kind.isAttachment, let first = path.first, let target = ObjectKind(rawValue: first.raw)
    else { return nil }
    return ObjectID(target, Array(kind == .grant ? path.dropFirst().dropLast() : path.dropFirst()))
  }

  /// A part of this relation.
  package func part(_ kind: ObjectKind, _ name: Identifier) -> ObjectID {
    ObjectID(kind, path + [name])
  }

  /// The same object under another last name.
  package func renamed(to name: Identifier) -> ObjectID {
    if kind.hasSignature, path.count == 3 { return ObjectID(kind, [path[0], name, path[2]]) }
    return ObjectID(kind, path.dropLast() + [name])
  }

  /// `column "public"."orders"."total"`: injective, for logs and errors.
  package var description: String {
    kind.rawValue + " "
      + path.map {
        "\""
          + $0.raw.split(separator: "\"", omittingEmptySubsequences: false)
          .joined(separator: "\"\"") + "\""
      }.joined(separator: ".")
  }

  package static func < (left: ObjectID, right: ObjectID) -> Bool { left.compare(to: right) < 0 }

  /// Negative, zero or positive: kinds first, then paths name by name, bytes compared.
  package func compare(to other: ObjectID) -> Int {
    if kind != other.kind { return kind.rank - other.kind.rank }
    return comparePath(to: other.path)
  }

  /// As `compare`, of the paths alone; a prefix sorts first.
  package func comparePath(to other: [Identifier]) -> Int {
    let shared = min(path.count, other.count)
    for index in 0..<shared {
      let answer = path[index].key.compareBytes(to: other[index].key)
      if answer != 0 { return answer }
    }
    return path.count - other.count
  }
}

extension ObjectID: Codable {
  package init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    kind = try container.decode(ObjectKind.self)
    var names: [Identifier] = []
    while !container.isAtEnd { names.append(try container.decode(Identifier.self)) }
    path = names
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(kind)
    for name in path { try container.encode(name) }
  }
}
