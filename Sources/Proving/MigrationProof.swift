package import Comparison
package import Migrations
package import Planning
package import SchemaModel
import Seeding

/// Proves one migration: up, down and up again over rows, with a look at schema and rows after each.
package struct MigrationProof {
  private let migration: Migration
  /// What the up starts from, and what it leads to where no rows are in the way.
  private let before: Schema
  private let after: Schema
  private let comparer: Comparer
  private let variables: [String: String]
  private let declared: (up: Declarations, down: Declarations)

  package init(
    _ migration: Migration, before: Schema, after: Schema, comparer: Comparer,
    variables: [String: String] = [:]
  ) {
    self.variables = variables
    self.migration = migration
    self.before = before
    self.after = after
    self.comparer = comparer
    declared = (Declarations(migration.up), Declarations(migration.down))
  }

  /// How much the rows ask of the migration.
  private enum Rows: CaseIterable {
    /// All that the schema before it allows.
    case any
    /// What the schema after it allows as well.
    case fitting
    case none
  }

  /// `makeDatabase` gives a database as it is before the migration. Throws only when a database is gone.
  package func prove(_ makeDatabase: () throws -> any DisposableDatabase) throws -> ProofResult {
    let concerned = try Concern.tables(
      before: before, after: after, scripts: [migration.up] + (migration.down.map { [$0] } ?? []))
    var refusals: [String] = []
    for rows in Rows.allCases {
      var run = ProofRun(
        migration, before: before, after: after, comparer: comparer, declared: declared,
        concerned: concerned, variables: variables)
      do {
        try run.seed(on: makeDatabase(), kindly: rows == .fitting, nothing: rows == .none)
        try run.walk()
        run.result.notes += refusals
        return run.result
      } catch let stop as ProofRun.Stop {
        // What the file announces is no failure: then rows that fit are tried, and none at last.
        if stop.isAnnounced, rows != .none, run.result.rowCount > 0 {
          if rows == .any { refusals.append(stop.refusalNote) }
          if rows == .fitting {
            refusals.append("proven without rows, which no row could be made for")
          }
          continue
        }
        run.result.outcome = .failed(stop.phase, stop.failure)
        run.result.notes += refusals
        return run.result
      }
    }
    return ProofResult(title: migration.title, file: migration.up.file)
  }
}
