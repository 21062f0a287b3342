import ArgumentParser
import Reporting
import SchemaModel
import SchemaYAML
import Sources

/// `kedge ledger`: who changes the schema.
struct LedgerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger",
    abstract: "Record who changes the schema of a PostgreSQL database, or show it.",
    discussion: """
      The ledger is a table kedge.ddl, written by event triggers: command, object,
      role, client address and time of each change of the schema. Statements are
      not kept. Only a superuser can set it up.

      EXAMPLES
        kedge ledger install env:production
        kedge ledger show env:production --limit 20
      """,
    subcommands: [Install.self, Uninstall.self, Show.self])

  struct Install: KedgeCommand {
    static let configuration = CommandConfiguration(
      commandName: "install",
      abstract: "Begin to record.",
      usage: "kedge ledger install [<db>] [--reader <role> ...] [--runner <role> ...] [options]",
      discussion: """
        Every --reader may look at the ledger. Every --runner, and the role of the
        environment in kedge.yaml, may besides keep the history of migrations, which is
        in the same schema.

        EXAMPLES
          kedge ledger install env:production
          kedge ledger install postgresql://postgres@localhost/shop --reader auditor
        """)

    @OptionGroup var database: LedgerOptions

    @Option(help: ArgumentHelp("A role that may read the ledger.", valueName: "role"))
    var reader: [String] = []

    @Option(help: ArgumentHelp("A role that applies migrations.", valueName: "role"))
    var runner: [String] = []

    @OptionGroup var sources: SourceOptions
    @OptionGroup var options: GlobalOptions

    func outcome(in world: World) throws -> Outcome {
      let workspace = try Workspace(world: world, options: options, sources: sources)
      let (target, ledger) = try database.open(in: workspace)
      let wasThere = try ledger.state() == .recording
      try ledger.install(readers: reader, runners: runner + [target.role].compactMap(\.self))
      world.print(
        "\(target.label): "
          + (wasThere
            ? "the ledger is there, and up to date\n" : "changes are recorded from now on\n"))
      return .success
    }
  }

  struct Uninstall: KedgeCommand {
    static let configuration = CommandConfiguration(
      commandName: "uninstall",
      abstract: "Stop recording, and drop what was recorded.",
      usage: "kedge ledger uninstall [<db>] [--keep-records] [options]",
      discussion: """
        EXAMPLES
          kedge ledger uninstall env:production --keep-records
          kedge ledger uninstall postgresql://postgres@localhost/shop
        """)

    @OptionGroup var database: LedgerOptions

    @Flag(help: "Leave the table with what was recorded.")
    var keepRecords = false

    @OptionGroup var sources: SourceOptions
    @OptionGroup var options: GlobalOptions

    func outcome(in world: World) throws -> Outcome {
      let workspace = try Workspace(world: world, options: options, sources: sources)
      let (target, ledger) = try database.open(in: workspace)
      let state = try ledger.state()
      try ledger.uninstall(keepsRows: keepRecords)
      let words = state == .absent ? "there was no ledger" : "nothing is recorded any more"
      world.print("\(target.label): \(words)\n")
      return .success
    }
  }

  struct Show: KedgeCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Show what was recorded, the newest first.",
      usage: "kedge ledger show [<db>] [--object <name>] [--limit <n>] [options]",
      discussion: """
        EXAMPLES
          kedge ledger show env:production --limit 20
          kedge ledger show env:production --object public.users --format json
        """)

    @OptionGroup var database: LedgerOptions

    @Option(help: "How to print it.")
    var format: StatusCommand.Format = .text

    @Option(help: ArgumentHelp("The newest so many.", valueName: "n"))
    var limit = 50

    @Option(help: ArgumentHelp("Only what has this in its name.", valueName: "name"))
    var object: String?

    @OptionGroup var sources: SourceOptions
    @OptionGroup var options: GlobalOptions

    func validate() throws {
      guard limit > 0 else { throw ValidationError("--limit is a number from 1 on") }
    }

    func outcome(in world: World) throws -> Outcome {
      let workspace = try Workspace(world: world, options: options, sources: sources)
      let (target, ledger) = try database.open(in: workspace)
      let entries = try ledger.newest(limit, naming: object)
      switch format {
      case .text:
        for entry in entries {
          let object = entry.object.map { " " + $0 } ?? ""
          world.print("\(entry.at)  \(entry.command)\(object)  by \(entry.author)\n")
        }
        if entries.isEmpty { world.print("\(target.label): nothing was recorded yet\n") }
      case .json: world.print(try JSONDocument.text(of: entries))
      }
      if try ledger.state() == .stopped {
        workspace.note("note: the ledger has been stopped: newer changes are not in it")
      }
      return .success
    }
  }
}

/// The database whose ledger is meant.
struct LedgerOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "env:NAME or a postgresql:// URL; by default kedge.yaml's default_environment.",
      valueName: "db"))
  var database: String?

  func open(in workspace: Workspace) throws -> (MigrationDatabase, SchemaLedger) {
    let (target, _) = try DatabaseOptions.resolve(database, in: workspace)
    return (target, try SchemaLedger(on: target, in: workspace.engines))
  }
}
