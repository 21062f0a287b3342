package import Comparison
package import Planning
import PostgresEngine
import SQLiteEngine
package import SchemaModel
import Synchronization

/// The engines: the only place that names them.
package struct EngineRegistry {
  /// A live database as it was read.
  package struct Reading: Sendable {
    package let schema: Schema
    package let label: String
  }

  /// A server on which scratch databases may be made; nil: start a private one; `none`: do without.
  private let scratchURL: String?
  /// What `kedge.yaml` calls environments: none of them may be the scratch.
  private let environments: [(name: String, url: String)]
  private let servers = PrivateServers()
  private let seen = SeenDatabases()

  package init(scratch: String?, environments: [(name: String, url: String)] = []) {
    scratchURL = scratch
    self.environments = environments
  }

  package func dialect(_ engine: EngineName, style: PlanStyle = .online) -> any Dialect {
    switch engine {
    case .postgresql: PostgresDialect(style: style)
    case .sqlite: SQLiteDialect()
    }
  }

  /// Reads a live database.
  package func inspect(_ engine: EngineName, at address: String) throws -> Reading {
    switch engine {
    case .postgresql:
      let target = try EngineProblem.translating { try ConnectionString(address) }
      return try EngineProblem.translating {
        let connection = try PostgresConnection(target)
        if scratchURL != nil { seen.add(connection.identity(), target.masked) }
        return Reading(
          schema: try PostgresInspector.inspect(connection), label: target.masked)
      }
    case .sqlite:
      return try EngineProblem.translating {
        Reading(schema: try SQLiteInspector.inspect(path: address), label: address)
      }
    }
  }

  /// What the rows of a live database say to a plan's checks; an engine that cannot be asked says nothing.
  package func findings(
    of checks: [RowCheck], _ engine: EngineName, at address: String
  ) throws -> [RowFinding] {
    guard !checks.isEmpty else { return [] }
    switch engine {
    case .postgresql:
      return try EngineProblem.translating {
        let connection = try PostgresConnection(try ConnectionString(address))
        return try RowQuestions.findings(of: checks, in: connection)
      }
    case .sqlite:
      return try EngineProblem.translating {
        let connection = try SQLiteConnection.open(.file(path: address, access: .readOnly))
        return try SQLiteRows.findings(of: checks, in: connection)
      }
    }
  }

  /// How large relations are, where the engine keeps statistics.
  package func sizes(
    of relations: [ObjectID], _ engine: EngineName, at address: String
  ) throws -> [ObjectID: RelationSize] {
    guard !relations.isEmpty, engine == .postgresql else { return [:] }
    return try EngineProblem.translating {
      let connection = try PostgresConnection(try ConnectionString(address))
      return try RowQuestions.sizes(of: relations, in: connection)
    }
  }

  /// A scratch database of the engine, or nil where there is none to be had; the version is that of the
  /// live server, so that a private one of the same major version is preferred.
  package func scratch(
    for engine: EngineName, serverVersion: Int?
  ) throws -> (any Scratch)? {
    switch engine {
    case .sqlite: SQLiteScratch()
    case .postgresql: try scratchServer(serverVersion).map { PostgresScratch(on: $0) }
    }
  }

  /// An empty scratch database on which migrations can run; nil where there is none to be had.
  package func scratchSession(
    for engine: EngineName, serverVersion: Int? = nil
  ) throws -> (any Session)? {
    try EngineProblem.translating {
      switch engine {
      case .sqlite: try SQLiteSession()
      case .postgresql: try scratchServer(serverVersion).map { try PostgresScratchSession(on: $0) }
      }
    }
  }

  /// Runs migrations of PostgreSQL on a scratch and watches them (`MigrationTracer`); nil where there is no
  /// scratch.
  package func trace(
    majorVersion: Int?, base: Schema?, before: [TraceUnit], units: [TraceUnit]
  ) throws -> [StatementTrace?]? {
    guard let server = try scratchServer(majorVersion.map { $0 * 10_000 }) else { return nil }
    return try EngineProblem.translating(file: "the migrations before") {
      var tracer = PostgresTracer(on: server)
      return try tracer.trace(base: base, before: before, units: units)
    }
  }

  /// What tells the scratch that there would be from others, without starting it.
  func scratchContext(_ engine: EngineName) -> String {
    switch engine {
    case .sqlite: SQLiteConnection.libraryVersion
    case .postgresql:
      scratchURL ?? ServerBinaries.choose(nil, among: ServerBinaries.installed())?.version ?? ""
    }
  }

  /// A throw-away database to try migrations on, or nil where there is none to be had.
  package func disposable(
    for engine: EngineName, serverVersion: Int? = nil
  ) throws -> (any DisposableDatabase)? {
    try EngineProblem.translating {
      switch engine {
      case .sqlite: try DisposableSQLite()
      case .postgresql: try scratchServer(serverVersion).map { try DisposablePostgres(on: $0) }
      }
    }
  }

  private func scratchServer(_ version: Int?) throws -> ScratchServer? {
    if scratchURL == "none" { return nil }
    if let scratchURL {
      let target = try EngineProblem.translating { try ConnectionString(scratchURL) }
      try refuseUsed(target)
      return .given(target)
    }
    return try servers.server(major: version.map { $0 / 10_000 }).map { .owned($0) }
  }

  /// A database that is compared, or that the project works with, must not carry the load and the leftovers
  /// of a scratch. An environment is connected to only where it may be the same one under another name.
  private func refuseUsed(_ target: ConnectionString) throws {
    let neighbours = environments.compactMap { name, url in
      (try? ConnectionString(url)).flatMap {
        target.namesSameServer(as: $0) ? (name: name, target: $0) : nil
      }
    }
    for (name, other) in neighbours where target.namesSameDatabase(as: other) {
      throw refusal(of: target, since: "the environment '\(name)' of kedge.yaml")
    }
    let identity = try EngineProblem.translating { try PostgresConnection(target).identity() }
    if let label = seen.label(of: identity) {
      throw refusal(of: target, since: "the database that is compared, \(label)")
    }
    guard let identity else { return }
    for (name, other) in neighbours where (try? PostgresConnection(other).identity()) == identity {
      throw refusal(of: target, since: "the environment '\(name)' of kedge.yaml")
    }
  }

  private func refusal(of target: ConnectionString, since reason: String) -> SourceProblem {
    SourceProblem(
      "the scratch \(target.masked) is \(reason)",
      nextStep: "name a server that nobody else uses, or leave --scratch out", isRefusal: true)
  }

  /// Executes a `.sql` source on a scratch database and reads it back.
  package func load(script: String, name: String, in engine: EngineName) throws -> Schema {
    guard var scratch = try scratch(for: engine, serverVersion: nil) else {
      throw SourceProblem(
        "\(name) must be executed to be read, and there is no scratch server",
        nextStep: EngineRegistry.howToGetScratch)
    }
    return try EngineProblem.translating(file: name) { try scratch.load(script: script) }
  }

  package static let howToGetScratch =
    "install PostgreSQL's server package, or give a server on which databases may be made: --scratch "
    + "URL"

  /// The oldest server that understands what is generated from this schema, for migration headers.
  package func minimumVersion(for schema: Schema) -> String? {
    schema.serverVersion.map { EngineRegistry.versionText($0, engine: schema.engine) }
  }

  /// `15` for 150018, `3.40` for 3040001.
  package static func versionText(_ version: Int, engine: EngineName) -> String {
    switch engine {
    case .postgresql: String(version / 10_000)
    case .sqlite: "\(version / 1_000_000).\(version / 1_000 % 1_000)"
    }
  }

  /// `15.18` for 150018, `3.40.1` for 3040001.
  package static func fullVersion(_ version: Int, engine: EngineName) -> String {
    switch engine {
    case .postgresql: "\(version / 10_000).\(version % 10_000)"
    case .sqlite: "\(version / 1_000_000).\(version / 1_000 % 1_000).\(version % 1_000)"
    }
  }

  /// The other way round; nil for what is no version.
  package static func versionNumber(_ text: String, engine: EngineName) -> Int? {
    let parts = text.split(separator: ".").map { Int($0) }
    switch engine {
    case .postgresql: return parts.first.flatMap { $0 }.map { $0 * 10_000 }
    case .sqlite:
      guard parts.count >= 2, let major = parts[0], let minor = parts[1] else { return nil }
      return major * 1_000_000 + minor * 1_000
    }
  }

  package static func looksLikeSQLite(_ path: String) -> Bool {
    SQLiteLocation.looksLikeDatabase(path)
  }

  /// A connection string as it may be shown: without its password.
  package static func masked(_ url: String) throws -> String {
    try EngineProblem.translating { try ConnectionString(url).masked }
  }

  /// The libraries that carry the engines, with their versions.
  package static func libraries() -> [(name: String, finding: String)] {
    let servers = Set(ServerBinaries.installed().map(\.version)).sorted()
    return [
      ("SQLite", SQLiteConnection.libraryVersion),
      ("libpq", PostgresConnection.libraryVersion),
      (
        "PostgreSQL server programs",
        servers.isEmpty ? "none" : servers.joined(separator: ", ")
      ),
    ]
  }

  /// What a role may not do that migrations need.
  package func limits(of session: any Session) throws -> [String] {
    guard session.engine == .postgresql else { return [] }
    let rows = try session.query(
      """
      SELECT pg_catalog.pg_is_in_recovery(),
        pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
      """)
    let answers = rows.first ?? []
    return (answers.first == "t" ? ["it is a standby: nothing can be applied there"] : [])
      + (answers.last == "f" ? ["the role may not create schemas: apply needs that once"] : [])
  }

  /// Stops what servers do for this process; true when there was something to stop.
  package static func cancelStatements() -> Bool { RunningStatements.cancelAll() }

  /// Stops what runs for this process; for signals, too.
  package static func cleanUp() { PrivateServers.stopAll() }
}

/// The private servers of this process, so that a signal can take them down.
private final class PrivateServers: Sendable {
  private static let running = Mutex<[PrivateServer]>([])

  /// The one that runs already, or a new one; nil when this machine has no server programs.
  func server(major: Int?) throws -> PrivateServer? {
    try PrivateServers.running.withLock { running throws -> PrivateServer? in
      if let server = running.first { return server }
      do {
        let server = try PrivateServer.start(preferredMajor: major)
        running.append(server)
        return server
      } catch PrivateServerError.noBinaries {
        return nil
      } catch let error as PrivateServerError {
        throw SourceProblem(error.message, nextStep: error.nextStep)
      }
    }
  }

  static func stopAll() {
    let servers = running.withLock { running in
      defer { running = [] }
      return running
    }
    for server in servers { server.stop() }
  }
}

/// The live databases that were read, when there is a scratch that must not be one of them.
private final class SeenDatabases: Sendable {
  private let labels = Mutex<[DatabaseIdentity: String]>([:])

  func add(_ identity: DatabaseIdentity?, _ label: String) {
    if let identity { labels.withLock { $0[identity] = label } }
  }

  func label(of identity: DatabaseIdentity?) -> String? {
    identity.flatMap { identity in labels.withLock { $0[identity] } }
  }
}
