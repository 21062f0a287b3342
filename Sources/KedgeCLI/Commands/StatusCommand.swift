import ArgumentParser
import SchemaModel
import SchemaYAML
import Sources
import Migrations
import Reporting

/// `kedge status`: what is applied, what is pending, what is wrong.
struct StatusCommand: KedgeCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show which migrations a database has.",
    usage: "kedge status [<db>] [options]",
    discussion: """
      EXAMPLES
        kedge status app.db
        kedge status env:production --format json --exit-code
      """)

  @OptionGroup var database: DatabaseOptions

  @Option(help: "How to print it.")
  var format: Format = .text

  @Flag(help: "Exit 1 when something is pending, 2 when something is wrong.")
  var exitCode = false

  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  private struct Document: Codable {
    var kedgeStatus = 1
    var database: String
    var migrations: [MigrationStatus]
    var holder: String?
  }

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let migrations = try MigrationWorkspace(database, in: workspace, whenMissing: .empty)
    let statuses = MigrationStatus.all(migrations.folder, try migrations.history())
    let holder = try migrations.holder()
    switch format {
    case .text:
      world.print(
        StatusPrinter(colored: options.isColored(world)).text(
          statuses, label: migrations.database.label, holder: holder))
    case .json:
      world.print(
        try JSONDocument.text(
          of: Document(database: migrations.database.label, migrations: statuses, holder: holder)))
    }
    return exitCode ? outcome(of: statuses) : .success
  }

  private func outcome(of statuses: [MigrationStatus]) -> Outcome {
    if statuses.contains(where: { [.unfinished, .changed, .outOfOrder].contains($0.state) }) {
      return .failed
    }
    return statuses.contains { $0.state == .pending } ? .different : .success
  }
}

/// The table of `status`, for a terminal.
struct StatusPrinter {
  let colored: Bool

  func text(_ statuses: [MigrationStatus], label: String, holder: String?) -> String {
    guard !statuses.isEmpty else { return "\(label): there are no migrations\n" }
    let width = statuses.map { $0.state.rawValue.count }.max() ?? 0
    var text = ""
    for status in statuses {
      let padding = String(repeating: " ", count: width - status.state.rawValue.count)
      text += painted(status.state) + padding + "  \(status.version)_\(status.name)"
      if let at = status.appliedAt { text += "  \(at.prefix(19))" }
      if !status.isReversible { text += "  (no way back)" }
      text += "\n"
      if let detail = status.detail { text += "  \(detail)\n" }
    }
    if let holder { text += "running now: \(holder)\n" }
    return text + "\(label): \(summary(statuses))\n"
  }

  private func summary(_ statuses: [MigrationStatus]) -> String {
    var counts: [(MigrationStatus.State, Int)] = []
    for status in statuses {
      if let index = counts.firstIndex(where: { $0.0 == status.state }) {
        counts[index].1 += 1
      } else {
        counts.append((status.state, 1))
      }
    }
    return counts.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
  }

  private func painted(_ state: MigrationStatus.State) -> String {
    guard colored else { return state.rawValue }
    let color =
      switch state {
      case .applied, .cosmetic: "32"
      case .pending: "33"
      case .outOfOrder, .missing, .future, .changed, .unfinished: "31"
      }
    return "\u{1B}[\(color)m\(state.rawValue)\u{1B}[0m"
  }
}
