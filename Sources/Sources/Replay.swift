package import Migrations
package import Planning
package import SchemaModel

/// Runs the files of a folder on a scratch database.
package struct Replay {
  private let session: any Session
  private let variables: [String: String]

  package init(on session: any Session, variables: [String: String] = [:]) {
    self.session = session
    self.variables = variables
  }

  /// What the folder produces.
  package func schema(of folder: MigrationFolder) throws -> Schema {
    for migration in folder.migrations { try run(migration.up) }
    for script in folder.repeatables { try run(script.script) }
    return try session.readSchema()
  }

  /// Runs the sections of one file as its modes say.
  package func run(_ script: MigrationScript) throws {
    for section in script.sections { try run(section, of: script) }
  }

  package func run(_ section: MigrationScript.Section, of script: MigrationScript) throws {
    var current: ScriptStatement?
    do {
      try session.begin(section.mode)
      for statement in section.statements {
        current = statement
        let text =
          script.header.usesVariables
          ? try Variables.expand(statement.text, variables) : statement.text
        try session.execute(text)
      }
      current = nil
      try session.commit(section.mode)
    } catch let error as SessionError {
      session.rollback(section.mode)
      throw problem(error, current, section, script)
    } catch let missing as Variables.Missing {
      session.rollback(section.mode)
      throw SourceProblem(
        "\(script.file): the variable '\(missing.name)' has no value",
        nextStep: "give it one: --variable \(missing.name)=VALUE")
    }
  }

  private func problem(
    _ error: SessionError, _ statement: ScriptStatement?, _ section: MigrationScript.Section,
    _ script: MigrationScript
  ) -> SourceProblem {
    var line = statement?.line ?? section.line
    if let statement, let position = error.position {
      line += statement.text.unicodeScalars.prefix(max(0, position - 1)).count { $0 == "\n" }
    }
    let words = statement.map { "\n  in: " + String($0.text.prefix(200)) } ?? ""
    return SourceProblem(
      "\(script.file):\(line): \(error.sentence)\(words)", nextStep: error.nextStep)
  }
}

extension EngineRegistry {
  /// What a folder of migrations produces, run on a scratch database and read back.
  package func replay(
    _ folder: MigrationFolder, in engine: EngineName, variables: [String: String] = [:]
  ) throws -> Schema {
    guard let session = try scratchSession(for: engine) else {
      throw SourceProblem(
        "the migrations in \(folder.path) must be run to be read, and there is no scratch server",
        nextStep: EngineRegistry.howToGetScratch)
    }
    return try Replay(on: session, variables: variables).schema(of: folder)
  }
}
