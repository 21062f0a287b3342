import ArgumentParser
import SchemaModel
import SchemaYAML
import Sources
import Migrations

/// `kedge resume`: finishes what was left half-way.
struct ResumeCommand: KedgeCommand {
  enum OpenStatement: String, ExpressibleByArgument, CaseIterable {
    case done
    case notDone = "not-done"
  }

  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Finish a migration that was left half-way.",
    usage: "kedge resume [<db>] [options]",
    discussion: """
      It goes on with the first statement that did not run. Whether the one that
      was under way took effect is looked up in the catalog; invalid indexes
      that it left are removed first.

      EXAMPLES
        kedge resume env:staging
        kedge resume env:staging --open-statement done
      """)

  @OptionGroup var database: DatabaseOptions

  @Option(help: "What became of the statement under way, where the catalog does not tell.")
  var openStatement: OpenStatement?

  @Flag(help: "Go on although the file was changed: what ran of it stays as it is.")
  var acceptChanged = false

  @OptionGroup var run: RunOptions
  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let migrations = try MigrationWorkspace(database, in: workspace)
    var request = RunnerRequest(.resume)
    if acceptChanged, let unfinished = try migrations.history().unfinished {
      request.acceptsChanged = [unfinished.version]
    }
    var runner = run.runnerOptions(isProtected: migrations.environment?.isProtected ?? false)
    switch openStatement {
    case .done: runner.openStatement = .done
    case .notDone: runner.openStatement = .notDone
    case nil: break
    }
    _ = try migrations.run(request, run, runner)
    return .success
  }
}
