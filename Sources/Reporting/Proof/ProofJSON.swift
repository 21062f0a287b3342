package import Proving
import SchemaModel

/// The result of `verify` as a JSON document; `version` counts changes that readers must know of.
package struct ProofJSON: Codable, Sendable {
  struct Loss: Codable {
    var table: [String]
    /// Absent: whole rows.
    var column: String?
    var declared: Bool
  }

  struct Omission: Codable {
    var table: [String]
    var reason: String
  }

  struct Failure: Codable {
    var phase: String
    var file: String
    var line: Int?
    var reason: String
    var nextStep: String?
  }

  struct Entry: Codable {
    var title: String
    var file: String
    /// `proven`, `failed` or `not_proven`.
    var outcome: String
    var failure: Failure?
    /// Why it is not proven.
    var reason: String?
    var seededTables: [[String]]
    var rows: Int
    var withoutRows: [Omission]
    var losses: [Loss]
    var notes: [String]
    var seconds: Double
  }

  private var version = 1
  private var folder: String
  private var engine: String
  private var summary: String
  private var migrations: [Entry]

  init(_ result: FolderProofResult) {
    folder = result.folder
    engine = result.engineLabel
    summary = ProofText.summary(result)
    migrations = result.results.map(Self.entry)
  }

  package static func render(_ result: FolderProofResult) throws -> String {
    try JSONDocument.text(of: ProofJSON(result))
  }

  private static func entry(_ proof: ProofResult) -> Entry {
    var entry = Entry(
      title: proof.title, file: proof.file, outcome: "proven",
      seededTables: proof.seeded.map { $0.path.map(\.raw) }, rows: proof.rowCount,
      withoutRows: proof.omissions.map {
        Omission(table: $0.table.path.map(\.raw), reason: $0.reason)
      },
      losses: proof.losses.map {
        Loss(table: $0.table.path.map(\.raw), column: $0.column?.raw, declared: $0.isDeclared)
      },
      notes: proof.notes, seconds: (proof.seconds * 1_000).rounded() / 1_000)
    switch proof.outcome {
    case .passed: break
    case .failed(let phase, let failure):
      entry.outcome = "failed"
      entry.failure = Failure(
        phase: phase.rawValue, file: failure.file, line: failure.line, reason: failure.reason,
        nextStep: failure.nextStep)
    case .notProven(let reason):
      entry.outcome = "not_proven"
      entry.reason = reason
    }
    return entry
  }
}
