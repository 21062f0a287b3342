import Planning
import SchemaModel

/// Runs one section of a script together with its record.
struct SectionRunner {
  let session: any Session
  let store: HistoryStore
  let options: RunnerOptions
  let tools: RunnerTools
  let script: MigrationScript
  let title: String
  /// Within a transaction of the caller's: it neither begins nor commits.
  var isNested = false

  /// Statements of the sections before, so that numbers count over the file.
  private func offset(_ index: Int) -> Int {
    script.sections.prefix(index).reduce(0) { $0 + $1.statements.count }
  }

  /// Runs section `index` and saves, in its transaction, the row that `record` makes.
  func run(_ index: Int, row: inout AppliedMigration, finishing record: Record) throws {
    let section = script.sections[index]
    guard tools.isAlone() else { throw SessionError.fenced }
    if section.mode == .noTransaction {
      try runLoose(index, section, &row, record)
      return
    }
    if isNested { return try runInside(index, section, &row, record) }
    var attempt = 1
    while true {
      var copy = row
      do {
        try transaction(index, section, &copy, record)
        row = copy
        return
      } catch let failure as RunnerFailure
        where failure.error.kind.isTemporary && attempt < options.attempts
        && failure.error != .fenced
      {
        let pause = Self.pause(attempt)
        tools.report(
          .retry(failure.error, attempt: attempt, of: options.attempts, waiting: pause))
        tools.wait(pause)
        attempt += 1
      }
    }
  }

  /// What is written when the section is done.
  enum Record {
    /// The row, with its progress.
    case save(isLast: Bool)
    /// The row, as far as this: what is taken back was not run for good.
    case reached(AppliedMigration.Progress)
    /// The row goes: the migration is no longer in force.
    case remove
  }

  /// Runs a section that leaves no row: a hook, or a file that is run again. `after` is in its transaction.
  func runAlone(_ index: Int, after: () throws(SessionError) -> Void = {}) throws {
    let section = script.sections[index]
    do throws(SessionError) {
      try session.begin(section.mode)
    } catch {
      throw failure(error, section, nil)
    }
    do {
      for (position, statement) in section.statements.enumerated() {
        try execute(statement, number: offset(index) + position + 1, section)
      }
      do throws(SessionError) {
        try after()
        try session.commit(section.mode)
      } catch {
        throw failure(error, section, nil)
      }
    } catch {
      session.rollback(section.mode)
      throw error
    }
  }

  private static func pause(_ attempt: Int) -> Duration {
    .milliseconds(min(10_000, 100 << min(attempt, 7)))
  }

  // MARK: - In a transaction

  private func transaction(
    _ index: Int, _ section: MigrationScript.Section, _ row: inout AppliedMigration,
    _ record: Record
  ) throws {
    do throws(SessionError) {
      try session.begin(section.mode)
    } catch {
      session.rollback(section.mode)
      throw failure(error, section, nil)
    }
    do {
      try runInside(index, section, &row, record)
    } catch {
      session.rollback(section.mode)
      throw error
    }
    do throws(SessionError) {
      let name = try session.transactionName()
      try commit(section, name)
    } catch {
      session.rollback(section.mode)
      throw failure(error, section, nil)
    }
  }

  /// When the answer to COMMIT is lost, another connection tells what became of it.
  private func commit(
    _ section: MigrationScript.Section, _ transaction: String?
  ) throws(SessionError) {
    do throws(SessionError) {
      try session.commit(section.mode)
    } catch {
      guard error.kind == .connectionLost, let transaction else { throw error }
      for attempt in 1...options.attempts {
        switch (try? session.commitState(of: transaction)) ?? .inProgress {
        case .committed:
          tools.report(
            .note("the connection was lost while section \(section.number) was committed: it was"))
          return
        case .aborted: throw error
        case .inProgress: tools.wait(Self.pause(attempt))
        case .unknown:
          throw SessionError(
            .connectionLost, error.message + "; whether the last section was committed is unknown",
            nextStep: "look at `kedge status`: the history tells")
        }
      }
      throw error
    }
  }

  private func runInside(
    _ index: Int, _ section: MigrationScript.Section, _ row: inout AppliedMigration,
    _ record: Record
  ) throws {
    let clock = ContinuousClock()
    let start = clock.now
    for (position, statement) in section.statements.enumerated() {
      try execute(statement, number: offset(index) + position + 1, section)
      if section.mode != .noTransaction, !session.isInTransaction {
        throw failure(
          SessionError(
            .other, "the statement ended the transaction: what ran before it is committed"),
          section, statement)
      }
    }
    do throws(SessionError) {
      let elapsed = milliseconds(clock.now - start)
      try write(section, &row, record, elapsed: elapsed)
    } catch {
      throw failure(error, section, nil)
    }
  }

  private func write(
    _ section: MigrationScript.Section, _ row: inout AppliedMigration, _ record: Record,
    elapsed: Int
  ) throws(SessionError) {
    row.milliseconds += elapsed
    let version = row.version
    switch record {
    case .reached(let progress):
      row.progress = progress
      try store.save(row)
      try store.log(.sectionDone, version, section: section.number, milliseconds: elapsed)
    case .save(let isLast):
      row.progress = .init(sectionsDone: row.progress.sectionsDone + 1)
      if isLast { row.state = .applied }
      try store.save(row)
      try store.log(
        isLast ? .applied : .sectionDone, version, section: section.number,
        milliseconds: isLast ? row.milliseconds : elapsed)
    case .remove:
      try store.remove(version)
      try store.log(.reverted, version, section: section.number, milliseconds: elapsed)
    }
  }

  // MARK: - Without a transaction

  /// Each statement is noted before and after it runs, so that a crash leaves at most one to be looked at.
  private func runLoose(
    _ index: Int, _ section: MigrationScript.Section, _ row: inout AppliedMigration,
    _ record: Record
  ) throws {
    do throws(SessionError) { try session.begin(.noTransaction) } catch {
      throw failure(error, section, nil)
    }
    do {
      try settings(before: row.progress.statementsDone, of: section)
      for position in row.progress.statementsDone..<section.statements.count {
        let statement = section.statements[position]
        if isSetting(statement) {
          try execute(statement, number: offset(index) + position + 1, section)
          continue
        }
        try loose(statement, position, offset(index) + position + 1, section, &row)
      }
      try note(section) { () throws(SessionError) in
        try write(section, &row, record, elapsed: 0)
      }
      try session.commit(.noTransaction)
    } catch {
      session.rollback(.noTransaction)
      throw error
    }
  }

  private func isSetting(_ statement: ScriptStatement) -> Bool {
    let word = statement.text.utf8.prefix { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }
    return ["set", "reset"].contains(String(decoding: word, as: UTF8.self).asciiLowercased)
  }

  /// What an earlier run has set is gone with its session.
  private func settings(before done: Int, of section: MigrationScript.Section) throws {
    for statement in section.statements.prefix(done) where isSetting(statement) {
      do throws(SessionError) { try session.execute(try text(of: statement)) } catch {
        throw failure(error, section, statement)
      }
    }
  }

  private func loose(
    _ statement: ScriptStatement, _ position: Int, _ number: Int,
    _ section: MigrationScript.Section, _ row: inout AppliedMigration
  ) throws {
    let clock = ContinuousClock()
    let start = clock.now
    var attempt = 1
    if row.progress.isStatementOpen {
      guard try settle(statement, section) else {
        return try done(position, section, &row, elapsed: 0)
      }
    }
    row.progress = .init(
      sectionsDone: row.progress.sectionsDone, statementsDone: position, isStatementOpen: true)
    let opened = row
    try note(section) { () throws(SessionError) in
      try store.save(opened)
      try store.log(
        .statementStarted, opened.version, section: section.number, statement: position + 1)
    }
    while true {
      do {
        try execute(statement, number: number, section)
        break
      } catch let failure as RunnerFailure
        where failure.error.kind.isTemporary && attempt < options.attempts
      {
        let pause = Self.pause(attempt)
        tools.report(
          .retry(failure.error, attempt: attempt, of: options.attempts, waiting: pause))
        tools.wait(pause)
        attempt += 1
        guard try settle(statement, section) else { break }
      }
    }
    try done(position, section, &row, elapsed: milliseconds(clock.now - start))
  }

  private func done(
    _ position: Int, _ section: MigrationScript.Section, _ row: inout AppliedMigration,
    elapsed: Int
  ) throws {
    row.progress = .init(
      sectionsDone: row.progress.sectionsDone, statementsDone: position + 1)
    row.milliseconds += elapsed
    let saved = row
    try note(section) { () throws(SessionError) in
      try store.save(saved)
      try store.log(
        .statementDone, saved.version, section: section.number, statement: position + 1,
        milliseconds: elapsed)
    }
  }

  /// Looks what became of a statement that was begun; true when it must run.
  private func settle(
    _ statement: ScriptStatement, _ section: MigrationScript.Section
  ) throws -> Bool {
    do throws(SessionError) {
      let state =
        switch options.openStatement {
        case .look: try session.probe(try text(of: statement))
        case .done: StatementState.done
        case .notDone: StatementState.notDone
        }
      switch state {
      case .done: return false
      case .notDone, .repeatable: return true
      case .halfDone(let cleanUp):
        for text in cleanUp {
          tools.report(.note("clearing the way: \(text)"))
          try session.execute(text)
        }
        return true
      case .unfinished(let finish):
        for text in finish {
          tools.report(.note("finishing: \(text)"))
          try session.execute(text)
        }
        return false
      case .unknown:
        throw SessionError(
          .other, "nothing tells whether this statement took effect",
          nextStep: "look at the database, then: kedge resume --open-statement done|not-done")
      }
    } catch {
      throw failure(error, section, statement)
    }
  }

  private func note(
    _ section: MigrationScript.Section, _ body: () throws(SessionError) -> Void
  ) throws {
    do throws(SessionError) {
      try session.begin(.transaction)
      try body()
      try session.commit(.transaction)
    } catch {
      session.rollback(.transaction)
      throw failure(error, section, nil)
    }
  }

  // MARK: - Statements

  private func execute(
    _ statement: ScriptStatement, number: Int, _ section: MigrationScript.Section
  ) throws {
    let clock = ContinuousClock()
    tools.report(.statement(statement, number: number, of: script.statementCount))
    let start = clock.now
    do throws(SessionError) {
      try session.execute(try text(of: statement))
    } catch {
      throw failure(error, section, statement)
    }
    tools.report(.statementDone(statement, clock.now - start))
  }

  private func text(of statement: ScriptStatement) throws(SessionError) -> String {
    guard script.header.usesVariables else { return statement.text }
    do {
      return try Variables.expand(statement.text, options.variables)
    } catch {
      throw SessionError(
        .other, "the variable '\(error.name)' has no value",
        nextStep: "give it one: --variable \(error.name)=VALUE")
    }
  }

  private func failure(
    _ error: SessionError, _ section: MigrationScript.Section, _ statement: ScriptStatement?
  ) -> RunnerFailure {
    var line = statement?.line
    if let statement, let position = error.position {
      line =
        statement.line
        + statement.text.unicodeScalars.prefix(max(0, position - 1)).count { $0 == "\n" }
    }
    return RunnerFailure(
      error: error, title: title, file: script.file, line: line, statement: statement?.text,
      section: section.number, state: "", nextStep: error.nextStep)
  }

  private func milliseconds(_ duration: Duration) -> Int { Int(duration / .milliseconds(1)) }
}
