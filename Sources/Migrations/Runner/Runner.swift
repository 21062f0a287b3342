package import Planning
import SQLText
import SchemaModel

/// Carries out what `RunnerMachine` has decided, on one session, under a lock that the caller holds.
package struct Runner {
  private let session: any Session
  private let store: HistoryStore
  private let folder: MigrationFolder
  private let dialect: any Dialect
  private let options: RunnerOptions
  private let tools: RunnerTools
  /// What all that this run applies has in common.
  private let batch: Int

  package init(
    session: any Session, store: HistoryStore, folder: MigrationFolder, dialect: any Dialect,
    options: RunnerOptions, tools: RunnerTools, batch: Int
  ) {
    self.session = session
    self.store = store
    self.folder = folder
    self.dialect = dialect
    self.options = options
    self.tools = tools
    self.batch = batch
  }

  /// Runs the tasks; throws a `RunnerFailure` where one stops, after the ones before it are recorded.
  package func run(_ tasks: [RunnerTask]) throws {
    guard !tasks.isEmpty else { return }
    try hook(.beforeAll)
    var history = try store.read()
    if options.isSingleTransaction {
      try together(tasks, history)
    } else {
      for task in tasks { try perform(task, &history, isNested: false) }
    }
    try hook(.afterAll)
    try record(after: try store.read())
  }

  /// Reads the schema and keeps it with the history: what drift is measured from.
  package func record(after history: History) throws {
    let schema = try session.readSchema().withoutBookkeeping()
    let recorded = RecordedSchema(
      snapshot: try tools.encode(schema), after: history.newest.map { .init($0) },
      serverVersion: session.serverVersion)
    try store.transaction { () throws(SessionError) in try store.record(recorded) }
  }

  // MARK: - Tasks

  /// All or nothing: only sections that can share a transaction.
  private func together(_ tasks: [RunnerTask], _ history: History) throws {
    try Retries(options, tools).run {
      var history = history
      do {
        try session.begin(.transaction)
        for task in tasks { try perform(task, &history, isNested: true) }
        let wanted = history.migrations.map { RecordedSchema.Mark($0) }
        try Commit(session, store, options, tools).run(.transaction, what: "all of it") {
          () throws(SessionError) in
          try store.read().migrations.map { RecordedSchema.Mark($0) } == wanted
        }
      } catch {
        session.rollback(.transaction)
        var failure = error as? RunnerFailure ?? RunnerFailure(error, tasks)
        if failure.error.kind != .connectionLost {
          failure.state = "nothing was changed: all of it was one transaction"
        }
        throw failure
      }
    }
  }

  private func perform(
    _ task: RunnerTask, _ history: inout History, isNested: Bool
  ) throws {
    let clock = ContinuousClock()
    let start = clock.now
    switch task {
    case .apply(let migration, let row):
      tools.report(.started(title: task.title, .up, sections: migration.up.sections.count))
      history.put(try apply(migration, resuming: row, history, isNested: isNested))
      tools.report(.finished(title: task.title, .up, clock.now - start))
    case .revert(let applied, let script):
      tools.report(.started(title: task.title, .down, sections: script.sections.count))
      try revert(applied, script, isNested: isNested)
      history.remove(applied.version)
      tools.report(.finished(title: task.title, .down, clock.now - start))
    case .undo(let applied, let migration, let script):
      tools.report(.started(title: task.title, .down, sections: applied.progress.sectionsDone))
      try undo(applied, migration, script)
      history.remove(applied.version)
      tools.report(.finished(title: task.title, .down, clock.now - start))
    }
  }

  private func apply(
    _ migration: Migration, resuming: AppliedMigration?, _ history: History, isNested: Bool
  ) throws -> AppliedMigration {
    let up = migration.up
    var row = resuming ?? newRow(migration, history)
    row.checksum = up.checksum
    row.sections = up.sections.count
    try hook(.beforeEach, isNested: isNested)
    // Only a migration that can stop half-way needs to know what there was before it.
    if resuming == nil, !isNested,
      up.sections.count > 1 || up.sections.first?.mode == .noTransaction
    {
      try record(after: history)
    }
    let runner = sections(of: up, migration.title, isNested: isNested)
    try withState(of: row, migration.title) {
      if up.sections.isEmpty { try empty(&row) }
      for index in up.sections.indices.dropFirst(row.progress.sectionsDone) {
        try runner.run(
          index, row: &row, finishing: .save(isLast: index == up.sections.count - 1))
      }
    }
    try hook(.afterEach, isNested: isNested)
    return row
  }

  private func newRow(_ migration: Migration, _ history: History) -> AppliedMigration {
    AppliedMigration(
      version: migration.version, name: migration.name, checksum: migration.up.checksum,
      down: migration.down?.text, from: migration.up.header.from, to: migration.up.header.to,
      state: .applying, progress: .init(), sections: migration.up.sections.count,
      batch: batch, position: (history.newest?.position ?? 0) + 1, appliedAt: "",
      appliedBy: store.actor, milliseconds: 0)
  }

  /// A file without statements is recorded all the same.
  private func empty(_ row: inout AppliedMigration) throws {
    row.state = .applied
    let saved = row
    try store.transaction { () throws(SessionError) in
      try store.save(saved)
      try store.log(.applied, saved.version, detail: "the file has no statements")
    }
  }

  private func revert(
    _ applied: AppliedMigration, _ script: MigrationScript, isNested: Bool
  ) throws {
    var row = applied
    if row.state == .applied {
      row.state = .reverting
      row.progress = .init()
      row.sections = script.sections.count
    }
    try hook(.beforeEach, isNested: isNested)
    let runner = sections(of: script, applied.title, isNested: isNested)
    try withState(of: row, applied.title) {
      if script.sections.isEmpty { try forget(applied.version, "the file has no statements") }
      for index in script.sections.indices.dropFirst(row.progress.sectionsDone) {
        let isLast = index == script.sections.count - 1
        try runner.run(index, row: &row, finishing: isLast ? .remove : .save(isLast: false))
      }
    }
    try hook(.afterEach, isNested: isNested)
  }

  // MARK: - Half-way

  /// What ran of a way up is the difference between the schema now and the one that was recorded before it.
  /// Without that, the sections of the way back that have the numbers of those that ran.
  private func undo(
    _ applied: AppliedMigration, _ migration: Migration?, _ script: MigrationScript?
  ) throws {
    let begun = try settle(applied, migration)
    let isGenerated = migration?.up.isGenerated ?? (applied.to != nil)
    if isGenerated, let before = try recordedBefore(applied) {
      return try undo(applied, by: wayBack(of: applied, to: before))
    }
    guard let script else {
      throw Obstacle.noWayBack(
        applied, reason: "it has no down file, and the schema before it was not recorded")
    }
    let reached = migration.map { $0.up.sections.prefix(begun).last?.number ?? 0 } ?? begun
    try undo(applied, by: script.keeping(script.sections.filter { $0.number <= reached }))
  }

  /// Finishes or clears away the statement that was under way; how many sections did something.
  private func settle(_ applied: AppliedMigration, _ migration: Migration?) throws -> Int {
    let progress = applied.progress
    if progress.statementsDone > 0 {
      try settleOpen(applied, migration)
    } else if progress.isStatementOpen, try !settleOpen(applied, migration) {
      return progress.sectionsDone
    }
    let isBegun = progress.statementsDone > 0 || progress.isStatementOpen
    return progress.sectionsDone + (isBegun ? 1 : 0)
  }

  /// Whether the open statement took effect, as far as anything tells.
  @discardableResult
  private func settleOpen(_ applied: AppliedMigration, _ migration: Migration?) throws -> Bool {
    let progress = applied.progress
    guard progress.isStatementOpen, let up = migration?.up,
      up.sections.indices.contains(progress.sectionsDone)
    else { return true }
    let section = up.sections[progress.sectionsDone]
    guard section.statements.indices.contains(progress.statementsDone) else { return true }
    return try sections(of: up, applied.title, isNested: false)
      .settleOpen(progress.statementsDone, of: section)
  }

  private func recordedBefore(_ applied: AppliedMigration) throws -> Schema? {
    guard let record = try store.recordedSchema(), record.after?.version != applied.version,
      record.serverVersion == session.serverVersion
    else { return nil }
    return try tools.decode(record.snapshot)
  }

  private func wayBack(
    of applied: AppliedMigration, to before: Schema
  ) throws -> MigrationScript {
    let live = try session.readSchema().withoutBookkeeping()
    let plan = try tools.plan(live, before)
    let refused = plan.steps.filter { !options.permissions.allow($0) }
    guard refused.isEmpty else {
      throw HazardRefusal(
        hazards: refused.flatMap(\.hazards).filter { !options.permissions.allow($0) },
        title: applied.title)
    }
    var script = MigrationScript(file: "the way back of \(applied.title)", text: "")
    script.sections = dialect.sections(of: plan).enumerated().map { index, section in
      MigrationScript.Section(
        number: index + 1, mode: section.mode,
        statements: section.steps.flatMap(\.statements).map {
          ScriptStatement(text: $0.sql.text, line: 1)
        }, line: 1)
    }
    return script
  }

  /// From here on it is a way back like any other, with its own text and its own progress: what stops in the
  /// middle of it is never taken for a way up again.
  private func undo(_ applied: AppliedMigration, by script: MigrationScript) throws {
    guard !script.sections.isEmpty else {
      return try forget(applied.version, "nothing of it was there")
    }
    var row = applied
    row.state = .reverting
    row.progress = .init()
    row.sections = script.sections.count
    row.down = script.rendered
    let saved = row
    try store.transaction { () throws(SessionError) in
      try store.save(saved)
      try store.log(.revertStarted, saved.version, detail: "what ran of it is taken back")
    }
    try revert(row, script, isNested: false)
  }

  private func forget(_ version: MigrationVersion, _ reason: String) throws {
    try store.transaction { () throws(SessionError) in
      try store.remove(version)
      try store.log(.reverted, version, detail: reason)
    }
  }

  // MARK: - Files that are run again

  /// Runs what has changed since it ran last, by name; seeds run once only. How many ran.
  package func runScripts(
    _ scripts: [NamedScript], folder name: String, once: Bool
  ) throws -> Int {
    guard !scripts.isEmpty else { return 0 }
    let done = try store.read().scripts
    var count = 0
    for script in scripts {
      let path = "\(name)/\(script.name)"
      let before = done[path]
      if before == script.script.checksum.tokens || (once && before != nil) { continue }
      tools.report(.started(title: path, .up, sections: script.script.sections.count))
      let clock = ContinuousClock()
      let start = clock.now
      try sections(of: script.script, path, isNested: false).runWhole(once: once) {
        () throws(SessionError) in
        try store.saveScript(path, checksum: script.script.checksum)
        return try store.log(once ? .seeded : .repeated, detail: path)
      }
      tools.report(.finished(title: path, .up, clock.now - start))
      count += 1
    }
    return count
  }

  // MARK: - Hooks and failures

  private func hook(_ point: HookPoint, isNested: Bool = false) throws {
    guard let script = folder.hooks[point] else { return }
    let runner = sections(of: script, point.rawValue, isNested: isNested)
    for index in script.sections.indices { try runner.runAlone(index) }
  }

  private func sections(
    of script: MigrationScript, _ title: String, isNested: Bool
  ) -> SectionRunner {
    SectionRunner(
      session: session, store: store, options: options, tools: tools, script: script,
      title: title, isNested: isNested)
  }

  /// Logs a failure and says what is left.
  private func withState(
    of row: AppliedMigration, _ title: String, _ body: () throws -> Void
  ) throws {
    do {
      try body()
    } catch var failure as RunnerFailure {
      if session.isOpen, failure.error.kind != .connectionLost {
        let text = failure.error.sentence
        let section = failure.section
        if failure.error != .fenced {
          try? store.transaction { () throws(SessionError) in
            try store.log(.failed, row.version, section: section, detail: text)
          }
        }
        failure.state = (try? Self.state(store.read(), row.version, title)) ?? ""
      } else {
        failure.state = "the connection is gone: `kedge status` tells what was committed"
      }
      throw failure
    }
  }

  private static func state(
    _ history: History, _ version: MigrationVersion, _ title: String
  ) -> String {
    guard let left = history.migration(version), left.state != .applied else {
      return "nothing of \(title) is left: its transaction was rolled back"
    }
    return "\(left.statusSentence); finish it with `kedge resume`, or take it back with "
      + "`kedge rollback`"
  }
}

/// What would need permission.
package struct HazardRefusal: Error, Sendable {
  package let hazards: [Hazard]
  package let title: String
}
