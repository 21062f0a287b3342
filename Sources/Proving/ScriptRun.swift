package import Migrations
package import Planning

/// Where a script stopped.
package struct ScriptFailure: Error {
  package let file: String
  package let line: Int
  package let error: SessionError

  package init(file: String, line: Int, error: SessionError) {
    self.file = file
    self.line = line
    self.error = error
  }
}

extension MigrationScript {
  /// Runs the sections as the file says. What is thrown is a `ScriptFailure`, unless the database itself is
  /// gone.
  package func run(on session: any Session, variables: [String: String] = [:]) throws {
    for section in sections {
      var line = section.line
      do throws(SessionError) {
        try session.begin(section.mode)
        for statement in section.statements {
          line = statement.line
          guard statement.kind == .statement else {
            throw SessionError(.other, "only psql and sqlite3 understand this")
          }
          try session.execute(text(of: statement, variables))
        }
        try session.commit(section.mode)
      } catch {
        guard session.isOpen else { throw error }
        session.rollback(section.mode)
        throw ScriptFailure(file: file, line: line, error: error)
      }
    }
  }

  private func text(
    of statement: ScriptStatement, _ variables: [String: String]
  ) throws(SessionError) -> String {
    guard header.usesVariables else { return statement.text }
    do {
      return try Variables.expand(statement.text, variables)
    } catch {
      throw SessionError(.other, error.sentence, nextStep: error.nextStep)
    }
  }
}
