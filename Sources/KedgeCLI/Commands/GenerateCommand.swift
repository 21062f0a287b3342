import ArgumentParser
import Comparison
import Migrations
import Planning
import Reporting
import SchemaDiff
import SchemaModel
import SchemaYAML
import Sources

/// `kedge generate`: the next migration, and what keeps the folder in order.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Write the next migration and its way back; rebase and squash those there are.",
    usage: """
      kedge generate <name> [--from <source>] [--empty] [options]
      kedge generate rebase [<version>] [options]
      kedge generate squash --to <version> [options]
      """,
    discussion: """
      EXAMPLES
        kedge generate add_user_roles
        kedge generate fill_roles --empty
      """,
    subcommands: [GenerateNextCommand.self, RebaseCommand.self, SquashCommand.self],
    defaultSubcommand: GenerateNextCommand.self)
}

/// `kedge generate NAME`.
struct GenerateNextCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "next",
    abstract: "Write the migration that takes the folder to the declared schema, and its way back.",
    usage: "kedge generate <name> [--from <source>] [--empty] [options]",
    discussion: """
      It starts from what the migrations of the folder produce, or from another
      source.

      EXAMPLES
        kedge generate add_user_roles
        kedge generate first --from env:dev --folder db/migrations
      """)

  @Argument(help: "What to call it: letters, digits, - and _.")
  var name: String

  @Option(
    help: ArgumentHelp("Where to start; by default what the folder produces.", valueName: "source"))
  var from: String?

  @Option(help: ArgumentHelp("Where to get; by default the schema file.", valueName: "source"))
  var target: String?

  @Option(help: ArgumentHelp("The migrations; by default those of kedge.yaml.", valueName: "path"))
  var folder: String?

  @Flag(help: "Write the files without statements: those are yours to write.")
  var empty = false

  @Flag(help: "Write two: what can run before the new code is deployed, and what must run after.")
  var split = false

  @OptionGroup var versions: TargetOptions
  @OptionGroup var proof: ProofOptions
  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard MigrationFolder.isName(name) else {
      throw ValidationError("'\(name)' cannot be a file name: use letters, digits, - and _")
    }
    if empty, split || from != nil || target != nil {
      throw ValidationError("--empty compares nothing: leave --from, --target and --split out")
    }
  }

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    if empty { return try writeTemplate(in: workspace) }
    let goalName = try workspace.target(target)
    let startName = try start(in: workspace)
    let loaded = try workspace.load(from: startName, to: goalName)
    let (start, goal) = (versions.targeted(loaded.from), versions.targeted(loaded.to))
    let questions = RenameQuestions(workspace: workspace)
    let answers = try questions.ask(
      about: workspace.compare(start, goal), from: start, to: goal)
    let result = answers.result
    let report = Report(
      perspective: .sources, fromLabel: start.label, toLabel: goal.label, result: result)
    workspace.noteCoverage(of: report, suggestingRenames: !answers.wereAsked)
    guard !result.difference.isEmpty else {
      world.print("\(start.label) is what \(goal.label) declares: nothing to write\n")
      return result.undecided.isEmpty ? .success : .undecided
    }
    guard try write(result, from: start, in: workspace) else { return .refused }
    try questions.declare(answers.renames, in: loaded.to, of: goalName)
    world.print(report.summary + "\n")
    if from == nil, startName == .empty {
      workspace.note(
        "note: the first migration makes everything that \(goal.label) declares; a database that has it "
          + "already is told so with: kedge baseline --to VERSION")
    }
    return .success
  }

  /// The folder, once there is something in it.
  private func start(in workspace: Workspace) throws -> SourceName {
    if let from { return try workspace.source(from) }
    let path = folder ?? workspace.configuration.migrationsPath
    return MigrationFiles.areIn(path) ? .migrations(path: path, through: nil) : .empty
  }

  private func writeTemplate(in workspace: Workspace) throws -> Outcome {
    let path = folder ?? workspace.configuration.migrationsPath
    let declared = try? workspace.load(workspace.target(nil)).schema
    let named = MigrationFiles.areIn(path) ? try MigrationFiles.engine(of: path) : nil
    guard let engine = sources.engine?.name ?? named ?? declared?.engine else {
      throw SourceProblem(
        "nothing says which engine the migration is for",
        nextStep: "add --engine postgresql or --engine sqlite")
    }
    let writer = MigrationWriter(
      workspace: workspace, folder: try workspace.migrations(folder, engine: engine),
      dialect: workspace.engines.dialect(engine))
    let paths = try writer.writeTemplate(
      named: name, searchPath: declared?.scope.searchPath ?? [Identifier("public")])
    workspace.world.print(paths.map { $0 + "\n" }.joined())
    return .success
  }

  /// False, and nothing written, when rows of the starting point are in the way.
  private func write(
    _ result: ComparisonResult, from start: LoadedSource, in workspace: Workspace
  ) throws -> Bool {
    let dialect = workspace.engines.dialect(
      result.to.engine, style: workspace.style(versions))
    let parts = split ? try Phases.split(result, dialect: dialect, name: name) : [(name, result)]
    for (index, part) in parts.enumerated() {
      let plan = try part.result.up(dialect)
      let up = index == 0 ? try workspace.asking(start, about: plan) : plan
      guard isAllowed(plan, asked: up, in: workspace) else { return false }
      let writer = MigrationWriter(
        workspace: workspace,
        folder: try workspace.migrations(folder, engine: result.to.engine), dialect: dialect,
        isProving: !proof.noProof)
      let paths = try writer.write(
        MigrationWriter.Draft(name: part.suffix, result: part.result, up: up))
      workspace.world.print(paths.map { $0 + "\n" }.joined())
      for hazard in up.hazards where hazard.needsPermission {
        workspace.note("warning: \(hazard.code): \(hazard.message)")
      }
    }
    return true
  }

  /// Whether what the rows say has been accepted; what a migration loses by its nature is for `apply` to
  /// refuse.
  private func isAllowed(_ plan: Plan, asked up: Plan, in workspace: Workspace) -> Bool {
    let permissions = Allowance.permissions(versions.allow)
    let refused = zip(plan.steps, up.steps).compactMap { before, after -> Step? in
      var step = after
      // What cannot work on rows is refused now; what loses data by its nature is for `apply`.
      step.hazards.removeAll { before.hazards.contains($0) && !$0.code.hasPrefix("DD") }
      return permissions.allow(step) ? nil : step
    }
    if !refused.isEmpty {
      Allowance.explain(refused, permissions: permissions, in: workspace)
    }
    return refused.isEmpty
  }
}
