import ArgumentParser
import Migrations
import Planning
import SchemaModel
import Sources

/// `kedge baseline`: begins a history on a database that has a schema already.
struct BaselineCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Record migrations as applied on a database that has their schema already.",
    usage: "kedge baseline [<db>] --to <version> [options]",
    discussion: """
      The database must be what the folder produces up to that version; a scratch
      database tells.

      EXAMPLES
        kedge baseline app.db --to 20261122150405
        kedge baseline env:production --to 20261122150405 --accept-drift
      """)

  @OptionGroup var database: DatabaseOptions

  @Option(help: ArgumentHelp("The newest that the database has.", valueName: "version"))
  var to: VersionArgument

  @OptionGroup var run: RunOptions
  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let migrations = try MigrationWorkspace(database, in: workspace)
    guard migrations.folder.migration(to.version) != nil else {
      throw Obstacle.unknownVersion(to.version)
    }
    if !run.acceptDrift { try refuseOtherSchema(migrations) }
    try migrations.lock(waiting: run.wait)
    defer { migrations.unlock() }
    let history = try migrations.history()
    guard history.migrations.isEmpty else {
      throw SourceProblem(
        "\(migrations.database.label) has a history already",
        nextStep:
          "look at kedge status; single migrations are marked with kedge repair --mark-applied",
        isRefusal: true)
    }
    let through = migrations.folder.through(to.version).migrations
    try migrations.correct { store in
      for (index, migration) in through.enumerated() {
        try store.save(
          .baseline(of: migration, position: index + 1, batch: 1, by: store.actor))
      }
      try store.log(.baseline, to.version, detail: through.count.counting("migration"))
    }
    try migrations.recordSchema(accepting: run.acceptDrift)
    world.print(
      "\(migrations.database.label): "
        + through.count.counting("migration") + (through.count == 1 ? " is" : " are")
        + " recorded as applied\n")
    return .success
  }

  private func refuseOtherSchema(_ migrations: MigrationWorkspace) throws {
    let workspace = migrations.workspace
    let replayed = try workspace.engines.replay(
      migrations.folder.through(to.version), in: migrations.database.engine)
    let live = try migrations.session.readSchema().withoutBookkeeping()
    let lines = try migrations.drift(live: live, recorded: replayed)
    guard !lines.isEmpty else { return }
    throw SourceProblem(
      "\(migrations.database.label) is not what the folder produces up to \(to.version.text):\n"
        + lines.map { "  " + $0 }.joined(separator: "\n"),
      nextStep: "change one of them, or add --accept-drift", isRefusal: true)
  }
}
