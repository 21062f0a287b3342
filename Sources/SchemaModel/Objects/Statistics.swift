/// Extended statistics (`CREATE STATISTICS`).
package struct Statistics: Describable {
  package enum Measure: String, Hashable, Sendable, Codable, CaseIterable {
    case dependencies, mcv, ndistinct
  }

  package var id: ObjectID
  /// The table, foreign table or materialized view; its kind is `table` where nobody knows better.
  package var relation: ObjectID
  /// Sorted; empty of a single expression, whose statistics have no kinds.
  package var measures: [Measure]
  /// Sorted: PostgreSQL does not keep their order.
  package var columns: [Identifier]
  package var expressions: [Expression]
  /// `SET STATISTICS`; nil is the default.
  package var target: Int64?

  package init(
    id: ObjectID, relation: ObjectID, measures: [Measure], columns: [Identifier],
    expressions: [Expression] = [], target: Int64? = nil
  ) {
    self.id = id
    self.relation = relation
    self.measures = measures.sorted { $0.rawValue < $1.rawValue }
    self.columns = columns.sorted()
    self.expressions = expressions
    self.target = target
  }

  package var requires: [ObjectID] {
    (id.namespace.map { [.namespace($0)] } ?? []) + [relation]
      + columns.map { relation.part(.column, $0) }
  }

  package var fields: [Field] {
    [
      Field("table", relation),
      Field("kinds", .list(measures.map { .text(ExactText($0.rawValue)) })),
      Field("columns", columns), Field("expressions", .list(expressions.map { .expression($0) })),
      Field("target", target),
    ]
  }

  package func mappingExpressions(_ transform: (Expression) -> Expression) -> Statistics {
    var copy = self
    copy.expressions = expressions.map(transform)
    return copy
  }

  package func renamed(by names: Renaming) -> Statistics {
    var copy = self
    copy.id = names(id)
    copy.relation = names(relation)
    copy.columns = names.columns(columns, of: relation).sorted()
    copy.expressions = expressions.map { names.expression($0, of: relation.path) }
    return copy
  }
}
