import FoundationEssentials
import Glibc

/// What a command can see and touch outside itself: streams, environment, clock.
struct World {
  let environment: [String: String]
  let isTerminal: Bool
  /// Whether somebody watches standard error.
  let isErrorTerminal: Bool
  /// Whether there is somebody to ask.
  let canAsk: Bool
  /// Columns of the terminal, 80 where there is none.
  let width: Int

  static var live: World {
    World(
      environment: ProcessInfo.processInfo.environment, isTerminal: isatty(STDOUT_FILENO) == 1,
      isErrorTerminal: isatty(STDERR_FILENO) == 1,
      canAsk: isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1,
      width: terminalWidth())
  }

  /// Digits of the time in UTC, `yyyyMMddHHmmss`: a migration's version.
  static func timestamp() -> String {
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    func digits(_ value: Int32, _ count: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
    return digits(parts.tm_year + 1900, 4) + digits(parts.tm_mon + 1, 2)
      + digits(parts.tm_mday, 2) + digits(parts.tm_hour, 2) + digits(parts.tm_min, 2)
      + digits(parts.tm_sec, 2)
  }

  /// The day in UTC, `yyyy-MM-dd`.
  static func today() -> String {
    let digits = timestamp()
    let year = digits.prefix(4)
    return "\(year)-\(digits.dropFirst(4).prefix(2))-\(digits.dropFirst(6).prefix(2))"
  }

  /// `2026-11-28 22:10:00 UTC`.
  static func now() -> String {
    let digits = Array(timestamp())
    func part(_ range: Range<Int>) -> String { String(digits[range]) }
    return "\(part(0..<4))-\(part(4..<6))-\(part(6..<8)) "
      + "\(part(8..<10)):\(part(10..<12)):\(part(12..<14)) UTC"
  }

  /// Who runs this: `user@host (process 123)`.
  static var actor: String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let host = String(
      decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let user = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(geteuid())"
    return "\(user)@\(host) (process \(getpid()))"
  }

  /// A line that a person types; nil where nobody can be asked.
  func ask(_ question: String) -> String? {
    guard canAsk else { return nil }
    printError(question)
    return readLine()
  }

  func print(_ text: String) { StatusLine.givingWay { World.write(text, to: STDOUT_FILENO) } }
  /// Consecutive pieces of one text.
  func print(_ pieces: [[UInt8]]) {
    StatusLine.givingWay {
      for piece in pieces { piece.withUnsafeBytes { World.write($0, to: STDOUT_FILENO) } }
    }
  }
  func printError(_ text: String) { StatusLine.givingWay { World.write(text, to: STDERR_FILENO) } }

  /// Gives the memory of a value back with the process, at once: object by object it takes longer than
  /// many a command needs otherwise.
  static func keepUntilExit(_ value: some Any) {
    _ = Unmanaged.passRetained(Kept(value))
  }

  private final class Kept {
    let value: Any
    init(_ value: Any) { self.value = value }
  }

  static func write(_ text: String, to handle: Int32) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0), to: handle) }
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, to handle: Int32) {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(handle, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      // A reader that went away (`| head`) wants no more.
      guard count > 0 else { return }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
  }

  private static func terminalWidth() -> Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
