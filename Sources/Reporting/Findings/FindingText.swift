/// Findings for a terminal: the place, the line over a caret, what to do. A rule that finds the same again and
/// again in a file, and is no error, is told by its lines from the fourth on.
package enum FindingText {
  private static let toldInFull = 3

  private struct Repetition: Hashable {
    let file: String
    let id: String
    let level: Finding.Level
    let isMeasured: Bool

    init(_ finding: Finding) {
      file = finding.place.file
      id = finding.id
      level = finding.level
      isMeasured = finding.isMeasured
    }
  }

  package static func render(
    _ findings: [Finding], subject: String, colored: Bool, width: Int
  ) -> String {
    let paint = Paint(isOn: colored)
    let repetitions = Dictionary(grouping: findings, by: Repetition.init)
    var told: [Repetition: Int] = [:]
    var lines: [String] = []
    for finding in findings {
      let repetition = Repetition(finding)
      let count = told[repetition, default: 0]
      told[repetition] = count + 1
      let all = repetitions[repetition] ?? []
      // One more would take no more room than to say that there is one.
      let isFolded = finding.level < .error && all.count > toldInFull + 1
      if !isFolded || count < toldInFull {
        lines += text(of: finding, paint, width: width)
      } else if count == toldInFull {
        lines += text(of: all.dropFirst(toldInFull), paint, width: width)
      } else {
        continue
      }
      lines.append("")
    }
    return lines.joined(separator: "\n") + (lines.isEmpty ? "" : "\n") + subject + ": "
      + findings.summary + "\n"
  }

  /// What one rule found further down in a file.
  private static func text(
    of more: ArraySlice<Finding>, _ paint: Paint, width: Int
  ) -> [String] {
    guard let first = more.first else { return [] }
    var lines: [Int] = []
    for finding in more where lines.last != finding.place.line { lines.append(finding.place.line) }
    let places =
      (lines.count == 1 ? "line " : "lines ") + lines.map(String.init).joined(separator: ", ")
    return Wrapping.wrap(
      "\(first.place.file): \(more.count) more \(paint.bold(first.id)): \(places)",
      width: width, continuation: "    ")
  }

  private static func text(of finding: Finding, _ paint: Paint, width: Int) -> [String] {
    let place = finding.place
    let level =
      switch finding.level {
      case .error: paint.red("error")
      case .warning: paint.yellow("warning")
      case .notice: "notice"
      }
    let measured = finding.isMeasured ? " (measured)" : ""
    var lines = Wrapping.wrap(
      "\(place.file):\(place.line):\(place.column): \(level) \(paint.bold(finding.id))\(measured): "
        + finding.message, width: width, continuation: "    ")
    lines += excerpt(finding, width: width)
    if let hint = finding.hint {
      lines += Wrapping.wrap("  fix: " + hint, width: width, continuation: "       ")
    }
    return lines
  }

  /// The line, cut to what fits, with the columns of the finding marked under it.
  private static func excerpt(_ finding: Finding, width: Int) -> [String] {
    let number = String(finding.place.line)
    let margin = String(repeating: " ", count: number.utf8.count)
    let room = max(20, width - number.utf8.count - 6)
    let scalars = Array(finding.sourceLine.unicodeScalars).map { $0 == "\t" ? " " : $0 }
    guard scalars.contains(where: { $0 != " " }) else { return [] }
    let column = finding.place.column - 1
    let start = column > room - 10 ? max(0, column - 10) : 0
    let shown = scalars.dropFirst(start).prefix(room)
    let last =
      finding.place.endLine == finding.place.line ? finding.place.endColumn - 1 : scalars.count
    let count = max(1, min(last, start + shown.count) - column)
    var text = String.UnicodeScalarView()
    text.append(contentsOf: shown)
    return [
      "  \(number) | \(String(text))",
      "  \(margin) | " + String(repeating: " ", count: max(0, column - start))
        + String(repeating: "^", count: count),
    ]
  }
}
