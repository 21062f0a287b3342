import ArgumentParser
import Migrations
import Planning
import SchemaModel
import SchemaYAML
import Sources

/// `kedge doctor`: what is there, what is missing, what to do about it.
struct DoctorCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Look at engines, scratch, configuration and databases, and say what is missing.",
    usage: "kedge doctor [options]",
    discussion: """
      Exit 2 when something that is configured does not work.

      EXAMPLES
        kedge doctor
        kedge doctor --config deploy/kedge.yaml
      """)

  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func outcome(in world: World) throws -> Outcome {
    var examination = Examination(world: world, options: options)
    examination.report("kedge", .good, Version.text)
    for (name, finding) in EngineRegistry.libraries() { examination.report(name, .good, finding) }
    do {
      let workspace = try Workspace(world: world, options: options, sources: sources)
      examination.files(of: workspace)
      examination.scratch(of: workspace)
      examination.databases(of: workspace)
    } catch {
      examination.report("configuration", .bad, "")
      _ = Failure.report(error, to: world)
    }
    return examination.isHealthy ? .success : .failed
  }
}

/// One line a finding, with what to do next where something is wrong.
private struct Examination {
  enum State: String { case good = "ok", missing = "--", bad = "!!" }

  let world: World
  let options: GlobalOptions
  private(set) var isHealthy = true

  init(world: World, options: GlobalOptions) {
    self.world = world
    self.options = options
  }

  mutating func report(_ subject: String, _ state: State, _ words: String, next: String? = nil) {
    if state == .bad { isHealthy = false }
    world.print("\(state.rawValue)  \(subject): \(words)\n")
    if let next { world.print("    next: \(next)\n") }
  }

  mutating func files(of workspace: Workspace) {
    let path = options.config ?? ConfigurationFile.defaultName
    if FileSystem.kind(of: path) == .file {
      report("configuration", .good, path)
    } else {
      report("configuration", .missing, "there is no \(path)", next: "kedge init writes one")
    }
    schema(of: workspace)
    migrations(of: workspace)
  }

  private mutating func schema(of workspace: Workspace) {
    let schema = workspace.schemaFile
    do {
      guard FileSystem.kind(of: schema) != .missing else {
        return report("schema", .missing, "there is no \(schema)", next: "kedge init SOURCE")
      }
      let count = try workspace.load(SourceName(schema)).schema.objects.count
      report("schema", .good, "\(schema), \(count) objects")
    } catch {
      report("schema", .bad, "\(schema) cannot be read", next: "kedge diff empty \(schema)")
    }
  }

  private mutating func migrations(of workspace: Workspace) {
    let folder = workspace.configuration.migrationsPath
    // Files without our directives run here, too, whoever else could run them.
    if MigrationFiles.areIn(folder) {
      report("migrations", .good, folder)
    } else if let layout = MigrationFiles.foreignLayout(of: folder) {
      report("migrations", .good, "\(folder), of \(layout.rawValue): read, but not run")
    } else {
      report("migrations", .missing, "there are none in \(folder)")
    }
  }

  mutating func scratch(of workspace: Workspace) {
    do {
      guard let session = try workspace.engines.scratchSession(for: .postgresql) else {
        return report(
          "scratch", .missing, "there are no PostgreSQL server programs",
          next: EngineRegistry.howToGetScratch)
      }
      let version = EngineRegistry.versionText(session.serverVersion, engine: .postgresql)
      report("scratch", .good, "PostgreSQL \(version)")
    } catch {
      report("scratch", .bad, sentence(error))
    }
  }

  mutating func databases(of workspace: Workspace) {
    for name in workspace.configuration.environments.keys.sorted() {
      do {
        let (database, _) = try DatabaseOptions.resolve("env:" + name, in: workspace)
        let session = try workspace.engines.session(on: database)
        let version = EngineRegistry.versionText(session.serverVersion, engine: database.engine)
        let limits = try workspace.engines.limits(of: session)
        report(
          "env:\(name)", limits.isEmpty ? .good : .missing,
          "\(database.engine.displayName) \(version)"
            + (limits.isEmpty ? "" : ", but " + limits.joined(separator: ", ")))
      } catch {
        report("env:\(name)", .bad, sentence(error))
      }
    }
  }

  private func sentence(_ error: any Error) -> String {
    switch error {
    case let problem as SourceProblem:
      problem.message + (problem.nextStep.map { "; \($0)" } ?? "")
    case let problems as YAMLProblems: problems.rendered
    default: "\(error)"
    }
  }
}
