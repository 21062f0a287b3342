/// Findings as a JSON document; `version` counts changes that readers must know of.
package struct FindingJSON: Codable, Sendable {
  struct Entry: Codable, Sendable {
    var id: String
    var name: String
    var level: String
    var message: String
    var hint: String?
    var file: String
    var line: Int
    var column: Int
    var endLine: Int
    var endColumn: Int
    var fixable: Bool
    var measured: Bool
  }

  var version = 1
  var summary: String
  var findings: [Entry]
  /// What a trace saw, statement by statement.
  var trace: [TraceReport.Entry]?

  package static func render(_ findings: [Finding], trace: TraceReport? = nil) throws -> String {
    let document = FindingJSON(
      summary: findings.summary,
      findings: findings.map { finding in
        Entry(
          id: finding.id, name: finding.name, level: finding.level.rawValue,
          message: finding.message, hint: finding.hint, file: finding.place.file,
          line: finding.place.line, column: finding.place.column, endLine: finding.place.endLine,
          endColumn: finding.place.endColumn, fixable: finding.isFixable,
          measured: finding.isMeasured)
      }, trace: trace?.entries)
    return try JSONDocument.text(of: document)
  }
}
