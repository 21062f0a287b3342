import ArgumentParser
import Linting
import Reporting
import SchemaModel
import SchemaYAML
import Sources

/// `kedge lint`: hazards of migrations.
struct LintCommand: KedgeCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, sarif, github }

  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Find hazards in SQL migrations: locks, rewrites, lost data; exit 1 on errors.",
    usage: "kedge lint [<file> ...] [options]",
    discussion: """
      FILE is a .sql file of Kedge or of another tool, a folder of them, or - for
      standard input; without one the migrations folder is linted. Of files that
      hold both ways the way up is linted. A comment allows one finding of the
      statement below it:  -- kedge:allow LK01 the table is small

      EXAMPLES
        kedge lint migrations --format github
        kedge lint V7__add_index.sql --postgresql-version 16 --fix
      """)

  @Argument(help: "Files, folders, or - for standard input.")
  var file: [String] = []

  @Option(help: "How to print what was found.")
  var format: Format?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write the findings to a file whose extension tells the format; may be given several times.",
      valueName: "file"))
  var output: [String] = []

  @Flag(help: "Carry out the fixes that are mechanical.")
  var fix = false

  @Flag(
    help: "Run the files on a scratch database and report what they really lock, read and rewrite.")
  var trace = false

  @Option(
    help: ArgumentHelp(
      "The schema before the first file: what tables and columns are is then known.",
      valueName: "source"))
  var from: String?

  @Option(name: .customLong("fail-on"), help: "The level from which on the exit code is 1.")
  var failOn: Level?

  @Option(
    name: .customLong("rule"),
    help: ArgumentHelp("The level of one rule: LK43=notice, ST05=off.", valueName: "id=level"))
  var rules: [String] = []

  @Option(
    name: .customLong("postgresql-version"),
    help: ArgumentHelp("The server on which the files will run: 16, 14.2.", valueName: "version"))
  var postgresqlVersion: String?

  @Option(
    name: .customLong("sqlite-version"),
    help: ArgumentHelp("The library on which the files will run: 3.45.", valueName: "version"))
  var sqliteVersion: String?

  @Flag(
    name: .customLong("in-transaction"),
    help: "Whoever runs the files puts a transaction around each.")
  var inTransaction = false

  @Flag(help: "Lint the way down, too.")
  var down = false

  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  enum Level: String, ExpressibleByArgument, CaseIterable { case error, warning, notice }

  func validate() throws {
    for file in output where (OutputFile.format(file) as Format?) == nil {
      throw ValidationError("'\(file)': a report's name ends in .txt, .text, .json or .sarif")
    }
    if fix, file.contains(LintFiles.standardInput) {
      throw ValidationError("--fix changes files; standard input is none")
    }
    if let postgresqlVersion, LintCommand.numbers(postgresqlVersion) == nil {
      throw ValidationError("'\(postgresqlVersion)' is no version of PostgreSQL")
    }
    if let sqliteVersion, LintCommand.numbers(sqliteVersion)?.count ?? 0 < 2 {
      throw ValidationError("'\(sqliteVersion)' is no version of SQLite; write 3.45")
    }
  }

  private static func numbers(_ version: String) -> [Int]? {
    let parts = version.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard !parts.isEmpty, parts.allSatisfy({ $0 != nil }) else { return nil }
    return parts.compactMap(\.self)
  }

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let run = try LintRun(self, workspace)
    let result = try run.outcome()
    try write(result, in: workspace)
    let gate =
      failOn?.rawValue ?? workspace.configuration.hazards.failOn ?? Finding.Level.error.rawValue
    let threshold = Finding.Level(rawValue: gate) ?? .error
    let isOver = result.findings.contains { $0.level >= threshold }
    return Outcome.worst([isOver ? .different : .success, result.failed ? .failed : .success])
  }

  /// The versions on which the files will run.
  func lintOptions(_ workspace: Workspace) -> LintOptions {
    var options = LintOptions()
    if let version = workspace.configuration.minimumVersion { options.version = version }
    if let parts = postgresqlVersion.flatMap(LintCommand.numbers) {
      options.version = parts[0]
      options.minorVersion = parts.count > 1 ? parts[1] : nil
    }
    if let parts = sqliteVersion.flatMap(LintCommand.numbers) {
      options.sqliteVersion = parts[0] * 1_000 + parts[1]
    }
    return options
  }

  // MARK: - Output

  private func write(_ result: LintRun.Result, in workspace: Workspace) throws {
    let world = workspace.world
    if output.isEmpty || format != nil {
      world.print(
        try render(
          result, format ?? .text, colored: options.isColored(world), width: world.width))
    }
    for file in output {
      guard let format: Format = OutputFile.format(file) else { continue }
      try FileSystem.write(render(result, format, colored: false, width: 80), to: file)
    }
  }

  private func render(
    _ result: LintRun.Result, _ format: Format, colored: Bool, width: Int
  ) throws -> String {
    let count = result.fileCount
    switch format {
    case .text:
      return (result.trace?.text(colored: colored, width: width) ?? "")
        + FindingText.render(
          result.findings, subject: count.counting("file"), colored: colored,
          width: width)
    case .json: return try FindingJSON.render(result.findings, trace: result.trace)
    case .sarif:
      return try SARIFReport.render(
        result.findings, rules: (RuleCatalogue.all + MeasuredRules.all).map(FindingRule.init),
        toolVersion: Version.text)
    case .github: return Annotations.render(result.findings)
    }
  }
}
