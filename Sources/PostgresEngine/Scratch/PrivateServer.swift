import Glibc
import Synchronization

/// A PostgreSQL server of our own: a unix socket in a temporary folder, no TCP, gone when we are.
///
/// It dies with this process however that ends; `stop()` (or the last reference going away) removes
/// its folder too, and what a crash leaves behind is swept by the next start.
package final class PrivateServer: Sendable {
  package struct Options: Sendable {
    /// Nil chooses among the installed ones.
    package var binaries: ServerBinaries?
    /// Where initialised data folders are kept; nil keeps none.
    package var cacheFolder: String?
    /// Where the server's own folder is made; nil chooses.
    package var temporaryFolder: String?
    /// Milliseconds that a statement may take, unless its session says otherwise.
    package var statementTimeout: Int
    /// Further settings of the server's.
    package var settings: [String: String]

    package init(
      binaries: ServerBinaries? = nil, cacheFolder: String? = TemplateCache.standardFolder,
      temporaryFolder: String? = nil, statementTimeout: Int = 300_000,
      settings: [String: String] = [:]
    ) {
      self.binaries = binaries
      self.cacheFolder = cacheFolder
      self.temporaryFolder = temporaryFolder
      self.statementTimeout = statementTimeout
      self.settings = settings
    }
  }

  package let version: String
  package let major: Int
  package let superuser = PrivateServer.superuserName
  package var socketDirectory: String { folder.socket }
  /// Where this server keeps everything; removed by `stop()`.
  package var folderPath: String { folder.path }

  private let folder: RunFolder
  private let process: ServerProcess
  private let isStopped = Mutex(false)

  static let superuserName = "postgres"

  private init(folder: RunFolder, process: ServerProcess, binaries: ServerBinaries) {
    self.folder = folder
    self.process = process
    version = binaries.version
    major = binaries.major
  }

  deinit { stop() }

  package static func start(
    preferredMajor: Int? = nil, options: Options = Options()
  ) throws(PrivateServerError) -> PrivateServer {
    guard
      let binaries = options.binaries
        ?? ServerBinaries.choose(preferredMajor, among: ServerBinaries.installed())
    else { throw .noBinaries }
    guard let launcher = ServerLauncher(binaries: binaries, options: options) else {
      throw .programMissing("setpriv")
    }
    RunFolder.sweep(launcher.parent)
    let folder = try RunFolder(in: launcher.parent, account: launcher.account)
    do throws(PrivateServerError) {
      let process = try launcher.launch(in: folder)
      return PrivateServer(folder: folder, process: process, binaries: binaries)
    } catch {
      folder.remove()
      throw error
    }
  }

  /// For a connection of any kind: parameters, no password.
  package func target(database: String, user: String? = nil) -> ConnectionString {
    Self.target(socket: folder.socket, database: database, user: user)
  }

  package func connect(
    database: String = "postgres", user: String? = nil
  ) throws(PostgresError) -> PostgresConnection {
    try PostgresConnection(target(database: database, user: user))
  }

  /// Ends the server and removes its folder. Safe to call twice and from any thread.
  package func stop() {
    isStopped.withLock {
      if $0 { return }
      $0 = true
      process.stop()
      folder.remove()
    }
  }

  static func target(socket: String, database: String, user: String?) -> ConnectionString {
    // Everything that PGHOST and its kin could change is said here.
    ConnectionString(parameters: [
      ("host", socket), ("hostaddr", ""), ("port", "5432"), ("dbname", database),
      ("user", user ?? superuserName), ("sslmode", "disable"), ("gssencmode", "disable"),
      ("options", ""), ("target_session_attrs", "any"), ("connect_timeout", "30"),
    ])
  }
}
