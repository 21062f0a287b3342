/// Who owns an object. An object of the model of its own, so that structure can be compared without it.
package struct Owner: Describable {
  package var id: ObjectID
  package var role: Identifier

  package init(of target: ObjectID, role: Identifier) {
    id = .owner(of: target)
    self.role = role
  }

  package var requires: [ObjectID] { id.attachmentTarget.map { [$0] } ?? [] }
  package var fields: [Field] { [Field("role", role)] }

  package func renamed(by names: Renaming) -> Owner {
    var copy = self
    copy.id = names(id)
    return copy
  }
}

/// What one role may do with an object, where that is not what goes without saying: everything for the
/// owner, what `acldefault` gives to `PUBLIC`, nothing for others.
///
/// The grantee is the last name of the id; `public` is `PUBLIC`, which no role can be called.
package struct Grant: Describable {
  package var id: ObjectID
  /// In lower case, sorted; empty where a role is denied what it would have by default.
  package var privileges: [ExactText]
  /// Those that it holds WITH GRANT OPTION.
  package var grantable: [ExactText]
  /// Its place in the access control list, which decides the order of dumps.
  @Incidental package var position: Int?

  package static let everybody = Identifier("public")

  package init(
    on target: ObjectID, to grantee: Identifier, privileges: [ExactText],
    grantable: [ExactText] = [], position: Int? = nil
  ) {
    id = .grant(on: target, to: grantee)
    self.privileges = privileges.sorted()
    self.grantable = grantable.sorted()
    _position = Incidental(wrappedValue: position)
  }

  package var grantee: Identifier { id.name }
  package var requires: [ObjectID] { id.attachmentTarget.map { [$0] } ?? [] }
  package var fields: [Field] {
    [
      Field("privileges", .list(privileges.map { .text($0) })),
      Field("grantable", .list(grantable.map { .text($0) })),
    ]
  }

  package func renamed(by names: Renaming) -> Grant {
    var copy = self
    copy.id = names(id)
    return copy
  }
}

/// `ALTER DEFAULT PRIVILEGES`: what one role may do with the objects that another makes from now on, where
/// that is not what goes without saying.
package struct DefaultPrivileges: Describable {
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    case tables, sequences, functions, types, schemas
    case largeObjects = "large objects"
  }

  /// Path: the role that makes the objects, the schema (empty: everywhere), the kind, the grantee.
  package var id: ObjectID
  package var privileges: [ExactText]
  package var grantable: [ExactText]
  @Incidental package var position: Int?

  package init(
    of role: Identifier, in schema: Identifier?, on kind: Kind, to grantee: Identifier,
    privileges: [ExactText], grantable: [ExactText] = [], position: Int? = nil
  ) {
    id = ObjectID(
      .defaultPrivileges,
      [role, schema ?? Identifier(""), Identifier(kind.rawValue), grantee])
    self.privileges = privileges.sorted()
    self.grantable = grantable.sorted()
    _position = Incidental(wrappedValue: position)
  }

  package var role: Identifier { id.path.first ?? Identifier("") }
  /// Nil: objects of every schema.
  package var schema: Identifier? { id.namespace }
  package var objects: Kind {
    id.path.count > 2 ? Kind(rawValue: id.path[2].raw) ?? .tables : .tables
  }
  package var grantee: Identifier { id.name }

  package var requires: [ObjectID] { schema.map { [.namespace($0)] } ?? [] }
  package var fields: [Field] {
    [
      Field("privileges", .list(privileges.map { .text($0) })),
      Field("grantable", .list(grantable.map { .text($0) })),
    ]
  }

  package func renamed(by names: Renaming) -> DefaultPrivileges {
    guard let schema else { return self }
    var copy = self
    var path = id.path
    path[1] = names(.namespace(schema)).name
    copy.id = ObjectID(.defaultPrivileges, path)
    return copy
  }
}

/// What a source claims to say of owners and grants.
package struct Management: Hashable, Sendable, Codable {
  package var owners: Bool
  package var grants: Bool
  /// The roles whose grants it describes; nil: of all.
  package var roles: Set<Identifier>?
  /// Whether an object without an owner leaves it open: a declaration does, a catalog has one for each.
  package var isPartial: Bool

  package init(
    owners: Bool, grants: Bool, roles: Set<Identifier>? = nil, isPartial: Bool = false
  ) {
    self.owners = owners
    self.grants = grants
    self.roles = roles
    self.isPartial = isPartial
  }

  private enum CodingKeys: CodingKey { case owners, grants, roles, isPartial }

  /// The roles in order, so that one value is always the same bytes.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(owners, forKey: .owners)
    try container.encode(grants, forKey: .grants)
    try container.encodeIfPresent(roles?.sorted(), forKey: .roles)
    try container.encode(isPartial, forKey: .isPartial)
  }

  package static let everything = Management(owners: true, grants: true)
  package static let nothing = Management(owners: false, grants: false)
}
