package import Planning

/// What a runner reports while it works, for a person who watches.
package enum RunnerEvent: Sendable {
  package enum Direction: String, Sendable { case up, down }

  case started(title: String, Direction, sections: Int)
  /// A statement is about to run; numbers count from one, over the file.
  case statement(ScriptStatement, number: Int, of: Int)
  case statementDone(ScriptStatement, Duration)
  case retry(SessionError, attempt: Int, of: Int, waiting: Duration)
  case finished(title: String, Direction, Duration)
  case note(String)
}

/// Why a migration stopped, and what is left of it.
package struct RunnerFailure: Error, Sendable {
  package var error: SessionError
  package var title: String
  package var file: String
  /// In the file; nil where no statement is to blame.
  package var line: Int?
  package var statement: String?
  package var section: Int
  /// What is true of the database now, in words.
  package var state: String
  package var nextStep: String?

  init(
    error: SessionError, title: String, file: String, line: Int?, statement: String?, section: Int,
    state: String, nextStep: String?
  ) {
    self.error = error
    self.title = title
    self.file = file
    self.line = line
    self.statement = statement
    self.section = section
    self.state = state
    self.nextStep = nextStep
  }

  /// Of a whole run, where no statement is to blame.
  init(_ error: any Error, _ tasks: [RunnerTask]) {
    let error = error as? SessionError ?? SessionError(.other, "\(error)")
    self.init(
      error: error, title: tasks.first?.title ?? "", file: tasks.first?.title ?? "", line: nil,
      statement: nil, section: 1, state: "", nextStep: error.nextStep)
  }
}
