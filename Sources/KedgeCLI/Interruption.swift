import Glibc
import Sources

/// Ctrl-C and SIGTERM: what Kedge started is taken down before it goes.
enum Interruption {
  /// Waits for the signals on a thread of its own, where anything may be called.
  static func watch() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { _ in
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        var caught: Int32 = 0
        sigwait(&signals, &caught)
        EngineRegistry.cleanUp()
        // As a shell counts; no atexit handlers, since the main thread may hold their locks.
        _exit(128 + caught)
      }, nil)
  }
}
