import CLibPQ
import Glibc

/// Child processes without Foundation: an argument vector, a whole new environment, no inherited
/// file descriptor but the three standard ones.
package enum Subprocess {
  package struct Output: Sendable {
    /// The exit status, or 128 and the signal's number, as a shell counts.
    package let status: Int32
    /// Standard output, and standard error with it where that was asked for.
    package let text: String
  }

  package struct Failure: Error, Sendable {
    package let program: String
    package let code: Int32
    package var message: String { "cannot run \(program): \(errorText(code))" }
  }

  /// Starts the program and returns its process id; the caller has to wait for it.
  ///
  /// A session of its own keeps the terminal's Ctrl-C from it.
  static func spawn(
    _ arguments: [String], environment: [String], output: Int32, keepsErrors: Bool = true
  ) throws(Failure) -> pid_t {
    let program = arguments.first ?? ""
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    if keepsErrors {
      posix_spawn_file_actions_adddup2(&actions, output, 2)
    } else {
      posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)

    // A thread of ours may block or ignore signals; the child must not inherit that.
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    posix_spawnattr_setflags(
      &attributes, Int16(flags) | Int16(KEDGE_POSIX_SPAWN_SETSID))

    var pid = pid_t()
    let code = withMutableCStrings(arguments) { argv in
      withMutableCStrings(environment) { envp in
        posix_spawn(&pid, program, &actions, &attributes, argv, envp)
      }
    }
    guard code == 0 else { throw Failure(program: program, code: code) }
    return pid
  }

  /// Runs the program to its end and keeps at most `limit` bytes of what it prints.
  package static func run(
    _ arguments: [String], environment: [String] = plainEnvironment, keepsErrors: Bool = true,
    limit: Int = 65_536
  ) throws(Failure) -> Output {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw Failure(program: arguments.first ?? "", code: errno)
    }
    // Children close everything from 3 on themselves; this is for those that others start.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    let pid: pid_t
    do throws(Failure) {
      pid = try spawn(
        arguments, environment: environment, output: ends[1], keepsErrors: keepsErrors)
    } catch {
      close(ends[1])
      throw error
    }
    close(ends[1])
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = read(ends[0], &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      // More than this nobody reads; the pipe must be emptied all the same.
      if text.count < limit { text.append(contentsOf: chunk[..<count]) }
    }
    return Output(status: wait(for: pid), text: String(decoding: text, as: UTF8.self))
  }

  static func wait(for pid: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 {
      guard errno == EINTR else { return -1 }
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  /// Nothing of ours reaches a child: no PGPASSWORD, no URL, no LD_PRELOAD.
  package static let plainEnvironment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"]

  /// The program in the system's own folders; PATH is not asked, since we may be root.
  package static func systemProgram(_ name: String) -> String? {
    ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/", "/usr/local/bin/"]
      .map { $0 + name }.first { access($0, X_OK) == 0 }
  }
}

/// A NULL-terminated array of C strings for the duration of the call.
private func withMutableCStrings<R>(
  _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
) -> R {
  let copies = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
    capacity: texts.count + 1)
  for (index, text) in texts.enumerated() { (copies + index).initialize(to: strdup(text)) }
  (copies + texts.count).initialize(to: nil)
  defer {
    for index in texts.indices { free(copies[index]) }
    copies.deallocate()
  }
  return body(copies)
}

func errorText(_ code: Int32) -> String {
  strerror(code).map { String(cString: $0) } ?? "error \(code)"
}
