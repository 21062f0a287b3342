import Comparison
import Planning
import Reporting
import SchemaDiff
import SchemaModel
import SchemaYAML
import Sources

/// What a command works with: configuration, sources, a scratch when one is needed.
struct Workspace {
  let world: World
  let options: GlobalOptions
  let configuration: Configuration
  let engines: EngineRegistry
  let loader: SourceLoader
  /// What of owners and grants was asked for; nil: what the sources speak of.
  let management: Management?

  init(world: World, options: GlobalOptions, sources: SourceOptions) throws {
    self.world = world
    self.options = options
    configuration = try ConfigurationFile.read(options.config, environment: world.environment)
    let environments = configuration.environments
    engines = EngineRegistry(
      scratch: try sources.scratch ?? configuration.scratch?.resolved(),
      // One whose variables are not set cannot be looked at.
      environments: environments.sorted { $0.key < $1.key }.compactMap { name, environment in
        (try? environment.url.resolved()).map { (name, $0) }
      })
    management = sources.management
    loader = SourceLoader(
      engines: engines, environmentNames: environments.keys.sorted(),
      environment: { try environments[$0]?.url.resolved() },
      defaultEngine: sources.engine?.name)
  }

  /// The schema file that `kedge.yaml` names, or `schema.yaml` beside the user.
  var schemaFile: String { configuration.schema ?? "schema.yaml" }

  /// What to compare with: as given, else the schema file, which must be there.
  func target(_ given: String?) throws -> SourceName {
    if let given { return try source(given) }
    guard FileSystem.kind(of: schemaFile) != .missing else {
      throw SourceProblem(
        "there is no \(schemaFile) to compare with",
        nextStep:
          "name the target with --target SOURCE, or write a schema.yaml with: kedge init SOURCE")
    }
    return try SourceName(schemaFile)
  }

  /// What an argument names; one that forgets `env:` is told so.
  func source(_ text: String) throws -> SourceName {
    try refuseBareEnvironment(text)
    return try SourceName(text)
  }

  func refuseBareEnvironment(_ text: String) throws {
    guard configuration.environments[text] != nil, FileSystem.kind(of: text) == .missing else {
      return
    }
    throw SourceProblem(
      "there is no file \(text), but an environment is called so", nextStep: "write env:\(text)")
  }

  func load(_ name: SourceName) throws -> LoadedSource {
    managed(try timed("read", now: "reading \(shown(name))") { try loader.load(name) })
  }

  func load(
    from: SourceName, to: SourceName
  ) throws -> (from: LoadedSource, to: LoadedSource) {
    let (from, to) = try timed(
      "read both sides", now: "reading \(shown(from)) and \(shown(to))"
    ) { try loader.load(from: from, to: to) }
    return (managed(from), managed(to))
  }

  /// A source without its password.
  private func shown(_ name: SourceName) -> String {
    switch name {
    case .postgresql(let url): (try? EngineRegistry.masked(url)) ?? "a database"
    case .sqlite(let path), .declared(let path), .snapshot(let path), .script(let path),
      .git(_, let path):
      path
    case .migrations(let path, _): path
    case .environment(let name): "env:" + name
    case .empty: "nothing"
    }
  }

  /// A declaration says itself what it manages.
  func managed(_ source: LoadedSource) -> LoadedSource {
    guard let management, !source.schema.scope.isDeclared else { return source }
    var source = source
    source.schema.scope.management = management
    return source
  }

  func compare(_ from: LoadedSource, _ to: LoadedSource) throws -> ComparisonResult {
    let engine = to.schema.engine
    let version = from.schema.serverVersion ?? to.schema.serverVersion
    let comparer = Comparer(dialect: engines.dialect(engine)) {
      try engines.scratch(for: engine, serverVersion: version)
    }
    let result = try timed("compare", now: "comparing \(from.label) and \(to.label)") {
      try comparer.compare(from: from.schema, to: to.schema)
    }
    guard from.isLive || to.isLive else { return result }
    // What is declared wins over what other tools' tables are taken for.
    let builtIn = from.schema.scope.isDeclared ? [] : IgnoreRule.historyTables
    return try result.ignoring(builtIn + ignoreRules, today: World.today())
  }

  /// `ignore` of kedge.yaml.
  var ignoreRules: [IgnoreRule] {
    let file = options.config ?? ConfigurationFile.defaultName
    return configuration.ignore.map { rule in
      IgnoreRule(
        kind: ObjectKind(rawValue: rule.kind), patterns: rule.patterns, attribute: rule.attribute,
        reason: rule.reason, until: rule.until, place: "\(file):\(rule.line)")
    }
  }

  /// Runs the work, says meanwhile on a terminal what it is, and how long it took when --verbose asks for it.
  func timed<Value>(
    _ what: String, now: String, _ body: () throws -> Value
  ) rethrows -> Value {
    StatusLine.show(now, in: world, options)
    defer { StatusLine.clear() }
    guard options.verbose else { return try body() }
    let clock = ContinuousClock()
    let start = clock.now
    let value = try body()
    world.printError("\(what): \(clock.now - start)\n")
    return value
  }

  func note(_ text: String) {
    if !options.quiet { world.printError(text + "\n") }
  }

  /// Notes and coverage of a comparison whose result is SQL: they go to standard error.
  func noteCoverage(of report: Report, suggestingRenames: Bool = true) {
    let coverage = report.coverage
    for pair in report.result.undecided {
      note("undecided: \(Wording.object(pair.id)): \(pair.reason)")
    }
    for item in coverage.unmodelled { note("not compared: \(item.count) \(item.kind)") }
    for gap in coverage.gaps { note("could not be read: \(gap.subject): \(gap.reason)") }
    for item in report.result.exposures { note("\(item.kind): \(item.count)") }
    for text in coverage.notes { note("note: \(text)") }
    for text in report.difference.information { note("note: \(text)") }
    for text in suggestingRenames ? report.suggestions : report.misspellings {
      note("note: \(text)")
    }
  }

  /// Writes to the file, or to standard output.
  func emit(_ text: String, to file: String?) throws {
    if let file { try FileSystem.write(text, to: file) } else { world.print(text) }
  }

  func emit(_ pieces: [[UInt8]], to file: String?) throws {
    if let file { try FileSystem.write(pieces, to: file) } else { world.print(pieces) }
  }
}
