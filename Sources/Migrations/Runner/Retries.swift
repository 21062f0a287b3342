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
