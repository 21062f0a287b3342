import Linting
import Migrations
import Planning
import SchemaModel

/// What needs permission in a file before it runs.
struct ScriptHazards {
  let script: MigrationScript
  let engine: EngineName
  /// Whether the file may allow hazards itself.
  let fileMayAllow: Bool

  /// A generated file says it; in one that a person wrote, what loses data is read off the statements.
  func found() -> [MigrationScript.DeclaredHazard] {
    if script.isGenerated || !script.hazards.isEmpty {
      let allowed = fileMayAllow ? Set(script.allowances.map(\.code)) : []
      return script.hazards.filter { !allowed.contains($0.hazard.code) }
    }
    guard let file = try? LintFile(name: script.file, text: text, engine: engine) else { return [] }
    var linter = Linter()
    return linter.lint(file).filter { $0.rule.hasPrefix("DL") && $0.level == .error }.map {
      MigrationScript.DeclaredHazard(
        hazard: Hazard($0.rule, $0.message, needsPermission: true), line: $0.start.line)
    }
  }

  /// Where the file may not allow anything, its allowances are comments.
  private var text: String {
    guard !fileMayAllow else { return script.text }
    return script.text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("-- kedge:allow ") ? "--" : String($0) }.joined(separator: "\n")
  }
}
