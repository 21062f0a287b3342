import Comparison
import Glibc
import Migrations
import Planning
import PostgresEngine
import Proving
import SQLiteEngine
import SchemaModel
import Sources

/// A folder of migrations in memory, proven on a scratch database.
struct ProofChain {
  private static let server: Result<PrivateServer, any Error> = {
    let result = Result<PrivateServer, any Error> { try PrivateServer.start() }
    // A static is never released: without this its folder would stay.
    atexit { if case .success(let server) = ProofChain.server { server.stop() } }
    return result
  }()

  let engine: EngineName
  private var entries: [MigrationFolder.Entry] = []

  init(_ engine: EngineName) { self.engine = engine }

  /// The next migration; without a down it has none.
  func then(_ up: String, down: String? = nil) -> ProofChain {
    var copy = self
    let version = 1 + entries.count { $0.path.hasSuffix(".up.sql") }
    copy.entries.append(MigrationFolder.Entry(path: "\(version)_step.up.sql", text: up))
    if let down {
      copy.entries.append(MigrationFolder.Entry(path: "\(version)_step.down.sql", text: down))
    }
    return copy
  }

  func adding(_ path: String, _ text: String) -> ProofChain {
    var copy = self
    copy.entries.append(MigrationFolder.Entry(path: path, text: text))
    return copy
  }

  private var dialect: any Dialect {
    switch engine {
    case .postgresql: PostgresDialect()
    case .sqlite: SQLiteDialect()
    }
  }

  func prove(
    from first: Int? = nil, variables: [String: String] = [:]
  ) throws -> FolderProofResult {
    let folder = try MigrationFolder(path: "migrations", entries: entries, dialect: dialect)
    let database: any DisposableDatabase =
      switch engine {
      case .postgresql: try DisposablePostgres(on: .owned(Self.server.get()))
      case .sqlite: try DisposableSQLite()
      }
    let comparer = Comparer(dialect: dialect) {
      switch engine {
      case .postgresql: PostgresScratch(on: .owned(try Self.server.get()))
      case .sqlite: SQLiteScratch()
      }
    }
    let proof = FolderProof(
      folder, from: first.flatMap { MigrationVersion(String($0)) }, comparer: comparer,
      variables: variables, fingerprint: Fingerprint.comparable)
    return try proof.run(on: database) { _, _, _ in }
  }

  /// The outcome of the last migration.
  func last() throws -> ProofResult {
    guard let last = try prove().results.last else {
      throw SourceProblem("there is no migration")
    }
    return last
  }
}

extension ProofResult {
  var failure: (phase: Phase, failure: Failure)? {
    if case .failed(let phase, let failure) = outcome { (phase, failure) } else { nil }
  }
}
