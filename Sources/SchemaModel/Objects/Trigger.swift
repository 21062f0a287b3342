/// A trigger on a table or a view.
package struct Trigger: Describable {
  package enum Timing: String, Hashable, Sendable, Codable {
    case before, after
    case insteadOf = "instead of"
  }

  package enum Event: Hashable, Sendable, Codable {
    case insert, delete, truncate
    /// Empty: of any column.
    case update(of: [Identifier])
  }

  /// PostgreSQL: in which sessions it fires.
  package enum Enabled: String, Hashable, Sendable, Codable {
    case origin, replica, always, disabled
  }

  package var id: ObjectID
  package var timing: Timing
  /// In the order insert, delete, update, truncate.
  package var events: [Event]
  package var isForEachRow: Bool
  package var condition: Expression?
  /// SQLite: `BEGIN … END`. PostgreSQL: `EXECUTE FUNCTION f('argument')`.
  package var body: Expression
  /// PostgreSQL: when a constraint trigger fires; nil for an ordinary one.
  package var constraint: Deferrability?
  /// PostgreSQL: the other table of a constraint trigger.
  package var from: ObjectID?
  /// PostgreSQL: `REFERENCING OLD TABLE AS`, `NEW TABLE AS`.
  package var oldTable: Identifier?
  package var newTable: Identifier?
  package var enabled: Enabled
  /// SQLite: the whole `CREATE TRIGGER` as `sqlite_schema` has it.
  @Incidental package var source: String?

  package init(
    id: ObjectID, timing: Timing, events: [Event], isForEachRow: Bool = true,
    condition: Expression? = nil, body: Expression, constraint: Deferrability? = nil,
    from: ObjectID? = nil, oldTable: Identifier? = nil, newTable: Identifier? = nil,
    enabled: Enabled = .origin, source: String? = nil
  ) {
    self.id = id
    self.timing = timing
    self.events = events
    self.isForEachRow = isForEachRow
    self.condition = condition
    self.body = body
    self.constraint = constraint
    self.from = from
    self.oldTable = oldTable
    self.newTable = newTable
    self.enabled = enabled
    _source = Incidental(wrappedValue: source)
  }

  /// The relation is in `Schema.dependencies`: its kind (table or view) is not in the id.
  package var requires: [ObjectID] { [] }

  package var fields: [Field] {
    [
      Field("timing", timing.rawValue),
      Field("events", .list(events.map { .text(ExactText(Trigger.text($0))) })),
      Field("for_each_row", isForEachRow), Field("when", condition), Field("body", body),
      Field("constraint", constraint?.rawValue), Field("from", from),
      Field("old_table", oldTable), Field("new_table", newTable),
      Field("enabled", enabled == .origin ? nil : enabled.rawValue),
    ]
  }

  private static func text(_ event: Event) -> String {
    switch event {
    case .insert: "insert"
    case .delete: "delete"
    case .truncate: "truncate"
    case .update(let columns):
      columns.isEmpty
        ? "update" : "update of " + columns.map { QualifiedName.text([$0]) }.joined(separator: ", ")
    }
  }

  package func mappingExpressions(_ transform: (Expression) -> Expression) -> Trigger {
    var copy = self
    copy.condition = condition.map(transform)
    copy.body = transform(body)
    return copy
  }

  package func renamed(by names: Renaming) -> Trigger {
    var copy = self
    copy.id = names(id)
    copy.events = events.map { event in
      if case .update(let columns) = event {
        .update(of: names.columns(columns, of: id.table))
      } else {
        event
      }
    }
    copy.body = names.query(body)
    copy.from = from.map { names($0) }
    return copy
  }
}
