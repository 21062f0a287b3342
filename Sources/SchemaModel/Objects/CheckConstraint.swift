/// A check constraint.
package struct CheckConstraint: Describable {
  package var id: ObjectID
  /// Without the outer parentheses.
  package var expression: Expression
  /// PostgreSQL: `NO INHERIT`.
  package var isNoInherit: Bool
  /// PostgreSQL: `NOT VALID`, existing rows not checked.
  package var isNotValid: Bool
  /// PostgreSQL 18: `NOT ENFORCED`.
  package var isNotEnforced: Bool
  package var conflict: ConflictClause?
  @Incidental package var source: SourceForm?

  package init(
    id: ObjectID, expression: Expression, isNoInherit: Bool = false, isNotValid: Bool = false,
    isNotEnforced: Bool = false, conflict: ConflictClause? = nil, source: SourceForm? = nil
  ) {
    self.id = id
    self.expression = expression
    self.isNoInherit = isNoInherit
    self.isNotValid = isNotValid
    self.isNotEnforced = isNotEnforced
    self.conflict = conflict
    _source = Incidental(wrappedValue: source)
  }

  package var requires: [ObjectID] { [id.table] }
  package var fields: [Field] {
    [
      Field("expression", expression), Field("no_inherit", isNoInherit),
      Field("not_valid", isNotValid), Field("not_enforced", isNotEnforced),
      Field("on_conflict", conflict?.rawValue),
    ]
  }

  package func mappingExpressions(_ transform: (Expression) -> Expression) -> CheckConstraint {
    var copy = self
    copy.expression = transform(expression)
    return copy
  }

  package func renamed(by names: Renaming) -> CheckConstraint {
    var copy = self
    copy.id = names(id)
    copy.expression = names.expression(expression, of: id.relationPath)
    return copy
  }
}
