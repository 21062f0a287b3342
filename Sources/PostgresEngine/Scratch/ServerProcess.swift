import Glibc
import Synchronization

/// The server's process, with a thread of its own that starts it and waits for its end.
///
/// The kernel's parent-death signal watches the *thread* that started the child. A thread of a pool
/// may end while the program goes on; this one lives exactly as long as the server.
final class ServerProcess: Sendable {
  private enum State {
    case starting
    case running(pid_t)
    case ended(Int32)
    case notStarted(Subprocess.Failure)
  }

  private let state = Mutex(State.starting)
  private let arguments: [String]
  private let environment: [String]
  private let log: String

  init(
    _ arguments: [String], environment: [String], log: String
  ) throws(PrivateServerError) {
    self.arguments = arguments
    self.environment = environment
    self.log = log
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { context in
        if let context {
          Unmanaged<ServerProcess>.fromOpaque(context).takeRetainedValue().watch()
        }
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw .startFailed(log: errorText(code))
    }
    pthread_detach(thread)
  }

  /// The text of why it is not running, or nil while it is.
  var ending: String? {
    state.withLock {
      switch $0 {
      case .starting, .running: nil
      case .ended(let status): "ended with status \(status)"
      case .notStarted(let failure): failure.message
      }
    }
  }

  /// Ends the server at once; its data are thrown away anyhow. Returns when it is gone.
  func stop() {
    let deadline = monotonicMilliseconds() + 5_000
    while ending == nil {
      signal(monotonicMilliseconds() < deadline ? SIGQUIT : SIGKILL)
      usleep(2_000)
    }
  }

  private func signal(_ number: Int32) {
    state.withLock {
      // Only while it is not reaped: its id cannot be another process's yet.
      if case .running(let pid) = $0 { kill(pid, number) }
    }
  }

  private func watch() {
    var blocked = sigset_t()
    sigfillset(&blocked)
    pthread_sigmask(SIG_BLOCK, &blocked, nil)
    let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    let pid: pid_t
    do throws(Subprocess.Failure) {
      pid = try Subprocess.spawn(arguments, environment: environment, output: output)
    } catch {
      if output >= 0 { close(output) }
      state.withLock { $0 = .notStarted(error) }
      return
    }
    if output >= 0 { close(output) }
    state.withLock { $0 = .running(pid) }
    var information = siginfo_t()
    while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    state.withLock { $0 = .ended(Subprocess.wait(for: pid)) }
  }
}
