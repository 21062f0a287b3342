package import Planning
import SQLText
package import SchemaModel

/// A scratch database on which migrations run: as on a real one, except that roles which nobody made get
/// stand-ins, extensions that the builder may not make are made for it, and owners stay as they are.
package final class PostgresScratchSession: Session {
  private let inner: PostgresSession
  private let administration: PostgresConnection
  private let canMakeRoles: Bool
  /// Dropped when the last of those who hold it goes.
  private let database: SharedScratchDatabase

  package convenience init(on server: ScratchServer) throws(PostgresError) {
    try self.init(on: server, SharedScratchDatabase(on: server))
  }

  init(on server: ScratchServer, _ database: SharedScratchDatabase) throws(PostgresError) {
    self.database = database
    administration = try server.administration(database: database.name)
    canMakeRoles = server.canMakeRoles
    inner = try PostgresSession(server.builderTarget(database: database.name))
    try? findAsClientsDo()
  }

  /// Between sections rows come and go, and their triggers look for tables as they do for an application. There is
  /// no history here that has to be kept from them.
  private func findAsClientsDo() throws(SessionError) {
    try inner.execute("SET search_path TO public")
  }

  package var engine: EngineName { .postgresql }
  package var serverVersion: Int { inner.serverVersion }
  package var label: String { "the scratch database" }
  package var isOpen: Bool { inner.isOpen }
  package var isInTransaction: Bool { inner.isInTransaction }

  package func execute(_ statement: String) throws(SessionError) {
    let tokens = (try? PostgresSyntax().tokens(of: statement)) ?? []
    if ScratchStatement.isIgnored(tokens) { return }
    guard ScratchStatement.needsStandIns(tokens) else { return try inner.execute(statement) }
    var known: Set<String> = []
    while true {
      let isNested = inner.isInTransaction
      if isNested { try inner.execute("SAVEPOINT kedge_scratch") }
      do throws(SessionError) {
        // That a role came about is only seen after a lock is taken, and those of the statement may be held.
        if !known.isEmpty { try inner.execute("SELECT FROM pg_catalog.pg_roles LIMIT 0") }
        try inner.execute(statement)
        if isNested { try inner.execute("RELEASE SAVEPOINT kedge_scratch") }
        return
      } catch {
        guard inner.isOpen else { throw error }
        if isNested { try inner.execute("ROLLBACK TO SAVEPOINT kedge_scratch") }
        if try makeExtension(tokens, after: error) { return }
        guard canMakeRoles, error.code == "42704",
          let role = ScratchStatement.missingRole(error.message), known.insert(role).inserted
        else { throw error }
        // Another scratch may be faster.
        try? administration.execute("CREATE ROLE \(quotedIdentifier(role)) NOLOGIN")
      }
    }
  }

  /// Written anew from its parts: a superuser never runs a text from a file.
  private func makeExtension(
    _ tokens: [Token], after error: SessionError
  ) throws(SessionError) -> Bool {
    guard error.kind == .permission, let name = ScratchStatement.extensionName(tokens) else {
      return false
    }
    let home = ScratchStatement.extensionSchema(tokens)?.raw ?? "public"
    do throws(PostgresError) {
      try administration.execute(
        "CREATE EXTENSION IF NOT EXISTS \(quotedIdentifier(name.raw)) "
          + "SCHEMA \(quotedIdentifier(home)) CASCADE")
      // Given to the builder, for which there is no statement, so that a migration can drop it.
      if canMakeRoles {
        try administration.execute(
          """
          UPDATE pg_catalog.pg_extension SET extowner =
            (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = '\(ScratchServer.ownerRole)')
          WHERE extname = \(quotedLiteral(name.raw))
          """)
      }
      return true
    } catch {
      throw SessionError(error)
    }
  }

  package func query(
    _ statement: String, _ parameters: [String?]
  ) throws(SessionError) -> [[String?]] {
    try inner.query(statement, parameters)
  }

  /// Without owners and grants: everything belongs to the role that builds.
  package func readSchema() throws(SessionError) -> Schema {
    let schema = try inner.readSchema()
    return (try? schema.withoutPrivileges()) ?? schema
  }

  package func begin(_ mode: Section.Mode) throws(SessionError) { try inner.begin(mode) }
  package func commit(_ mode: Section.Mode) throws(SessionError) {
    try inner.commit(mode)
    try findAsClientsDo()
  }
  package func rollback(_ mode: Section.Mode) {
    inner.rollback(mode)
    try? findAsClientsDo()
  }
  package func transactionName() throws(SessionError) -> String? { nil }
  package func commitState(of transaction: String) throws(SessionError) -> CommitState {
    try inner.commitState(of: transaction)
  }
  package func objectionsToHistory() throws(SessionError) -> [String] { [] }
  package func probe(_ statement: String) throws(SessionError) -> StatementState {
    try inner.probe(statement)
  }
}
