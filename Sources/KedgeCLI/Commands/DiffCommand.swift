import ArgumentParser
import Comparison
import Planning
import Reporting
import SchemaDiff
import SchemaModel
import Sources

/// `kedge diff`: what turns one source into another.
struct DiffCommand: KedgeCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, sql, script, markdown, junit, html
  }
  enum Direction: String, ExpressibleByArgument, CaseIterable { case up, down }

  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show what turns FROM into TO; exit 0 when they are equal, 1 when not.",
    usage: "kedge diff <from> <to> [--format <format>] [options]",
    discussion: """
      'sql' is plain SQL. 'script' is for psql or sqlite3: it stops at the first
      error and guards what they would only print.

      EXAMPLES
        kedge diff app.db schema.yaml
        kedge diff app.db schema.yaml --format script | sqlite3 app.db
      """)

  @Argument(help: "Where to start.")
  var from: String

  @Argument(help: "Where to get.")
  var to: String

  @Option(help: "How to print it; by default what the file name of --output tells, else text.")
  var format: Format?

  @Option(help: "For SQL: the way there or the way back.")
  var direction: Direction = .up

  @Option(name: .shortAndLong, help: ArgumentHelp("Write to a file.", valueName: "file"))
  var output: String?

  @OptionGroup var target: TargetOptions
  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let loaded = try workspace.load(from: workspace.source(from), to: workspace.source(to))
    let (fromSource, toSource) = (target.targeted(loaded.from), target.targeted(loaded.to))
    let result = try workspace.compare(fromSource, toSource)
    var report = Report(
      perspective: .sources, fromLabel: fromSource.label, toLabel: toSource.label, result: result)
    let form = format ?? output.flatMap { OutputFile.format($0) } ?? .text
    if form == .text || form == .json { report.plan = plan(result, fromSource, in: workspace) }
    switch form {
    case .text:
      try workspace.emit(
        TextReporter.render(
          report, colored: output == nil && options.isColored(world), width: world.width),
        to: output)
    case .json: try workspace.emit(JSONReport.render([report]), to: output)
    case .markdown: try workspace.emit(MarkdownReporter.render([report]), to: output)
    case .junit: try workspace.emit(JUnitReporter.render([report]), to: output)
    case .html:
      let maker = AuditPageMaker(workspace: workspace, target: target)
      try workspace.emit(
        maker.page(of: report, from: fromSource, to: toSource).render(), to: output)
    case .sql:
      return try emitSQL(.sql, of: report, from: start(fromSource, toSource), in: workspace)
    case .script:
      return try emitSQL(.script, of: report, from: start(fromSource, toSource), in: workspace)
    }
    return DiffCommand.outcome(of: result)
  }

  /// What can be told of the way there; what cannot be planned is said when SQL is asked for.
  private func plan(
    _ result: ComparisonResult, _ from: LoadedSource, in workspace: Workspace
  ) -> Plan? {
    guard !result.difference.isEmpty else { return nil }
    let dialect = workspace.engines.dialect(
      result.to.engine, style: workspace.style(target))
    guard let plan = try? result.up(dialect) else { return nil }
    return try? workspace.sized(plan, from)
  }

  private func start(_ from: LoadedSource, _ to: LoadedSource) -> LoadedSource {
    direction == .up ? from : to
  }

  static func outcome(of result: ComparisonResult) -> Outcome {
    if !result.difference.isEmpty { return .different }
    return result.undecided.isEmpty ? .success : .undecided
  }

  /// Prints the SQL and nothing else on standard output; a refused step is a comment and exit 3.
  private func emitSQL(
    _ form: ScriptOptions.Form, of report: Report, from start: LoadedSource, in workspace: Workspace
  ) throws -> Outcome {
    let result = report.result
    let dialect = workspace.engines.dialect(
      result.to.engine, style: workspace.style(target))
    var plan: Plan
    let goal = direction == .up ? result.to : result.from
    switch direction {
    case .up: plan = try result.up(dialect)
    case .down: plan = try result.down(dialect)
    }
    plan = try workspace.asking(start, about: plan)
    let permissions = Allowance.permissions(target.allow)
    let script = dialect.script(
      plan,
      options: ScriptOptions(
        form: form, allowed: permissions, searchPath: goal.scope.searchPath))
    try workspace.emit(script, to: output)
    workspace.noteCoverage(of: report)
    let refused = plan.steps.filter { !permissions.allow($0) }
    guard refused.isEmpty else {
      Allowance.explain(refused, permissions: permissions, in: workspace)
      return .refused
    }
    return DiffCommand.outcome(of: result)
  }
}
