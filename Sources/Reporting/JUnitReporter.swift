import Comparison
import SchemaDiff
import SchemaModel

/// A report as JUnit's XML: a suite for each database, a test for each object that differs, one that passes
/// where nothing does.
package enum JUnitReporter {
  package static func render(_ reports: [Report]) -> String {
    let suites = reports.map(suite).joined()
    let cases = reports.map { max(1, names(of: $0).count) }.reduce(0, +)
    let failures = reports.map { names(of: $0).count }.reduce(0, +)
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="kedge check" tests="\(cases)" failures="\(failures)">
      \(suites)</testsuites>

      """
  }

  private static func names(of report: Report) -> [(name: String, message: String)] {
    Groups.of(report.difference).flatMap { group in
      group.entries.map { (name: name(of: $0), message: message(of: $0, report)) }
    }
      + report.result.undecided.map { (Wording.object($0.id), "undecided: \($0.reason)") }
  }

  private static func suite(_ report: Report) -> String {
    let found = names(of: report)
    let label = XMLText.attribute(report.fromLabel)
    var text =
      "  <testsuite name=\(label) tests=\"\(max(1, found.count))\" failures=\"\(found.count)\">\n"
    if found.isEmpty {
      text += "    <testcase classname=\(label) name=\"in sync\"/>\n"
    }
    for item in found {
      text += "    <testcase classname=\(label) name=\(XMLText.attribute(item.name))>\n"
      text += "      <failure message=\(XMLText.attribute(item.message))/>\n    </testcase>\n"
    }
    return text + "  </testsuite>\n"
  }

  private static func name(of entry: Groups.Entry) -> String {
    switch entry {
    case .rename(let rename): Wording.object(rename.from)
    case .change(let change, _): Wording.object(change.id)
    }
  }

  private static func message(of entry: Groups.Entry, _ report: Report) -> String {
    let isGate = report.perspective == .gate
    switch entry {
    case .rename(let rename): return "renamed to \(rename.to.name.raw)"
    case .change(.create, _):
      return isGate ? "declared, not in the database" : "only in \(report.toLabel)"
    case .change(.drop, _):
      return isGate ? "in the database, not declared" : "only in \(report.fromLabel)"
    case .change(.alter(let alteration), _):
      return alteration.fields.map { field in
        let (old, new) = (
          Wording.attribute(field.name, field.from), Wording.attribute(field.name, field.to)
        )
        return isGate ? "declared: \(new), database: \(old)" : "\(old) → \(new)"
      }.joined(separator: "; ")
    }
  }
}
