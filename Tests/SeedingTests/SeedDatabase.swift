import Glibc
import Planning
import PostgresEngine
import SQLiteEngine
import SchemaModel
import Seeding
import Testing

/// A database made by a script, and filled.
struct SeedDatabase {
  private static let server: Result<PrivateServer, any Error> = {
    let result = Result<PrivateServer, any Error> { try PrivateServer.start() }
    // A static is never released: without this its folder would stay.
    atexit { if case .success(let server) = SeedDatabase.server { server.stop() } }
    return result
  }()

  let database: any DisposableDatabase
  let session: any Session

  init(_ engine: EngineName, _ script: String) throws {
    database =
      switch engine {
      case .postgresql: try DisposablePostgres(on: .owned(Self.server.get()))
      case .sqlite: try DisposableSQLite()
      }
    session = try database.session()
    let dialect: any Dialect = engine == .postgresql ? PostgresDialect() : SQLiteDialect()
    if engine == .postgresql { try session.execute("SET search_path = public") }
    for statement in try dialect.statements(of: script) { try session.execute(statement.text) }
  }

  /// Every table is filled.
  func fill() throws -> SeedResult {
    let schema = try session.readSchema()
    var seeder = Seeder(schema: schema, session: session)
    return try seeder.fill(Set(schema.objects(of: .table).map(\.id)))
  }

  func count(_ table: String) throws -> Int {
    let rows = try session.query("SELECT count(*) FROM \(table)")
    return rows.first?.first?.flatMap { $0 }.flatMap { Int($0) } ?? -1
  }

  func values(_ sql: String) throws -> [String?] { try session.query(sql).map { $0.first ?? nil } }
}

extension SeedResult {
  /// `t: why`, for messages.
  var reasons: [String] { omissions.map { "\($0.table.name): \($0.reason)" } }
}
