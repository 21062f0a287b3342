import Comparison
import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// A report for a terminal: grouped by object, one summary line at the end.
package struct TextReporter {
  private let report: Report
  private let paint: Paint
  private let width: Int
  private var lines: [String] = []

  /// Columns of text are wrapped at `width`, never under 60.
  package static func render(_ report: Report, colored: Bool, width: Int) -> String {
    var reporter = TextReporter(report: report, paint: Paint(isOn: colored), width: max(60, width))
    reporter.write()
    return reporter.lines.joined(separator: "\n") + "\n"
  }

  private init(report: Report, paint: Paint, width: Int) {
    self.report = report
    self.paint = paint
    self.width = width
  }

  private mutating func write() {
    switch report.perspective {
    case .gate: lines.append(paint.bold("\(report.fromLabel) against \(report.toLabel)"))
    case .sources: lines.append(paint.bold("\(report.fromLabel) → \(report.toLabel)"))
    }
    lines.append("")
    for group in Groups.of(report.difference) { write(group) }
    writeUndecided()
    for sentence in report.difference.information { wrap("note: " + sentence) }
    for sentence in report.suggestions { wrap("note: " + sentence) }
    writeHazards()
    writeCoverage()
    lines.append(paint.bold(report.summary))
  }

  private mutating func write(_ group: Groups.Group) {
    if !group.isAlone { lines.append(group.title) }
    for entry in group.entries {
      let indent = group.isAlone ? "" : "  "
      switch entry {
      case .rename(let rename):
        let text = "\(title(rename.from, in: group)) renamed to \(rename.to.name.raw)"
        wrap(indent + paint.yellow("~") + " " + text, continuation: indent + "    ")
      case .change(.create(let object), let parts):
        let text = "\(title(object.id, in: group))\(tail(parts)) — \(inTargetOnly)"
        wrap(indent + paint.green("+") + " " + text, continuation: indent + "    ")
      case .change(.drop(let object), let parts):
        let text = "\(title(object.id, in: group))\(tail(parts)) — \(inSourceOnly)"
        wrap(indent + paint.red("-") + " " + text, continuation: indent + "    ")
      case .change(.alter(let alteration), _):
        wrap(
          indent + paint.yellow("~") + " " + title(alteration.id, in: group),
          continuation: indent + "    ")
        for field in alteration.fields { write(field, indent: indent + "    ") }
      }
    }
    lines.append("")
  }

  /// Each sentence once, the worst first.
  private mutating func writeHazards() {
    var seen: Set<Hazard> = []
    let hazards = (report.plan?.hazards ?? []).filter { seen.insert($0).inserted }
    guard !hazards.isEmpty else { return }
    lines.append("On the way there:")
    for severity in [Hazard.Severity.error, .warning, .information] {
      for hazard in hazards where hazard.severity == severity {
        let word = severity == .information ? "" : " (\(severity.rawValue))"
        wrap("  \(hazard.code)\(word): \(hazard.message)", continuation: "    ")
        if let other = hazard.alternative, severity != .information {
          wrap("    instead: \(other)", continuation: "      ")
        }
      }
    }
    lines.append("")
  }

  /// Under the name of its relation an object goes by its own; alone it needs its schema.
  private func title(_ id: ObjectID, in group: Groups.Group) -> String {
    group.isAlone ? Wording.object(id) : Wording.part(id)
  }

  private var inTargetOnly: String {
    switch report.perspective {
    case .gate: "declared, not in the database"
    case .sources: "only in \(report.shortLabels.to)"
    }
  }

  private var inSourceOnly: String {
    switch report.perspective {
    case .gate: "in the database, not declared"
    case .sources: "only in \(report.shortLabels.from)"
    }
  }

  /// ` with 3 columns, primary key`.
  private func tail(_ parts: [SchemaObject]) -> String {
    guard !parts.isEmpty else { return "" }
    var counts: [(ObjectKind, Int)] = []
    for part in parts {
      if let index = counts.firstIndex(where: { $0.0 == part.kind }) {
        counts[index].1 += 1
      } else {
        counts.append((part.kind, 1))
      }
    }
    let words = counts.map { kind, count -> String in
      if kind == .primaryKey { return "primary key" }
      return "\(count) \(count == 1 ? kind.displayName : kind.plural)"
    }
    return " with " + words.joined(separator: ", ")
  }

  private mutating func write(_ field: FieldChange, indent: String) {
    let old = Wording.attribute(field.name, field.from)
    let new = Wording.attribute(field.name, field.to)
    if old.utf8.contains(0x0A) || new.utf8.contains(0x0A) {
      return writeTexts(field, indent: indent)
    }
    switch report.perspective {
    case .gate:
      wrap("\(indent)declared: \(new)", continuation: indent + "  ")
      wrap("\(indent)database: \(old)", continuation: indent + "  ")
    case .sources:
      wrap("\(indent)\(old) → \(new)", continuation: indent + "  ")
    }
  }

  /// Texts of several lines: the lines that only one side has, between what the two share.
  private mutating func writeTexts(_ field: FieldChange, indent: String) {
    let name = field.name.split(separator: "_").joined(separator: " ")
    let sides = report.perspective == .gate ? " (- database, + declared)" : ""
    lines.append("\(indent)\(name) differs\(sides):")
    for line in LineDifference.lines(from: field.from.description, to: field.to.description) {
      switch line {
      case .removed(let text): lines.append(indent + paint.red("- " + text))
      case .added(let text): lines.append(indent + paint.green("+ " + text))
      case .shared(let text): lines.append(indent + "  " + text)
      }
    }
  }

  private mutating func writeUndecided() {
    guard !report.result.undecided.isEmpty else { return }
    lines.append(paint.yellow("undecided"))
    for pair in report.result.undecided {
      wrap("  ? \(Wording.object(pair.id)): \(pair.reason)", continuation: "      ")
      for field in pair.fields { write(field, indent: "      ") }
    }
    lines.append("")
  }

  private mutating func writeCoverage() {
    let coverage = report.coverage
    if !coverage.unmodelled.isEmpty {
      let list = coverage.unmodelled.map { "\($0.kind) (\($0.count))" }.joined(separator: ", ")
      wrap("not compared (not modelled yet): " + list, continuation: "  ")
    }
    for gap in coverage.gaps { wrap("could not be read: \(gap.subject): \(gap.reason)") }
    for item in report.result.exposures {
      wrap("\(item.kind) (\(item.count)): " + item.examples.joined(separator: ", "))
    }
    for item in report.result.ignored { wrap("ignored: " + Wording.ignored(item)) }
    for note in coverage.notes { wrap("note: " + note, continuation: "  ") }
  }

  private mutating func wrap(_ text: String, continuation: String = "  ") {
    lines += Wrapping.wrap(text, width: width, continuation: continuation)
  }
}
