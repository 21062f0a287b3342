import ArgumentParser
import Comparison
import Planning
import Reporting
import SchemaModel
import Sources

/// `kedge report`: the auditor's page.
struct ReportCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write a page about two sources for somebody who was not there: one HTML file.",
    usage: "kedge report <from> <to> [--output <file.html>] [options]",
    discussion: """
      The page has every difference side by side, the SQL to go either way with its
      hazards, a diagram, what was compared and what was not, and, as far as the
      server knows, when each object was changed and by whom. It loads nothing.

      EXAMPLES
        kedge report env:staging env:production -o audit.html
        kedge report app.db schema.yaml --output drift.html
      """)

  @Argument(help: "Where to start.")
  var from: String

  @Argument(help: "Where to get.")
  var to: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file to write; without it the page is printed.", valueName: "file"))
  var output: String?

  @OptionGroup var target: TargetOptions
  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if let output, !output.hasSuffix(".html"), !output.hasSuffix(".htm") {
      throw ValidationError("'\(output)': the page is HTML, and its name ends in .html")
    }
  }

  func outcome(in world: World) throws -> Outcome {
    if output == nil, world.isTerminal {
      throw SourceProblem(
        "the page is for a browser, not for a terminal", nextStep: "add --output audit.html")
    }
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let loaded = try workspace.load(from: workspace.source(from), to: workspace.source(to))
    let (fromSource, toSource) = (target.targeted(loaded.from), target.targeted(loaded.to))
    let result = try workspace.compare(fromSource, toSource)
    let isGate = fromSource.isLive && !toSource.isLive
    let report = Report(
      perspective: isGate ? .gate : .sources, fromLabel: label(from, fromSource),
      toLabel: label(to, toSource), result: result)
    let maker = AuditPageMaker(workspace: workspace, target: target)
    let page = try maker.page(of: report, from: fromSource, to: toSource)
    try workspace.emit(page.render(), to: output)
    if let output { workspace.note("\(output): \(report.summary)") }
    return DiffCommand.outcome(of: result)
  }

  /// An environment is known by its name.
  private func label(_ name: String, _ source: LoadedSource) -> String {
    name.hasPrefix("env:") ? name : source.label
  }
}
