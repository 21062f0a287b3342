import ArgumentParser
import SchemaModel
import SchemaYAML
import Sources
import Migrations

/// `kedge rollback`: takes migrations back, newest first.
struct RollbackCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Take back the last migration, or several.",
    usage: "kedge rollback [<db>] [--to <v>|--steps <n>|--batch|--all] [options]",
    discussion: """
      The way back that was stored when the migration was applied is the one
      that runs. What a way back loses must be allowed by code.

      EXAMPLES
        kedge rollback app.db
        kedge rollback env:staging --to 20261122150405 --allow DL01
      """)

  @OptionGroup var database: DatabaseOptions

  @Option(help: ArgumentHelp("Take back everything after this version.", valueName: "version"))
  var to: VersionArgument?

  @Option(help: ArgumentHelp("How many to take back.", valueName: "n"))
  var steps: Int?

  @Flag(help: "Take back what the last run applied.")
  var batch = false

  @Flag(help: "Take back everything.")
  var all = false

  @Flag(help: "Print what would run, and change nothing.")
  var dryRun = false

  @Option(help: "How --dry-run prints: a list, or a script for psql or sqlite3.")
  var format: PendingFormat = .text

  @Flag(help: "Use the stored way back although the file has another.")
  var stored = false

  @OptionGroup var run: RunOptions
  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard [to != nil, steps != nil, batch, all].count(where: { $0 }) <= 1 else {
      throw ValidationError("--to, --steps, --batch and --all exclude each other")
    }
    if let steps, steps < 1 { throw ValidationError("--steps is a number from 1 on") }
  }

  private var goal: RunnerRequest.Goal {
    if let to { return .rollbackTo(to.version) }
    if batch { return .rollbackBatch }
    return all ? .rollbackAll : .rollback(steps: steps ?? 1)
  }

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let migrations = try MigrationWorkspace(database, in: workspace)
    var request = RunnerRequest(goal)
    request.usesStored = stored
    if dryRun {
      let machine = RunnerMachine(
        folder: migrations.folder, history: try migrations.history(),
        dialect: migrations.dialect)
      world.print(
        PendingPrinter(engine: migrations.database.engine).text(
          try machine.tasks(for: request), format))
      return .success
    }
    let runner = run.runnerOptions(isProtected: migrations.environment?.isProtected ?? false)
    let ran = try migrations.run(request, run, runner)
    if !ran { world.print("\(migrations.database.label): nothing to take back\n") }
    return .success
  }
}
