package import SchemaModel

/// Why no plan can be made.
package enum PlanningError: Error, Hashable, Sendable {
  /// Steps that wait for each other.
  case cycle([ObjectID])
  /// Something that the engine cannot do, with the reason and a next step.
  case unsupported(ObjectID, String)
  /// A difference that no rule of the dialect covers: its fields by name.
  case unhandled(ObjectID, fields: [String])
  case invalid(Schema.Problem)
}
