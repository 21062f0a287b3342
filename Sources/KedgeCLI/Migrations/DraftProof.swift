import Comparison
import Migrations
import Planning
import Proving
import Reporting
import SQLText
import SchemaDiff
import SchemaModel
import Sources

/// Proves a migration before its files are written.
struct DraftProof {
  let workspace: Workspace
  let dialect: any Dialect
  /// The files before it.
  let predecessors: MigrationFolder

  /// What the header says of it.
  struct Answer {
    /// `proven on PostgreSQL 15.18 scratch: up, down, up, 3 tables seeded`.
    var words: String
    /// What the scratch read back before and after; nil where nothing was proven.
    var schemas: (before: Schema, after: Schema)?
    var notes: [String] = []
  }

  /// Throws when the proof fails.
  func prove(_ migration: Migration, of result: ComparisonResult) throws -> Answer {
    guard let database = try workspace.engines.disposable(for: dialect.engine) else {
      return Answer(words: "not proven: there is no scratch server")
    }
    guard let start = try base(result, on: database) else {
      return Answer(words: "not proven: a scratch database cannot be made to start from")
    }
    let before = try start.session().readSchema()
    let after = try reached(migration, result, from: start)
    switch after {
    case .refused(let words): return Answer(words: "not proven: " + words)
    case .schema(let after):
      let proof = MigrationProof(migration, before: before, after: after, comparer: comparer)
      let outcome = try proof.prove { try start.copy() }
      return try answer(outcome, before: before, after: after, label: database.label())
    }
  }

  private var comparer: Comparer {
    let (engines, engine) = (workspace.engines, dialect.engine)
    return Comparer(dialect: dialect) { try engines.scratch(for: engine, serverVersion: nil) }
  }

  // MARK: - Where it starts

  /// What the folder's files leave if that is where the migration starts, else the schema itself; nil where
  /// neither can be built.
  private func base(
    _ result: ComparisonResult, on database: any DisposableDatabase
  ) throws -> (any DisposableDatabase)? {
    let empty = try database.copy()
    do {
      for migration in predecessors.migrations { try migration.up.run(on: database.session()) }
      if try isStart(database, of: result) { return database }
    } catch is ScriptFailure {}
    guard try build(result.from, on: empty), try isStart(empty, of: result) else { return nil }
    return empty
  }

  private func isStart(
    _ database: any DisposableDatabase, of result: ComparisonResult
  ) throws -> Bool {
    try comparer.compare(from: database.session().readSchema(), to: result.from)
      .difference.isEmpty
  }

  private func build(_ schema: Schema, on database: any DisposableDatabase) throws -> Bool {
    let session = try database.session()
    let empty = try session.readSchema()
    let comparison = try comparer.compare(from: empty, to: schema)
    let plan = try Planner.plan(
      comparison.difference, from: comparison.from, to: comparison.to, dialect: dialect)
    do throws(SessionError) {
      for statement in plan.steps.flatMap(\.statements) {
        try session.execute(statement.sql.text)
      }
      return true
    } catch {
      guard session.isOpen else { throw error }
      return false
    }
  }

  // MARK: - Where it leads

  private enum Reached {
    case schema(Schema)
    /// The scratch may not do what the migration does.
    case refused(String)
  }

  private func reached(
    _ migration: Migration, _ result: ComparisonResult, from start: any DisposableDatabase
  ) throws -> Reached {
    let database = try start.copy()
    do {
      try migration.up.run(on: database.session())
    } catch let failure as ScriptFailure {
      if failure.error.kind == .permission { return .refused(failure.error.message) }
      throw problem("the way up fails: \(failure.error.sentence)", failure.error.nextStep)
    }
    let after = try database.session().readSchema()
    let comparison = try comparer.compare(from: after, to: result.to)
    guard comparison.difference.isEmpty else {
      throw problem(
        "the way up does not lead to what is declared: "
          + Report(
            perspective: .sources, fromLabel: "reached", toLabel: "declared", result: comparison
          ).summary, nil)
    }
    return .schema(after)
  }

  private func answer(
    _ proof: ProofResult, before: Schema, after: Schema, label: String
  ) throws -> Answer {
    switch proof.outcome {
    case .passed:
      let tables = proof.seeded.count.counting("table") + " seeded"
      return Answer(
        words: "proven on \(label) scratch: up, down, up, \(tables)", schemas: (before, after),
        notes: notes(of: proof))
    case .notProven(let reason): return Answer(words: "not proven: " + reason)
    case .failed(let phase, let failure):
      throw problem("\(phase.rawValue): \(failure.reason)", failure.nextStep)
    }
  }

  private func notes(of proof: ProofResult) -> [String] {
    let omissions = proof.omissions.map {
      "proven without rows in \(QualifiedName.text($0.table.shownPath)): \($0.reason)"
    }
    let lost = proof.losses.map(\.name)
    return omissions
      + (lost.isEmpty ? [] : ["does not come back: " + lost.joined(separator: ", ")])
  }

  private func problem(_ words: String, _ next: String?) -> SourceProblem {
    SourceProblem(
      "the migration does not stand its proof on a scratch database: \(words)",
      nextStep: (next.map { $0 + "; or " } ?? "")
        + "write it unproven with --no-proof, correct it, and run: kedge verify")
  }
}
