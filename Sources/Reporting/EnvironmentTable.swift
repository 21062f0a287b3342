import Comparison
import SchemaDiff
import SchemaModel

/// Several databases held against one target, side by side: a row for each object that differs somewhere, a
/// column for each database.
package struct EnvironmentTable: Sendable {
  package enum Cell: String, Sendable, Codable {
    case same = "ok"
    case missing
    case undeclared = "not declared"
    case different = "differs"
    case renamed = "other name"
    case undecided
    case failed

    var sign: String {
      switch self {
      case .same: "·"
      case .missing: "+"
      case .undeclared: "−"
      case .different, .renamed: "~"
      case .undecided: "?"
      case .failed: "!"
      }
    }
  }

  package let databases: [String]
  package let rows: [(object: String, cells: [Cell])]
  private let failures: Set<Int>

  /// `failed` are databases that could not be looked at.
  package init(_ reports: [Report], failed: [String] = []) {
    databases = reports.map(\.fromLabel) + failed
    failures = Set(reports.count..<databases.count)
    var cells: [ObjectID: [Cell]] = [:]
    let blank =
      Array(repeating: Cell.same, count: reports.count)
      + Array(repeating: .failed, count: failed.count)
    for (column, report) in reports.enumerated() {
      for entry in Groups.of(report.difference).flatMap(\.entries) {
        cells[entry.id, default: blank][column] = Self.cell(entry)
      }
      for pair in report.result.undecided {
        cells[pair.id, default: blank][column] = .undecided
      }
    }
    rows = cells.sorted { Self.precedes($0.key, $1.key) }.map { (Wording.object($0.key), $0.value) }
  }

  private static func cell(_ entry: Groups.Entry) -> Cell {
    switch entry {
    case .rename: .renamed
    case .change(.create, _): .missing
    case .change(.drop, _): .undeclared
    case .change(.alter, _): .different
    }
  }

  /// What belongs to one relation stands together.
  private static func precedes(_ left: ObjectID, _ right: ObjectID) -> Bool {
    func home(_ id: ObjectID) -> ObjectID {
      ObjectID(.table, (id.attachmentTarget ?? id).relationPath)
    }
    return home(left) == home(right) ? left < right : home(left) < home(right)
  }

  /// `2 of 3 databases differ: env:staging, env:production`.
  package var summary: String {
    let different = databases.indices.filter { column in
      !failures.contains(column) && rows.contains { $0.cells[column] != .same }
    }
    let count = databases.count
    var text =
      different.isEmpty
      ? "no difference in \(count - failures.count) of \(count) databases"
      : "\(different.count) of \(count) databases \(different.count == 1 ? "differs" : "differ"): "
        + different.map { databases[$0] }.joined(separator: ", ")
    if failures.isEmpty, different.isEmpty { text = "all \(count) databases are in sync" }
    if !failures.isEmpty {
      text +=
        "; \(failures.count) could not be looked at: "
        + failures.sorted().map { databases[$0] }.joined(separator: ", ")
    }
    return text
  }

  // MARK: - Text

  /// With words where they fit, else with signs under numbers.
  package func text(colored: Bool, width: Int) -> String {
    let paint = Paint(isOn: colored)
    let width = max(60, width)
    var lines: [String] = []
    if !rows.isEmpty {
      let longest = rows.map { $0.object.unicodeScalars.count }.max() ?? 0
      let wide = databases.enumerated().map { column, name in
        max(name.unicodeScalars.count, rows.map { $0.cells[column].rawValue.count }.max() ?? 0)
      }
      let fits = longest + wide.reduce(0) { $0 + $1 + 2 } <= width
      let columns = fits ? wide : databases.indices.map { String($0 + 1).count + 2 }
      let room = fits ? longest : max(20, width - columns.reduce(0) { $0 + $1 + 2 })
      if !fits {
        lines += databases.enumerated().map { "[\($0 + 1)] \($1)" }
        lines.append("+ missing, − not declared, ~ differs, ? undecided, ! not looked at, · ok")
      }
      let heads = fits ? databases : databases.indices.map { "[\($0 + 1)]" }
      lines.append(paint.bold(line("object", heads, room, columns)))
      for row in rows {
        let words = row.cells.map { fits ? $0.rawValue : $0.sign }
        lines.append(line(row.object, words, room, columns))
      }
      lines.append("")
    }
    lines.append(paint.bold(summary))
    return lines.joined(separator: "\n") + "\n"
  }

  private func line(_ first: String, _ cells: [String], _ room: Int, _ widths: [Int]) -> String {
    var text = padded(first.unicodeScalars.count > room ? cut(first, room) : first, room)
    for (cell, width) in zip(cells, widths) { text += "  " + padded(cell, width) }
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }

  private func cut(_ text: String, _ room: Int) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(room - 1))) + "…"
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.unicodeScalars.count))
  }

  // MARK: - Markdown

  package func markdown() -> String {
    let isClean = rows.isEmpty && failures.isEmpty
    var text = "### \(isClean ? "✅" : "❌") \(MarkdownReporter.escaped(summary))\n"
    guard !rows.isEmpty else { return text }
    let heads = databases.map { MarkdownReporter.code($0) }.joined(separator: " | ")
    text += "\n| object | \(heads) |\n|---|" + databases.map { _ in "---|" }.joined() + "\n"
    for row in rows {
      let cells = row.cells.map { $0 == .same ? "ok" : "**\($0.rawValue)**" }
      text += "| \(MarkdownReporter.code(row.object)) | \(cells.joined(separator: " | ")) |\n"
    }
    return text
  }
}
