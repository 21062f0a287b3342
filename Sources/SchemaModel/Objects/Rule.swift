/// A rewrite rule of a table or view, other than the one that makes a view a view.
package struct Rule: Describable {
  package enum Event: String, Hashable, Sendable, Codable, CaseIterable {
    case select, insert, update, delete
  }

  package var id: ObjectID
  package var event: Event
  package var isInstead: Bool
  package var condition: Expression?
  /// One command, several in parentheses with `;` between them, or `NOTHING`.
  package var commands: Expression
  package var enabled: Trigger.Enabled

  package init(
    id: ObjectID, event: Event, isInstead: Bool = false, condition: Expression? = nil,
    commands: Expression, enabled: Trigger.Enabled = .origin
  ) {
    self.id = id
    self.event = event
    self.isInstead = isInstead
    self.condition = condition
    self.commands = commands
    self.enabled = enabled
  }

  /// The relation is in `Schema.dependencies`: its kind (table or view) is not in the id.
  package var requires: [ObjectID] { [] }
  package var fields: [Field] {
    [
      Field("on", event.rawValue), Field("instead", isInstead), Field("where", condition),
      Field("do", commands), Field("enabled", enabled == .origin ? nil : enabled.rawValue),
    ]
  }

  package func mappingExpressions(_ transform: (Expression) -> Expression) -> Rule {
    var copy = self
    copy.condition = condition.map(transform)
    copy.commands = transform(commands)
    return copy
  }

  package func renamed(by names: Renaming) -> Rule {
    var copy = self
    copy.id = names(id)
    copy.condition = condition.map { names.expression($0, of: id.relationPath) }
    copy.commands = names.query(commands)
    return copy
  }
}
