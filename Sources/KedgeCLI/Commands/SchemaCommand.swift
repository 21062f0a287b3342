import ArgumentParser
import SchemaYAML

/// `kedge schema`: the form of schema.yaml, for editors.
struct SchemaCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of schema.yaml, for editors.",
    usage: "kedge schema --json-schema",
    discussion: """
      EXAMPLES
        kedge schema --json-schema > kedge.schema.json
        kedge schema --json-schema | jq '.properties | keys'
      """)

  @Flag(help: "The JSON Schema.")
  var jsonSchema = false

  @OptionGroup var options: GlobalOptions

  func validate() throws {
    if !jsonSchema { throw ValidationError("say what to print: --json-schema") }
  }

  func outcome(in world: World) throws -> Outcome {
    world.print(SchemaJSONSchema.text)
    return .success
  }
}
