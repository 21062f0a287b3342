import ArgumentParser
import Planning
import SchemaModel
import SchemaYAML
import Sources

/// Options of every command that works on the migrations of one database.
struct DatabaseOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "env:NAME, a postgresql:// URL, or a SQLite file; by default kedge.yaml's default_environment.",
      valueName: "db"))
  var database: String?

  @Option(help: ArgumentHelp("The migrations; by default those of kedge.yaml.", valueName: "path"))
  var folder: String?

  /// The environment that was meant, where it has a name, and where its database is.
  static func resolve(
    _ database: String?, in workspace: Workspace
  ) throws -> (database: MigrationDatabase, environment: Configuration.Environment?) {
    let configuration = workspace.configuration
    guard let text = database ?? configuration.defaultEnvironment.map({ "env:" + $0 }) else {
      throw SourceProblem(
        "nothing says which database is meant",
        nextStep:
          "name it: a URL, a SQLite file or env:NAME; or set default_environment in kedge.yaml")
    }
    guard text.hasPrefix("env:") else {
      try workspace.refuseBareEnvironment(text)
      return (try self.database(text, role: nil, label: nil), nil)
    }
    let name = String(text.dropFirst("env:".count))
    guard let environment = configuration.environments[name] else {
      let known = configuration.environments.keys.sorted().joined(separator: ", ")
      throw SourceProblem(
        "there is no environment '\(name)' in kedge.yaml",
        nextStep: known.isEmpty ? "add it under environments:" : "the environments are: \(known)")
    }
    var database = try self.database(
      environment.url.resolved(), role: environment.role?.resolved(), label: text)
    database.isPooled = environment.pooler.map { $0 == .transaction }
    return (database, environment)
  }

  private static func database(
    _ text: String, role: String?, label: String?
  ) throws -> MigrationDatabase {
    // A file that is not there yet has no first bytes to tell what it is.
    if !text.contains("://"), !text.hasPrefix("sqlite:"), FileSystem.kind(of: text) == .missing,
      SourceName.form(ofPath: text) == nil
    {
      return MigrationDatabase(engine: .sqlite, address: text, role: nil, label: label ?? text)
    }
    switch try SourceName(text) {
    case .postgresql(let url):
      return MigrationDatabase(
        engine: .postgresql, address: url, role: role,
        label: try label ?? EngineRegistry.masked(url))
    case .sqlite(let path):
      return MigrationDatabase(engine: .sqlite, address: path, role: nil, label: label ?? path)
    case .declared, .snapshot, .script, .migrations, .git, .environment, .empty:
      throw SourceProblem(
        "'\(text)' is not a database", nextStep: "name a postgresql:// URL or a SQLite file")
    }
  }
}
