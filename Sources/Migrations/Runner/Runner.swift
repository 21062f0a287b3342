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
      try together(tasks, &history)
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
    try inTransaction { () throws(SessionError) in try store.record(recorded) }
  }

  // MARK: - Tasks

  /// All or nothing: only sections that can share a transaction.
  private func together(_ tasks: [RunnerTask], _ history: inout History) throws {
    try session.begin(.transaction)
    do {
      for task in tasks { try perform(task, &history, isNested: true) }
      try session.commit(.transaction)
    } catch {
      session.rollback(.transaction)
      if var failure = error as? RunnerFailure {
        failure.state = "nothing was changed: all of it was one transaction"
        throw failure
      }
      throw error
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
      try apply(migration, resuming: row, history, isNested: isNested)
      tools.report(.finished(title: task.title, .up, clock.now - start))
    case .revert(let applied, let script):
      tools.report(.started(title: task.title, .down, sections: script.sections.count))
      try revert(applied, script, isNested: isNested)
      tools.report(.finished(title: task.title, .down, clock.now - start))
    case .undo(let applied, let migration, let script):
      tools.report(.started(title: task.title, .down, sections: applied.progress.sectionsDone))
      try undo(applied, migration, script)
      tools.report(.finished(title: task.title, .down, clock.now - start))
    }
    if !isNested { history = try store.read() }
  }

  private func apply(
    _ migration: Migration, resuming: AppliedMigration?, _ history: History, isNested: Bool
  ) throws {
    let up = migration.up
    var row = resuming ?? newRow(migration, history, isNested: isNested)
    row.checksum = up.checksum
    row.sections = up.sections.count
    if !isNested { try hook(.beforeEach) }
    // Only a migration that can stop half-way needs to know what there was before it.
    if resuming == nil, up.sections.count > 1 || up.sections.first?.mode == .noTransaction {
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
    if !isNested { try hook(.afterEach) }
  }

  private func newRow(
    _ migration: Migration, _ history: History, isNested: Bool
  ) -> AppliedMigration {
    AppliedMigration(
      version: migration.version, name: migration.name, checksum: migration.up.checksum,
      down: migration.down?.text, from: migration.up.header.from, to: migration.up.header.to,
      state: .applying, progress: .init(), sections: migration.up.sections.count,
      batch: batch, position: nextPosition(history, migration, isNested), appliedAt: "",
      appliedBy: store.actor, milliseconds: 0)
  }

  private func nextPosition(
    _ history: History, _ migration: Migration, _ isNested: Bool
  ) -> Int {
    let next = (history.migrations.map(\.position).max() ?? 0) + 1
    // Within one transaction the history is read once: the place in the folder keeps the order.
    return isNested ? next + (folder.migrations.firstIndex(of: migration) ?? 0) : next
  }

  /// A file without statements is recorded all the same.
  private func empty(_ row: inout AppliedMigration) throws {
    row.state = .applied
    let saved = row
    try inTransaction { () throws(SessionError) in
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
    if !isNested { try hook(.beforeEach) }
    let runner = sections(of: script, applied.title, isNested: isNested)
    try withState(of: row, applied.title) {
      if script.sections.isEmpty { try forget(applied.version, "the file has no statements") }
      for index in script.sections.indices.dropFirst(row.progress.sectionsDone) {
        let isLast = index == script.sections.count - 1
        try runner.run(index, row: &row, finishing: isLast ? .remove : .save(isLast: false))
      }
    }
    if !isNested { try hook(.afterEach) }
  }

  // MARK: - Half-way

  /// What ran of a way up is the difference between the schema now and the one that was recorded before it.
  /// Without that, the sections of the way back that have the numbers of those that ran.
  private func undo(
    _ applied: AppliedMigration, _ migration: Migration?, _ script: MigrationScript?
  ) throws {
    let isGenerated = migration?.up.isGenerated ?? (applied.to != nil)
    if isGenerated, let before = try recordedBefore(applied) {
      return try undo(applied, to: before)
    }
    guard let script else {
      throw Obstacle.noWayBack(
        applied, reason: "it has no down file, and the schema before it was not recorded")
    }
    let started = applied.progress.statementsDone > 0 || applied.progress.isStatementOpen
    let reached = applied.progress.sectionsDone + (started ? 1 : 0)
    let wanted = script.sections.filter { $0.number <= reached }
    try undo(applied, by: script.keeping(wanted))
  }

  private func recordedBefore(_ applied: AppliedMigration) throws -> Schema? {
    guard let record = try store.recordedSchema(), record.after?.version != applied.version,
      record.serverVersion == session.serverVersion
    else { return nil }
    return try tools.decode(record.snapshot)
  }

  private func undo(_ applied: AppliedMigration, to before: Schema) throws {
    let live = try session.readSchema().withoutBookkeeping()
    let plan = try tools.plan(live, before)
    let refused = plan.steps.filter { !options.permissions.allow($0) }
    guard refused.isEmpty else {
      throw HazardRefusal(
        hazards: refused.flatMap(\.hazards).filter { !options.permissions.allow($0) },
        title: applied.title)
    }
    let sections = dialect.sections(of: plan).enumerated().map { index, section in
      MigrationScript.Section(
        number: index + 1, mode: section.mode,
        statements: section.steps.flatMap(\.statements).map {
          ScriptStatement(text: $0.sql.text, line: 1)
        }, line: 1)
    }
    var script = MigrationScript(file: "the way back of \(applied.title)", text: "")
    script.sections = sections
    try undo(applied, by: script)
  }

  /// After each section the row says how far the way up still stands: of a script that was computed, all of
  /// it, since it would be computed anew.
  private func undo(_ applied: AppliedMigration, by script: MigrationScript) throws {
    var row = applied
    let isComputed = script.text.isEmpty
    let runner = sections(of: script, applied.title, isNested: false)
    try withState(of: row, applied.title) {
      if script.sections.isEmpty { try forget(applied.version, "nothing of it was there") }
      for (index, section) in script.sections.enumerated() {
        let rest = isComputed ? applied.progress : .init(sectionsDone: section.number - 1)
        row.progress = .init()
        try runner.run(
          index, row: &row,
          finishing: index == script.sections.count - 1 ? .remove : .reached(rest))
      }
    }
  }

  private func forget(_ version: MigrationVersion, _ reason: String) throws {
    try inTransaction { () throws(SessionError) in
      try store.remove(version)
      try store.log(.reverted, version, detail: reason)
    }
  }

  // MARK: - Files that are run again

  /// Runs what has changed since it ran last, by name; seeds run once only.
  package func runScripts(_ scripts: [NamedScript], folder name: String, once: Bool) throws {
    let done = try store.read().scripts
    for script in scripts {
      let path = "\(name)/\(script.name)"
      let before = done[path]
      if before == script.script.checksum.tokens || (once && before != nil) { continue }
      tools.report(.started(title: path, .up, sections: script.script.sections.count))
      let clock = ContinuousClock()
      let start = clock.now
      let runner = sections(of: script.script, path, isNested: false)
      let last = script.script.sections.count - 1
      for index in script.script.sections.indices {
        try runner.runAlone(index) { () throws(SessionError) in
          guard index == last else { return }
          try store.saveScript(path, checksum: script.script.checksum)
          try store.log(once ? .seeded : .repeated, detail: path)
        }
      }
      tools.report(.finished(title: path, .up, clock.now - start))
    }
  }

  // MARK: - Hooks and failures

  private func hook(_ point: HookPoint) throws {
    guard let script = folder.hooks[point] else { return }
    let runner = sections(of: script, point.rawValue, isNested: false)
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
        try? inTransaction { () throws(SessionError) in
          try store.log(.failed, row.version, section: section, detail: text)
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

  private func inTransaction(_ body: () throws(SessionError) -> Void) throws {
    if session.isInTransaction { return try body() }
    try session.begin(.transaction)
    do throws(SessionError) {
      try body()
      try session.commit(.transaction)
    } catch {
      session.rollback(.transaction)
      throw error
    }
  }
}

/// What would need permission.
package struct HazardRefusal: Error, Sendable {
  package let hazards: [Hazard]
  package let title: String
}
