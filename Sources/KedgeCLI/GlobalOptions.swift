import ArgumentParser
import SchemaModel

/// Options of every command.
struct GlobalOptions: ParsableArguments {
  enum Color: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

  @Flag(name: .shortAndLong, help: "Print results only, no notes.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say more about what is done.")
  var verbose = false

  @Option(help: "Colour in text output; NO_COLOR is honoured.")
  var color: Color = .auto

  @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
  var config: String?

  func isColored(_ world: World) -> Bool {
    switch color {
    case .always: true
    case .never: false
    case .auto: world.isTerminal && (world.environment["NO_COLOR"] ?? "").isEmpty
    }
  }
}

/// Options of every command that reads sources.
struct SourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A server on which scratch databases may be made and dropped, or 'none'.", valueName: "url"))
  var scratch: String?

  @Option(help: "The engine of a .sql file that nothing else tells.")
  var engine: EngineChoice?

  @Option(
    help: ArgumentHelp(
      "PostgreSQL: compare or write owners, grants, all or none; by default what both sides speak of.",
      valueName: "what,…"))
  var manage: [String] = []

  func validate() throws {
    for word in words where !["owners", "grants", "all", "none"].contains(word) {
      throw ValidationError("'\(word)' is not owners, grants, all or none")
    }
  }

  /// Nil when nothing was asked for.
  var management: Management? {
    guard !manage.isEmpty else { return nil }
    return Management(
      owners: words.contains("owners") || words.contains("all"),
      grants: words.contains("grants") || words.contains("all"))
  }

  private var words: [String] { manage.flatMap { $0.split(separator: ",").map(String.init) } }
}
