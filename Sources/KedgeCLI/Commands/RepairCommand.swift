import ArgumentParser
import Migrations
import Planning
import SchemaModel
import Sources

/// `kedge repair`: corrects the history, never the schema.
struct RepairCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair",
    abstract: "Correct the history: checksums, marks, the recorded schema.",
    usage: "kedge repair [<db>] [options]",
    discussion: """
      Checksums of files that differ in white space or comments alone are
      written anew; everything else only when it is asked for by name.

      EXAMPLES
        kedge repair app.db --dry-run
        kedge repair env:staging --accept-changed 20261122150405
      """)

  @OptionGroup var database: DatabaseOptions

  @Option(
    help: ArgumentHelp("Take a changed file for what was applied.", valueName: "version"))
  var acceptChanged: [VersionArgument] = []

  @Option(
    help: ArgumentHelp("Record as applied what was run by hand.", valueName: "version"))
  var markApplied: [VersionArgument] = []

  @Option(
    help: ArgumentHelp("Record as taken back what was taken back by hand.", valueName: "version"))
  var markReverted: [VersionArgument] = []

  @Flag(help: "Say what would be written, and write nothing.")
  var dryRun = false

  @OptionGroup var run: RunOptions
  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  /// One correction.
  private struct Correction {
    var sentence: String
    var write: (HistoryStore) throws -> Void
  }

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let migrations = try MigrationWorkspace(database, in: workspace)
    if !dryRun { try migrations.lock(waiting: run.wait) }
    defer { migrations.unlock() }
    let history = try migrations.history()
    let corrections = try corrections(migrations.folder, history)
    for correction in corrections { world.print(correction.sentence + "\n") }
    let records = run.acceptDrift || corrections.contains { $0.sentence.hasPrefix("mark") }
    if run.acceptDrift { world.print("record the schema as it is now\n") }
    guard !corrections.isEmpty || run.acceptDrift else {
      world.print("\(migrations.database.label): nothing to repair\n")
      return .success
    }
    guard !dryRun else { return .success }
    try migrations.correct { store in for correction in corrections { try correction.write(store) }
    }
    if records { try migrations.recordSchema(accepting: run.acceptDrift) }
    return .success
  }

  private func corrections(
    _ folder: MigrationFolder, _ history: History
  ) throws -> [Correction] {
    var corrections: [Correction] = []
    let accepted = Set(acceptChanged.map(\.version))
    for row in history.migrations {
      guard let file = folder.migration(row.version) else { continue }
      let comparison = row.checksum.compared(to: file.up.checksum)
      guard comparison == .cosmetic || (comparison == .changed && accepted.contains(row.version))
      else { continue }
      corrections.append(
        Correction(sentence: "write the checksum of \(file.up.file) anew (\(comparison))") {
          var row = row
          row.checksum = file.up.checksum
          if let down = file.down { row.down = down.text }
          try $0.save(row)
          try $0.log(.repaired, row.version, detail: "checksum, \(comparison)")
        })
    }
    for (index, version) in markApplied.map(\.version).enumerated() {
      corrections.append(try markApplied(version, folder, history, index))
    }
    for version in markReverted.map(\.version) {
      guard let row = history.migration(version) else { throw Obstacle.unknownVersion(version) }
      corrections.append(
        Correction(sentence: "mark \(row.title) as taken back") {
          try $0.remove(version)
          try $0.log(.repaired, version, detail: "marked as taken back")
        })
    }
    return corrections
  }

  private func markApplied(
    _ version: MigrationVersion, _ folder: MigrationFolder, _ history: History, _ index: Int
  ) throws -> Correction {
    guard let file = folder.migration(version) else { throw Obstacle.unknownVersion(version) }
    return Correction(sentence: "mark \(file.title) as applied") {
      var row = AppliedMigration.baseline(
        of: file, position: (history.migrations.map(\.position).max() ?? 0) + 1 + index,
        batch: history.nextBatch, by: $0.actor)
      if let known = history.migration(version) {
        row = known
        row.state = .applied
        row.progress = .init(sectionsDone: row.sections)
      }
      try $0.save(row)
      try $0.log(.repaired, version, detail: "marked as applied")
    }
  }
}

extension MigrationWorkspace {
  /// Writes into the history in one transaction.
  func correct(_ body: (HistoryStore) throws -> Void) throws {
    var failure: (any Error)?
    try store.transaction { () throws(SessionError) in
      do {
        try body(store)
      } catch {
        failure = error
        throw error as? SessionError ?? SessionError(.other, "\(error)")
      }
    }
    if let failure { throw failure }
  }

  /// Keeps the schema as it is now for what the migrations have made.
  func recordSchema(accepting drift: Bool) throws {
    let history = try store.read()
    let snapshot = try Snapshot.text(of: session.readSchema().withoutBookkeeping())
    try correct { store in
      try store.record(
        RecordedSchema(
          snapshot: snapshot, after: history.newest.map { .init($0) },
          serverVersion: session.serverVersion))
      if drift { try store.log(.driftAccepted) }
    }
  }
}
