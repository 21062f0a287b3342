import Planning
import PostgresEngine
import SQLText
import SchemaModel

/// A change of the schema that the ledger has recorded.
package struct LedgerEntry: Hashable, Sendable, Codable {
  package var id: Int
  /// `2026-11-28 22:10:00 UTC`.
  package var at: String
  /// `ALTER TABLE`.
  package var command: String
  package var objectType: String?
  /// As PostgreSQL writes it: `public.users`.
  package var object: String?
  /// Who had logged in.
  package var role: String
  /// Who that acted as, where it is somebody else.
  package var actingRole: String?
  /// Nil: over a socket of the server's own machine.
  package var address: String?
  package var application: String?

  init(_ row: [String?]) {
    func text(_ index: Int) -> String? { index < row.count ? row[index] : nil }
    id = text(0).flatMap { Int($0) } ?? 0
    at = text(1) ?? ""
    command = text(2) ?? ""
    objectType = text(3)
    object = text(4)
    role = text(5) ?? ""
    actingRole = text(6)
    address = text(7)
    application = text(8).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// `alice (as app_owner) from 10.0.0.7`.
  package var author: String {
    role + (actingRole.map { " (as \($0))" } ?? "") + " from " + (address ?? "the server itself")
  }
}

/// The ledger of one database; PostgreSQL only.
package struct SchemaLedger {
  package enum State: Hashable, Sendable {
    case absent
    /// The table is there, but nobody writes to it.
    case stopped
    case recording
  }

  private let session: any Session

  package init(on database: MigrationDatabase, in engines: EngineRegistry) throws {
    guard database.engine == .postgresql else {
      throw SourceProblem(
        "\(database.label) is SQLite, which cannot tell who changes a schema",
        nextStep: "the ledger is for PostgreSQL")
    }
    var database = database
    // Event triggers are a superuser's; the role that owns the tables mostly is none.
    database.role = nil
    session = try engines.session(on: database)
  }

  package func state() throws -> State {
    let row = try session.query(DDLLedger.state).first ?? []
    guard row.first == "t" else { return .absent }
    return row.count > 1 && row[1] == "2" ? .recording : .stopped
  }

  package func install(readers: [String], runners: [String] = []) throws {
    try run(
      DDLLedger.install(
        readers: readers.map { Identifier($0) }, runners: runners.map { Identifier($0) }))
  }

  package func uninstall(keepsRows: Bool) throws {
    try run(DDLLedger.uninstall(keepsRows: keepsRows))
  }

  package func newest(_ limit: Int, naming name: String?) throws -> [LedgerEntry] {
    try refuseUnreadable()
    return try session.query(DDLLedger.newest, [String(limit), name]).map(LedgerEntry.init)
  }

  private func refuseUnreadable() throws {
    let row = try session.query(DDLLedger.state).first ?? []
    guard row.first == "t" else {
      throw SourceProblem(
        "there is no ledger in \(session.label)", nextStep: "set it up with: kedge ledger install")
    }
    guard row.last == "t" else {
      throw SourceProblem(
        "the ledger of \(session.label) may not be read",
        nextStep:
          "have it granted: GRANT USAGE ON SCHEMA kedge TO …; GRANT SELECT ON kedge.ddl TO …")
    }
  }

  private func run(_ statements: [SQL]) throws {
    try session.begin(.transaction)
    do throws(SessionError) {
      for statement in statements { try session.execute(statement.text) }
      try session.commit(.transaction)
    } catch {
      session.rollback(.transaction)
      guard error.kind == .permission else { throw error }
      throw SourceProblem(
        error.sentence, nextStep: "connect as a superuser: only they may make event triggers")
    }
  }
}
