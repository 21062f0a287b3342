import CLibPQ

/// One of the statements that are sent together.
struct PipelineStep {
  /// A name that `prepare` has given, or the statement itself.
  enum Command {
    case text(String)
    case prepared(String)
  }

  let command: Command
  let parameters: [String?]

  static func text(_ sql: String, _ parameters: [String?] = []) -> PipelineStep {
    PipelineStep(command: .text(sql), parameters: parameters)
  }

  static func prepared(_ name: String, _ parameters: [String?] = []) -> PipelineStep {
    PipelineStep(command: .prepared(name), parameters: parameters)
  }
}

/// Statements that are sent all at once: one round trip for the lot. Outside a transaction of the caller's they form
/// one implicit transaction; after an error none of the later ones runs.
extension PostgresConnection {
  /// Returns their rows in order.
  package borrowing func run(_ statements: [String]) throws(PostgresError) -> [PostgresRows] {
    var all: [PostgresRows] = []
    all.reserveCapacity(statements.count)
    try run(statements.map { .text($0) }) { _, rows in all.append(rows) }
    return all
  }

  /// Hands over each statement's rows as they come: the server works on the next statements meanwhile.
  borrowing func run(
    _ steps: [PipelineStep], _ receive: (Int, PostgresRows) -> Void
  ) throws(PostgresError) {
    guard !steps.isEmpty else { return }
    let failure = try enterPipeline(steps)
    defer { leavePipeline() }
    let results = PipelineResults(handle)
    try distribute({ results.next() }, receive, after: failure)
  }

  /// The same, where working on rows takes so long that what the server answers is received meanwhile.
  package borrowing func run(
    _ statements: [String], _ receive: (Int, PostgresRows) -> Void
  ) throws(PostgresError) {
    guard !statements.isEmpty else { return }
    let failure = try enterPipeline(statements.map { .text($0) })
    defer { leavePipeline() }
    let results = PipelineReader(handle)
    try distribute({ results.next() }, receive, after: failure)
  }

  /// Gives the statement a name for this connection; it is planned once.
  borrowing func prepare(_ sql: String, as name: String) throws(PostgresError) {
    guard !sql.utf8.contains(0) else { throw .nulByte }
    guard PQsendPrepare(handle, name, sql, 0, nil) == 1 else { throw lost() }
    _ = try answer()
  }

  /// Sends the lot; returns what went wrong on the way, when there are answers to be read all the same.
  private borrowing func enterPipeline(
    _ steps: [PipelineStep]
  ) throws(PostgresError) -> PostgresError? {
    guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else { throw lost() }
    var failure: PostgresError?
    do throws(PostgresError) {
      for step in steps { try send(step) }
    } catch {
      failure = error
    }
    // The sync is needed even after a failed send, to leave the pipeline in order.
    guard PQpipelineSync(handle) == 1 else {
      let cause = failure ?? lost()
      leavePipeline()
      throw cause
    }
    return failure
  }

  private borrowing func leavePipeline() {
    PQexitPipelineMode(handle)
    PQsetnonblocking(handle, 0)
  }

  private borrowing func distribute(
    _ next: () -> PipelineEvent?, _ receive: (Int, PostgresRows) -> Void,
    after earlier: PostgresError?
  ) throws(PostgresError) {
    var failure = earlier
    var index = 0
    reading: while let event = next() {
      switch event {
      case .end: index += 1
      case .lost:
        failure = failure ?? lost()
        break reading
      case .result(let result):
        do throws(PostgresError) {
          let rows = try take(result, statementIndex: index)
          if failure == nil { receive(index, rows) }
        } catch {
          if failure == nil { failure = error }
        }
      }
    }
    if let failure { throw failure }
  }
}
