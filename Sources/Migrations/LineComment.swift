import Planning
import SQLText

/// A comment that begins its line with `--`, between statements.
struct LineComment {
  /// From one.
  let line: Int
  /// With its marks.
  let text: Substring

  /// Without them, and without white space around.
  var body: String { String(text.dropFirst(2)).trimmingSpace }

  static func all(in text: String, outside statements: [ScriptStatement]) -> [LineComment] {
    var inside: Set<Int> = []
    for statement in statements where statement.lastLine > statement.line {
      inside.formUnion((statement.line + 1)...statement.lastLine)
    }
    var found: [LineComment] = []
    var number = 0
    // A line that ends as Windows ends it is one Character less than it looks.
    for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      guard line.starts(with: "--".utf8), !inside.contains(number) else { continue }
      let end = line.last == 0x0D ? line.dropLast() : line
      found.append(LineComment(line: number, text: Substring(end)))
    }
    return found
  }
}
