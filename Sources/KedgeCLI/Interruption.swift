import Glibc
import Sources
import Synchronization

/// Ctrl-C and SIGTERM: what Kedge started is taken down before it goes.
enum Interruption {
  private static let isCaught = Mutex(false)
  private static let hasGivenWay = Mutex(false)

  /// Waits for the signals on a thread of its own, where anything may be called.
  static func watch() {
    var signals = handled()
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    var thread = pthread_t()
    pthread_create(&thread, nil, { _ in Interruption.wait() }, nil)
  }

  /// What fails from here on fails because it was stopped.
  static var isUnderWay: Bool { isCaught.withLock { $0 } }

  /// To be called before the process ends by itself: once a signal is caught, what runs fails because it
  /// is taken down, and the end is the signal's.
  static func giveWay() {
    while isCaught.withLock({ $0 }) {
      hasGivenWay.withLock { $0 = true }
      pause()
    }
  }

  private static func wait() -> Never {
    var signals = handled()
    var caught: Int32 = 0
    sigwait(&signals, &caught)
    isCaught.withLock { $0 = true }
    StatusLine.close()
    if EngineRegistry.cancelStatements() { letFinish() }
    EngineRegistry.cleanUp()
    // As a shell counts; no atexit handlers, since the main thread may hold their locks.
    _exit(128 + caught)
  }

  /// What was stopped is rolled back and written down, if that takes no longer than a person waits.
  private static func letFinish() {
    for _ in 0..<100 where !hasGivenWay.withLock({ $0 }) { usleep(20_000) }
  }

  private static func handled() -> sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    return signals
  }
}
