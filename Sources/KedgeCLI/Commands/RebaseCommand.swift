import ArgumentParser
import Comparison
import FoundationEssentials
import Migrations
import Planning
import Reporting
import SchemaDiff
import SchemaModel
import SchemaYAML
import Sources

/// `kedge generate rebase`: makes the later of two branches' migrations again, on top of the other.
struct RebaseCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebase",
    abstract: "Make a migration again that follows a file which others follow, too.",
    usage: "kedge generate rebase [<version>] [options]",
    discussion: """
      Two branches that both follow the same file meet when they are merged. When
      they touch different objects, the later one is written again on top; else
      what they both touch is listed.

      EXAMPLES
        kedge generate rebase
        kedge generate rebase 20261122150405 --folder db/migrations
      """)

  @Argument(help: "Which one; by default the one that is out of the chain.")
  var version: VersionArgument?

  @Option(help: ArgumentHelp("The migrations; by default those of kedge.yaml.", valueName: "path"))
  var folder: String?

  @OptionGroup var proof: ProofOptions
  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let path = folder ?? workspace.configuration.migrationsPath
    guard MigrationFiles.areIn(path), let engine = try MigrationFiles.engine(of: path) else {
      throw SourceProblem("there are no migrations in \(path)")
    }
    let all = try workspace.migrations(folder, engine: engine)
    guard let late = try chosen(all) else {
      world.print("\(path): the files are one chain: nothing to rebase\n")
      return .success
    }
    let paths = try rebase(late, in: all, workspace, workspace.engines.dialect(engine))
    for script in [late.up, late.down].compactMap({ $0 }) {
      try? FileManager.default.removeItem(atPath: script.file)
      world.print("removed \(script.file)\n")
    }
    world.print(paths.map { $0 + "\n" }.joined())
    return .success
  }

  private func chosen(_ folder: MigrationFolder) throws -> Migration? {
    guard let version else { return folder.outOfChain.last }
    guard let migration = folder.migration(version.version) else {
      throw Obstacle.unknownVersion(version.version)
    }
    return migration
  }

  private func rebase(
    _ late: Migration, in all: MigrationFolder, _ workspace: Workspace, _ dialect: any Dialect
  ) throws -> [String] {
    let predecessor = late.up.header.after.flatMap { MigrationVersion($0.version) }
    let before = all.keeping { migration in
      predecessor.map { migration.version <= $0 } ?? false
    }
    let others = all.keeping { $0.version != late.version }
    let engines = workspace.engines
    let base = try engines.replay(before, in: dialect.engine)
    let own = try engines.replay(before.adding(late), in: dialect.engine)
    let newBase = try engines.replay(others, in: dialect.engine)
    let wanted = try Differ.difference(from: base, to: own, renames: [])
    let theirs = try Differ.difference(from: base, to: newBase, renames: [])
    let both = Rebasing.conflicts(wanted, theirs)
    guard both.isEmpty else {
      throw SourceProblem(
        "\(late.up.file) and the other branch both change: "
          + both.map(Wording.object).joined(separator: ", "),
        nextStep: "delete \(late.up.file) and its way back, bring schema.yaml up to date, and run: "
          + "kedge generate \(late.name)", isRefusal: true)
    }
    let goal = try Rebasing.applying(wanted, to: newBase)
    let result = try workspace.compare(
      LoadedSource(schema: newBase, label: "the folder", isLive: false),
      LoadedSource(schema: goal, label: late.title, isLive: false))
    let writer = MigrationWriter(
      workspace: workspace, folder: others, dialect: dialect, isProving: !proof.noProof)
    let plan = try result.up(dialect)
    return try writer.write(
      MigrationWriter.Draft(name: late.name, result: result, up: plan))
  }
}

/// One branch's changes on top of another's.
enum Rebasing {
  /// What both change: the same objects, or a relation that one drops and the other works on.
  static func conflicts(_ one: Difference, _ other: Difference) -> [ObjectID] {
    let (ours, theirs) = (Set(one.changes.map(\.id)), Set(other.changes.map(\.id)))
    var found = ours.intersection(theirs)
    for (changes, ids) in [(one.changes, theirs), (other.changes, ours)] {
      for case .drop(let object) in changes where !object.kind.isPartOfRelation {
        found.formUnion(
          ids.filter { $0.kind.isPartOfRelation && $0.relationPath == object.id.path })
      }
    }
    return found.sorted()
  }

  static func applying(_ difference: Difference, to schema: Schema) throws -> Schema {
    var objects = Dictionary(
      schema.objects.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
    for change in difference.changes {
      switch change {
      case .create(let object): objects[object.id] = object
      case .drop(let object): objects[object.id] = nil
      case .alter(let alteration): objects[alteration.id] = alteration.to
      }
    }
    return try schema.replacing(objects: Array(objects.values))
  }
}
