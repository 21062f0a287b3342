import ArgumentParser
import SchemaYAML

/// `kedge schema`: the form of schema.yaml and of kedge.yaml, for editors.
struct SchemaCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of schema.yaml or kedge.yaml, for editors.",
    usage: "kedge schema --json-schema [--of schema|config]",
    discussion: """
      EXAMPLES
        kedge schema --json-schema > kedge.schema.json
        kedge schema --json-schema --of config > kedge.config.schema.json
      """)

  enum Subject: String, ExpressibleByArgument, CaseIterable { case schema, config }

  @Flag(help: "The JSON Schema.")
  var jsonSchema = false

  @Option(help: "Of which file: schema.yaml or kedge.yaml.")
  var of: Subject = .schema

  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if !jsonSchema { throw ValidationError("say what to print: --json-schema") }
  }

  func outcome(in world: World) throws -> Outcome {
    switch of {
    case .schema: world.print(SchemaJSONSchema.text)
    case .config: world.print(SchemaJSONSchema.configuration)
    }
    return .success
  }
}
