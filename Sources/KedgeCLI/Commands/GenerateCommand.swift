import ArgumentParser
import Comparison
import Migrations
import Planning
import Reporting
import SchemaDiff
import SchemaModel
import SchemaYAML
import Sources

/// `kedge generate`: the next migration, as two files.
struct GenerateCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Write the migration that takes a source to the declared schema, and its way back.",
    usage: "kedge generate <name> [--from <source>] [options]",
    discussion: """
      EXAMPLES
        kedge generate add_user_roles --from env:dev
        kedge generate first --target schema.yaml --folder db/migrations
      """)

  @Argument(help: "What to call it: letters, digits, - and _.")
  var name: String

  @Option(help: ArgumentHelp("Where to start.", valueName: "source"))
  var from = "empty"

  @Option(help: ArgumentHelp("Where to get; by default the schema file.", valueName: "source"))
  var target: String?

  @Option(help: ArgumentHelp("Where to write; by default that of kedge.yaml.", valueName: "path"))
  var folder: String?

  @OptionGroup var versions: TargetOptions
  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard MigrationFolder.isName(name) else {
      throw ValidationError("'\(name)' cannot be a file name: use letters, digits, - and _")
    }
  }

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let loaded = try workspace.load(from: SourceName(from), to: workspace.target(target))
    let (start, goal) = (versions.targeted(loaded.from), versions.targeted(loaded.to))
    let result = try workspace.compare(start, goal)
    let report = Report(
      perspective: .sources, fromLabel: start.label, toLabel: goal.label, result: result)
    workspace.noteCoverage(of: report)
    guard !result.difference.isEmpty else {
      world.print("\(start.label) is what \(goal.label) declares: nothing to write\n")
      return result.undecided.isEmpty ? .success : .undecided
    }
    guard try write(result, from: start, in: workspace) else { return .refused }
    world.print(report.summary + "\n")
    return .success
  }

  /// False, and nothing written, when rows of the starting point are in the way.
  private func write(
    _ result: ComparisonResult, from start: LoadedSource, in workspace: Workspace
  ) throws -> Bool {
    let dialect = workspace.engines.dialect(result.to.engine)
    let plan = try Planner.plan(
      result.difference, from: result.from, to: result.to, dialect: dialect)
    let up = try workspace.asking(start, about: plan)
    guard isAllowed(plan, asked: up, in: workspace) else { return false }
    let down = try Planner.reverse(
      result.difference, from: result.from, to: result.to, dialect: dialect)
    let folder = self.folder ?? workspace.configuration.migrationsPath
    try FileSystem.createFolder(folder)
    let file = MigrationFile(
      version: World.timestamp(), name: name, engine: result.to.engine,
      minimumVersion: workspace.engines.minimumVersion(for: result.from),
      after: try predecessor(in: folder, dialect), from: Fingerprint.text(of: result.from),
      to: Fingerprint.text(of: result.to), searchPath: result.to.scope.searchPath)
    for (direction, plan) in [(MigrationFile.Direction.up, up), (.down, down)] {
      let path = folder + "/" + file.fileName(direction)
      guard FileSystem.kind(of: path) == .missing else {
        throw SourceProblem("\(path) is there already", nextStep: "run generate again")
      }
      try FileSystem.write(
        file.text(direction, sections: dialect.sections(of: plan)), to: path)
      workspace.world.print(path + "\n")
    }
    for hazard in up.hazards where hazard.needsPermission {
      workspace.note("warning: \(hazard.code): \(hazard.message)")
    }
    return true
  }

  /// Whether what the rows say has been accepted; what a migration loses by its nature is for `apply` to
  /// refuse.
  private func isAllowed(_ plan: Plan, asked up: Plan, in workspace: Workspace) -> Bool {
    let permissions = Allowance.permissions(versions.allow)
    let refused = zip(plan.steps, up.steps).compactMap { before, after -> Step? in
      var step = after
      step.hazards.removeAll { before.hazards.contains($0) }
      return permissions.allow(step) ? nil : step
    }
    if !refused.isEmpty {
      Allowance.explain(refused, permissions: permissions, in: workspace)
    }
    return refused.isEmpty
  }

  private func predecessor(
    in folder: String, _ dialect: any Dialect
  ) throws -> MigrationFile.Predecessor? {
    guard let newest = try MigrationFiles.read(folder, dialect: dialect).migrations.last else {
      return nil
    }
    return MigrationFile.Predecessor(
      version: newest.version.text, checksum: newest.up.checksum.tokens)
  }
}
