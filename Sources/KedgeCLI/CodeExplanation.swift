import Linting
import Reporting
import SchemaModel

/// What a hazard's code means, from the catalogue of rules.
enum CodeExplanation {
  /// Nil where there is no such code.
  static func text(of code: String, width: Int) -> String? {
    guard let rule = RuleCatalogue.rule(code) else { return nil }
    let engines = rule.engines.map(\.displayName).joined(separator: ", ")
    var lines = ["\(rule.id) \(rule.name) (\(rule.level.rawValue); \(engines))", ""]
    lines += Wrapping.wrap(rule.summary, width: width, continuation: "")
    lines.append("")
    lines += Wrapping.wrap("what to do: " + rule.remedy, width: width, continuation: "")
    return lines.joined(separator: "\n") + "\n"
  }
}
