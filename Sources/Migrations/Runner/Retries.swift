import Planning

/// Tries again what others' locks were in the way of.
struct Retries {
  private let options: RunnerOptions
  private let tools: RunnerTools

  init(_ options: RunnerOptions, _ tools: RunnerTools) {
    self.options = options
    self.tools = tools
  }

  /// `body` begins and ends a transaction of its own.
  func run(_ body: () throws -> Void) throws {
    var attempt = 1
    while true {
      do {
        return try body()
      } catch let failure as RunnerFailure where mayTryAgain(failure.error, attempt) {
        pause(after: failure.error, attempt)
        attempt += 1
      }
    }
  }

  func mayTryAgain(_ error: SessionError, _ attempt: Int) -> Bool {
    error.kind.isTemporary && error != .fenced && attempt < options.attempts
  }

  func pause(after error: SessionError, _ attempt: Int) {
    let pause = Self.pause(attempt)
    tools.report(.retry(error, attempt: attempt, of: options.attempts, waiting: pause))
    tools.wait(pause)
  }

  static func pause(_ attempt: Int) -> Duration {
    .milliseconds(min(10_000, 100 << min(attempt, 7)))
  }
}

/// Commits, and finds out what became of it when the answer is lost.
struct Commit {
  private let session: any Session
  private let options: RunnerOptions
  private let tools: RunnerTools

  init(_ session: any Session, _ options: RunnerOptions, _ tools: RunnerTools) {
    self.session = session
    self.options = options
    self.tools = tools
  }

  /// `what` is committed, in words. `isRecorded` looks into the history on a connection of its own: a server that
  /// came up after a crash may have given the name of a lost transaction to another one.
  func run(
    _ mode: Section.Mode, what: String, isRecorded: () throws(SessionError) -> Bool = { true }
  ) throws(SessionError) {
    let transaction = try session.transactionName()
    do throws(SessionError) {
      try session.commit(mode)
    } catch {
      guard error.kind == .connectionLost, let transaction else { throw error }
      try settle(transaction, error, what, isRecorded)
    }
  }

  private func settle(
    _ transaction: String, _ error: SessionError, _ what: String,
    _ isRecorded: () throws(SessionError) -> Bool
  ) throws(SessionError) {
    let isLost = SessionError(
      .connectionLost, error.message + "; \(what) was not committed", code: error.code,
      nextStep: error.nextStep)
    for attempt in 1...options.attempts {
      switch (try? session.commitState(of: transaction)) ?? .inProgress {
      case .committed:
        try session.reopen()
        guard try isRecorded() else { throw isLost }
        return tools.report(.note("the connection was lost while \(what) was committed: it was"))
      case .aborted: throw isLost
      case .inProgress: tools.wait(Retries.pause(attempt))
      case .unknown: throw unknown(error, what)
      }
    }
    throw unknown(error, what)
  }

  private func unknown(_ error: SessionError, _ what: String) -> SessionError {
    SessionError(
      .connectionLost, error.message + "; whether \(what) was committed is not known",
      code: error.code, nextStep: "look at `kedge status`: the history tells")
  }
}
