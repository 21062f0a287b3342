import ArgumentParser
import Comparison
import FoundationEssentials
import Migrations
import Planning
import SchemaDiff
import SchemaModel
import SchemaYAML
import Sources

/// `kedge generate squash`: one migration in the place of many.
struct SquashCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "squash",
    abstract: "Put one migration in the place of all up to a version.",
    usage: "kedge generate squash --to <version> [--name <name>] [options]",
    discussion: """
      Databases that have all of them count as having the new one; new databases
      run it alone. Rows that the old files wrote are not in it.

      EXAMPLES
        kedge generate squash --to 20261122150405
        kedge generate squash --to 20261122150405 --name version_2 --without-rows
      """)

  @Option(help: ArgumentHelp("The last that is replaced.", valueName: "version"))
  var to: VersionArgument

  @Option(help: "What to call it.")
  var name = "squashed"

  @Flag(help: "Leave out the rows that the old files write.")
  var withoutRows = false

  @Option(help: ArgumentHelp("The migrations; by default those of kedge.yaml.", valueName: "path"))
  var folder: String?

  @OptionGroup var proof: ProofOptions
  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard MigrationFolder.isName(name) else {
      throw ValidationError("'\(name)' cannot be a file name: use letters, digits, - and _")
    }
  }

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let path = folder ?? workspace.configuration.migrationsPath
    guard MigrationFiles.areIn(path), let engine = try MigrationFiles.engine(of: path) else {
      throw SourceProblem("there are no migrations in \(path)")
    }
    let dialect = workspace.engines.dialect(engine)
    let all = try workspace.migrations(folder, engine: engine)
    guard all.migration(to.version) != nil else { throw Obstacle.unknownVersion(to.version) }
    let old = all.through(to.version)
    try refuseRows(old.migrations, dialect)
    let start = try workspace.engines.replay(all.keeping { _ in false }, in: engine)
    let goal = try workspace.engines.replay(old.keeping { _ in true }, in: engine)
    let result = try workspace.compare(
      LoadedSource(schema: start, label: "empty", isLive: false),
      LoadedSource(schema: goal, label: path, isLive: false))
    let plan = try result.up(dialect)
    let writer = MigrationWriter(
      workspace: workspace, folder: all.keeping { $0.version > to.version }, dialect: dialect,
      isProving: !proof.noProof)
    let prepared = try writer.prepare(
      MigrationWriter.Draft(
        name: name, result: result, up: plan, version: to.version,
        replaces: old.migrations.flatMap { $0.up.header.replaces + [$0.version] },
        after: .some(nil)))
    for script in old.migrations.flatMap({ [$0.up, $0.down].compactMap(\.self) }) {
      try FileManager.default.removeItem(atPath: script.file)
    }
    let paths = try writer.write(prepared)
    world.print("\(old.migrations.count.counting("migration")) replaced by:\n")
    world.print(paths.map { $0 + "\n" }.joined())
    return .success
  }

  private func refuseRows(_ migrations: [Migration], _ dialect: any Dialect) throws {
    guard !withoutRows else { return }
    let words: Set<String> = ["insert", "update", "delete", "merge", "with", "copy", "do", "call"]
    var places: [String] = []
    for migration in migrations {
      for statement in migration.up.sections.flatMap(\.statements) {
        let first = try dialect.tokens(of: statement.text).first ?? ""
        if words.contains(first) { places.append("  \(migration.up.file):\(statement.line)") }
      }
    }
    guard !places.isEmpty else { return }
    throw SourceProblem(
      "these change rows, which one migration made from the schema would not:\n"
        + places.joined(separator: "\n"),
      nextStep: "add --without-rows if new databases do not need them", isRefusal: true)
  }
}
