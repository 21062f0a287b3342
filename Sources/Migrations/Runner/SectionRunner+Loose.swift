import Planning
import SchemaModel

extension SectionRunner {
  // MARK: - Without a transaction

  /// Each statement is noted before and after it runs, so that a crash leaves at most one to be looked at.
  func runLoose(
    _ index: Int, _ section: MigrationScript.Section, _ row: inout AppliedMigration,
    _ record: Record
  ) throws {
    do {
      try named(section) { () throws(SessionError) in try session.begin(.noTransaction) }
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
      try named(section) { () throws(SessionError) in try session.commit(.noTransaction) }
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
    if try row.progress.isStatementOpen || isDoneAlready(statement, section, row) {
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
    let retries = Retries(options, tools)
    while true {
      do {
        try execute(statement, number: number, section)
        break
      } catch let failure as RunnerFailure
        where retries.mayTryAgain(failure.error, attempt)
      {
        retries.pause(after: failure.error, attempt)
        attempt += 1
        guard try settle(statement, section) else { break }
      } catch let failure as RunnerFailure {
        try? close(opened, statement, section, after: failure.error)
        throw failure
      }
    }
    try done(position, section, &row, elapsed: milliseconds(clock.now - start))
  }

  /// A way back may find what it takes back gone: of a section that stopped in the middle, only a part was there.
  private func isDoneAlready(
    _ statement: ScriptStatement, _ section: MigrationScript.Section, _ row: AppliedMigration
  ) throws -> Bool {
    guard row.state == .reverting else { return false }
    do throws(SessionError) {
      switch try session.probe(try text(of: statement)) {
      case .done, .halfDone, .unfinished: return true
      case .notDone, .repeatable, .unknown: return false
      }
    } catch {
      throw failure(error, section, statement)
    }
  }

  /// A statement that failed and left nothing behind is one that did not run. What is there as if it had run is
  /// somebody else's: the server has said that it failed.
  private func close(
    _ row: AppliedMigration, _ statement: ScriptStatement, _ section: MigrationScript.Section,
    after error: SessionError
  ) throws {
    guard error.kind != .connectionLost, session.isOpen else { return }
    switch try session.probe(try text(of: statement)) {
    case .halfDone, .unfinished: return
    case .done, .notDone, .repeatable, .unknown: break
    }
    var row = row
    row.progress.isStatementOpen = false
    try note(section) { () throws(SessionError) in try store.save(row) }
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

  /// Looks, with the names that the section sees, what became of the statement that it had begun, and clears
  /// away or finishes what is half done; whether it took effect, as far as anything tells.
  func settleOpen(_ position: Int, of section: MigrationScript.Section) throws -> Bool {
    let statement = section.statements[position]
    do {
      try named(section) { () throws(SessionError) in try session.begin(.noTransaction) }
      try settings(before: position, of: section)
      let tookEffect =
        try isUnknown(statement, section) ? true : !settle(statement, section)
      try named(section) { () throws(SessionError) in try session.commit(.noTransaction) }
      return tookEffect
    } catch {
      session.rollback(.noTransaction)
      throw error
    }
  }

  /// Whether nothing tells what became of a statement.
  private func isUnknown(
    _ statement: ScriptStatement, _ section: MigrationScript.Section
  ) throws -> Bool {
    do throws(SessionError) {
      return try session.probe(try text(of: statement)) == .unknown
    } catch {
      throw failure(error, section, statement)
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
}
