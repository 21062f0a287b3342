import SchemaYAML
import Migrations
import Planning
import SchemaModel
import Sources

/// What happens before and after migrations run.
extension MigrationWorkspace {
  /// Locks, decides, checks, runs and records; true when something ran.
  func run(
    _ request: RunnerRequest, _ run: RunOptions, _ runner: RunnerOptions, seeds: Bool = false
  ) throws -> Bool {
    try lock(waiting: run.wait, finishes: request.finishesOthers)
    defer { unlock() }
    let history = try history()
    let machine = RunnerMachine(folder: folder, history: history, dialect: dialect)
    let tasks = try machine.tasks(for: request)
    if isForward(request) { noteStrangers(history) }
    if !tasks.isEmpty {
      for hook in folder.hooks.values { try refuseMissingVariables(hook, runner) }
    }
    try refuse(tasks, runner)
    try confirm(tasks, run)
    if case .resume = request.goal {} else { try preflight(history, tasks, runner) }
    let progress = RunnerProgress(workspace.world, workspace.options) { [self] report in
      workspace.engines.watchIndex(of: session, report)
    }
    defer { progress.end() }
    let engine = Runner(
      session: session, store: store, folder: folder, dialect: dialect, options: runner,
      tools: tools(reporting: progress), batch: history.nextBatch)
    var scripts = 0
    do {
      try engine.run(tasks)
      progress.end()
      try postflight(tasks)
      if isForward(request) { scripts = try runScripts(with: engine, seeds: seeds) }
    } catch {
      // What was applied before the failure is what the next run starts from.
      if session.isOpen, let now = try? store.read(), now.unfinished == nil {
        try? engine.record(after: now)
      }
      throw error
    }
    return !tasks.isEmpty || scripts > 0
  }

  /// Views and functions are part of the schema that was left.
  private func runScripts(with engine: Runner, seeds: Bool) throws -> Int {
    let repeated = try engine.runScripts(folder.repeatables, folder: "repeatable", once: false)
    if repeated > 0 { try engine.record(after: try store.read()) }
    guard seeds else { return repeated }
    return try repeated + engine.runScripts(folder.seeds, folder: "seeds", once: true)
  }

  private func isForward(_ request: RunnerRequest) -> Bool {
    switch request.goal {
    case .apply, .resume: true
    case .rollback, .rollbackTo, .rollbackBatch, .rollbackAll: false
    }
  }

  // MARK: - Before

  /// Another checkout has been here, or a file is lost: nothing that hinders, and nothing to find out late.
  private func noteStrangers(_ history: History) {
    let strangers = MigrationStatus.all(folder, history).filter {
      $0.state == .missing || $0.state == .future
    }
    guard let first = strangers.first else { return }
    let others = strangers.count > 1 ? " and \((strangers.count - 1).counting("other"))" : ""
    workspace.note(
      "note: \(first.version)_\(first.name)\(others) ran here, and \(folder.path) has no file of it: kedge status"
    )
  }

  private func refuse(_ tasks: [RunnerTask], _ runner: RunnerOptions) throws {
    for task in tasks {
      guard let script = script(of: task) else { continue }
      try refuseOldServer(script)
      try refuseMissingVariables(script, runner)
      if isPooled, let section = script.sections.first(where: { $0.mode == .noTransaction }) {
        throw SourceProblem(
          "\(script.file):\(section.line): section \(section.number) runs outside of a transaction, and "
            + "\(database.label) is reached through a pooler that hands out connections by transaction",
          nextStep: "give the server's own address for this migration", isRefusal: true)
      }
      if runner.isSingleTransaction,
        let section = script.sections.first(where: { $0.mode != .transaction })
      {
        throw SourceProblem(
          "\(script.file):\(section.line): section \(section.number) cannot share a transaction",
          nextStep: "leave --single-transaction out", isRefusal: true)
      }
      try refuseHazards(script, task.title, runner)
    }
  }

  private func script(of task: RunnerTask) -> MigrationScript? {
    switch task {
    case .apply(let migration, _): migration.up
    case .revert(_, let script): script
    case .undo: nil
    }
  }

  private func refuseOldServer(_ script: MigrationScript) throws {
    guard let text = script.header.minimumVersion,
      let wanted = EngineRegistry.versionNumber(text, engine: database.engine),
      session.serverVersion < wanted
    else { return }
    throw SourceProblem(
      "\(script.file) needs \(database.engine.displayName) \(text), the database runs "
        + EngineRegistry.versionText(session.serverVersion, engine: database.engine),
      nextStep: "upgrade the server, or generate with an older postgresql: {min_version: …}",
      isRefusal: true)
  }

  /// Before anything runs: the third section is a bad place to find out.
  private func refuseMissingVariables(_ script: MigrationScript, _ runner: RunnerOptions) throws {
    guard script.header.usesVariables else { return }
    for statement in script.sections.flatMap(\.statements) {
      do throws(Variables.Missing) {
        _ = try Variables.expand(statement.text, runner.variables)
      } catch {
        throw SourceProblem(
          "\(script.file):\(statement.line): \(error.sentence)", nextStep: error.nextStep)
      }
    }
  }

  private func refuseHazards(
    _ script: MigrationScript, _ title: String, _ runner: RunnerOptions
  ) throws {
    let refused = ScriptHazards(
      script: script, engine: database.engine, fileMayAllow: runner.filesMayAllow
    ).found().filter { !runner.permissions.allow($0.hazard) }
    guard !refused.isEmpty else { return }
    let codes = Set(refused.map(\.hazard.code)).sorted().joined(separator: ",")
    let isBlocked =
      !runner.filesMayAllow
      && refused.contains { hazard in
        script.allowances.contains { $0.code == hazard.hazard.code }
      }
    let list = refused.map { "\(script.file):\($0.line): \($0.hazard.code): \($0.hazard.message)" }
    throw SourceProblem(
      list.joined(separator: "\n")
        + (isBlocked
          ? "\nthe file allows it, but the environment is protected: whoever applies must" : ""),
      nextStep: "if that is meant, add --allow \(codes)", isRefusal: true)
  }

  /// A protected environment is changed only by somebody who says its name.
  private func confirm(_ tasks: [RunnerTask], _ run: RunOptions) throws {
    guard !tasks.isEmpty, environment?.isProtected == true, !run.yes else { return }
    let name = String(database.label.dropFirst("env:".count))
    let list = tasks.map { "  \($0.title)\n" }.joined()
    let answer = workspace.world.ask(
      "\(name) is protected. To be run:\n\(list)Type its name to go on: ")
    guard answer == name else {
      throw SourceProblem(
        answer == nil
          ? "\(name) is protected, and there is nobody to ask"
          : "that is not \(name): nothing was done",
        nextStep: "add --yes if that is meant", isRefusal: true)
    }
  }

  /// Live must be what the last run left; else somebody else has changed it.
  private func preflight(
    _ history: History, _ tasks: [RunnerTask], _ runner: RunnerOptions
  ) throws {
    guard !tasks.isEmpty, !runner.acceptsDrift else { return }
    if case .undo = tasks.first { return }
    let lines = try driftSinceRecord(history)
    guard !lines.isEmpty else { return }
    throw SourceProblem(
      "\(database.label) is not what the last migration left:\n"
        + lines.map { "  " + $0 }.joined(separator: "\n"),
      nextStep: "take the change back or write it into a migration; or add --accept-drift",
      isRefusal: true)
  }

  /// What differs from the record, a line each. A record that is older than the newest migration (a run
  /// ended in between) says nothing, unless the fingerprint in the migration's file does.
  func driftSinceRecord(_ history: History) throws -> [String] {
    guard let newest = history.newest, let record = try store.recordedSchema() else { return [] }
    let live = try session.readSchema().withoutBookkeeping()
    guard record.after == RecordedSchema.Mark(newest) else {
      if newest.to.map({ $0 == Fingerprint.text(of: live) }) != true {
        workspace.note(
          "note: the schema was not recorded after \(newest.title), since that run ended before: what "
            + "was changed by hand since then is not seen")
      }
      return []
    }
    guard record.serverVersion / 10_000 == session.serverVersion / 10_000 else {
      workspace.note(
        "note: the server is another version than when the schema was recorded: texts that differ "
          + "are not told apart from drift")
      return []
    }
    let recorded = try Snapshot.read(Array(record.snapshot.utf8), name: "the recorded schema")
    return try drift(live: live, recorded: recorded)
  }

  // MARK: - After

  /// The files say what they lead to; an application that changes the schema by itself, or a hand, shows
  /// here.
  private func postflight(_ tasks: [RunnerTask]) throws {
    guard case .apply(let last, _)? = tasks.last, let promised = last.up.header.to,
      let record = try store.recordedSchema()
    else { return }
    let recorded = try Snapshot.read(Array(record.snapshot.utf8), name: "the recorded schema")
    guard Fingerprint.algorithm(promised) == Fingerprint.algorithm(Fingerprint.text(of: recorded)),
      Fingerprint.comparable(recorded) != promised
    else { return }
    workspace.note(
      "note: the schema is not the one that \(last.up.file) promises; see: kedge check "
        + "\(database.label) --migrations")
  }
}
