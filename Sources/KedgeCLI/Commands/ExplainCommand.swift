import ArgumentParser
import Comparison
import Planning
import Reporting
import SQLText
import SchemaDiff
import SchemaModel
import SchemaYAML
import Sources

/// `kedge explain`: why two things differ or do not, and what a code means.
struct ExplainCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain a difference, a hazard's code or an exit code.",
    usage: "kedge explain <what> [<name>] [--source <source>] [--target <source>]",
    discussion: """
      EXAMPLES
        kedge explain DL01
        kedge explain 4
        kedge explain check orders.orders_total_check --source env:dev
      """)

  @Argument(help: "A code (DL01), an exit code (3), or a kind of object (table, check, view …).")
  var what: String

  @Argument(help: "The object's name; what is inside of a table as table.name.")
  var name: String?

  @Option(
    help: ArgumentHelp("The database; by default the default environment.", valueName: "source"))
  var source: String?

  @Option(help: ArgumentHelp("What it should be.", valueName: "source"))
  var target: String?

  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if ObjectKind(rawValue: what) != nil, name == nil {
      throw ValidationError("say which \(what): kedge explain \(what) NAME")
    }
  }

  func outcome(in world: World) throws -> Outcome {
    if let code = Int32(what) { return try explain(exitCode: code, world) }
    if let kind = ObjectKind(rawValue: what), let name { return try explain(kind, name, world) }
    guard let text = CodeExplanation.text(of: what.uppercased(), width: world.width) else {
      throw SourceProblem(
        "there is nothing to explain about '\(what)'",
        nextStep: "give a hazard's code (DL01), an exit code (0 to 4), or a kind and a name: "
          + "kedge explain table users")
    }
    world.print(text)
    return .success
  }

  // MARK: - Codes

  private func explain(exitCode: Int32, _ world: World) throws -> Outcome {
    guard let outcome = Outcome(rawValue: exitCode) else {
      throw SourceProblem("Kedge ends with 0 to 4, and with 130 after ctrl-C")
    }
    let (meaning, next) =
      switch outcome {
      case .success: ("in sync, or done", "nothing")
      case .different:
        (
          "there are differences: drift, findings of lint, pending migrations with --exit-code",
          "read the report; kedge diff SOURCE schema.yaml --format sql shows the way"
        )
      case .failed:
        (
          "it could not be done: usage, configuration, connection, bad input, failed SQL",
          "the message names the place and the next step; kedge doctor looks at the rest"
        )
      case .refused:
        (
          "refused by a safety gate: lost rows, a hazard, drift before apply, a lock held by others",
          "allow the hazard by its code, or settle what is in the way"
        )
      case .undecided:
        (
          "no difference was found, but not everything was decided or compared",
          "give a scratch server, or look at what the report lists"
        )
      }
    world.print("exit \(exitCode): \(meaning)\nwhat to do: \(next)\n")
    return .success
  }

  // MARK: - Differences

  private func explain(_ kind: ObjectKind, _ name: String, _ world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    guard
      let given = source ?? workspace.configuration.defaultEnvironment.map({ "env:" + $0 })
    else {
      throw SourceProblem(
        "nothing says which database is meant", nextStep: "add --source SOURCE")
    }
    let (live, declared) = try workspace.load(
      from: workspace.source(given), to: workspace.target(target))
    let rule = IgnoreRule(kind: kind, patterns: [name], place: "")
    let ids = Set(
      (Array(live.schema.objects(of: kind)) + declared.schema.objects(of: kind)).map(\.id)
        .filter(rule.names))
    guard !ids.isEmpty else {
      throw SourceProblem("neither side has a \(kind.displayName) \(name)")
    }
    let result = try workspace.compare(live, declared)
    for id in ids.sorted() {
      let explanation = DifferenceExplanation(
        id: id, live: live.schema[id], declared: declared.schema[id], result: result)
      world.print(explanation.text)
    }
    return result.difference.isEmpty ? .success : .different
  }
}

/// Why an object counts as the same, as different or as undecided.
struct DifferenceExplanation {
  let id: ObjectID
  let live: SchemaObject?
  let declared: SchemaObject?
  let result: ComparisonResult

  var text: String {
    var lines = [Wording.object(id)]
    switch (live, declared) {
    case (nil, nil): return ""
    case (nil, _?): lines.append("  is declared, and not in the database")
    case (_?, nil): lines.append("  is in the database, and not declared")
    case (let live?, let declared?): lines += fields(live, declared)
    }
    if let item = result.ignored.first(where: { $0.id == id }) {
      lines.append("  it is ignored: \(item.rule.title) (\(item.rule.place))")
    }
    lines.append("  verdict: \(verdict)")
    return lines.joined(separator: "\n") + "\n"
  }

  private func fields(_ live: SchemaObject, _ declared: SchemaObject) -> [String] {
    var lines: [String] = []
    for (old, new) in zip(live.fields, declared.fields) where old.value != new.value || isText(new)
    {
      guard old.value != new.value || !shown(old.value).isEmpty else { continue }
      lines.append("  \(new.name.split(separator: "_").joined(separator: " "))")
      lines.append("    database: \(shown(old.value))")
      lines.append("    declared: \(shown(new.value))")
      lines.append("    \(reason(old.value, new.value))")
    }
    return lines
  }

  private func isText(_ field: Field) -> Bool {
    field.value.expressionPairs(with: field.value).isEmpty == false
  }

  private func shown(_ value: FieldValue) -> String {
    value.description.split(whereSeparator: \.isNewline).joined(separator: "\n              ")
  }

  private func reason(_ old: FieldValue, _ new: FieldValue) -> String {
    if shown(old) == shown(new) { return "the same text" }
    if old == new {
      return
        "the same tokens: white space, case of keywords, parentheses or a literal's cast differ"
    }
    if result.undecided.contains(where: { $0.id == id }) {
      return "the texts differ, and nobody could say what they mean"
    }
    guard old.differsOnlyInExpressions(from: new) else { return "different" }
    return isDifferent
      ? "different: the engine prints them differently, after building both"
      : "the engine says that they mean the same, after building both on a scratch"
  }

  private var isDifferent: Bool { result.difference.changes.contains { $0.id == id } }

  private var verdict: String {
    if isDifferent { return "different" }
    if result.undecided.contains(where: { $0.id == id }) { return "undecided" }
    if result.ignored.contains(where: { $0.id == id }) { return "ignored" }
    return live == nil || declared == nil ? "different, or outside of what is compared" : "the same"
  }
}
