package import Comparison
import Planning
import SQLText
import SchemaDiff
package import SchemaModel

/// Lets PostgreSQL itself say what declared texts mean: builds them in a throw-away database and reads
/// them back.
package struct PostgresScratch: Scratch {
  private let server: ScratchServer
  private static let publicSchema = ObjectID.namespace(Identifier("public"))

  package init(on server: ScratchServer) { self.server = server }

  package mutating func canonical(_ schema: Schema) throws -> ScratchReading {
    let withPublic = schema.contains(Self.publicSchema)
    let database = try ScratchDatabase.make(on: server, withPublic: withPublic)
    let builder = try Self.builder(for: schema, in: database, on: server)
    let steps = try Self.steps(creating: schema, withPublic: withPublic)
    let failures = try builder.build(steps, administration: try database.administration())
    return ScratchReading(schema: try builder.read().withoutPrivileges(), failures: failures)
  }

  /// Builds the schema in a new database that has a schema `public`; what cannot be built is named.
  static func build(
    _ schema: Schema, in database: borrowing ScratchDatabase, on server: ScratchServer
  ) throws -> [ObjectID: String] {
    let builder = try Self.builder(for: schema, in: database, on: server)
    return try builder.build(
      try steps(creating: schema, withPublic: true), administration: try database.administration())
  }

  private static func builder(
    for schema: Schema, in database: borrowing ScratchDatabase, on server: ScratchServer
  ) throws -> ScratchBuilder {
    let builder = ScratchBuilder(
      connection: try database.builder(),
      superuser: ReservedSteps(
        connection: try database.administration(), isOwned: server.canMakeRoles))
    try builder.pin(searchPath: schema.scope.searchPath.map(\.raw))
    if server.canMakeRoles { try makeRoles(of: schema, try database.administration()) }
    return builder
  }

  package mutating func load(script: String) throws -> Schema {
    let pieces: [StatementSplitter.Piece]
    do {
      pieces = try StatementSplitter.pieces(of: script)
    } catch {
      throw ScriptError(line: ScriptError.line(of: error.offset, in: script), reason: error.message)
    }
    let database = try ScratchDatabase.make(on: server, withPublic: true)
    let loader = ScriptLoader(
      connection: try database.builder(), administration: try database.administration(),
      canMakeRoles: server.canMakeRoles)
    for piece in pieces { try loader.run(piece) }
    return try loader.read().withoutPrivileges()
  }

  /// Roles that policies name and that are missing become stand-ins that cannot sign in.
  private static func makeRoles(
    of schema: Schema, _ administration: borrowing PostgresConnection
  ) throws(PostgresError) {
    var names: Set<Identifier> = []
    for case .policy(let policy) in schema.objects(of: .policy) { names.formUnion(policy.roles) }
    for mapping in schema.objects(of: .userMapping) where mapping.id.name.raw != "public" {
      names.insert(mapping.id.name)
    }
    guard !names.isEmpty else { return }
    let present = Set(
      try administration.query("SELECT rolname FROM pg_catalog.pg_roles").map { $0.text(0) })
    for name in names.sorted() where !present.contains(name.raw) {
      // Another scratch may be faster.
      try? administration.execute("CREATE ROLE \(quotedIdentifier(name.raw)) NOLOGIN")
    }
  }

  /// The steps from nothing to the schema; out of order when some wait for each other, since what fails
  /// is tried again anyway.
  private static func steps(creating schema: Schema, withPublic: Bool) throws -> [Step] {
    let dialect = PostgresDialect()
    let present = schema.objects(of: .namespace, under: withPublic ? publicSchema.path : [])
    let start = try Schema(
      engine: .postgresql, objects: withPublic ? Array(present.prefix(1)) : [],
      serverVersion: schema.serverVersion)
    let schema = try schema.withoutPrivileges()
    let difference = try Differ.difference(from: start, to: schema, renames: [])
    let steps = try dialect.steps(for: difference, from: start, to: schema)
    return (try? Order.sorted(steps)) ?? steps.sorted { $0.subject < $1.subject }
  }
}

/// Executes steps on a scratch database.
struct ScratchBuilder: ~Copyable {
  private let connection: PostgresConnection
  private let superuser: ReservedSteps
  /// How many steps share a transaction, as long as all goes well.
  private static let batch = 200

  init(connection: consuming PostgresConnection, superuser: consuming ReservedSteps) {
    self.connection = connection
    self.superuser = superuser
  }

  borrowing func pin(searchPath: [String]) throws(PostgresError) {
    let settings = SessionSettings(
      lockTimeout: 10_000, statementTimeout: 60_000, searchPath: searchPath)
    try connection.pin(settings)
    try superuser.pin(settings)
  }

  borrowing func read() throws(PostgresError) -> Schema {
    try PostgresInspector.inspect(connection)
  }

  /// What failed, with the server's reason; what failed for a missing object is tried again until nothing
  /// moves.
  borrowing func build(
    _ all: [Step], administration: borrowing PostgresConnection
  ) throws(PostgresError) -> [ObjectID: String] {
    var refused: [ObjectID: String] = [:]
    try makeSchemas(all)
    let steps = all.filter {
      $0.subject.kind != .extension && !($0.subject.kind == .namespace && $0.operation == .create)
        && !ReservedSteps.comesLast($0)
    }
    for step in all where step.subject.kind == .extension {
      for statement in step.statements {
        do throws(PostgresError) {
          try administration.execute(statement.sql.text)
        } catch {
          guard administration.isOpen else { throw error }
          refused[step.subject] = error.message
        }
      }
    }
    var waiting: [Step] = []
    var position = 0
    while position < steps.count {
      let batch = Array(steps[position..<min(position + Self.batch, steps.count)])
      position += batch.count
      if try failure(of: batch) != nil {
        for step in batch where try failure(of: [step]) != nil { waiting.append(step) }
      }
    }
    var reasons = refused
    var before = Int.max
    while !waiting.isEmpty, waiting.count < before {
      before = waiting.count
      reasons = refused
      var left: [Step] = []
      for step in waiting {
        guard var reason = try failure(of: [step]) else { continue }
        if superuser.takes(step, after: reason) {
          guard let other = try superuser.failure(of: step) else { continue }
          reason = other
        }
        left.append(step)
        reasons[step.subject] = reason.message
      }
      waiting = left
    }
    for step in all where ReservedSteps.comesLast(step) {
      if let reason = try superuser.failure(of: step) { reasons[step.subject] = reason.message }
    }
    return reasons
  }

  /// Extensions are made first and need their schemas.
  private borrowing func makeSchemas(_ steps: [Step]) throws(PostgresError) {
    for step in steps where step.subject.kind == .namespace && step.operation == .create {
      try connection.execute("CREATE SCHEMA \(quotedIdentifier(step.subject.name.raw))")
    }
  }

  /// Runs the steps in one transaction; the error, after everything was taken back. Throws only when the
  /// scratch itself is gone.
  private borrowing func failure(of steps: [Step]) throws(PostgresError) -> ServerError? {
    let statements = steps.flatMap(\.statements)
    guard !statements.isEmpty else { return nil }
    let texts = statements.map(\.sql.text)
    let isTransactional = statements.allSatisfy(\.isTransactional)
    do throws(PostgresError) {
      if isTransactional {
        _ = try connection.run(["BEGIN"] + texts + ["COMMIT"])
      } else {
        for text in texts { try connection.execute(text) }
      }
      return nil
    } catch {
      guard connection.isOpen else { throw error }
      if connection.isInTransaction { try connection.execute("ROLLBACK") }
      switch error {
      case .server(let reason): return reason
      default: return ServerError(unexpected: error.message)
      }
    }
  }
}

extension Schema {
  /// On a scratch everything belongs to the role that builds.
  func withoutPrivileges() throws -> Schema {
    var bare = try replacing(objects: objects.filter { !$0.kind.isPrivilege })
    bare.scope.management = .nothing
    bare.scope.role = nil
    return bare
  }
}

extension ServerError {
  init(unexpected message: String) {
    self.init(
      severity: "ERROR", sqlState: "", message: message, detail: nil, hint: nil, position: nil,
      context: nil, schema: nil, table: nil, column: nil, constraint: nil, statementIndex: 0)
  }
}
