import Comparison
import Glibc
import Migrations
import Planning
import Reporting
import SchemaDiff
import SchemaModel
import SchemaYAML
import Sources

/// One database, its folder of migrations and its history.
final class MigrationWorkspace {
  let workspace: Workspace
  let database: MigrationDatabase
  let environment: Configuration.Environment?
  let dialect: any Dialect
  let folder: MigrationFolder
  let session: any Session
  private(set) var store: HistoryStore
  private var lock: (any DatabaseLock)?
  /// When the lock was last found to be held.
  private var lastLook: ContinuousClock.Instant?

  /// What a SQLite file is taken for that is not there.
  enum WhenMissing { case failure, created, empty }
  private let isMissing: Bool

  private static func isMissing(_ database: MigrationDatabase) -> Bool {
    database.engine == .sqlite && FileSystem.kind(of: database.address) == .missing
  }

  private static func session(
    on database: MigrationDatabase, _ workspace: Workspace, _ whenMissing: WhenMissing
  ) throws -> any Session {
    if whenMissing == .empty, isMissing(database),
      let session = try workspace.engines.scratchSession(for: .sqlite)
    {
      workspace.note("note: \(database.address) is not there yet")
      return session
    }
    return try workspace.engines.session(on: database, creates: whenMissing == .created)
  }

  convenience init(
    _ arguments: DatabaseOptions, in workspace: Workspace, whenMissing: WhenMissing = .failure
  ) throws {
    try self.init(
      database: arguments.database, folder: arguments.folder, in: workspace,
      whenMissing: whenMissing)
  }

  init(
    database name: String?, folder given: String?, in workspace: Workspace,
    whenMissing: WhenMissing = .failure
  ) throws {
    self.workspace = workspace
    (database, environment) = try DatabaseOptions.resolve(name, in: workspace)
    dialect = workspace.engines.dialect(database.engine)
    let path = given ?? workspace.configuration.migrationsPath
    guard workspace.configuration.migrationsLayout == "kedge" || given != nil else {
      throw SourceProblem(
        "the migrations are in the layout of \(workspace.configuration.migrationsLayout), which "
          + "Kedge does not run",
        nextStep:
          "apply them with that tool, and hold the database against schema.yaml: kedge check")
    }
    folder = try MigrationFiles.read(path, dialect: dialect)
    session = try Self.session(on: database, workspace, whenMissing)
    isMissing = whenMissing == .empty && Self.isMissing(database)
    store = HistoryStore(
      session, actor: World.actor, run: String(UInt64.random(in: 0 ... .max), radix: 36))
  }

  deinit { lock?.release() }

  var isPooled: Bool { workspace.engines.isPooled(session) }

  // MARK: - The history

  /// What the database says; empty before the first migration.
  func history() throws -> History {
    try refuseUntrusted()
    return try store.exists() ? store.read() : History()
  }

  private func refuseUntrusted() throws {
    let objections = try session.objectionsToHistory()
    guard !objections.isEmpty else { return }
    throw SourceProblem(
      "the history of \(database.label) cannot be trusted: " + objections.joined(separator: "; "),
      nextStep:
        "connect as the role that always migrates, if the history is that one's; otherwise have this taken "
        + "away, or drop the schema kedge and record anew with: kedge baseline",
      isRefusal: true)
  }

  /// What the migrations recorded as applied produce: replayed, or as the last run recorded it where there is
  /// no scratch, or a file is gone.
  func expectedSchema() throws -> LoadedSource {
    let history = try history()
    if let unfinished = history.unfinished { throw Obstacle.unfinished(unfinished) }
    let versions = Set(history.migrations.map(\.version))
    let files = folder.migrations.filter { file in
      versions.contains(file.version)
        || (!file.up.header.replaces.isEmpty
          && file.up.header.replaces.allSatisfy(versions.contains))
    }
    let known = Set(files.flatMap { [$0.version] + $0.up.header.replaces })
    if versions.isSubset(of: known),
      let schema = try workspace.engines.replayIfPossible(
        folder.keeping { files.contains($0) }.withRepeatables(of: folder), in: database.engine)
    {
      return LoadedSource(
        schema: schema, label: "the \(files.count) applied migrations of \(folder.path)",
        isLive: false)
    }
    guard let newest = history.newest, let record = try store.recordedSchema(),
      record.after == RecordedSchema.Mark(newest)
    else {
      throw SourceProblem(
        "nothing tells what the migrations of \(database.label) have made",
        nextStep: EngineRegistry.howToGetScratch)
    }
    return LoadedSource(
      schema: try Snapshot.read(Array(record.snapshot.utf8), name: "the recorded schema"),
      label: "the schema recorded after \(newest.title)", isLive: false)
  }

  // MARK: - The lock

  /// Takes the lock, creates what is missing of the history, and begins an epoch.
  func lock(waiting seconds: Int, finishes: Bool = true) throws {
    try refuseUntrusted()
    if isPooled, try !store.exists() { try createHistory() }
    let lock = try workspace.engines.lock(
      on: database, isPooled: isPooled, actor: World.actor)
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var pause: UInt32 = 100_000
    var hasSaid = false
    while try !acquire(lock) {
      let holder = try lock.holder() ?? leaseHolder() ?? "another runner"
      guard clock.now < end else {
        throw SourceProblem(
          "\(database.label) is being migrated by \(holder)",
          nextStep: "wait for it and try again, or look with: kedge lock", isRefusal: true)
      }
      if !hasSaid { workspace.note("waiting for \(holder)") }
      hasSaid = true
      // Jitter, so that several that wait do not ask in step.
      usleep(pause + UInt32.random(in: 0..<100_000))
      pause = min(pause * 2, 2_000_000)
    }
    self.lock = lock
    try Self.patiently(until: end) { if try !store.exists() { try createHistory() } }
    try refuseUntrusted()
    try outlast(waiting: seconds, finishes)
    try Self.patiently(until: end) { try store.begin() }
  }

  /// An application may have locked the database: it is waited for as another runner is.
  private static func patiently(
    until end: ContinuousClock.Instant, _ body: () throws -> Void
  ) throws {
    while true {
      do {
        return try body()
      } catch let error as SessionError where error.kind.isTemporary && ContinuousClock().now < end
      {
        usleep(200_000)
      }
    }
  }

  /// A runner that ended in the middle may have left the server at work on its statement. What runs in a
  /// transaction is ended, since it can never be committed; what runs outside of one is waited for.
  private func outlast(waiting seconds: Int, _ finishes: Bool) throws {
    guard let process = try store.lastProcess(), try session.isRunning(process) else { return }
    let unfinished = try store.read().unfinished
    if !finishes, let unfinished { throw Obstacle.unfinished(unfinished) }
    let isOpen = unfinished?.progress.isStatementOpen ?? false
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    if isOpen { workspace.note("waiting for the statement that the last runner has left behind") }
    while isOpen, try session.isRunning(process) {
      guard clock.now < end else {
        throw SourceProblem(
          "the server still works on a statement of the last runner's (process "
            + "\(process.prefix { $0 != " " }))",
          nextStep: "wait for it and try again, or end it: kedge lock --break", isRefusal: true)
      }
      usleep(200_000)
    }
    if !isOpen { try session.end(process) }
  }

  /// Who is at work now, as the locks say: a runner that was killed could not take its name away.
  func holder() throws -> String? {
    guard try store.exists(), try store.holder() != nil else { return nil }
    for (_, lock) in try locks() { if let holder = try lock.holder() { return holder } }
    return nil
  }

  /// Those that could be held on this database.
  func locks() throws -> [(isPooled: Bool, lock: any DatabaseLock)] {
    var kinds = [isPooled]
    if database.engine == .postgresql, !isPooled, try store.exists() { kinds.append(true) }
    return try kinds.map { isPooled in
      (
        isPooled,
        try workspace.engines.lock(on: database, isPooled: isPooled, actor: World.actor)
      )
    }
  }

  /// The advisory lock, and nobody's lease: runners behind a pooler hold that instead.
  private func acquire(_ lock: any DatabaseLock) throws -> Bool {
    guard try lock.tryAcquire() else { return false }
    if !isPooled, try leaseHolder() != nil {
      lock.release()
      return false
    }
    return true
  }

  private func leaseHolder() throws -> String? {
    guard database.engine == .postgresql, try store.exists() else { return nil }
    return try workspace.engines.lock(on: database, isPooled: true, actor: World.actor).holder()
  }

  /// Two runners may find nothing there at the same moment.
  private func createHistory() throws {
    do {
      try store.create()
    } catch {
      switch error.kind {
      case .data: try store.create()
      case .permission, .readOnly:
        throw SourceProblem(
          "the history of \(database.label) cannot be created: \(error.sentence)",
          nextStep: error.kind == .permission && database.engine == .postgresql
            ? "let its owner run: CREATE SCHEMA kedge AUTHORIZATION ROLE, with the role that migrates"
            : error.nextStep)
      default: throw error
      }
    }
  }

  func unlock() {
    try? store.end()
    lock?.release()
    lock = nil
  }

  // MARK: - Running

  func tools(reporting progress: RunnerProgress) -> RunnerTools {
    RunnerTools(
      encode: { try Snapshot.text(of: $0) },
      decode: { try Snapshot.read(Array($0.utf8), name: "the recorded schema") },
      drift: { [self] live, recorded in try drift(live: live, recorded: recorded) },
      plan: { [self] from, to in try plan(from: from, to: to) },
      wait: { duration in usleep(UInt32(min(duration / .microseconds(1), 60_000_000))) },
      isAlone: { [self] in isAlone() },
      report: { progress.report($0) })
  }

  /// Asked before each section. The history is fenced; this only makes a runner that lost its lock stop early,
  /// so that once a second is enough.
  private func isAlone() -> Bool {
    let now = ContinuousClock().now
    if let last = lastLook, now - last < .seconds(1) { return true }
    guard lock?.isHeld() ?? false else { return false }
    lastLook = now
    return true
  }

  private func plan(from: Schema, to: Schema) throws -> Plan {
    let result = try workspace.compare(source(from, "live"), source(to, "recorded"))
    return try result.up(dialect)
  }

  /// The differences of a live schema from what was recorded, a line each; nothing where all is the same.
  func drift(live: Schema, recorded: Schema) throws -> [String] {
    guard Fingerprint.text(of: live) != Fingerprint.text(of: recorded) else { return [] }
    let result = try workspace.compare(
      LoadedSource(schema: live, label: database.label, isLive: true),
      source(recorded, "the recorded schema"))
    guard !result.difference.isEmpty else { return [] }
    let report = Report(
      perspective: .sources, fromLabel: database.label, toLabel: "recorded", result: result)
    return TextReporter.render(report, colored: false, width: workspace.world.width)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private func source(_ schema: Schema, _ label: String) -> LoadedSource {
    LoadedSource(schema: schema, label: label, isLive: false)
  }
}
