import Comparison
import Reporting
import SQLText
import SchemaDiff
import SchemaModel
import SchemaYAML
import Sources

/// Asks whether what goes and what comes is one thing under two names. Nothing is taken for a rename that nobody
/// said yes to.
struct RenameQuestions {
  let workspace: Workspace

  /// What came of it.
  struct Answers {
    var result: ComparisonResult
    /// Those that somebody said yes to.
    var renames: [Rename] = []
    /// Whether there was somebody to ask.
    var wereAsked = false
  }

  /// Tells the goal of each rename, and compares anew: inside of a renamed table there may be more.
  func ask(
    about result: ComparisonResult, from start: LoadedSource, to goal: LoadedSource
  ) throws -> Answers {
    var answers = Answers(result: result)
    guard workspace.world.canAsk, !workspace.options.quiet else { return answers }
    answers.wereAsked = true
    var goal = goal
    var asked: Set<Rename> = []
    while true {
      let open = suggestions(answers.result).filter { asked.insert($0).inserted }
      let meant = open.filter(isMeant)
      guard !meant.isEmpty else { return answers }
      for rename in meant { goal.schema.renamedFrom[rename.to] = [rename.from.name] }
      answers.renames += meant
      answers.result = try workspace.compare(start, goal)
    }
  }

  private func suggestions(_ result: ComparisonResult) -> [Rename] {
    RenameSuggestions.suggestions(result.difference, from: result.from)
  }

  private func isMeant(_ rename: Rename) -> Bool {
    let question =
      "\(Wording.object(rename.from)) goes and \(rename.to.name.raw) comes. Is it renamed? [y/N] "
    let answer = workspace.world.ask(question)
    return ["y", "yes"].contains((answer ?? "").asciiLowercased)
  }

  /// Writes `renamed_from` into the schema file, so that databases which are still to be migrated are compared
  /// rightly; where that cannot be done, says what to write.
  func declare(_ renames: [Rename], in declared: LoadedSource, of name: SourceName) throws {
    guard !renames.isEmpty else { return }
    if case .declared(let path) = name, FileSystem.kind(of: path) == .file,
      let text = try edited(path, renames, declared.schema)
    {
      try FileSystem.write(text, to: path)
      for rename in renames { workspace.note("\(path): wrote \(Self.line(rename))") }
      return
    }
    for rename in renames { workspace.note("write into \(declared.label): \(Self.line(rename))") }
  }

  private static func line(_ rename: Rename) -> String {
    "renamed_from: \(rename.from.name.raw), for \(Wording.object(rename.to))"
  }

  /// Nil where the lines cannot be told from the rest.
  private func edited(_ path: String, _ renames: [Rename], _ declared: Schema) throws -> String? {
    var wanted = declared
    for rename in renames { wanted.renamedFrom[rename.to] = [rename.from.name] }
    guard
      let outcome = try? SchemaEditor.edit(SchemaFile.read(path), from: declared, to: wanted),
      let again = try? SchemaReader.read([YAMLSource(file: path, text: outcome.text)]).schema,
      again.renamedFrom == wanted.renamedFrom, again.objects == wanted.objects
    else { return nil }
    for place in outcome.rewritten {
      workspace.note("note: \(place) was written anew, its comments are gone")
    }
    return outcome.text
  }
}
