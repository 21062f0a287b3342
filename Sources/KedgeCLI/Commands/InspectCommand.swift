import ArgumentParser
import Comparison
import Planning
import Reporting
import SchemaDiff
import SchemaModel
import SchemaYAML
import Sources

/// `kedge inspect`: a source as YAML, JSON or SQL.
struct InspectCommand: KedgeCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case yaml, json, sql }

  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Print the schema of a source.",
    usage: "kedge inspect <source> [--format yaml|json|sql] [options]",
    discussion: """
      EXAMPLES
        kedge inspect app.db > schema.yaml
        kedge inspect postgresql://localhost/shop --format json --output before.json
      """)

  @Argument(help: "What to read.")
  var source: String

  @Option(help: "How to print it; by default what the file name of --output tells, else yaml.")
  var format: Format?

  @Option(name: .shortAndLong, help: ArgumentHelp("Write to a file.", valueName: "file"))
  var output: String?

  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let loaded = try workspace.load(SourceName(source))
    World.keepUntilExit(loaded)
    let text: String
    switch format ?? output.flatMap({ OutputFile.format($0) }) ?? .yaml {
    case .yaml:
      let written = SchemaWriter.write(loaded.schema, managing: workspace.management)
      for loss in written.losses { workspace.note("not in the file: \(loss)") }
      text = written.text
    case .json: text = try Snapshot.text(of: loaded.schema)
    case .sql:
      text = try script(creating: loaded, in: workspace)
    }
    try workspace.emit(text, to: output)
    let coverage = loaded.schema.coverage
    for item in coverage.unmodelled {
      workspace.note("not in the output (not modelled yet): \(item.count) \(item.kind)")
    }
    for gap in coverage.gaps { workspace.note("could not be read: \(gap.subject): \(gap.reason)") }
    for note in coverage.notes { workspace.note("note: \(note)") }
    return .success
  }

  /// What makes the schema in a new database.
  private func script(creating loaded: LoadedSource, in workspace: Workspace) throws -> String {
    let engine = loaded.schema.engine
    var empty = LoadedSource(schema: .empty(engine), label: "empty", isLive: false)
    empty.schema.scope.management = workspace.management ?? .nothing
    let result = try workspace.compare(empty, loaded)
    let dialect = workspace.engines.dialect(engine)
    let plan = try Planner.plan(
      result.difference, from: result.from, to: result.to, dialect: dialect)
    let searchPath = loaded.schema.scope.searchPath
    return dialect.script(plan, options: ScriptOptions(searchPath: searchPath))
  }
}
