import ArgumentParser
import Planning
import SchemaModel
import SchemaYAML
import Sources

/// Options of the commands that write SQL.
struct TargetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The SQLite that is to run the SQL, if it is not the one that reads the file.",
      valueName: "X.Y"))
  var sqliteVersion: String?

  @Flag(help: "Simple statements, which may lock tables for long.")
  var plain = false

  @Option(help: ArgumentHelp("Hazards to accept, by code, or 'all'.", valueName: "code,…"))
  var allow: [String] = []

  func validate() throws {
    if let sqliteVersion, TargetOptions.number(sqliteVersion) == nil {
      throw ValidationError("'\(sqliteVersion)' is no version of SQLite: write 3.46, for example")
    }
  }

  /// The schema as if it were in a database of the SQLite that is asked for.
  func targeted(_ source: LoadedSource) -> LoadedSource {
    guard source.schema.engine == .sqlite, let sqliteVersion,
      let number = TargetOptions.number(sqliteVersion)
    else { return source }
    var source = source
    source.schema.serverVersion = number
    return source
  }

  /// `3.46` or `3.46.1` as SQLite counts: 3046000.
  private static func number(_ text: String) -> Int? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard (2...3).contains(parts.count), let major = parts[0], let minor = parts[1],
      major == 3, (0..<1000).contains(minor)
    else { return nil }
    let patch = parts.count == 3 ? parts[2] : 0
    guard let patch, (0..<1000).contains(patch) else { return nil }
    return major * 1_000_000 + minor * 1_000 + patch
  }
}

extension Workspace {
  /// How plans are to be made.
  func style(_ target: TargetOptions) -> PlanStyle {
    PlanStyle(
      isOnline: !target.plain,
      serverVersion: configuration.minimumVersion.map { $0 * 10_000 })
  }

  /// The plan with what the rows of a live starting point say to it.
  func asking(_ start: LoadedSource, about plan: Plan) throws -> Plan {
    guard let address = start.address else { return plan }
    let findings = try timed("ask the rows", now: "asking the rows of the database") {
      try engines.findings(of: plan.checks, plan.engine, at: address)
    }
    return try sized(plan.applying(findings), start)
  }

  /// The plan with what the statistics of a live starting point say of its tables.
  func sized(_ plan: Plan, _ start: LoadedSource) throws -> Plan {
    guard let address = start.address else { return plan }
    let sizes = try engines.sizes(of: plan.lockedRelations, plan.engine, at: address)
    return plan.sized(by: sizes, smallTableRows: configuration.smallTableRows)
  }
}
