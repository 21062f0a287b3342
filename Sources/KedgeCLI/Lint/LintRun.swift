import Linting
import Planning
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
    /// What a trace saw; nil when none was asked for.
    var trace: TraceReport?
  }

  private struct Linted {
    var file: LintFile
    var context: FileContext
    var findings: [LintFinding]
  }

  private let command: LintCommand
  private let workspace: Workspace
  private let policy: LintPolicy
  private let base: Schema?

  init(_ command: LintCommand, _ workspace: Workspace) throws {
    self.command = command
    self.workspace = workspace
    var policy = try LintPolicy(workspace.configuration.hazards)
    for option in command.rules { try policy.set(option) }
    self.policy = policy
    base = try command.from.map { try workspace.load(workspace.source($0)).schema }
  }

  func outcome() throws -> Result {
    let arguments = command.file.isEmpty ? [workspace.configuration.migrationsPath] : command.file
    let paths = try LintFiles.paths(arguments, withDown: command.down)
    let options = command.lintOptions(workspace)
    var linter = Linter(options: options, policy: policy, base: base.map { Catalog($0) })
    let before = command.from == nil ? learn(before: paths.first, &linter) : []
    var result = Result()
    var all: [Linted] = []
    for path in paths {
      do {
        all.append(try lint(try read(path), at: path, &linter))
      } catch let problem as LintInputProblem {
        workspace.world.printError(
          "error: \(problem.file):\(problem.line): \(problem.message)\n")
        result.failed = true
      }
    }
    result.fileCount = all.count
    if command.trace {
      result.trace = try trace(&all, before, version: options.version)
    }
    result.findings = all.flatMap { linted in
      linted.findings.map { Finding($0, in: linted.file) }
    }
    return result
  }

  /// What the files of the same migrations folder before the first one make is known.
  private func learn(before path: String?, _ linter: inout Linter) -> [FileContext] {
    guard let path, path.hasSuffix(".sql"),
      path.hasPrefix(workspace.configuration.migrationsPath + "/"),
      let before = try? LintFiles.predecessors(of: path, withDown: false)
    else { return [] }
    return before.compactMap { path in
      guard let file = try? read(path) else { return nil }
      return linter.walk(file)
    }
  }

  private func read(_ path: String) throws -> LintFile {
    let isInput = path == LintFiles.standardInput
    let text = try FileSystem.text(of: isInput ? "/dev/stdin" : path)
    return try LintFile(
      name: isInput ? "<stdin>" : path, text: text, engine: command.sources.engine?.name,
      assumesTransaction: command.inTransaction)
  }

  private func lint(
    _ file: LintFile, at path: String, _ linter: inout Linter
  ) throws -> Linted {
    let file = command.fix ? try fixed(file, at: path, linter) : file
    var copy = linter
    return Linted(file: file, context: copy.walk(file), findings: linter.lint(file))
  }

  /// Fixes until nothing moves: edits that touch each other need another turn.
  private func fixed(
    _ file: LintFile, at path: String, _ linter: Linter
  ) throws -> LintFile {
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
    guard count > 0 else { return file }
    try FileSystem.write(file.text, to: path)
    workspace.note("\(path): \(count) fixed")
    return file
  }

  /// The measurement wins over the text.
  private func trace(
    _ all: inout [Linted], _ before: [FileContext], version: Int
  ) throws -> TraceReport {
    let run = TraceRun(workspace, base: base, version: version)
    let traces = try workspace.timed("trace", now: "running the statements on a scratch") {
      try run.trace(all.map(\.context), before: before)
    }
    var report = TraceReport()
    for (index, trace) in traces.enumerated() {
      let linted = all[index]
      all[index].findings = Measured.merge(
        linted.findings, linted.context, trace, policy: policy)
      report.entries += TraceRun.entries(linted.context, trace)
    }
    return report
  }
}
