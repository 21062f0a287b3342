import ArgumentParser
import SchemaModel
import SchemaYAML
import Sources

/// `kedge init`: the files of a new project.
struct InitCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write kedge.yaml, schema.yaml, its JSON Schema and a migrations folder.",
    usage: "kedge init [source] [options]",
    discussion: """
      EXAMPLES
        kedge init app.db
        kedge init postgresql://localhost/shop
      """)

  @Argument(help: "A database or file whose schema becomes schema.yaml.")
  var source: String?

  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func outcome(in world: World) throws -> Outcome {
    for path in ["kedge.yaml", "schema.yaml"] where FileSystem.kind(of: path) != .missing {
      throw SourceProblem(
        "\(path) is there already, and nothing was written",
        nextStep: "move it away, or work with it: kedge check")
    }
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let schema: Schema
    var url = "sqlite:app.db"
    if let source {
      let name = try SourceName(source)
      schema = try workspace.load(name).schema
      url = ProjectFiles.environmentURL(of: name, written: source, engine: schema.engine)
    } else {
      schema = .empty(sources.engine?.name ?? .sqlite)
      if schema.engine == .postgresql { url = "${DATABASE_URL}" }
    }
    try FileSystem.write(ProjectFiles.configuration(url: url), to: "kedge.yaml")
    try FileSystem.write(
      SchemaWriter.write(schema, managing: workspace.management).text, to: "schema.yaml")
    try FileSystem.write(SchemaJSONSchema.text, to: "kedge.schema.json")
    try FileSystem.createFolder("migrations")
    world.print("kedge.yaml\nschema.yaml\nkedge.schema.json\nmigrations/\n")
    workspace.note("next: edit schema.yaml, then: kedge check")
    if url == "${DATABASE_URL}" {
      workspace.note(
        "kedge.yaml takes the address from DATABASE_URL, so that no password is in a file")
    }
    return .success
  }
}

/// What `init` writes.
enum ProjectFiles {
  static func configuration(url: String) -> String {
    """
    schema: schema.yaml
    migrations: {path: migrations}
    default_environment: dev
    environments:
      dev: {url: "\(url)"}

    """
  }

  /// A SQLite file by its path; a server by a variable, since its URL may hold a password.
  static func environmentURL(of name: SourceName, written: String, engine: EngineName) -> String {
    switch name {
    case .sqlite(let path): "sqlite:" + escaped(path)
    case .environment, .postgresql, .declared, .snapshot, .script, .migrations, .git, .empty:
      engine == .postgresql ? "${DATABASE_URL}" : "sqlite:app.db"
    }
  }

  /// For a double-quoted YAML scalar in which `$` starts a variable.
  private static func escaped(_ path: String) -> String {
    var text = ""
    for character in path.unicodeScalars {
      switch character {
      case "\"", "\\": text += "\\" + String(character)
      case "$": text += "$$"
      default: text.unicodeScalars.append(character)
      }
    }
    return text
  }
}
