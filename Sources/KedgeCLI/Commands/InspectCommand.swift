import ArgumentParser
import Comparison
import Planning
import Reporting
import SQLText
import SchemaDiff
import SchemaModel
import SchemaYAML
import Sources

/// `kedge inspect`: a source as YAML, JSON, SQL or a diagram.
struct InspectCommand: KedgeCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case yaml, json, sql, mermaid, dot, svg
  }

  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Print the schema of a source.",
    usage: "kedge inspect <source> [--format <format>] [options]",
    discussion: """
      mermaid, dot and svg are diagrams of the tables and their foreign keys: of all,
      or of those around one table.

      EXAMPLES
        kedge inspect app.db > schema.yaml
        kedge inspect postgresql://localhost/shop --format json --output before.json
        kedge inspect app.db --focus orders --depth 2 --output orders.svg
      """)

  @Argument(help: "What to read.")
  var source: String

  @Option(help: "How to print it; by default what the file name of --output tells, else yaml.")
  var format: Format?

  @Option(name: .shortAndLong, help: ArgumentHelp("Write to a file.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("For diagrams: the table in the middle.", valueName: "table"))
  var focus: String?

  @Option(
    help: ArgumentHelp(
      "With --focus: how many foreign keys away from it tables are drawn.", valueName: "n"))
  var depth = 1

  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard depth >= 0 else { throw ValidationError("--depth is a number from 0 on") }
    let format = format ?? output.flatMap({ OutputFile.format($0) }) ?? .yaml
    if focus != nil, ![.mermaid, .dot, .svg].contains(format) {
      throw ValidationError("--focus is for diagrams: add --format mermaid, dot or svg")
    }
  }

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let loaded = try workspace.load(workspace.source(source))
    World.keepUntilExit(loaded)
    let format = format ?? output.flatMap({ OutputFile.format($0) }) ?? .yaml
    switch format {
    case .yaml:
      let written = SchemaWriter.write(loaded.schema, managing: workspace.management)
      for loss in written.losses { workspace.note("not in the file: \(loss)") }
      try workspace.emit(written.text, to: output)
    case .json: try workspace.emit(Snapshot.pieces(of: loaded.schema), to: output)
    case .sql: try workspace.emit(script(creating: loaded, in: workspace), to: output)
    case .mermaid: try workspace.emit(DiagramText.mermaid(diagram(of: loaded)), to: output)
    case .dot: try workspace.emit(DiagramText.dot(diagram(of: loaded)), to: output)
    case .svg:
      let picture = DiagramSVG.document(try diagram(of: loaded), title: loaded.label)
      try workspace.emit(picture, to: output)
    }
    let coverage = loaded.schema.coverage
    for item in coverage.unmodelled {
      workspace.note("not in the output (not modelled yet): \(item.count) \(item.kind)")
    }
    for gap in coverage.gaps { workspace.note("could not be read: \(gap.subject): \(gap.reason)") }
    for note in coverage.notes { workspace.note("note: \(note)") }
    return .success
  }

  private func diagram(of source: LoadedSource) throws -> Diagram {
    let whole = Diagram(source.schema)
    guard let focus else { return whole }
    if let diagram = whole.focused(on: focus, depth: depth) { return diagram }
    let names = whole.nodes.map(\.title)
    let nearest = nearestName(to: focus, among: names)
    throw SourceProblem(
      "there is no table '\(focus)' in \(source.label)",
      nextStep: nearest.map { "did you mean \($0)?" }
        ?? "the tables are: \(names.prefix(20).joined(separator: ", "))")
  }

  /// What makes the schema in a new database.
  private func script(creating loaded: LoadedSource, in workspace: Workspace) throws -> String {
    let engine = loaded.schema.engine
    var empty = LoadedSource(schema: .empty(engine), label: "empty", isLive: false)
    empty.schema.scope.management = workspace.management ?? .nothing
    let result = try workspace.compare(empty, loaded)
    let dialect = workspace.engines.dialect(engine)
    let plan = try result.up(dialect)
    let searchPath = loaded.schema.scope.searchPath
    return dialect.script(plan, options: ScriptOptions(searchPath: searchPath))
  }
}
