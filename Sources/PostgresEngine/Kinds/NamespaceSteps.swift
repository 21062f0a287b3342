import Planning
import SQLText
import SchemaModel

enum NamespaceSteps {
  static func create(_ namespace: Namespace) -> Step {
    Step(
      .create, namespace.id, produces: [namespace.id],
      statements: [Statement("CREATE SCHEMA \(namespace.id.name)")])
  }

  /// Everything in it is dropped by steps of its own; CASCADE is never written.
  static func drop(_ namespace: Namespace) -> Step {
    Step(
      .drop, namespace.id, destroys: [namespace.id],
      statements: [Statement("DROP SCHEMA \(namespace.id.name)", lock: .accessExclusive)],
      hazards: [Hazard("DL03", "Schema \(namespace.id.name) is dropped; it must be empty by then.")]
    )
  }
}
