package import ArgumentParser
import Glibc
import SQLText

/// The command line.
package struct Kedge: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "kedge",
    abstract: "Finds schema drift and generates migrations, for PostgreSQL and SQLite.",
    discussion: """
      A SOURCE is postgresql://…, sqlite:PATH or a SQLite file, FILE.yaml or a
      folder of YAML files, FILE.json (a snapshot), FILE.sql, a folder of
      migrations (DIR or DIR@VERSION), git:REV:PATH, env:NAME (of kedge.yaml)
      or empty.

      Exit codes: 0 in sync or done, 1 differences, 2 could not be done,
      3 refused by a safety gate, 4 no difference found but not everything was
      decided.

      EXAMPLES
        kedge check app.db --target schema.yaml
        kedge diff env:staging env:production
      """,
    version: "kedge \(Version.text)",
    subcommands: [
      InitCommand.self, InspectCommand.self, DiffCommand.self, CheckCommand.self,
      ReportCommand.self, LedgerCommand.self,
      GenerateCommand.self, LintCommand.self, VerifyCommand.self, ApplyCommand.self,
      RollbackCommand.self, ResumeCommand.self, StatusCommand.self, HistoryCommand.self,
      RepairCommand.self, BaselineCommand.self, LockCommand.self, SchemaCommand.self,
      ConfigCommand.self, PullCommand.self, FmtCommand.self, AcceptCommand.self,
      DoctorCommand.self, ExplainCommand.self, CompletionsCommand.self,
    ])

  package init() {}

  /// Parses the arguments, runs the command and ends the process with one of the documented codes.
  package static func start() -> Never {
    signal(SIGPIPE, SIG_IGN)
    Interruption.watch()
    let outcome = run(Array(CommandLine.arguments.dropFirst()))
    Interruption.giveWay()
    Glibc.exit(outcome.rawValue)
  }

  private static func run(_ arguments: [String]) -> Outcome {
    let world = World.live
    do {
      try checkCommand(arguments.first)
      var command = try parseAsRoot(arguments)
      if let command = command as? any KedgeCommand {
        return try command.outcome(in: world)
      }
      try command.run()
      return .success
    } catch {
      return Failure.report(error, to: world)
    }
  }

  /// The parser would call it an unexpected argument.
  private static func checkCommand(_ word: String?) throws {
    guard let word, !word.hasPrefix("-"), word != "help" else { return }
    let commands = configuration.subcommands.compactMap { $0.configuration.commandName }
    if commands.contains(word) { return }
    let near = nearestName(to: word, among: commands)
    throw ValidationError(
      "There is no command '\(word)'" + (near.map { ". Did you mean '\($0)'?" } ?? ""))
  }
}

/// A command that ends with an outcome of its own.
protocol KedgeCommand: ParsableCommand {
  func outcome(in world: World) throws -> Outcome
}

extension KedgeCommand {
  mutating func run() throws {
    let outcome = try outcome(in: World.live)
    if outcome != .success { throw ExitCode(outcome.rawValue) }
  }
}
