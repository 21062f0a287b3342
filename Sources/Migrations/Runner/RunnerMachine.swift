package import Planning

/// What a runner is asked to do.
package struct RunnerRequest: Hashable, Sendable {
  package enum Goal: Hashable, Sendable {
    /// Everything that is pending, or as far as a version.
    case apply(to: MigrationVersion?)
    /// The last so many.
    case rollback(steps: Int)
    /// Everything after a version.
    case rollbackTo(MigrationVersion)
    /// The last run's.
    case rollbackBatch
    case rollbackAll
    /// Finish what was left half-way.
    case resume
  }

  package enum OutOfOrder: String, Hashable, Sendable, CaseIterable {
    /// An error with the list.
    case refuse
    case allow
    /// They are left out, with a note.
    case skip
  }

  package var goal: Goal
  package var outOfOrder = OutOfOrder.refuse
  /// Versions whose changed files are taken as they are.
  package var acceptsChanged: Set<MigrationVersion> = []
  /// Whether the stored way back is used although the file has another.
  package var usesStored = false

  package init(_ goal: Goal) { self.goal = goal }

  /// Whether what was left half-way is its business.
  package var finishesOthers: Bool { if case .apply = goal { false } else { true } }
}

/// One thing that the runner does next.
package enum RunnerTask: Hashable, Sendable {
  /// The sections of the way up from the place that was reached.
  case apply(Migration, resuming: AppliedMigration?)
  /// The sections of the way back.
  case revert(AppliedMigration, script: MigrationScript)
  /// Takes back the sections of a way up that were run, and no others.
  case undo(AppliedMigration, migration: Migration?, script: MigrationScript?)

  package var title: String {
    switch self {
    case .apply(let migration, _): migration.title
    case .revert(let applied, _), .undo(let applied, _, _): applied.title
    }
  }
}

/// Why the runner may not go on.
package enum Obstacle: Error, Hashable, Sendable {
  /// A migration was left half-way: nothing else runs before it is settled.
  case unfinished(AppliedMigration)
  case nothingToResume
  /// Files that would run before others that ran already.
  case outOfOrder([Migration], newest: MigrationVersion)
  /// Files whose statements are not those that were applied.
  case changed([Migration])
  case chain([MigrationProblem])
  case noWayBack(AppliedMigration, reason: String)
  /// The file's way back is not the one that was stored.
  case wayBackChanged(AppliedMigration, file: String)
  case unknownVersion(MigrationVersion)
  /// The stored way back cannot be read.
  case unreadable(MigrationProblems)
  /// Of the migrations that a squashed file stands for, some were applied and some were not.
  case partlyReplaced(Migration)
  case tooFew(wanted: Int, present: Int)
}

/// Decides from what is written in the folder and in the history; it touches neither.
package struct RunnerMachine {
  private let folder: MigrationFolder
  private let history: History
  private let dialect: any Dialect

  package init(folder: MigrationFolder, history: History, dialect: any Dialect) {
    self.folder = folder
    self.history = history
    self.dialect = dialect
  }

  /// The tasks in their order; throws what is in the way.
  package func tasks(for request: RunnerRequest) throws(Obstacle) -> [RunnerTask] {
    switch request.goal {
    case .apply(let last): return try applying(to: last, request)
    case .resume: return try resuming(request)
    case .rollback(let steps):
      guard steps <= history.migrations.count || history.migrations.isEmpty else {
        throw .tooFew(wanted: steps, present: history.migrations.count)
      }
      return try reverting(history.migrations.suffix(steps), request)
    case .rollbackTo(let version):
      guard history.migration(version) != nil else { throw .unknownVersion(version) }
      return try reverting(history.migrations.filter { $0.version > version }, request)
    case .rollbackBatch:
      let batch = history.newest?.batch
      return try reverting(history.migrations.filter { $0.batch == batch }, request)
    case .rollbackAll: return try reverting(history.migrations, request)
    }
  }

  // MARK: - Up

  private func applying(
    to last: MigrationVersion?, _ request: RunnerRequest
  ) throws(Obstacle) -> [RunnerTask] {
    if let unfinished = history.unfinished { throw .unfinished(unfinished) }
    try checkFolder(request)
    if let last, folder.migration(last) == nil { throw .unknownVersion(last) }
    let pending = pending.filter { migration in last.map { migration.version <= $0 } ?? true }
    guard let newest = history.migrations.map(\.version).max() else {
      return pending.map { .apply($0, resuming: nil) }
    }
    try refusePartly(pending)
    let late = pending.filter { $0.version < newest }
    switch request.outOfOrder {
    case .refuse where !late.isEmpty: throw .outOfOrder(late, newest: newest)
    case .refuse, .allow: return pending.map { .apply($0, resuming: nil) }
    case .skip: return pending.filter { $0.version > newest }.map { .apply($0, resuming: nil) }
    }
  }

  /// Files that were never applied, by version.
  package var pending: [Migration] {
    let applied = Set(history.migrations.map(\.version))
    return folder.migrations.filter { file in
      let replaced = file.up.header.replaces
      if !replaced.isEmpty, replaced.allSatisfy(applied.contains) { return false }
      return !applied.contains(file.version)
    }
  }

  /// A squashed file stands for files of which all were applied, or none.
  private func refusePartly(_ pending: [Migration]) throws(Obstacle) {
    let applied = Set(history.migrations.map(\.version))
    for file in pending where file.up.header.replaces.contains(where: applied.contains) {
      throw .partlyReplaced(file)
    }
  }

  private func checkFolder(_ request: RunnerRequest) throws(Obstacle) {
    let problems = folder.chainProblems
    guard problems.isEmpty else { throw .chain(problems) }
    let changed = history.migrations.compactMap { applied -> Migration? in
      guard let file = folder.migration(applied.version),
        !file.up.header.replaces.contains(applied.version),
        !request.acceptsChanged.contains(applied.version),
        applied.checksum.compared(to: file.up.checksum) == .changed
      else { return nil }
      return file
    }
    guard changed.isEmpty else { throw .changed(changed) }
  }

  private func resuming(_ request: RunnerRequest) throws(Obstacle) -> [RunnerTask] {
    guard let unfinished = history.unfinished else { throw .nothingToResume }
    if unfinished.state == .reverting {
      return [.revert(unfinished, script: try wayBack(of: unfinished, request))]
    }
    guard let file = folder.migration(unfinished.version) else {
      throw .unknownVersion(unfinished.version)
    }
    // What ran already must be what the file says; what follows may have been mended.
    guard
      unfinished.checksum.compared(to: file.up.checksum) != .changed
        || request.acceptsChanged.contains(unfinished.version)
    else { throw .changed([file]) }
    return [.apply(file, resuming: unfinished)]
  }

  // MARK: - Down

  private func reverting(
    _ migrations: some BidirectionalCollection<AppliedMigration>, _ request: RunnerRequest
  ) throws(Obstacle) -> [RunnerTask] {
    if let unfinished = history.unfinished, !migrations.contains(unfinished) {
      throw .unfinished(unfinished)
    }
    var tasks: [RunnerTask] = []
    for applied in migrations.reversed() {
      if applied.state == .applying {
        let file = folder.migration(applied.version)
        tasks.append(.undo(applied, migration: file, script: try? wayBack(of: applied, request)))
      } else {
        tasks.append(.revert(applied, script: try wayBack(of: applied, request)))
      }
    }
    return tasks
  }

  /// The stored way back; while its file is there, the two must agree.
  private func wayBack(
    of applied: AppliedMigration, _ request: RunnerRequest
  ) throws(Obstacle) -> MigrationScript {
    // What has begun is finished as it began, whatever the file says by now.
    let isUnderWay = applied.state == .reverting
    let file = isUnderWay ? nil : folder.migration(applied.version)
    if let reason = file?.up.irreversible { throw .noWayBack(applied, reason: reason) }
    guard let text = applied.down else {
      throw .noWayBack(applied, reason: "it has no down file")
    }
    let stored: MigrationScript
    do throws(MigrationProblems) {
      stored = try MigrationParser.parse(
        text, file: file?.down?.file ?? "\(applied.title).down.sql (as it is stored)",
        dialect: dialect)
    } catch {
      throw .unreadable(error)
    }
    if let reason = stored.irreversible { throw .noWayBack(applied, reason: reason) }
    if !request.usesStored, let now = file?.down,
      now.checksum.compared(to: stored.checksum) == .changed
    {
      throw .wayBackChanged(applied, file: now.file)
    }
    return stored
  }
}
