import Comparison
import Migrations
import SQLText
package import SchemaModel
import SchemaYAML

/// Reads whatever stands on either side of a comparison.
package struct SourceLoader {
  private let engines: EngineRegistry
  private let environmentNames: [String]
  /// The source that a configured environment stands for; throws when a variable in it is not set.
  private let environment: (String) throws -> String?
  /// The engine of what does not say its own, when nothing else tells.
  private let defaultEngine: EngineName?

  package init(
    engines: EngineRegistry, environmentNames: [String],
    environment: @escaping (String) throws -> String?, defaultEngine: EngineName?
  ) {
    self.engines = engines
    self.environmentNames = environmentNames
    self.environment = environment
    self.defaultEngine = defaultEngine
  }

  package func load(_ name: SourceName) throws -> LoadedSource {
    try load(name, engine: nil)
  }

  /// What the environments of kedge.yaml are, where they agree.
  private func configuredEngine() -> EngineName? {
    let engines = Set(
      environmentNames.compactMap { name -> EngineName? in
        guard let url = try? environment(name) else { return nil }
        return (try? SourceName(url))?.engine
      })
    return engines.count == 1 ? engines.first : nil
  }

  /// Reads both; the side that tells its engine goes first, so that the other can follow it.
  package func load(
    from: SourceName, to: SourceName
  ) throws -> (from: LoadedSource, to: LoadedSource) {
    let (from, to) = (try resolve(from), try resolve(to))
    if from.tellsItsEngine || !to.tellsItsEngine {
      let first = try load(from, engine: nil)
      let second = try load(to, engine: first.schema.engine)
      return (first, second)
    }
    let second = try load(to, engine: nil)
    return (try load(from, engine: second.schema.engine), second)
  }

  private func load(_ name: SourceName, engine: EngineName?) throws -> LoadedSource {
    let source = try resolve(name)
    var loaded = try read(source, engine: engine)
    if !loaded.schema.scope.isDeclared { loaded.schema = loaded.schema.withoutBookkeeping() }
    if let engine, loaded.schema.engine != engine {
      throw SourceProblem(
        "\(loaded.label) is \(loaded.schema.engine.displayName), the other side is "
          + engine.displayName,
        nextStep: "compare two sources of one engine")
    }
    return loaded
  }

  private func resolve(_ name: SourceName) throws -> SourceName {
    guard case .environment(let wanted) = name else { return name }
    guard let url = try environment(wanted) else {
      let known = environmentNames.joined(separator: ", ")
      throw SourceProblem(
        "there is no environment '\(wanted)' in kedge.yaml",
        nextStep: known.isEmpty ? "add it under environments:" : "the environments are: \(known)")
    }
    let source = try SourceName(url)
    if case .environment = source {
      throw SourceProblem("environment '\(wanted)' refers to another environment")
    }
    return source
  }

  private func read(_ name: SourceName, engine: EngineName?) throws -> LoadedSource {
    switch name {
    case .postgresql(let url):
      let reading = try engines.inspect(.postgresql, at: url)
      return LoadedSource(
        schema: reading.schema, label: reading.label, isLive: true, address: url)
    case .sqlite(let path):
      let reading = try engines.inspect(.sqlite, at: path)
      return LoadedSource(
        schema: reading.schema, label: reading.label, isLive: true, address: path)
    case .declared(let path):
      return Self.declared(try DeclaredFiles.read(path), label: path)
    case .snapshot(let path):
      let schema = try Snapshot.read(FileSystem.bytes(of: path), name: path)
      return LoadedSource(schema: schema, label: path, isLive: false)
    case .script(let path):
      let text = try FileSystem.text(of: path)
      return try script(text, label: path, engine: engine)
    case .migrations(let path, let version):
      return try migrations(path, through: version, engine: engine)
    case .git(let revision, let path):
      return try read(revision: revision, path: path, engine: engine)
    case .empty:
      guard let engine = engine ?? defaultEngine else {
        throw SourceProblem(
          "nothing says which engine 'empty' is for",
          nextStep: "add --engine postgresql or --engine sqlite")
      }
      return LoadedSource(schema: .empty(engine), label: "empty", isLive: false)
    case .environment(let name):
      throw SourceProblem("environment '\(name)' cannot be read")
    }
  }

  private static func declared(_ declared: DeclaredSchema, label: String) -> LoadedSource {
    var source = LoadedSource(schema: declared.schema, label: label, isLive: false)
    source.places = declared.places
    return source
  }

  private func migrations(
    _ path: String, through version: String?, engine: EngineName?
  ) throws -> LoadedSource {
    let engine = try self.engine(
      ofMigrations: path, MigrationFiles.engine(of: path) ?? engine)
    if let layout = MigrationFiles.foreignLayout(of: path) {
      let folder = try MigrationFiles.readForeign(path, layout, dialect: engines.dialect(engine))
      return try replayed(folder, through: version, in: engine)
    }
    let folder = try MigrationFiles.read(path, dialect: engines.dialect(engine))
    return try replayed(folder, through: version, in: engine)
  }

  private func engine(ofMigrations path: String, _ known: EngineName?) throws -> EngineName {
    guard let engine = known ?? defaultEngine ?? configuredEngine() else {
      throw SourceProblem(
        "nothing says which engine the migrations in \(path) are for",
        nextStep: "add --engine postgresql or --engine sqlite")
    }
    return engine
  }

  private func replayed(
    _ folder: MigrationFolder, through version: String?, in engine: EngineName
  ) throws -> LoadedSource {
    guard let version else { return try replayed(folder.scripts, folder.path, in: engine) }
    guard let wanted = MigrationVersion(version), folder.migration(wanted) != nil else {
      throw Self.noMigration(version, in: folder.path)
    }
    return try replayed(folder.through(wanted).scripts, "\(folder.path)@\(version)", in: engine)
  }

  private func replayed(
    _ folder: ForeignFolder, through version: String?, in engine: EngineName
  ) throws -> LoadedSource {
    guard let version else {
      return try replayed(folder.scripts.map(\.script), folder.path, in: engine)
    }
    guard let part = folder.through(version) else {
      throw Self.noMigration(version, in: folder.path)
    }
    return try replayed(part.scripts.map(\.script), "\(folder.path)@\(version)", in: engine)
  }

  private func replayed(
    _ scripts: [MigrationScript], _ label: String, in engine: EngineName
  ) throws -> LoadedSource {
    LoadedSource(schema: try engines.replay(scripts, in: engine), label: label, isLive: false)
  }

  private static func noMigration(_ version: String, in path: String) -> SourceProblem {
    SourceProblem("there is no migration \(version) in \(path)", nextStep: "look at its files")
  }

  private func script(
    _ text: String, label: String, engine: EngineName?
  ) throws -> LoadedSource {
    guard let engine = engine ?? defaultEngine ?? ScriptEngine.guess(text) else {
      throw SourceProblem(
        "nothing says which engine \(label) is for",
        nextStep: "add --engine postgresql or --engine sqlite")
    }
    return LoadedSource(
      schema: try engines.load(script: text, name: label, in: engine), label: label, isLive: false)
  }

  private func read(
    revision: String, path: String, engine: EngineName?
  ) throws -> LoadedSource {
    let label = "git:\(revision):\(path)"
    switch SourceName.form(ofPath: path) {
    case .declared:
      let text = try GitRevision.text(revision: revision, path: path)
      return Self.declared(
        try DeclaredFiles.read([YAMLSource(file: label, text: text)]), label: label)
    case .snapshot:
      let text = try GitRevision.text(revision: revision, path: path)
      return LoadedSource(
        schema: try Snapshot.read(Array(text.utf8), name: label), label: label, isLive: false)
    case .script:
      let text = try GitRevision.text(revision: revision, path: path)
      return try script(text, label: label, engine: engine)
    default:
      if let loaded = try migrations(revision: revision, path: path, engine: engine) {
        return loaded
      }
      let files = try GitRevision.files(revision: revision, folder: path) {
        !$0.contains("/") && ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml"))
      }
      guard !files.isEmpty else {
        throw SourceProblem(
          "\(label) is neither a .yaml, .json or .sql file nor a folder of YAML files or migrations"
        )
      }
      let texts = files.map {
        YAMLSource(file: "\(label)/\($0.path)", text: $0.text)
      }
      return Self.declared(try DeclaredFiles.read(texts), label: label)
    }
  }
}

extension SourceLoader {
  /// `git:REV:DIR`, or `git:REV:DIR@VERSION`, where the folder holds migrations.
  private func migrations(
    revision: String, path: String, engine: EngineName?
  ) throws -> LoadedSource? {
    var path = path
    var version: String?
    if let sign = path.utf8.lastIndex(of: UInt8(ascii: "@")) {
      version = String(path[path.utf8.index(after: sign)...])
      path = String(path[..<sign])
    }
    let entries = try GitRevision.files(
      revision: revision, folder: path, where: ForeignFolder.isPart
    ).map { MigrationFolder.Entry(path: $0.path, text: $0.text) }
    let label = "git:\(revision):\(path)"
    let texts = Dictionary(entries.map { ($0.path, $0.text) }, uniquingKeysWith: { $1 })
    if let layout = ForeignFolder.layout(of: entries.map(\.path), text: { texts[$0] }) {
      let engine = try self.engine(ofMigrations: label, engine)
      let folder = try ForeignFolder(
        path: label, layout: layout, entries: entries, dialect: engines.dialect(engine))
      return try replayed(folder, through: version, in: engine)
    }
    let own = entries.filter { MigrationFiles.isPart($0.path) }
    guard own.contains(where: { MigrationFolder.isMigration($0.path) }) else { return nil }
    let engine = try self.engine(ofMigrations: label, MigrationFiles.engine(of: own) ?? engine)
    let folder = try MigrationFolder(path: label, entries: own, dialect: engines.dialect(engine))
    return try replayed(folder, through: version, in: engine)
  }
}

extension SourceName {
  /// Whether reading it tells the engine without help.
  var tellsItsEngine: Bool {
    switch self {
    case .postgresql, .sqlite, .declared, .snapshot, .environment: true
    case .git(_, let path):
      if case .script? = SourceName.form(ofPath: path) { false } else { true }
    case .script, .migrations, .empty: false
    }
  }
}

/// Tells a dump's engine by what only one tool writes.
enum ScriptEngine {
  static func guess(_ text: String) -> EngineName? {
    let head = String(decoding: text.utf8.prefix(4_096), as: UTF8.self)
    if head.contains("PostgreSQL database dump") || head.contains("SET statement_timeout") {
      return .postgresql
    }
    if head.hasPrefix("PRAGMA foreign_keys=OFF;") { return .sqlite }
    return nil
  }
}
