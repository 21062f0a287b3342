package import Comparison
package import Migrations
package import Planning
package import SchemaModel

/// What a walk over a folder has shown.
package struct FolderProofResult: Sendable {
  package var folder: String
  /// `PostgreSQL 15.18`.
  package var engineLabel: String
  package var results: [ProofResult] = []

  package init(folder: String, engineLabel: String) {
    self.folder = folder
    self.engineLabel = engineLabel
  }

  package var passed: Int { results.count { $0.outcome == .passed } }
  package var failed: Int {
    results.count { if case .failed = $0.outcome { true } else { false } }
  }
  package var notProven: Int { results.count - passed - failed }
}

/// Walks over the migrations of a folder: each is proven on the state that its predecessors leave.
///
/// One database goes along and only ever goes up; each proof runs on copies of it, so that a folder of n
/// migrations takes n proofs and n ways up.
package struct FolderProof {
  private let folder: MigrationFolder
  private let first: MigrationVersion?
  private let comparer: Comparer
  private let variables: [String: String]
  private let fingerprint: (Schema) -> String

  /// What is before `first` is run and not proven.
  package init(
    _ folder: MigrationFolder, from first: MigrationVersion? = nil, comparer: Comparer,
    variables: [String: String] = [:], fingerprint: @escaping (Schema) -> String
  ) {
    self.variables = variables
    self.folder = folder
    self.first = first
    self.comparer = comparer
    self.fingerprint = fingerprint
  }

  /// `progress` hears of each migration before it is proven: its place, and how many there are.
  package func run(
    on start: any DisposableDatabase, progress: (Int, Int, Migration) -> Void
  ) throws -> FolderProofResult {
    var result = FolderProofResult(folder: folder.path, engineLabel: try start.label())
    var database = start
    var before = try database.session().readSchema()
    for (index, migration) in folder.migrations.enumerated() {
      let isWanted = first.map { migration.version >= $0 } ?? true
      if isWanted { progress(index + 1, folder.migrations.count, migration) }
      let next = isWanted ? try database.copy() : database
      do {
        try migration.up.run(on: next.session(), variables: variables)
      } catch let failure as ScriptFailure {
        result.results += stopped(at: index, failure)
        return result
      }
      let after = try next.session().readSchema()
      if isWanted {
        result.results.append(
          try prove(migration, before: before, after: after, on: database, result.engineLabel))
      }
      (database, before) = (next, after)
    }
    try proveRepeatables(on: database, &result)
    return result
  }

  // MARK: - One migration

  private func prove(
    _ migration: Migration, before: Schema, after: Schema, on database: any DisposableDatabase,
    _ label: String
  ) throws -> ProofResult {
    let clock = ContinuousClock()
    let start = clock.now
    let proof = MigrationProof(
      migration, before: before, after: after, comparer: comparer, variables: variables)
    var result = try proof.prove { try database.copy() }
    checkHeader(migration, before: before, after: after, label, &result)
    result.seconds = start.duration(to: clock.now) / .seconds(1)
    return result
  }

  /// The fingerprints that the file records must be those of the schemas, if they come from an engine that
  /// prints texts as this one does.
  private func checkHeader(
    _ migration: Migration, before: Schema, after: Schema, _ label: String,
    _ result: inout ProofResult
  ) {
    let header = migration.up.header
    let pairs = [("starts from", header.from, before), ("leads to", header.to, after)]
    for (words, recorded, schema) in pairs {
      guard let recorded else { continue }
      let actual = fingerprint(schema)
      guard recorded != actual else { continue }
      let reason =
        "the file says that it \(words) the schema \(Self.short(recorded)); it \(words) "
        + Self.short(actual)
      guard Self.isProven(migration.up, on: label) else {
        result.notes.append(reason + " on \(label)")
        continue
      }
      guard result.isPassed else { return }
      result.outcome = .failed(
        .up,
        ProofResult.Failure(
          file: migration.up.file, reason: reason,
          nextStep: "somebody changed this file or one before it: make it again with kedge generate"
        ))
    }
  }

  /// `1:9c1d07…`.
  private static func short(_ fingerprint: String) -> String {
    fingerprint.utf8.count > 14 ? fingerprint.prefix(14) + "…" : fingerprint
  }

  /// Whether the file's own line says that it was proven on the same engine: of PostgreSQL, on the same
  /// major version.
  private static func isProven(_ script: MigrationScript, on label: String) -> Bool {
    let wanted = "-- proven on " + (label.split(separator: ".").first ?? "")
    let line = script.text.split(whereSeparator: \.isNewline).prefix(12).first {
      $0.hasPrefix("-- proven on ")
    }
    guard let line else { return false }
    return script.header.engine == .sqlite || line.hasPrefix(wanted)
  }

  // MARK: - The end

  /// Nothing after a migration that does not even run without rows can be proven.
  private func stopped(at index: Int, _ failure: ScriptFailure) -> [ProofResult] {
    let culprit = folder.migrations[index]
    var result = ProofResult(title: culprit.title, file: culprit.up.file)
    if failure.error.kind == .permission {
      result.outcome = .notProven("a scratch database may not do this: \(failure.error.message)")
    } else {
      result.outcome = .failed(
        .up,
        ProofResult.Failure(
          file: failure.file, line: failure.line, reason: failure.error.sentence,
          nextStep: failure.error.nextStep))
    }
    let rest = folder.migrations[(index + 1)...].map { migration in
      var skipped = ProofResult(title: migration.title, file: migration.up.file)
      skipped.outcome = .notProven("\(culprit.title) does not run")
      return skipped
    }
    return [result] + rest
  }

  /// They must run on what the migrations leave, as often as one likes.
  private func proveRepeatables(
    on database: any DisposableDatabase, _ result: inout FolderProofResult
  ) throws {
    for repeatable in folder.repeatables {
      var proof = ProofResult(title: repeatable.name, file: repeatable.script.file)
      do {
        try repeatable.script.run(on: database.session(), variables: variables)
        try repeatable.script.run(on: database.session(), variables: variables)
        proof.notes.append("it ran twice")
      } catch let failure as ScriptFailure {
        proof.outcome = .failed(
          .up,
          ProofResult.Failure(
            file: failure.file, line: failure.line, reason: failure.error.sentence,
            nextStep: "a repeatable file must run again on what it has made"))
      }
      result.results.append(proof)
    }
  }
}
