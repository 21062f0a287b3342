package import Proving
import SchemaModel

/// The result of `verify` for a person.
package enum ProofText {
  package static func render(_ result: FolderProofResult, colored: Bool) -> String {
    let paint = Paint(isOn: colored)
    let width = result.results.map(\.title.utf8.count).max() ?? 0
    var lines: [String] = []
    for proof in result.results {
      let padding = String(repeating: " ", count: width - proof.title.utf8.count)
      lines.append("\(proof.title)\(padding)  \(verdict(proof, paint))")
      lines += details(proof).map { "    " + $0 }
    }
    lines.append(summary(result))
    return lines.joined(separator: "\n") + "\n"
  }

  private static func verdict(_ proof: ProofResult, _ paint: Paint) -> String {
    switch proof.outcome {
    case .passed: paint.green("proven") + rows(proof)
    case .failed(let phase, _): paint.red("FAILED") + " (\(phase.rawValue))"
    case .notProven: paint.yellow("not proven")
    }
  }

  private static func rows(_ proof: ProofResult) -> String {
    guard proof.rowCount > 0 else { return "" }
    return ", \(proof.rowCount.counting("row")) in \(proof.seeded.count.counting("table"))"
  }

  private static func details(_ proof: ProofResult) -> [String] {
    var lines: [String] = []
    switch proof.outcome {
    case .passed: break
    case .failed(_, let failure):
      lines.append("\(failure.place): \(failure.reason)")
      if let next = failure.nextStep { lines.append("next: \(next)") }
    case .notProven(let reason): lines.append(reason)
    }
    let lost = proof.losses.filter(\.isDeclared).map(\.name)
    if !lost.isEmpty {
      lines.append("does not come back, as the file says: " + lost.joined(separator: ", "))
    }
    for omission in proof.omissions {
      lines.append(
        "without rows: \(QualifiedName.text(omission.table.shownPath)): \(omission.reason)")
    }
    return lines + proof.notes.map { "note: \($0)" }
  }

  /// `3 migrations on PostgreSQL 15.18: 2 proven, 1 failed`.
  package static func summary(_ result: FolderProofResult) -> String {
    guard !result.results.isEmpty else { return "\(result.folder): no migration to prove" }
    var parts: [String] = []
    if result.passed > 0 { parts.append("\(result.passed) proven") }
    if result.failed > 0 { parts.append("\(result.failed) failed") }
    if result.notProven > 0 { parts.append("\(result.notProven) not proven") }
    return "\(result.results.count.counting("migration")) on \(result.engineLabel): "
      + parts.joined(separator: ", ")
  }
}

extension ProofResult.Failure {
  /// `FILE:LINE`.
  var place: String { file + (line.map { ":\($0)" } ?? "") }
}
