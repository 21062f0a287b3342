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
  func offset(_ index: Int) -> Int {
    script.sections.prefix(index).reduce(0) { $0 + $1.statements.count }
  }

  /// Runs section `index` and saves, in its transaction, the row that `record` makes.
  func run(_ index: Int, row: inout AppliedMigration, finishing record: Record) throws {
    let section = script.sections[index]
    guard tools.isAlone() else { throw failure(store.lossOfLock(), section, nil) }
    if section.mode == .noTransaction {
      try runLoose(index, section, &row, record)
      return
    }
    if isNested { return try runInside(index, section, &row, record) }
    var done = row
    try Retries(options, tools).run {
      done = row
      try transaction(
        section, isRecorded: { () throws(SessionError) in try isRecorded(done, record) }
      ) {
        if try runAtOnce(index, section, &done, record) { return }
        try begin(section)
        try runInside(index, section, &done, record)
      }
    }
    row = done
  }

  /// What is written when the section is done.
  enum Record {
    /// The row, with its progress.
    case save(isLast: Bool)
    /// The row goes: the migration is no longer in force.
    case remove
  }

  /// Runs a section that leaves no row, only a line of the log: of a hook, or of a file that is run again.
  func runAlone(_ index: Int) throws {
    let section = script.sections[index]
    if isNested { return try statements(index, section) }
    if section.mode != .noTransaction {
      return try Retries(options, tools).run {
        try marked(section) {
          try begin(section)
          try statements(index, section)
        } record: { () throws(SessionError) in
          try store.mark(title, section: section.number)
        }
      }
    }
    do {
      try named(section) { () throws(SessionError) in try session.begin(section.mode) }
      try statements(index, section)
      try named(section) { () throws(SessionError) in try session.commit(section.mode) }
    } catch {
      session.rollback(section.mode)
      throw error
    }
  }

  /// Runs all sections and then `record`: in one transaction where the modes allow it, as they must in a file
  /// that runs `once`: half of it could not be told from all of it.
  func runWhole(once: Bool, record: () throws(SessionError) -> HistoryStore.Mark) throws {
    guard let first = script.sections.first else {
      return try store.transaction { () throws(SessionError) in _ = try record() }
    }
    let modes = Set(script.sections.map(\.mode))
    guard modes.count == 1, modes != [.noTransaction] else {
      guard !once else {
        throw failure(
          SessionError(
            .other, "a file of seeds runs in one transaction: its sections cannot have other modes"),
          first, nil)
      }
      for index in script.sections.indices { try runAlone(index) }
      return try note(script.sections[script.sections.count - 1]) { () throws(SessionError) in
        _ = try record()
      }
    }
    try Retries(options, tools).run {
      try marked(first) {
        try begin(first)
        for (index, section) in script.sections.enumerated() {
          if index > 0 {
            try named(section) { () throws(SessionError) in try session.beginInside() }
          }
          try statements(index, section)
        }
      } record: { () throws(SessionError) in
        try record()
      }
    }
  }

  /// A transaction whose only trace in the history is the line that `record` writes at its end.
  private func marked(
    _ section: MigrationScript.Section, _ body: () throws -> Void,
    record: () throws(SessionError) -> HistoryStore.Mark
  ) throws {
    var mark: HistoryStore.Mark?
    try transaction(
      section,
      isRecorded: { () throws(SessionError) in
        guard let mark else { return false }
        return try store.holds(mark)
      }
    ) {
      try body()
      try named(section) { () throws(SessionError) in
        try session.secure()
        mark = try record()
      }
    }
  }

  // MARK: - In a transaction

  private func isRecorded(
    _ row: AppliedMigration, _ record: Record
  ) throws(SessionError) -> Bool {
    let found = try store.read().migration(row.version)
    return switch record {
    case .save: found.map { RecordedSchema.Mark($0) == RecordedSchema.Mark(row) } ?? false
    case .remove: found == nil
    }
  }

  /// Commits the transaction that `body` has opened, or takes it back.
  private func transaction(
    _ section: MigrationScript.Section,
    isRecorded: () throws(SessionError) -> Bool, _ body: () throws -> Void
  ) throws {
    do {
      try body()
      try named(section) { () throws(SessionError) in
        try Commit(session, store, options, tools).run(
          section.mode, what: "section \(section.number) of \(title)", isRecorded: isRecorded)
      }
    } catch {
      session.rollback(section.mode)
      throw error
    }
  }

  private func begin(_ section: MigrationScript.Section) throws {
    try named(section) { () throws(SessionError) in try session.begin(section.mode) }
  }

  /// Runs the statements of a section in the transaction that is open.
  private func statements(_ index: Int, _ section: MigrationScript.Section) throws {
    if isNested { try named(section) { () throws(SessionError) in try session.beginInside() } }
    for (position, statement) in section.statements.enumerated() {
      try execute(statement, number: offset(index) + position + 1, section)
      if section.mode != .noTransaction, !session.isInTransaction {
        throw failure(
          SessionError(
            .other, "the statement ended the transaction: what ran before it is committed"),
          section, statement)
      }
    }
  }

  private func runInside(
    _ index: Int, _ section: MigrationScript.Section, _ row: inout AppliedMigration,
    _ record: Record
  ) throws {
    let clock = ContinuousClock()
    let start = clock.now
    try statements(index, section)
    let elapsed = milliseconds(clock.now - start)
    try named(section) { () throws(SessionError) in
      try session.secure()
      try write(section, &row, record, elapsed: elapsed)
    }
  }

  func write(
    _ section: MigrationScript.Section, _ row: inout AppliedMigration, _ record: Record,
    elapsed: Int
  ) throws(SessionError) {
    row.milliseconds += elapsed
    let version = row.version
    switch record {
    case .save(let isLast):
      advance(&row, isLast: isLast)
      try store.save(
        row, logging: isLast ? .applied : .sectionDone, section: section.number,
        milliseconds: isLast ? row.milliseconds : elapsed)
    case .remove:
      try store.remove(version)
      try store.log(.reverted, version, section: section.number, milliseconds: elapsed)
    }
  }

  func advance(_ row: inout AppliedMigration, isLast: Bool) {
    row.progress = .init(sectionsDone: row.progress.sectionsDone + 1)
    if isLast { row.state = .applied }
  }

  func note(
    _ section: MigrationScript.Section, _ body: () throws(SessionError) -> Void
  ) throws {
    try named(section) { () throws(SessionError) in try store.transaction(body) }
  }

  /// What fails in between statements.
  func named(
    _ section: MigrationScript.Section, _ body: () throws(SessionError) -> Void
  ) throws {
    do throws(SessionError) { try body() } catch { throw failure(error, section, nil) }
  }

  // MARK: - Statements

  func execute(
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

  func text(of statement: ScriptStatement) throws(SessionError) -> String {
    guard script.header.usesVariables else { return statement.text }
    do {
      return try Variables.expand(statement.text, options.variables)
    } catch {
      throw SessionError(.other, error.sentence, nextStep: error.nextStep)
    }
  }

  func failure(
    _ error: SessionError, _ section: MigrationScript.Section, _ statement: ScriptStatement?
  ) -> RunnerFailure {
    var line = statement?.line
    if let statement, let position = error.position {
      line =
        statement.line
        + statement.text.unicodeScalars.prefix(max(0, position - 1)).count { $0 == "\n" }
    }
    var nextStep = error.nextStep
    if nextStep == nil, script.header.usesVariables, statement?.text.contains("${") == true {
      nextStep =
        "what a variable stands for is put in as it is: look at what --variable said, quotes in quotes "
        + "must be doubled"
    }
    return RunnerFailure(
      error: error, title: title, file: script.file, line: line, statement: statement?.text,
      section: section.number, state: "", nextStep: nextStep)
  }

  func milliseconds(_ duration: Duration) -> Int { Int(duration / .milliseconds(1)) }
}
