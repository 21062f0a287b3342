import ArgumentParser
import Comparison
import Reporting
import SchemaModel
import SchemaYAML
import Sources

/// `kedge fmt`: expressions as the engine itself writes them.
struct FmtCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt",
    abstract: "Write the expressions of schema.yaml as the engine writes them.",
    usage: "kedge fmt [<file>] [--check] [options]",
    discussion: """
      Then a check needs no scratch to see that they are the same. On PostgreSQL a
      scratch server says what they are; SQLite keeps everybody's own words.

      EXAMPLES
        kedge fmt
        kedge fmt db/schema.yaml --check
      """)

  @Argument(help: "The file; by default that of kedge.yaml.")
  var file: String?

  @Flag(help: "Write nothing; exit 1 when something would change.")
  var check = false

  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let file = self.file ?? workspace.schemaFile
    let text = try SchemaFile.read(file)
    let declared = try SchemaReader.read([text]).schema
    guard var scratch = try workspace.engines.scratch(for: declared.engine, serverVersion: nil)
    else {
      throw SourceProblem(
        "only the engine knows how it writes expressions, and there is no scratch server",
        nextStep: EngineRegistry.howToGetScratch)
    }
    let reading = try scratch.canonical(declared)
    for (id, reason) in reading.failures.sorted(by: { $0.key < $1.key }) {
      workspace.note("note: \(Wording.object(id)) could not be built and stays as it is: \(reason)")
    }
    let wanted = try Formatting.canonical(declared, as: reading.schema)
    let edited = try SchemaEditor.edit(text, from: declared, to: wanted)
    let isSame = edited.text.utf8.elementsEqual(String(decoding: text.bytes, as: UTF8.self).utf8)
    if check {
      if !isSame { world.print("\(file) would change\n") }
      return isSame ? .success : .different
    }
    if !isSame { try FileSystem.write(edited.text, to: file) }
    world.print(isSame ? "\(file) is as the engine writes it\n" : "\(file) was written\n")
    return .success
  }
}

enum Formatting {
  /// The declared objects with the texts that the engine printed for them.
  static func canonical(_ declared: Schema, as printed: Schema) throws -> Schema {
    try declared.replacing(
      objects: declared.objects.map { object in
        guard let other = printed[object.id] else { return object }
        let fields = zip(object.fields, other.fields)
        let differsInText = fields.allSatisfy { old, new in
          old.value == new.value || old.value.differsOnlyInExpressions(from: new.value)
        }
        return object.fields.count == other.fields.count && differsInText ? other : object
      })
  }
}
