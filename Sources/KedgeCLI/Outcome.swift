/// How a run ended, for the shell.
package enum Outcome: Int32, Sendable {
  /// In sync, or done.
  case success = 0
  /// There are differences.
  case different = 1
  /// It could not be done: usage, configuration, connection, bad input, failed SQL.
  case failed = 2
  /// Refused by a safety gate.
  case refused = 3
  /// No difference found, but not everything was decided or compared.
  case undecided = 4

  /// Which of several counts: failed, refused, different, undecided, success.
  package static func worst(_ outcomes: [Outcome]) -> Outcome {
    let order: [Outcome] = [.failed, .refused, .different, .undecided]
    return order.first(where: outcomes.contains) ?? .success
  }
}
