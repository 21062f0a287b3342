import ArgumentParser
import SchemaModel
import SchemaYAML
import Sources
import Migrations
import Reporting

/// `kedge history`: the log of everything that was run.
struct HistoryCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Show what was run on a database, when and by whom.",
    usage: "kedge history [<db>] [--limit <n>] [options]",
    discussion: """
      EXAMPLES
        kedge history app.db
        kedge history env:production --limit 20 --format json
      """)

  @OptionGroup var database: DatabaseOptions

  @Option(help: "How to print it.")
  var format: StatusCommand.Format = .text

  @Option(help: ArgumentHelp("The newest so many.", valueName: "n"))
  var limit = 50

  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit is a number from 1 on") }
  }

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let migrations = try MigrationWorkspace(database, in: workspace)
    _ = try migrations.history()
    let events =
      try migrations.store.exists() ? migrations.store.events(limit: limit) : []
    switch format {
    case .text: world.print(text(events, label: migrations.database.label))
    case .json: world.print(try JSONDocument.text(of: events))
    }
    return .success
  }

  private func text(_ events: [HistoryEvent], label: String) -> String {
    guard !events.isEmpty else { return "\(label): nothing was run yet\n" }
    return events.map { event in
      var line = "\(event.at.prefix(19))  \(event.kind)"
      if let version = event.version { line += " \(version)" }
      if let section = event.section { line += " section \(section)" }
      if let statement = event.statement { line += " statement \(statement)" }
      if let milliseconds = event.milliseconds {
        line += " (\(RunnerProgress.seconds(.milliseconds(milliseconds))))"
      }
      line += "  by \(event.by)"
      if let from = event.from { line += " from \(from)" }
      if let detail = event.detail {
        line += "\n    " + detail.split(separator: "\n").joined(separator: "\n    ")
      }
      return line + "\n"
    }.joined()
  }
}
