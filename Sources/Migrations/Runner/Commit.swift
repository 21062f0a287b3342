import Planning

/// Commits, and finds out what became of it when the answer is lost.
struct Commit {
  private let session: any Session
  private let store: HistoryStore
  private let options: RunnerOptions
  private let tools: RunnerTools

  init(
    _ session: any Session, _ store: HistoryStore, _ options: RunnerOptions, _ tools: RunnerTools
  ) {
    self.session = session
    self.store = store
    self.options = options
    self.tools = tools
  }

  /// `what` is committed, in words. `isRecorded` looks into the history on a connection of its own: a server that
  /// came up after a crash may have given the name of a lost transaction to another one.
  func run(
    _ mode: Section.Mode, what: String, isRecorded: () throws(SessionError) -> Bool
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
    var isReopened = false
    for attempt in 1...options.attempts {
      switch (try? session.commitState(of: transaction)) ?? .inProgress {
      case .aborted: throw lost(error, "\(what) was not committed")
      case .inProgress where try !isOver(&isReopened): tools.wait(Retries.pause(attempt))
      case .committed, .unknown, .inProgress:
        if !isReopened { try session.reopen() }
        guard try isRecorded() else { throw lost(error, "\(what) was not committed") }
        try store.move()
        return tools.report(.note("the connection was lost while \(what) was committed: it was"))
      }
    }
    throw lost(
      error, "whether \(what) was committed is not known",
      next: "look at `kedge status` and `kedge history`: the history tells")
  }

  /// Whether ours has ended although a transaction of its name has not: the process on the server is gone that ran
  /// it.
  private func isOver(_ isReopened: inout Bool) throws(SessionError) -> Bool {
    do throws(SessionError) {
      if !isReopened { try session.reopen() }
      isReopened = true
      guard let process = try store.lastProcess() else { return false }
      return try !session.isRunning(process)
    } catch {
      guard error.kind == .connectionLost else { throw error }
      isReopened = false
      return false
    }
  }

  private func lost(
    _ error: SessionError, _ sentence: String, next: String? = nil
  ) -> SessionError {
    SessionError(
      .connectionLost, error.message + "; " + sentence, code: error.code,
      nextStep: next ?? error.nextStep)
  }
}
