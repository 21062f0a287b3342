import FoundationEssentials
package import Migrations
package import Planning
import SQLText
import SchemaDiff
package import SchemaModel

/// Runs the files of a folder on a scratch database.
package struct Replay {
  private let session: any Session
  private let variables: [String: String]

  package init(on session: any Session, variables: [String: String] = [:]) {
    self.session = session
    self.variables = variables
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
        "\(script.file): \(missing.sentence)", nextStep: missing.nextStep)
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

  /// Builds a schema without running what once made it; false where it did not come out equal.
  package func build(_ schema: Schema, dialect: any Dialect) throws -> Bool {
    let start = try session.readSchema()
    let difference = try Differ.difference(from: start, to: schema, renames: [])
    let plan = try Planner.plan(difference, from: start, to: schema, dialect: dialect)
    for section in dialect.sections(of: plan) {
      try session.begin(section.mode)
      for statement in section.steps.flatMap(\.statements) {
        try session.execute(statement.sql.text)
      }
      try session.commit(section.mode)
    }
    return Fingerprint.text(of: try session.readSchema()) == Fingerprint.text(of: schema)
  }
}

extension EngineRegistry {
  /// What a folder of migrations produces, run on a scratch database and read back; what was replayed
  /// before is remembered.
  package func replay(
    _ folder: MigrationFolder, in engine: EngineName, variables: [String: String] = [:]
  ) throws -> Schema {
    try replay(folder.scripts, in: engine, variables: variables)
  }

  /// The same of any files, in the order in which they run.
  package func replay(
    _ scripts: [MigrationScript], in engine: EngineName, variables: [String: String] = [:]
  ) throws -> Schema {
    let cache =
      variables.isEmpty
      ? ReplayCache(
        engine: engine, context: scratchContext(engine),
        environment: ProcessInfo.processInfo.environment) : nil
    let keys = cache?.keys(scripts) ?? []
    if let known = keys.last.flatMap({ cache?.schema(for: $0) }) { return known }
    let prefix = scripts.indices.reversed().lazy.compactMap { count -> (Int, Schema)? in
      guard count > 0, let schema = cache?.schema(for: keys[count]) else { return nil }
      return (count, schema)
    }.first
    var schema: Schema?
    if let (count, known) = prefix {
      schema = try? continued(from: known, scripts[count...], engine, variables)
    }
    let result = try schema ?? replayed(scripts[...], engine, variables)
    if let key = keys.last { cache?.keep(result, for: key) }
    return result
  }

  /// The same; nil where there is no scratch to run it on.
  package func replayIfPossible(
    _ folder: MigrationFolder, in engine: EngineName
  ) throws -> Schema? {
    if engine == .postgresql, try scratch(for: engine, serverVersion: nil) == nil { return nil }
    return try replay(folder, in: engine)
  }

  /// Rows that earlier files inserted are not there: what needs them fails, and all is run.
  private func continued(
    from schema: Schema, _ scripts: ArraySlice<MigrationScript>, _ engine: EngineName,
    _ variables: [String: String]
  ) throws -> Schema? {
    let session = try neededSession(engine)
    let replay = Replay(on: session, variables: variables)
    guard try replay.build(schema, dialect: dialect(engine)) else { return nil }
    for script in scripts { try replay.run(script) }
    return try session.readSchema()
  }

  private func replayed(
    _ scripts: ArraySlice<MigrationScript>, _ engine: EngineName, _ variables: [String: String]
  ) throws -> Schema {
    let session = try neededSession(engine)
    let replay = Replay(on: session, variables: variables)
    for script in scripts { try replay.run(script) }
    return try session.readSchema()
  }

  private func neededSession(_ engine: EngineName) throws -> any Session {
    guard let session = try scratchSession(for: engine) else {
      throw SourceProblem(
        "migrations must be run to be read, and there is no scratch server",
        nextStep: EngineRegistry.howToGetScratch)
    }
    return session
  }
}
