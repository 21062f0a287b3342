import Glibc

/// How a private server comes to life: data folder, command line, environment, readiness.
struct ServerLauncher {
  let binaries: ServerBinaries
  let account: ServerAccount?
  let parent: String
  private let cache: TemplateCache
  private let setpriv: String
  private let statementTimeout: Int
  private let furtherSettings: [String: String]

  init?(binaries: ServerBinaries, options: PrivateServer.Options) {
    guard let setpriv = Subprocess.systemProgram("setpriv") else { return nil }
    self.binaries = binaries
    self.setpriv = setpriv
    account = ServerAccount.steppingDown()
    parent = options.temporaryFolder ?? RunFolder.parent(for: account)
    cache = TemplateCache(folder: options.cacheFolder)
    statementTimeout = options.statementTimeout
    furtherSettings = options.settings
  }

  func launch(in folder: RunFolder) throws(PrivateServerError) -> ServerProcess {
    if cache.copy(for: binaries, to: folder.data), giveAway(folder.data) {
      do throws(PrivateServerError) {
        return try start(in: folder)
      } catch {
        // A template can rot (a half-written disk, another build of the same version): once more
        // from the beginning before giving up.
        cache.discard(for: binaries)
        Folder.remove(folder.data)
      }
    }
    try initialize(folder)
    cache.keep(folder.data, for: binaries)
    return try start(in: folder)
  }

  // MARK: - The data folder

  private func initialize(_ folder: RunFolder) throws(PrivateServerError) {
    var output = ""
    // C.UTF-8 knows letters beyond ASCII; old systems have only C.
    for locale in ["C.UTF-8", "C"] {
      Folder.remove(folder.data)
      guard mkdir(folder.data, 0o700) == 0, giveAway(folder.data) else {
        throw .folder(path: folder.data, code: errno)
      }
      let command =
        [setpriv] + (account?.arguments ?? []) + [
          binaries.program("initdb"), "-D", folder.data, "-U", PrivateServer.superuserName,
          "-A", "trust", "-E", "UTF8", "--locale=\(locale)", "--wal-segsize=1", "--no-sync",
          "--no-instructions",
        ]
      do throws(Subprocess.Failure) {
        let result = try Subprocess.run(command, environment: environmentOfServer(folder))
        output = result.text
        if result.status == 0 {
          // No line for TCP at all, whatever a later setting may open.
          guard Folder.write("local all all trust\n", to: folder.data + "/pg_hba.conf"),
            giveAway(folder.data + "/pg_hba.conf")
          else { throw Subprocess.Failure(program: "initdb", code: errno) }
          return
        }
      } catch {
        output = error.message
      }
    }
    throw .initializationFailed(output: output)
  }

  /// Hands a file or a tree to the server's account.
  private func giveAway(_ path: String) -> Bool {
    guard let account else { return true }
    let output = try? Subprocess.run([
      "/bin/chown", "-R", "-h", "\(account.user):\(account.group)", "--", path,
    ])
    return output?.status == 0
  }

  // MARK: - The process

  private func start(in folder: RunFolder) throws(PrivateServerError) -> ServerProcess {
    let process = try ServerProcess(
      command(folder), environment: environmentOfServer(folder), log: folder.log)
    let target = PrivateServer.target(socket: folder.socket, database: "postgres", user: nil)
    let deadline = monotonicMilliseconds() + 30_000
    while monotonicMilliseconds() < deadline {
      if let ending = process.ending {
        throw .startFailed(log: ending + "\n" + Folder.tail(folder.log))
      }
      // Asking costs a process on the server's side: first see whether there is a socket at all.
      if Folder.exists(folder.socket + "/.s.PGSQL.5432"), answers(target) { return process }
      usleep(3_000)
    }
    process.stop()
    throw .startFailed(log: "no answer within 30 s\n" + Folder.tail(folder.log))
  }

  private func answers(_ target: ConnectionString) -> Bool {
    do throws(PostgresError) {
      let connection = try PostgresConnection(target)
      return connection.isOpen
    } catch {
      return false
    }
  }

  private func command(_ folder: RunFolder) -> [String] {
    var command =
      [setpriv] + (account?.arguments ?? []) + ["--no-new-privs", "--pdeathsig", "QUIT"]
    if let prlimit = Subprocess.systemProgram("prlimit") {
      // A declared text may ask for any amount of memory.
      command += [prlimit, "--core=0", "--as=\(4 << 30)"]
    }
    command += [binaries.program("postgres"), "-D", folder.data]
    for (name, value) in settings(folder) { command += ["-c", "\(name)=\(value)"] }
    return command
  }

  private func settings(_ folder: RunFolder) -> [(String, String)] {
    [
      ("listen_addresses", ""),
      ("port", "5432"),
      ("unix_socket_directories", folder.socket),
      ("unix_socket_permissions", "0700"),
      ("max_connections", "20"),
      ("superuser_reserved_connections", "3"),
      // Nothing here survives the process, so nothing needs to reach the disk.
      ("fsync", "off"),
      ("full_page_writes", "off"),
      ("synchronous_commit", "off"),
      ("wal_level", "minimal"),
      ("max_wal_senders", "0"),
      ("max_wal_size", "64MB"),
      ("checkpoint_timeout", "1h"),
      ("autovacuum", "off"),
      ("shared_buffers", "32MB"),
      ("huge_pages", "off"),
      // A migration may touch thousands of tables in one transaction.
      ("max_locks_per_transaction", "512"),
      ("max_logical_replication_workers", "0"),
      ("max_parallel_workers", "0"),
      ("jit", "off"),
      ("temp_file_limit", "1GB"),
      ("statement_timeout", String(statementTimeout)),
      ("idle_in_transaction_session_timeout", "600s"),
      ("logging_collector", "off"),
      ("log_destination", "stderr"),
      ("log_min_messages", "warning"),
      // The log would repeat declared texts.
      ("log_min_error_statement", "panic"),
      ("timezone", "UTC"),
      ("log_timezone", "UTC"),
    ] + furtherSettings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private func environmentOfServer(_ folder: RunFolder) -> [String] {
    var environment = Subprocess.plainEnvironment + ["HOME=\(folder.path)"]
    if let library = binaries.libraryFolder { environment.append("LD_LIBRARY_PATH=\(library)") }
    return environment
  }
}
