/// Something wrong in a YAML file, at a place in it.
package struct YAMLProblem: Error, Hashable, Sendable {
  package var file: String
  package var line: Int
  package var column: Int
  package var message: String
  /// What to do about it: "did you mean …", "put the text in quotes". No final stop.
  package var suggestion: String?
  package var excerpt: YAMLExcerpt?

  package init(
    file: String, mark: YAMLMark, message: String, suggestion: String? = nil,
    excerpt: YAMLExcerpt? = nil
  ) {
    self.file = file
    self.line = mark.line
    self.column = mark.column
    self.message = message
    self.suggestion = suggestion
    self.excerpt = excerpt
  }

  /// `file:line:column: message; suggestion`, without the excerpt.
  package var headline: String {
    "\(file):\(line):\(column): \(message)" + (suggestion.map { "; \($0)" } ?? "")
  }

  /// The headline, then the offending line over a caret.
  package var rendered: String {
    guard let excerpt else { return headline }
    let number = String(line)
    let margin = String(repeating: " ", count: number.utf8.count)
    let indent = String(repeating: " ", count: excerpt.caret)
    return "\(headline)\n  \(number) | \(excerpt.text)\n  \(margin) | \(indent)^"
  }
}

/// All problems of one or more files, in file order and then by place. It is what reading throws.
package struct YAMLProblems: Error, Sendable {
  /// Beyond this many, problems are counted and not kept.
  package static let limit = 200

  package private(set) var problems: [YAMLProblem] = []
  /// How many more there were than `limit`.
  package private(set) var omitted = 0

  package init() {}

  package init(_ problem: YAMLProblem) { problems = [problem] }

  package var isEmpty: Bool { problems.isEmpty }
  package var count: Int { problems.count + omitted }

  package mutating func add(_ problem: YAMLProblem) {
    if problems.count < YAMLProblems.limit { problems.append(problem) } else { omitted += 1 }
  }

  package mutating func add(
    _ source: YAMLSource, _ mark: YAMLMark, _ message: String, suggestion: String? = nil
  ) {
    add(YAMLProblem(file: source.file, mark: mark, message: message, suggestion: suggestion))
  }

  package mutating func add(_ others: YAMLProblems) {
    for problem in others.problems { add(problem) }
    omitted += others.omitted
  }

  /// Sorted by file (in the order of `sources`) and place, equal ones once, each with its excerpt.
  package func finished(_ sources: [YAMLSource]) -> YAMLProblems {
    var finished = YAMLProblems()
    finished.omitted = omitted
    var remaining = problems
    for source in sources {
      let ofFile = remaining.filter { $0.file == source.file }
      guard !ofFile.isEmpty else { continue }
      remaining.removeAll { $0.file == source.file }
      let lineStarts = source.lineStarts()
      let sorted = ofFile.enumerated().sorted {
        ($0.element.line, $0.element.column, $0.offset)
          < ($1.element.line, $1.element.column, $1.offset)
      }
      var seen: Set<YAMLProblem> = []
      for (_, problem) in sorted where seen.insert(problem).inserted {
        var complete = problem
        complete.excerpt = YAMLExcerpt(
          source, lineStarts: lineStarts, line: problem.line, column: problem.column)
        finished.problems.append(complete)
      }
    }
    finished.problems += remaining
    return finished
  }

  /// Every problem with its excerpt, and a last line that counts those that were left out.
  package var rendered: String {
    var text = problems.map(\.rendered).joined(separator: "\n")
    if omitted > 0 { text += "\n… and \(omitted) more problems" }
    return text
  }
}

/// One line of a file, made fit for a terminal, and where the caret goes under it.
package struct YAMLExcerpt: Hashable, Sendable {
  package static let width = 96

  package var text: String
  /// Terminal cells before the caret.
  package var caret: Int

  /// Tabs become spaces, characters that would disturb a terminal become U+FFFD, and a long line is cut
  /// to a window around the column. Nil when the file has no such line.
  init?(_ source: YAMLSource, lineStarts: [Int], line: Int, column: Int) {
    guard line >= 1, line <= lineStarts.count else { return nil }
    let start = lineStarts[line - 1]
    let end = line < lineStarts.count ? lineStarts[line] : source.bytes.count
    let bytes = source.bytes[start..<end]
    if source.isSecret(bytes) { return nil }
    // A line of megabytes is not decoded for the sake of a window of a hundred cells.
    let window = YAMLExcerpt.width
    var first = bytes.startIndex
    var skipped = 0
    while skipped < column - window, first < bytes.endIndex {
      first += 1
      while first < bytes.endIndex, bytes[first] & 0xC0 == 0x80 { first += 1 }
      skipped += 1
    }
    let scalars = String(decoding: bytes[first...].prefix(window * 8), as: UTF8.self).unicodeScalars

    var cells: [(text: String, width: Int)] = []
    for scalar in scalars {
      if YAMLExcerpt.isLineBreak(scalar) { break }
      cells.append(YAMLExcerpt.cell(scalar))
    }
    let target = min(max(column - 1 - skipped, 0), cells.count)
    var from = 0
    if skipped > 0 || cells[..<target].reduce(0, { $0 + $1.width }) > window * 3 / 4 {
      from = max(0, target - window / 2)
    }
    var shown = ""
    var used = 0
    var caret = 0
    if from > 0 || skipped > 0 {
      shown = "…"
      used = 1
    }
    var index = from
    while index < cells.count, used + cells[index].width < window {
      if index < target { caret = used + cells[index].width }
      shown += cells[index].text
      used += cells[index].width
      index += 1
    }
    if index < cells.count {
      shown += "…"
    } else {
      while shown.utf8.last == 0x20 { shown.removeLast() }
    }
    self.text = shown
    self.caret = target == from ? (shown.hasPrefix("…") && from + skipped > 0 ? 1 : 0) : caret
  }

  private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A, 0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  private static func cell(_ scalar: Unicode.Scalar) -> (text: String, width: Int) {
    switch scalar.value {
    case 0x09: ("    ", 4)
    // Controls, and the marks that reorder text on a screen.
    case 0..<0x20, 0x7F...0x9F, 0x200B...0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF:
      ("\u{FFFD}", 1)
    case 0x300...0x36F, 0xFE00...0xFE0F: (String(scalar), 0)
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      (String(scalar), 2)
    default: (String(scalar), 1)
    }
  }
}
