import ArgumentParser
import Comparison
import Reporting
import SchemaDiff
import SchemaModel
import SchemaYAML
import Sources

/// `kedge pull`: what a database has become goes into schema.yaml.
struct PullCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Bring the drift of a database into schema.yaml.",
    usage: "kedge pull [<source>] [--target <file>] [--dry-run] [options]",
    discussion: """
      Only lines about what drifted change; comments, order and formatting stay.
      What kedge.yaml ignores stays out.

      EXAMPLES
        kedge pull env:dev
        kedge pull app.db --target db/schema.yaml --dry-run
      """)

  @Argument(help: "The database; by default kedge.yaml's default_environment.")
  var source: String?

  @Option(help: ArgumentHelp("The file; by default that of kedge.yaml.", valueName: "file"))
  var target: String?

  @Flag(help: "Print the file as it would be, and write nothing.")
  var dryRun = false

  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let file = target ?? workspace.schemaFile
    guard let name = source ?? workspace.configuration.defaultEnvironment.map({ "env:" + $0 })
    else {
      throw SourceProblem(
        "nothing says which database is meant",
        nextStep: "name it: a URL, a SQLite file or env:NAME")
    }
    let text = try SchemaFile.read(file)
    let (live, declared) = try workspace.load(from: workspace.source(name), to: SourceName(file))
    let result = try workspace.compare(live, declared)
    guard !result.difference.changes.isEmpty else {
      world.print("\(file) says what \(live.label) is: nothing to pull\n")
      return .success
    }
    let wanted = try Pulling.target(of: result)
    let edited = try SchemaEditor.edit(text, from: result.to, to: wanted)
    try verify(edited.text, file: file, live: live, workspace)
    for path in edited.rewritten {
      workspace.note("note: \(path) was written anew, its comments are gone")
    }
    if dryRun {
      world.print(edited.text)
    } else {
      try FileSystem.write(edited.text, to: file)
      let count = result.difference.changes.count
      world.print("\(file): \(count.counting("change")) of \(live.label) written\n")
    }
    return .success
  }

  /// The new text must say what the database is: else nothing is written.
  private func verify(
    _ text: String, file: String, live: LoadedSource, _ workspace: Workspace
  ) throws {
    let schema = try SchemaReader.read([YAMLSource(file: file, text: text)]).schema
    let again = try workspace.compare(
      live, LoadedSource(schema: schema, label: file, isLive: false))
    guard again.difference.changes.isEmpty else {
      throw SourceProblem(
        "the text that would be written does not say what \(live.label) is: "
          + again.difference.changes.prefix(5).map { Wording.object($0.id) }.joined(separator: ", "),
        nextStep: "write the whole anew: kedge inspect SOURCE --output \(file)")
    }
  }
}

/// One schema file as text.
enum SchemaFile {
  static func read(_ path: String) throws -> YAMLSource {
    guard case .declared? = SourceName.form(ofPath: path), FileSystem.kind(of: path) != .folder
    else {
      throw SourceProblem(
        "\(path) is not one YAML file", nextStep: "name the file that is to change: --target FILE")
    }
    return YAMLSource(file: path, bytes: try FileSystem.bytes(of: path))
  }
}

enum Pulling {
  /// The declared schema with what differs taken from the database; what is ignored stays as declared.
  static func target(of result: ComparisonResult) throws -> Schema {
    var objects = Dictionary(
      result.to.objects.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
    for change in result.difference.changes {
      switch change {
      case .create(let object): objects[object.id] = nil
      case .drop(let object): objects[object.id] = object
      case .alter(let alteration): objects[alteration.id] = alteration.from
      }
    }
    return try result.to.replacing(objects: Array(objects.values))
  }
}
