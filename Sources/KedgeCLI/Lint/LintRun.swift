import Linting
import Reporting
import SchemaModel
import SchemaYAML
import Sources

/// Lints the files of one command, one after the other.
struct LintRun {
  struct Result {
    var findings: [Finding] = []
    var fileCount = 0
    /// A file could not be read.
    var failed = false
  }

  private let command: LintCommand
  private let workspace: Workspace
  private let policy: LintPolicy
  private let base: Catalog?

  init(_ command: LintCommand, _ workspace: Workspace) throws {
    self.command = command
    self.workspace = workspace
    var policy = try LintPolicy(workspace.configuration.hazards)
    for option in command.rules { try policy.set(option) }
    self.policy = policy
    base = try command.from.map { Catalog(try workspace.load(SourceName($0)).schema) }
  }

  func outcome() throws -> Result {
    let arguments = command.file.isEmpty ? [workspace.configuration.migrationsPath] : command.file
    let paths = try LintFiles.paths(arguments, withDown: command.down)
    var linter = Linter(
      options: command.lintOptions(workspace), policy: policy, base: base)
    if let first = paths.first, command.from == nil { learn(before: first, &linter) }
    var result = Result()
    for path in paths {
      do {
        let file = try read(path)
        result.fileCount += 1
        result.findings += try findings(in: file, at: path, &linter)
      } catch let problem as LintInputProblem {
        workspace.world.printError(
          "error: \(problem.file):\(problem.line): \(problem.message)\n")
        result.failed = true
      }
    }
    return result
  }

  /// What the files of the same migrations folder before the first one make is known.
  private func learn(before path: String, _ linter: inout Linter) {
    guard path != LintFiles.standardInput, path.hasSuffix(".sql"),
      path.hasPrefix(workspace.configuration.migrationsPath + "/"),
      let before = try? LintFiles.predecessors(of: path, withDown: false)
    else { return }
    for path in before { if let file = try? read(path) { linter.learn(file) } }
  }

  private func read(_ path: String) throws -> LintFile {
    let isInput = path == LintFiles.standardInput
    let text = try FileSystem.text(of: isInput ? "/dev/stdin" : path)
    return try LintFile(
      name: isInput ? "<stdin>" : path, text: text, engine: command.sources.engine?.name,
      assumesTransaction: command.inTransaction)
  }

  private func findings(
    in file: LintFile, at path: String, _ linter: inout Linter
  ) throws -> [Finding] {
    let before = linter
    let findings = linter.lint(file)
    guard command.fix, findings.contains(where: { !$0.edits.isEmpty }) else {
      return findings.map { Finding($0, in: file) }
    }
    linter = before
    return try fixed(file, at: path, &linter)
  }

  /// Fixes until nothing moves: edits that touch each other need another turn.
  private func fixed(
    _ file: LintFile, at path: String, _ linter: inout Linter
  ) throws -> [Finding] {
    var file = file
    var count = 0
    for _ in 0..<20 {
      var trial = linter
      let (text, fixed) = Fixing.apply(trial.lint(file), to: file.text)
      guard fixed > 0, text != file.text,
        let next = try? LintFile(
          name: file.name, text: text, engine: file.engine,
          assumesTransaction: command.inTransaction)
      else { break }
      file = next
      count += fixed
    }
    try FileSystem.write(file.text, to: path)
    workspace.note("\(path): \(count) fixed")
    return linter.lint(file).map { Finding($0, in: file) }
  }
}
