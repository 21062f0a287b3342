import ArgumentParser
import SchemaModel
import SchemaYAML
import Sources
import Migrations
import Planning

/// `kedge apply`: runs what is pending.
struct ApplyCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Run the migrations that a database does not have yet.",
    usage: "kedge apply [<db>] [--to <version>] [--dry-run] [options]",
    discussion: """
      One runner at a time; a section and its record commit together. Before,
      the database must be what the last run left.

      EXAMPLES
        kedge apply app.db
        kedge apply env:production --to 20261122150405 --dry-run
      """)

  @OptionGroup var database: DatabaseOptions

  @Option(help: ArgumentHelp("Stop after this version.", valueName: "version"))
  var to: VersionArgument?

  @Flag(help: "Print what would run, and change nothing.")
  var dryRun = false

  @Option(help: "How --dry-run prints: a list, or a script for psql or sqlite3.")
  var format: PendingFormat = .text

  @Flag(help: "All of it in one transaction, where every section allows that.")
  var singleTransaction = false

  @Option(help: "What to do with files older than the newest that ran: refuse, allow or skip.")
  var outOfOrder: RunnerRequest.OutOfOrder = .refuse

  @Flag(help: "Run the files of the folder 'seeds' that did not run yet.")
  var seeds = false

  @OptionGroup var run: RunOptions
  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let migrations = try MigrationWorkspace(
      database, in: workspace, whenMissing: dryRun ? .empty : .created)
    var request = RunnerRequest(.apply(to: to?.version))
    request.outOfOrder = outOfOrder
    if dryRun { return try print(request, migrations) }
    var runner = run.runnerOptions(isProtected: migrations.environment?.isProtected ?? false)
    runner.isSingleTransaction = singleTransaction
    let ran = try migrations.run(request, run, runner, seeds: seeds)
    if !ran { world.print("\(migrations.database.label): nothing to apply\n") }
    return .success
  }

  private func print(
    _ request: RunnerRequest, _ migrations: MigrationWorkspace
  ) throws -> Outcome {
    let machine = RunnerMachine(
      folder: migrations.folder, history: try migrations.history(), dialect: migrations.dialect)
    let tasks = try machine.tasks(for: request)
    migrations.workspace.world.print(
      PendingPrinter(engine: migrations.database.engine).text(tasks, format))
    return .success
  }
}

extension RunnerRequest.OutOfOrder: ExpressibleByArgument {}
