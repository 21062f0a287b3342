import ArgumentParser
import Comparison
import Migrations
import Planning
import Proving
import Reporting
import SchemaModel
import SchemaYAML
import Sources

/// `kedge verify`: every migration up, down and up again on a scratch database.
struct VerifyCommand: KedgeCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, junit }

  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Prove migrations on a scratch database: up, down and up again, over rows.",
    usage: "kedge verify [<file>|<folder>|<folder>@<version>[..<version>]] [options]",
    discussion: """
      Each migration runs on what the ones before it leave. The schema is read
      after every step, rows are written before the first and looked at after
      each. Hooks are not run: they may reach beyond the database. A loss that no comment announces fails the proof. Exit 1 when a
      migration failed or could not be proven.

      EXAMPLES
        kedge verify
        kedge verify migrations@20261120093000..20261122150405 --output verify.xml
      """)

  @Argument(help: "What to prove; by default the folder of kedge.yaml.")
  var source: String?

  @Option(help: "How to print the result.")
  var format: Format?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write the result to a file whose extension tells the format; may be given several times.",
      valueName: "file"))
  var output: [String] = []

  @Option(
    help: ArgumentHelp(
      "What ${NAME} stands for in files that opt in; may be given several times.",
      valueName: "name=value"))
  var variable: [String] = []

  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    for text in variable where !text.contains("=") {
      throw ValidationError("'\(text)': write --variable NAME=VALUE")
    }
    for file in output where VerifyCommand.format(of: file) == nil {
      throw ValidationError("'\(file)': a result's name ends in .txt, .text, .json, .xml or .junit")
    }
  }

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let wanted = try MigrationRange(source ?? workspace.configuration.migrationsPath)
    let engine = try workspace.engine(ofFolder: wanted.folder, given: sources.engine?.name)
    let folder = try wanted.read(dialect: workspace.engines.dialect(engine))
    if let problem = folder.chainProblems.first { throw MigrationProblems([problem]) }
    guard let database = try workspace.engines.disposable(for: engine, serverVersion: nil) else {
      throw SourceProblem(
        "migrations are proven on a scratch database, and there is none",
        nextStep: EngineRegistry.howToGetScratch)
    }
    if !folder.hooks.isEmpty { workspace.note("note: the hooks of \(folder.path) are not run") }
    let result = try walk(folder, from: wanted.first, on: database, in: workspace)
    try write(result, in: workspace)
    return result.passed == result.results.count ? .success : .different
  }

  private func walk(
    _ folder: MigrationFolder, from first: MigrationVersion?,
    on database: any DisposableDatabase, in workspace: Workspace
  ) throws -> FolderProofResult {
    let engines = workspace.engines
    let engine = try database.session().engine
    let comparer = Comparer(dialect: engines.dialect(engine)) {
      try engines.scratch(for: engine, serverVersion: nil)
    }
    let proof = FolderProof(
      folder, from: first, comparer: comparer, variables: variables,
      fingerprint: Fingerprint.comparable)
    return try workspace.timed("prove", now: "proving \(folder.path)") {
      try proof.run(on: database) { index, total, migration in
        StatusLine.show(
          "proving \(index) of \(total): \(migration.title)", in: workspace.world, options)
      }
    }
  }

  private var variables: [String: String] {
    var values: [String: String] = [:]
    for text in variable {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      values[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
    }
    return values
  }

  // MARK: - Output

  private static func format(of file: String) -> Format? {
    file.hasSuffix(".xml") ? .junit : OutputFile.format(file)
  }

  private func write(_ result: FolderProofResult, in workspace: Workspace) throws {
    let world = workspace.world
    if output.isEmpty || format != nil {
      world.print(try render(result, format ?? .text, colored: options.isColored(world)))
    }
    for file in output {
      guard let format = Self.format(of: file) else { continue }
      try FileSystem.write(render(result, format, colored: false), to: file)
    }
  }

  private func render(
    _ result: FolderProofResult, _ format: Format, colored: Bool
  ) throws -> String {
    switch format {
    case .text: ProofText.render(result, colored: colored)
    case .json: try ProofJSON.render(result)
    case .junit: ProofJUnit.render(result)
    }
  }
}

extension Workspace {
  /// The engine that the files of a folder are for.
  func engine(ofFolder folder: String, given: EngineName?) throws -> EngineName {
    if let given { return given }
    if let engine = try MigrationFiles.engine(of: folder) { return engine }
    guard MigrationFiles.areIn(folder) else {
      throw SourceProblem(
        "there are no migrations in \(folder)", nextStep: "write the first one: kedge generate NAME"
      )
    }
    // Files by hand have no header; the schema file says it.
    if FileSystem.kind(of: schemaFile) != .missing,
      let declared = try? load(target(nil)).schema.engine
    {
      return declared
    }
    throw SourceProblem(
      "nothing says which engine the migrations in \(folder) are for",
      nextStep: "add --engine postgresql or --engine sqlite")
  }
}
