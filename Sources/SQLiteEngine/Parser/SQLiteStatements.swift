package import Planning
import SchemaModel

/// Splits a script as SQLite does: at semicolons, except inside the body of a trigger.
package enum SQLiteStatements {
  package static func split(_ script: String) throws(ScriptProblem) -> [ScriptStatement] {
    let (script, commands) = withoutCommands(script)
    let tokens: SQLiteTokens
    do {
      tokens = try SQLiteTokenizer.tokenize(script)
    } catch {
      throw ScriptProblem(error.message, line: error.line)
    }
    var splitter = Splitter(tokens: tokens)
    splitter.run()
    guard !commands.isEmpty else { return splitter.statements }
    return (splitter.statements + commands).sorted { $0.line < $1.line }
  }

  /// The shell's own commands begin their line with a dot, between statements; blank lines take their
  /// place, so that all others keep their numbers.
  private static func withoutCommands(_ script: String) -> (String, [ScriptStatement]) {
    guard script.hasPrefix(".") || script.utf8.contains(UInt8(ascii: ".")) else {
      return (script, [])
    }
    var commands: [ScriptStatement] = []
    var lines: [Substring] = []
    for (index, line) in script.split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      let isCommand =
        line.utf8.first == UInt8(ascii: ".")
        && line.utf8.dropFirst().first.map { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A } ?? false
      if isCommand {
        commands.append(ScriptStatement(kind: .command, text: String(line), line: index + 1))
      }
      lines.append(isCommand ? "" : line)
    }
    return commands.isEmpty ? (script, []) : (lines.joined(separator: "\n"), commands)
  }

  private struct Splitter {
    let tokens: SQLiteTokens
    var statements: [ScriptStatement] = []
    private var words: [String] = []
    private var first: Int?
    private var line = 1
    private var counted = 0

    init(tokens: SQLiteTokens) { self.tokens = tokens }

    mutating func run() {
      var previous: [String] = []
      for (index, token) in tokens.tokens.enumerated() {
        let text = String(decoding: tokens.source[token.range], as: UTF8.self)
        let word = token.kind == .word ? text.asciiLowercased : text
        if text == ";", token.kind == .symbol {
          // As `sqlite3_complete`: a trigger ends with `; END ;`.
          if isTrigger, previous != [";", "end"] {
            previous = [";"]
            continue
          }
          finish(before: index)
          previous = []
          continue
        }
        if first == nil { first = index }
        if words.count < 3 { words.append(word) }
        previous = Array((previous + [word]).suffix(2))
      }
      finish(before: tokens.tokens.count)
    }

    private var isTrigger: Bool {
      guard words.first == "create" else { return false }
      let rest = words.dropFirst()
      return rest.first == "trigger"
        || (["temp", "temporary"].contains(rest.first) && rest.dropFirst().first == "trigger")
    }

    private mutating func finish(before end: Int) {
      defer {
        words = []
        first = nil
      }
      guard let first else { return }
      let start = tokens.tokens[first].range.lowerBound
      let last = tokens.tokens[end - 1].range.upperBound
      line += tokens.source[counted..<start].count { $0 == 0x0A }
      counted = start
      statements.append(
        ScriptStatement(
          text: String(decoding: tokens.source[start..<last], as: UTF8.self), line: line))
    }
  }
}
