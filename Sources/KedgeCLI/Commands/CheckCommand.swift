import ArgumentParser
import Comparison
import Migrations
import Planning
import Reporting
import SchemaDiff
import SchemaModel
import SchemaYAML
import Sources

/// `kedge check`: the gate.
struct CheckCommand: KedgeCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, markdown, junit, sarif, github
  }

  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Hold databases against the declared schema; exit 1 on drift.",
    usage: "kedge check [<source> ...] [--target <source>] [options]",
    discussion: """
      Without SOURCE every environment of kedge.yaml is checked. The target is
      the schema file of kedge.yaml, else ./schema.yaml.

      EXAMPLES
        kedge check app.db
        kedge check env:staging --target git:main:schema.yaml --output drift.json

      With --migrations a database is held against what the migrations that it
      has produce: pending files are not drift, a change by hand is.
      """)

  @Argument(help: "What to check.")
  var source: [String] = []

  @Option(help: ArgumentHelp("What it should be.", valueName: "source"))
  var target: String?

  @Option(help: "How to print the report.")
  var format: Format?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write a report to a file whose extension tells the format; may be given several times.",
      valueName: "file"))
  var output: [String] = []

  @Flag(help: "Hold each database against what the migrations recorded as applied produce.")
  var migrations = false

  @Option(help: ArgumentHelp("The migrations; by default those of kedge.yaml.", valueName: "path"))
  var folder: String?

  @Flag(help: "Exit 4 when something was not compared: kinds that are not modelled, gaps.")
  var strict = false

  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if migrations, target != nil {
      throw ValidationError("--migrations and --target exclude each other")
    }
    for file in output where (OutputFile.format(file) as Format?) == nil {
      throw ValidationError("'\(file)': a report's name ends in .txt, .json, .md, .xml or .sarif")
    }
  }

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let targetName = migrations ? nil : try workspace.target(target)
    var reports: [Report] = []
    var findings: [Finding] = []
    var failed: [String] = []
    var outcomes: [Outcome] = [chainOutcome(in: workspace)]
    let names = try names(in: workspace)
    defer { StatusLine.setPrefix("") }
    for (index, name) in names.enumerated() {
      if names.count > 1 {
        StatusLine.setPrefix("\(index + 1) of \(names.count), \(shown(name)): ")
      }
      do {
        let (report, found) = try check(name, against: targetName, in: workspace)
        reports.append(report)
        findings += found
        outcomes.append(outcome(of: report, workspace.configuration.failOn))
      } catch {
        // Of several databases the others are still checked.
        if source.count > 1 || source.isEmpty { world.printError("\(shown(name)):\n") }
        outcomes.append(Failure.report(error, to: world))
        failed.append(shown(name))
      }
    }
    if !reports.isEmpty {
      try write(Checked(reports: reports, findings: findings, failed: failed), in: workspace)
    }
    return Outcome.worst(outcomes)
  }

  /// What there is to report of all databases.
  private struct Checked {
    var reports: [Report]
    var findings: [Finding]
    /// What could not be looked at.
    var failed: [String]
  }

  /// A connection string without its password, also where it is no good one.
  private func shown(_ name: String) -> String {
    guard name.contains("://") else { return name }
    return (try? EngineRegistry.masked(name)) ?? "a database"
  }

  private func names(in workspace: Workspace) throws -> [String] {
    guard source.isEmpty else { return source }
    let environments = workspace.configuration.environments.keys.sorted()
    guard !environments.isEmpty else {
      throw SourceProblem(
        "there is nothing to check: no SOURCE was given, and there is no kedge.yaml with environments",
        nextStep: "name a database: kedge check app.db, or write a kedge.yaml with: kedge init")
    }
    return environments.map { "env:" + $0 }
  }

  /// Branches that have met in the folder are found here, before they meet in production.
  private func chainOutcome(in workspace: Workspace) -> Outcome {
    do {
      let path = folder ?? workspace.configuration.migrationsPath
      guard MigrationFiles.areIn(path), let engine = try MigrationFiles.engine(of: path) else {
        return .success
      }
      let problems = try workspace.migrations(folder, engine: engine).chainProblems
      guard !problems.isEmpty else { return .success }
      return Failure.report(Obstacle.chain(problems), to: workspace.world)
    } catch {
      return Failure.report(error, to: workspace.world)
    }
  }

  /// A database against what its own migrations produce.
  private func checkMigrations(_ name: String, in workspace: Workspace) throws -> Report {
    let migrations = try MigrationWorkspace(database: name, folder: folder, in: workspace)
    let expected = try migrations.expectedSchema()
    let live = workspace.managed(
      LoadedSource(
        schema: try migrations.session.readSchema().withoutBookkeeping(),
        label: migrations.database.label, isLive: true))
    let result = try workspace.compare(live, expected)
    return Report(
      perspective: .gate, fromLabel: live.label, toLabel: expected.label, result: result)
  }

  private func check(
    _ name: String, against target: SourceName?, in workspace: Workspace
  ) throws -> (Report, [Finding]) {
    guard let target else {
      let report = try checkMigrations(name, in: workspace)
      let file = folder ?? workspace.configuration.migrationsPath
      return (report, DriftFindings.findings(in: report, places: [:], file: file))
    }
    let (live, declared) = try workspace.load(from: workspace.source(name), to: target)
    let result = try workspace.compare(live, declared)
    let label = name.hasPrefix("env:") ? name : live.label
    let report = Report(
      perspective: .gate, fromLabel: label, toLabel: declared.label, result: result)
    let places = declared.places.mapValues { place in
      Finding.Place(
        file: pathInFolder(place.file), line: place.line, column: place.column, endLine: place.line,
        endColumn: place.column + 1)
    }
    return (
      report, DriftFindings.findings(in: report, places: places, file: pathInFolder(declared.label))
    )
  }

  /// `git:main:schema.yaml` is shown on `schema.yaml`.
  private func pathInFolder(_ file: String) -> String {
    guard file.hasPrefix("git:") else { return file }
    return file.split(separator: ":", maxSplits: 2).last.map(String.init) ?? file
  }

  private func outcome(
    of report: Report, _ failOn: Set<Configuration.Failing>?
  ) -> Outcome {
    let counts = failOn ?? [.drift, .undecided]
    let isOpen = !report.coverage.isComplete || report.result.exposures.contains(where: \.isOpen)
    if counts.contains(.drift), !report.difference.isEmpty { return .different }
    if counts.contains(.undecided), !report.result.undecided.isEmpty { return .undecided }
    return (strict || counts.contains(.uncompared)) && isOpen ? .undecided : .success
  }

  private func write(_ checked: Checked, in workspace: Workspace) throws {
    let world = workspace.world
    if output.isEmpty || format != nil {
      let color = options.isColored(world)
      world.print(
        try render(checked, format ?? .text, colored: color, width: world.width))
    }
    for file in output {
      guard let format: Format = OutputFile.format(file) else { continue }
      try FileSystem.write(
        render(checked, format, colored: false, width: 80), to: file)
    }
  }

  private func render(
    _ checked: Checked, _ format: Format, colored: Bool, width: Int
  ) throws -> String {
    let (reports, failed) = (checked.reports, checked.failed)
    let isOne = reports.count + failed.count == 1
    let table = isOne ? nil : EnvironmentTable(reports, failed: failed)
    switch format {
    case .text:
      let texts =
        reports.map { TextReporter.render($0, colored: colored, width: width) }
        + [table?.text(colored: colored, width: width)].compactMap(\.self)
      return texts.joined(separator: "\n")
    case .json: return try JSONReport.render(reports)
    case .markdown:
      return (table.map { $0.markdown() + "\n" } ?? "") + MarkdownReporter.render(reports)
    case .junit: return JUnitReporter.render(reports)
    case .sarif:
      return try SARIFReport.render(
        checked.findings, rules: DriftFindings.rules, toolVersion: Version.text)
    case .github: return Annotations.render(checked.findings)
    }
  }
}
