import SQLText
import SchemaModel

/// Why a `.sql` source could not be executed.
package struct ScriptError: Error, Hashable, Sendable {
  package let line: Int
  package let reason: String
  /// The beginning of the statement.
  package let statement: String?
  package let nextStep: String?

  package init(line: Int, reason: String, statement: String? = nil, nextStep: String? = nil) {
    self.line = line
    self.reason = reason
    self.statement = statement
    self.nextStep = nextStep
  }

  package var message: String { "line \(line): \(reason)" }

  static func line(of offset: Int, in script: String) -> Int {
    1 + script.utf8.prefix(offset).count { $0 == 0x0A }
  }
}

/// Executes the pieces of a script as psql would, as a role without special rights.
struct ScriptLoader: ~Copyable {
  private let connection: PostgresConnection
  private let administration: PostgresConnection
  private let canMakeRoles: Bool
  private let syntax = PostgresSyntax()

  init(
    connection: consuming PostgresConnection, administration: consuming PostgresConnection,
    canMakeRoles: Bool
  ) {
    self.connection = connection
    self.administration = administration
    self.canMakeRoles = canMakeRoles
  }

  borrowing func read() throws(PostgresError) -> Schema {
    if connection.isInTransaction { try connection.execute("COMMIT") }
    // What the script has set must not change how texts are printed.
    try connection.execute("RESET ALL")
    return try PostgresInspector.inspect(connection)
  }

  borrowing func run(_ piece: StatementSplitter.Piece) throws(ScriptError) {
    switch piece.kind {
    case .copy: return
    case .command: try command(piece)
    case .statement: try statement(piece)
    }
  }

  /// What changes only what psql shows, or guards a dump, means nothing here.
  private borrowing func command(_ piece: StatementSplitter.Piece) throws(ScriptError) {
    if ShellCommand.isHarmless(piece.text, engine: .postgresql) { return }
    throw ScriptError(
      line: piece.line,
      reason: "psql's \\\(ShellCommand.name(of: piece.text)) cannot be carried out here",
      nextStep: "write the file so that it needs only SQL")
  }

  private borrowing func statement(_ piece: StatementSplitter.Piece) throws(ScriptError) {
    let tokens = (try? syntax.tokens(of: piece.text)) ?? []
    if ScratchStatement.isIgnored(tokens) { return }
    var known: Set<String> = []
    while true {
      do throws(PostgresError) {
        if let name = ScratchStatement.extensionName(tokens) {
          try createExtension(name, tokens)
        } else {
          try connection.execute(piece.text)
        }
        return
      } catch {
        // A role that nobody made here gets a stand-in that cannot sign in.
        if canMakeRoles, error.sqlState == "42704",
          let role = ScratchStatement.missingRole(error.message),
          known.insert(role).inserted, !connection.isInTransaction,
          (try? administration.execute("CREATE ROLE \(quotedIdentifier(role)) NOLOGIN")) != nil
        {
          continue
        }
        throw problem(error, piece)
      }
    }
  }

  private borrowing func problem(
    _ error: PostgresError, _ piece: StatementSplitter.Piece
  ) -> ScriptError {
    var line = piece.line
    if case .server(let server) = error, let position = server.position {
      line += piece.text.unicodeScalars.prefix(max(0, position - 1)).count { $0 == "\n" }
    }
    return ScriptError(
      line: line, reason: error.message,
      statement: String(piece.text.prefix(200)), nextStep: error.nextStep)
  }

  // MARK: - Statements with a meaning of their own

  /// Written anew from its parts: a superuser never runs a text from a file.
  private borrowing func createExtension(
    _ name: Identifier, _ tokens: [Token]
  ) throws(PostgresError) {
    var home: Identifier?
    for (word, value) in zip(tokens, tokens.dropFirst()) where word.isWord("schema") {
      home = syntax.identifier(value)
    }
    if connection.isInTransaction { try connection.execute("COMMIT") }
    let path = try connection.query("SELECT pg_catalog.current_schema()").first?.optionalText(0)
    let schema = home?.raw ?? path ?? "public"
    try administration.execute(
      "CREATE EXTENSION IF NOT EXISTS \(quotedIdentifier(name.raw)) "
        + "SCHEMA \(quotedIdentifier(schema)) CASCADE")
  }
}
