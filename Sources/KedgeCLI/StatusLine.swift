import Glibc
import Synchronization

/// The line at the end of a terminal that says what takes long: what it is, and for how long. It is written over
/// and over, and gone when something else is printed.
///
/// There is one, as there is one terminal: whoever prints, and whoever ends the process, must know of it.
enum StatusLine {
  private struct State {
    var text: String?
    var prefix = ""
    var start = ContinuousClock.now
    var width = 80
    /// What stands there; nil when nothing does.
    var shown: String?
    /// Whether the thread runs that writes it.
    var isTicking = false
    /// Whether the process is about to end.
    var isOver = false
  }

  private static let state = Mutex(State())
  private static let erase = "\r\u{1B}[K"
  /// What is over sooner is not worth a line.
  private static let patience = Duration.milliseconds(300)

  /// Says what goes on from now on, where somebody watches.
  static func show(_ text: String, in world: World, _ options: GlobalOptions) {
    guard world.isErrorTerminal, !options.quiet, world.environment["TERM"] != "dumb" else { return }
    state.withLock { state in
      if state.isOver { return }
      if state.text == nil { state.start = .now }
      state.text = text
      state.width = world.width
      if state.shown != nil { write(&state) }
      if !state.isTicking { state.isTicking = startTicking() }
    }
  }

  /// What stands before each text from now on: `2/5 env:staging: `.
  static func setPrefix(_ prefix: String) { state.withLock { $0.prefix = prefix } }

  /// It is over; the line is gone.
  static func clear() {
    state.withLock { state in
      state.text = nil
      hide(&state)
    }
  }

  /// It is gone for good.
  static func close() {
    clear()
    state.withLock { $0.isOver = true }
  }

  /// Prints something else: the line gives way to it.
  static func givingWay(to print: () -> Void) {
    state.withLock { state in
      hide(&state)
      print()
    }
  }

  private static func hide(_ state: inout State) {
    if state.shown != nil { World.write(erase, to: STDERR_FILENO) }
    state.shown = nil
  }

  private static func write(_ state: inout State) {
    guard let text = state.text else { return }
    let seconds = (ContinuousClock.now - state.start).components.seconds
    let time = seconds > 0 ? " (\(seconds) s)" : ""
    let line = (state.prefix + text).prefix(max(10, state.width - 1 - time.utf8.count)) + time
    guard state.shown != String(line) else { return }
    World.write(erase + line, to: STDERR_FILENO)
    state.shown = String(line)
  }

  // MARK: - The thread

  private static func startTicking() -> Bool {
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { _ in
        StatusLine.tick()
        return nil
      }, nil)
    if code == 0 { pthread_detach(thread) }
    return code == 0
  }

  private static func tick() {
    var goesOn = true
    while goesOn {
      usleep(100_000)
      goesOn = state.withLock { state in
        guard state.text != nil else {
          state.isTicking = false
          return false
        }
        if ContinuousClock.now - state.start >= patience { write(&state) }
        return true
      }
    }
  }
}
