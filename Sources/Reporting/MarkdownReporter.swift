import Comparison
import SchemaDiff
import SchemaModel

/// A report as a comment on a pull request: a summary that is read at a glance, the details folded away.
package enum MarkdownReporter {
  package static func render(_ reports: [Report]) -> String {
    reports.map(section).joined(separator: "\n")
  }

  private static func section(_ report: Report) -> String {
    let mark = report.isInSync && report.result.undecided.isEmpty ? "✅" : "❌"
    var text = "### \(mark) \(code(report.fromLabel)) against \(code(report.toLabel))\n\n"
    text += "**\(escaped(report.summary))**\n"
    text += table(report)
    text += undecided(report)
    text += details(report)
    return text
  }

  private static func table(_ report: Report) -> String {
    let rows = Groups.of(report.difference).flatMap { group in
      group.entries.map { row($0, in: group, report) }
    }
    guard !rows.isEmpty else { return "" }
    let body = rows.joined(separator: "\n")
    let open = rows.count > 20 ? "\n<details><summary>\(rows.count) differences</summary>\n" : ""
    let close = rows.count > 20 ? "\n</details>\n" : ""
    return "\(open)\n| | object | difference |\n|---|---|---|\n\(body)\n\(close)"
  }

  private static func row(
    _ entry: Groups.Entry, in group: Groups.Group, _ report: Report
  ) -> String {
    let (inTarget, inSource) =
      report.perspective == .gate
      ? ("declared, not in the database", "in the database, not declared")
      : ("only in \(report.shortLabels.to)", "only in \(report.shortLabels.from)")
    switch entry {
    case .rename(let rename):
      return "| ~ | \(code(Wording.object(rename.from))) | renamed to \(code(rename.to.name.raw)) |"
    case .change(.create(let object), _):
      return "| + | \(code(Wording.object(object.id))) | \(escaped(inTarget)) |"
    case .change(.drop(let object), _):
      return "| − | \(code(Wording.object(object.id))) | \(escaped(inSource)) |"
    case .change(.alter(let alteration), _):
      let fields = alteration.fields.map { field(of: $0, report) }.joined(separator: "<br>")
      return "| ~ | \(code(Wording.object(alteration.id))) | \(fields) |"
    }
  }

  private static func field(of change: FieldChange, _ report: Report) -> String {
    let (old, new) = (
      Wording.attribute(change.name, change.from), Wording.attribute(change.name, change.to)
    )
    return report.perspective == .gate
      ? "declared \(code(new)), database \(code(old))" : "\(code(old)) → \(code(new))"
  }

  private static func undecided(_ report: Report) -> String {
    guard !report.result.undecided.isEmpty else { return "" }
    return "\nUndecided:\n"
      + report.result.undecided.map {
        "- \(code(Wording.object($0.id))): \(escaped($0.reason))\n"
      }.joined()
  }

  /// What was not compared, and what was accepted.
  private static func details(_ report: Report) -> String {
    let coverage = report.coverage
    let lines =
      report.result.ignored.map { "ignored: " + Wording.ignored($0) }
      + coverage.unmodelled.map { "not compared: \($0.count) \($0.kind)" }
      + coverage.gaps.map { "could not be read: \($0.subject): \($0.reason)" }
      + report.result.exposures.map { "\($0.kind): \($0.count)" } + coverage.notes
    guard !lines.isEmpty else { return "" }
    return "\n<details><summary>What was compared</summary>\n\n"
      + lines.map { "- \(escaped($0))\n" }.joined() + "\n</details>\n"
  }

  /// Code in one line of a table: line breaks, pipes and backticks would end it.
  static func code(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
      .split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    let fence = line.utf8.contains(UInt8(ascii: "`")) ? "``" : "`"
    return fence == "`" ? "`\(line)`" : "`` \(line) ``"
  }

  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "<": result += "&lt;"
      case "&": result += "&amp;"
      case "|", "*", "_", "`", "[", "]", "#": result += "\\" + String(character)
      case "\n": result += " "
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
