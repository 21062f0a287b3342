import Comparison
import Glibc
import Planning
import PostgresEngine
import SQLText
import SQLiteEngine
import SchemaModel

/// A real database that a case is proven on.
protocol ProofDatabase {
  var dialect: any Dialect { get }
  var scratch: any Scratch { get }
  func inspect() throws -> Schema
  func execute(_ script: String) throws
  /// Whether it prints texts as they are in the golden files: each version of PostgreSQL has its own words.
  var printsAsRecorded: Bool { get }
  /// Every row of every table as text, sorted.
  func rows() throws -> [String]
}

/// In memory.
final class SQLiteProof: ProofDatabase {
  private let connection: SQLiteConnection

  init() throws { connection = try SQLiteConnection.open(.memory) }

  var dialect: any Dialect { SQLiteDialect() }
  var scratch: any Scratch { SQLiteScratch() }
  var printsAsRecorded: Bool { true }
  func inspect() throws -> Schema { try SQLiteInspector.inspect(connection) }
  func execute(_ script: String) throws { try connection.execute(script) }

  func rows() throws -> [String] {
    var rows: [String] = []
    for object in try inspect().objects(of: .table) {
      let columns = try inspect().objects(of: .column, under: object.id.path).map {
        "quote(" + Quoting.name($0.id.name.raw) + ")"
      }
      let list = columns.joined(separator: " || ',' || ")
      let query = "SELECT \(list) FROM " + Quoting.name(object.id.name.raw)
      rows += try connection.query(query) { row throws(SQLiteError) in
        "\(object.id.name): " + (try row.text(0))
      }
    }
    return rows.sorted()
  }
}

/// A database of its own on one private server for all cases.
final class PostgresProof: ProofDatabase {
  private static let started: Result<PrivateServer, any Error> = {
    // A trace has many connections.
    let options = PrivateServer.Options(settings: ["max_connections": "100"])
    let result = Result<PrivateServer, any Error> { try PrivateServer.start(options: options) }
    // A static is never released: without this its folder would stay.
    atexit { if case .success(let server) = PostgresProof.started { server.stop() } }
    return result
  }()

  private let server: PrivateServer
  private let connection: PostgresConnection

  private init(server: PrivateServer, database: String) throws {
    self.server = server
    connection = try server.connect(database: database)
  }

  static func withDatabase(_ body: (PostgresProof) throws -> Void) throws {
    let server = try started.get()
    let name = "proof_\(UInt64.random(in: 0 ... .max))"
    let administration = try server.connect()
    try administration.execute("CREATE DATABASE \(name)")
    defer { try? administration.execute("DROP DATABASE \(name) WITH (FORCE)") }
    try body(PostgresProof(server: server, database: name))
  }

  var dialect: any Dialect { PostgresDialect() }
  var scratch: any Scratch { PostgresScratch(on: .owned(server)) }
  var tracer: any MigrationTracer { PostgresTracer(on: .owned(server)) }
  var printsAsRecorded: Bool { connection.serverMajorVersion == 15 }
  var version: Int { connection.serverMajorVersion }
  func inspect() throws -> Schema { try PostgresInspector.inspect(connection) }

  /// Statement by statement, as psql does.
  func execute(_ script: String) throws {
    for piece in try StatementSplitter.pieces(of: script) { try connection.execute(piece.text) }
    // Some forms set the path for the session.
    try connection.execute("RESET search_path")
  }

  func rows() throws -> [String] {
    var rows: [String] = []
    for object in try inspect().objects(of: .table) {
      let table = Quoting.path(object.id.path)
      let result = try connection.query("SELECT t::text FROM \(table) t")
      for index in 0..<result.count { rows.append("\(object.id.name): \(result[index].text(0))") }
    }
    return rows.sorted()
  }
}
