import Planning
import SQLText
import SchemaModel

/// Makes on a private scratch server what PostgreSQL lets only a superuser make.
///
/// The statements are Kedge's own rendering of names and attributes, one at a time. Nothing that a file
/// says in its own words is executed with these rights: an event trigger's function would be, by whatever
/// a superuser does after it, so event triggers come last.
struct ReservedSteps: ~Copyable {
  private let connection: PostgresConnection
  /// Whether the server is Kedge's own: on a given one it does what the given role may do.
  private let isOwned: Bool

  private static let kinds: Set<ObjectKind> = [
    .operatorFamily, .operatorClass, .cast, .baseType, .language, .accessMethod, .textSearchParser,
    .textSearchTemplate, .foreignDataWrapper, .server, .userMapping, .publication, .subscription,
    .eventTrigger,
  ]

  init(connection: consuming PostgresConnection, isOwned: Bool) {
    self.connection = connection
    self.isOwned = isOwned
  }

  borrowing func pin(_ settings: SessionSettings) throws(PostgresError) {
    try connection.pin(settings)
  }

  static func comesLast(_ step: Step) -> Bool { target(of: step).kind == .eventTrigger }

  /// Whether a step that the builder may not do is one of these (42501 is `insufficient_privilege`).
  borrowing func takes(_ step: Step, after error: ServerError) -> Bool {
    isOwned && error.sqlState == "42501" && Self.kinds.contains(Self.target(of: step).kind)
  }

  borrowing func failure(of step: Step) throws(PostgresError) -> ServerError? {
    do throws(PostgresError) {
      for statement in step.statements { try connection.execute(statement.sql.text) }
      try share(step.subject)
      return nil
    } catch {
      guard connection.isOpen else { throw error }
      switch error {
      case .server(let reason): return reason
      default: return ServerError(unexpected: error.message)
      }
    }
  }

  /// What the builder makes later may lean on it.
  private borrowing func share(_ id: ObjectID) throws(PostgresError) {
    let shared: [ObjectKind: String] = [
      .foreignDataWrapper: "FOREIGN DATA WRAPPER", .server: "FOREIGN SERVER",
    ]
    guard isOwned, let words = shared[id.kind] else { return }
    try connection.execute(
      "GRANT USAGE ON \(words) \(quotedIdentifier(id.name.raw)) TO \(ScratchServer.ownerRole)")
  }

  private static func target(of step: Step) -> ObjectID {
    step.subject.attachmentTarget ?? step.subject
  }
}
