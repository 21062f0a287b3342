/// A check of a domain.
package struct DomainCheck: Hashable, Sendable, Codable {
  package var name: Identifier
  /// Over `VALUE`, without outer parentheses.
  package var expression: Expression
  package var isNotValid: Bool

  package init(name: Identifier, expression: Expression, isNotValid: Bool = false) {
    self.name = name
    self.expression = expression
    self.isNotValid = isNotValid
  }

  package var value: FieldValue {
    .record([
      Field("name", name), Field("expression", expression), Field("not_valid", isNotValid),
    ])
  }
}

/// A domain: a type with a default and checks of its own.
package struct Domain: Describable {
  package var id: ObjectID
  package var type: TypeName
  package var isNullable: Bool
  package var defaultValue: Expression?
  /// A collation other than the type's own.
  package var collation: ExactText?
  /// Sorted by name.
  package var checks: [DomainCheck]

  package init(
    id: ObjectID, type: TypeName, isNullable: Bool = true, defaultValue: Expression? = nil,
    collation: ExactText? = nil, checks: [DomainCheck] = []
  ) {
    self.id = id
    self.type = type
    self.isNullable = isNullable
    self.defaultValue = defaultValue
    self.collation = collation
    self.checks = checks.sorted { $0.name < $1.name }
  }

  package var requires: [ObjectID] {
    (id.namespace.map { [.namespace($0)] } ?? []) + (type.object.map { [$0] } ?? [])
  }

  package var fields: [Field] {
    [
      Field("type", type), Field("not_null", !isNullable), Field("default", defaultValue),
      Field("collation", collation?.string), Field("checks", .list(checks.map(\.value))),
    ]
  }

  package func mappingExpressions(_ transform: (Expression) -> Expression) -> Domain {
    var copy = self
    copy.defaultValue = defaultValue.map(transform)
    for index in copy.checks.indices {
      copy.checks[index].expression = transform(copy.checks[index].expression)
    }
    return copy
  }

  package func renamed(by names: Renaming) -> Domain {
    var copy = self
    copy.id = names(id)
    copy.type = names.type(type)
    return copy
  }
}
