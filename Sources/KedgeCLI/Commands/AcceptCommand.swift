import ArgumentParser
import Comparison
import Reporting
import SQLText
import SchemaDiff
import SchemaModel
import SchemaYAML
import Sources

/// `kedge accept`: a difference that is meant to stay becomes a rule of kedge.yaml.
struct AcceptCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept",
    abstract: "Write a rule into kedge.yaml for a difference that is meant to stay.",
    usage: "kedge accept <kind> <name> --reason <text> [--until <day>] [options]",
    discussion: """
      The difference must be there: it is looked for in SOURCE, by default in every
      environment of kedge.yaml.

      EXAMPLES
        kedge accept table public.tmp_import --reason "INC-1432" --until 2026-12-31
        kedge accept column users.age --attribute type --reason "until the rewrite"
      """)

  @Argument(help: "The kind of object: table, column, index, view …")
  var kind: String

  @Argument(help: "Its name; what is inside of a table as table.name.")
  var name: String

  @Option(help: "Why it is meant to stay.")
  var reason: String

  @Option(help: ArgumentHelp("The last day on which it is, YYYY-MM-DD.", valueName: "day"))
  var until: String?

  @Option(help: "Only this attribute, by its key in schema.yaml.")
  var attribute: String?

  @Option(help: ArgumentHelp("Where to look for the difference.", valueName: "source"))
  var source: [String] = []

  @Option(help: ArgumentHelp("What it should be.", valueName: "source"))
  var target: String?

  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard ObjectKind(rawValue: kind) != nil else {
      let near = nearestName(to: kind, among: ObjectKind.allCases.map(\.rawValue))
      throw ValidationError(
        "'\(kind)' is no kind of object" + (near.map { ": did you mean '\($0)'?" } ?? ""))
    }
    guard !reason.isEmpty else { throw ValidationError("--reason must say something") }
    if let until, until.utf8.count != 10 || MigrationDay(until) == nil {
      throw ValidationError("'\(until)' is no day: write YYYY-MM-DD")
    }
  }

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let rule = IgnoreRule(
      kind: ObjectKind(rawValue: kind), patterns: [name], attribute: attribute, reason: reason,
      until: until, place: "")
    try refuseUnlessThere(rule, workspace)
    let path = options.config ?? ConfigurationFile.defaultName
    let text = FileSystem.kind(of: path) == .file ? try FileSystem.text(of: path) : ""
    let edited = ConfigurationText.adding(item, to: text)
    _ = try Configuration.read(
      YAMLSource(file: path, text: edited), environment: world.environment)
    try FileSystem.write(edited, to: path)
    world.print("\(path): \(item)\n")
    return .success
  }

  /// `{table: "public.tmp", reason: "…", until: 2026-12-31}`.
  private var item: String {
    var parts = ["\(kind): \(YAMLScalar.quoted(name))"]
    if let attribute { parts.append("attribute: \(attribute)") }
    parts.append("reason: \(YAMLScalar.quoted(reason))")
    if let until { parts.append("until: \(until)") }
    return "{\(parts.joined(separator: ", "))}"
  }

  private func refuseUnlessThere(_ rule: IgnoreRule, _ workspace: Workspace) throws {
    let targetName = try workspace.target(target)
    let names =
      source.isEmpty
      ? workspace.configuration.environments.keys.sorted().map { "env:" + $0 } : source
    var found: [ObjectID] = []
    for name in names {
      let (live, declared) = try workspace.load(from: workspace.source(name), to: targetName)
      let changes = try workspace.compare(live, declared).difference.changes
      let outcome = ObjectFilter([rule], today: World.today()).apply(to: changes)
      if !outcome.ignored.isEmpty { return }
      found += changes.map(\.id)
    }
    let list = Set(found).sorted().prefix(10).map { "  \(Wording.object($0))" }.joined(
      separator: "\n")
    throw SourceProblem(
      "there is no difference of \(kind) \(name)" + (attribute.map { " in \($0)" } ?? ""),
      nextStep: found.isEmpty ? "there are no differences at all" : "the differences are:\n\(list)")
  }
}

/// A day as kedge.yaml writes it.
private struct MigrationDay {
  init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ Int($0) != nil }), let month = Int(parts[1]),
      let day = Int(parts[2]), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
  }
}

/// The text of kedge.yaml with one more rule.
enum ConfigurationText {
  /// Behind the last rule of `ignore:` where it is a block list; a new section at the end otherwise.
  static func adding(_ item: String, to text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    guard let start = lines.firstIndex(where: { $0.hasPrefix("ignore:") }) else {
      return (lines + ["ignore:", "  - \(item)"]).joined(separator: "\n") + "\n"
    }
    let flow = lines[start].dropFirst("ignore:".count).drop { $0 == " " }
    if flow.hasPrefix("[") {
      let rest = flow.dropFirst().drop { $0 == " " }
      let comma = rest.hasPrefix("]") ? "" : ", "
      lines[start] = "ignore: [\(item)\(comma)\(rest)"
      return lines.joined(separator: "\n") + "\n"
    }
    var end = start + 1
    var indent = "  "
    for index in lines.indices.dropFirst(start + 1) {
      let line = lines[index]
      guard line.isEmpty || line.hasPrefix(" ") || line.hasPrefix("-") || line.hasPrefix("#") else {
        break
      }
      let spaces = line.prefix { $0 == " " }
      if line.dropFirst(spaces.count).hasPrefix("-") {
        if end == start + 1 { indent = String(spaces) }
        end = index + 1
      } else if !line.isEmpty, !line.hasPrefix("#"), end > start + 1 {
        end = index + 1
      }
    }
    lines.insert("\(indent)- \(item)", at: end)
    return lines.joined(separator: "\n") + "\n"
  }
}

/// A text as a double-quoted scalar.
enum YAMLScalar {
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\" + String(scalar)
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "$": result += "$"
      default:
        if scalar.value < 0x20 { result += " " } else { result.unicodeScalars.append(scalar) }
      }
    }
    return result + "\""
  }
}
