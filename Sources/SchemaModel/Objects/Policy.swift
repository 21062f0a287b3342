/// A row security policy.
package struct Policy: Describable {
  package enum Command: String, Hashable, Sendable, Codable {
    case all, select, insert, update, delete
  }

  package var id: ObjectID
  /// `AS PERMISSIVE`; else `AS RESTRICTIVE`.
  package var isPermissive: Bool
  package var command: Command
  /// Sorted; empty is `PUBLIC`.
  package var roles: [Identifier]
  package var using: Expression?
  package var check: Expression?

  package init(
    id: ObjectID, isPermissive: Bool = true, command: Command = .all, roles: [Identifier] = [],
    using: Expression? = nil, check: Expression? = nil
  ) {
    self.id = id
    self.isPermissive = isPermissive
    self.command = command
    self.roles = roles
    self.using = using
    self.check = check
  }

  package var requires: [ObjectID] { [id.table] }
  package var fields: [Field] {
    [
      Field("restrictive", !isPermissive), Field("for", command.rawValue), Field("to", roles),
      Field("using", using), Field("check", check),
    ]
  }

  package func mappingExpressions(_ transform: (Expression) -> Expression) -> Policy {
    var copy = self
    copy.using = using.map(transform)
    copy.check = check.map(transform)
    return copy
  }

  package func renamed(by names: Renaming) -> Policy {
    var copy = self
    copy.id = names(id)
    copy.using = using.map { names.expression($0, of: id.relationPath) }
    copy.check = check.map { names.expression($0, of: id.relationPath) }
    return copy
  }
}
