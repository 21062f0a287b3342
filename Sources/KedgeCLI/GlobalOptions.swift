import ArgumentParser

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
}
