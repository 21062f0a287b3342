import Migrations
import Planning

/// Tells on standard error what a runner does: one line a migration, one a statement where somebody watches
/// or asked for it.
final class RunnerProgress {
  private let world: World
  private let options: GlobalOptions
  /// Begins to tell about an index; returns what ends it.
  private let watch: (@escaping @Sendable (String) -> Void) -> (() -> Void)?
  private var endWatch: (() -> Void)?

  init(
    _ world: World, _ options: GlobalOptions,
    watch: @escaping (@escaping @Sendable (String) -> Void) -> (() -> Void)?
  ) {
    self.world = world
    self.options = options
    self.watch = watch
  }

  private func watchIndex(_ line: String) {
    let (world, options) = (world, options)
    endWatch = watch { StatusLine.show("\(line): \($0)", in: world, options) }
  }

  private static func buildsIndex(_ text: String) -> Bool {
    let words = text.split(whereSeparator: \.isWhitespace).prefix(3).map { $0.lowercased() }
    return words.first == "reindex" || (words.first == "create" && words.contains("index"))
  }

  func report(_ event: RunnerEvent) {
    guard !options.quiet else { return }
    endWatch?()
    endWatch = nil
    switch event {
    case .started(let title, let direction, _):
      if world.isErrorTerminal || options.verbose {
        line("\(direction == .up ? "applying" : "taking back") \(title)")
      }
    case .statement(let statement, let number, let count):
      if world.isErrorTerminal {
        StatusLine.show(
          "  \(number)/\(count) \(Self.firstLine(statement.text, width: world.width - 16))",
          in: world, options)
        if Self.buildsIndex(statement.text) { watchIndex("  \(number)/\(count)") }
      }
    case .statementDone(let statement, let elapsed):
      if options.verbose {
        line("  \(Self.seconds(elapsed)) \(Self.firstLine(statement.text, width: 64))")
      }
    case .retry(let error, let attempt, let attempts, let pause):
      line(
        "  \(error.message); trying again in \(Self.seconds(pause)) (\(attempt) of \(attempts))")
    case .finished(let title, let direction, let elapsed):
      line("\(direction == .up ? "applied" : "took back") \(title) (\(Self.seconds(elapsed)))")
    case .note(let text): line("  note: \(text)")
    }
  }

  /// Before anything else is printed: the line that is overwritten ends.
  func end() {
    endWatch?()
    endWatch = nil
    StatusLine.clear()
  }

  private func line(_ text: String) {
    end()
    world.printError(text + "\n")
  }

  private static func firstLine(_ text: String, width: Int) -> String {
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count <= width ? words : words.prefix(max(10, width - 1)) + "…"
  }

  static func seconds(_ duration: Duration) -> String {
    let milliseconds = Int(duration / .milliseconds(1))
    if milliseconds < 1_000 { return "\(milliseconds) ms" }
    let tenths = milliseconds / 100
    return "\(tenths / 10).\(tenths % 10) s"
  }
}
