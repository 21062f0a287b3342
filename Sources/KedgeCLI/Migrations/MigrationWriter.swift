import Comparison
import Migrations
import Planning
import SQLText
import SchemaDiff
import SchemaModel
import SchemaYAML
import Sources

/// Writes the two files of a migration between two schemas.
struct MigrationWriter {
  let workspace: Workspace
  let folder: MigrationFolder
  let dialect: any Dialect
  /// Whether migrations are proven before they are written.
  var isProving = true

  /// What a migration is made of.
  struct Draft {
    var name: String
    var result: ComparisonResult
    var up: Plan
    /// Set where a file takes the place of others.
    var version: MigrationVersion?
    var replaces: [MigrationVersion] = []
    /// The files before it; nil: the folder's newest.
    var after: Migration??
  }

  /// Files that can be written.
  struct Prepared {
    fileprivate let file: MigrationFile
    fileprivate let up: String
    fileprivate let down: String
  }

  /// Writes both files; their paths.
  @discardableResult
  func write(_ draft: Draft) throws -> [String] { try write(prepare(draft)) }

  @discardableResult
  func write(_ prepared: Prepared) throws -> [String] {
    try save(prepared.file, up: prepared.up, down: prepared.down)
  }

  /// The texts, proven; throws when the proof fails.
  func prepare(_ draft: Draft) throws -> Prepared {
    let result = draft.result
    let down = try result.down(dialect)
    var file = header(named: draft.name, version: draft.version, after: draft.after)
    file.minimumVersion = workspace.minimumVersion(for: result.from)
    file.from = Fingerprint.comparable(result.from)
    file.to = Fingerprint.comparable(result.to)
    file.searchPath = result.to.scope.searchPath
    file.replaces = draft.replaces.map(\.text)
    let upSections = dialect.sections(of: draft.up)
    let downSections = dialect.sections(of: down)
    let numbers = SectionNumbers.ofWayBack(downSections, undoing: upSections)
    func prepared() -> Prepared {
      Prepared(
        file: file, up: file.text(.up, sections: upSections),
        down: file.text(.down, sections: downSections, numbers: numbers))
    }
    guard isProving else {
      file.proof = "not proven: --no-proof"
      return prepared()
    }
    let proof = try prove(prepared(), draft)
    file.proof = proof.words
    if let schemas = proof.schemas {
      file.from = Fingerprint.comparable(schemas.before)
      file.to = Fingerprint.comparable(schemas.after)
    }
    for note in proof.notes { workspace.note("note: " + note) }
    return prepared()
  }

  private func prove(_ prepared: Prepared, _ draft: Draft) throws -> DraftProof.Answer {
    let file = prepared.file
    guard let version = MigrationVersion(file.version) else {
      return DraftProof.Answer(words: "not proven: the version is no number")
    }
    let up = try MigrationParser.parse(prepared.up, file: file.fileName(.up), dialect: dialect)
    let down = try MigrationParser.parse(
      prepared.down, file: file.fileName(.down), dialect: dialect)
    let last = (draft.after ?? folder.migrations.last)?.version
    let proof = DraftProof(
      workspace: workspace, dialect: dialect,
      predecessors: folder.keeping { migration in last.map { migration.version <= $0 } ?? false })
    return try workspace.timed("prove", now: "proving \(file.name) on a scratch: up, down, up") {
      try proof.prove(
        Migration(version: version, name: file.name, up: up, down: down), of: draft.result)
    }
  }

  /// Writes two files without statements, for a person to fill in.
  func writeTemplate(named name: String, searchPath: [Identifier]) throws -> [String] {
    var file = header(named: name, version: nil, after: nil)
    file.searchPath = searchPath
    file.proof = ""
    return try save(file, up: file.template(.up), down: file.template(.down))
  }

  private func header(
    named name: String, version: MigrationVersion?, after: Migration??
  ) -> MigrationFile {
    let before = after ?? folder.migrations.last
    let next = MigrationVersion.next(after: folder.migrations.last?.version, now: World.timestamp())
    return MigrationFile(
      version: (version ?? next).text, name: name, engine: dialect.engine,
      after: before.map {
        MigrationFile.Predecessor(version: $0.version.text, checksum: $0.up.checksum.tokens)
      }, from: nil, to: nil)
  }

  private func save(_ file: MigrationFile, up: String, down: String) throws -> [String] {
    try FileSystem.createFolder(folder.path)
    var paths: [String] = []
    for (direction, text) in [(MigrationFile.Direction.up, up), (.down, down)] {
      let path = folder.path + "/" + file.fileName(direction)
      guard FileSystem.kind(of: path) == .missing else {
        throw SourceProblem("\(path) is there already", nextStep: "run generate again")
      }
      try FileSystem.write(text, to: path)
      paths.append(path)
    }
    return paths
  }
}

extension Workspace {
  /// The folder of migrations of one engine.
  func migrations(_ given: String?, engine: EngineName) throws -> MigrationFolder {
    try MigrationFiles.read(
      given ?? configuration.migrationsPath, dialect: engines.dialect(engine))
  }

  /// The oldest server that what is generated must run on: as kedge.yaml says, else that of the schema.
  func minimumVersion(for schema: Schema) -> String? {
    if schema.engine == .postgresql, let version = configuration.minimumVersion {
      return String(version)
    }
    return engines.minimumVersion(for: schema)
  }
}
