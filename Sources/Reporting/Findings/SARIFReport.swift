/// SARIF 2.1.0, as forges read it: docs.oasis-open.org/sarif/sarif/v2.1.0.
package struct SARIFReport: Encodable, Sendable {
  struct Message: Encodable, Sendable { var text: String }

  struct Configuration: Encodable, Sendable { var level: String }

  struct Rule: Encodable, Sendable {
    var id: String
    var name: String
    var shortDescription: Message
    var help: Message
    var defaultConfiguration: Configuration
  }

  struct Driver: Encodable, Sendable {
    var name = "kedge"
    var version: String
    var rules: [Rule]
  }

  struct Tool: Encodable, Sendable { var driver: Driver }

  struct Region: Encodable, Sendable {
    var startLine: Int
    var startColumn: Int
    var endLine: Int
    var endColumn: Int
  }

  struct ArtifactLocation: Encodable, Sendable { var uri: String }

  struct PhysicalLocation: Encodable, Sendable {
    var artifactLocation: ArtifactLocation
    var region: Region
  }

  struct Location: Encodable, Sendable { var physicalLocation: PhysicalLocation }

  struct Properties: Encodable, Sendable { var measured: Bool }

  struct Result: Encodable, Sendable {
    var ruleId: String
    var ruleIndex: Int
    var level: String
    var message: Message
    var locations: [Location]
    var properties: Properties
  }

  struct Run: Encodable, Sendable {
    var tool: Tool
    var columnKind = "unicodeCodePoints"
    var results: [Result]
  }

  enum CodingKeys: String, CodingKey {
    case schema = "$schema"
    case version, runs
  }

  var schema = "https://json.schemastore.org/sarif-2.1.0.json"
  var version = "2.1.0"
  var runs: [Run]

  /// `rules` describes at least the rules of the findings.
  package static func render(
    _ findings: [Finding], rules: [FindingRule], toolVersion: String
  ) throws -> String {
    let used = rules.filter { rule in findings.contains { $0.id == rule.id } }
    let descriptions = used.map { rule in
      Rule(
        id: rule.id, name: rule.name, shortDescription: Message(text: rule.summary),
        help: Message(text: rule.remedy),
        defaultConfiguration: Configuration(level: level(rule.level)))
    }
    let results = findings.map { finding in
      Result(
        ruleId: finding.id, ruleIndex: used.firstIndex { $0.id == finding.id } ?? -1,
        level: level(finding.level), message: Message(text: text(of: finding)),
        locations: [location(of: finding.place)],
        properties: Properties(measured: finding.isMeasured))
    }
    let tool = Tool(driver: Driver(version: toolVersion, rules: descriptions))
    return try JSONDocument.text(
      of: SARIFReport(runs: [Run(tool: tool, results: results)]), snakeCase: false)
  }

  private static func level(_ level: Finding.Level) -> String {
    switch level {
    case .error: "error"
    case .warning: "warning"
    case .notice: "note"
    }
  }

  private static func text(of finding: Finding) -> String {
    finding.hint.map { "\(finding.message). Fix: \($0)" } ?? finding.message
  }

  private static func location(of place: Finding.Place) -> Location {
    Location(
      physicalLocation: PhysicalLocation(
        artifactLocation: ArtifactLocation(uri: uri(of: place.file)),
        region: Region(
          startLine: place.line, startColumn: place.column, endLine: place.endLine,
          endColumn: place.endColumn)))
  }

  /// A path as a relative reference: everything but what RFC 3986 leaves unreserved, and slashes, is escaped.
  private static func uri(of path: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in path.utf8 {
      let isPlain =
        (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
        || "-._~/".utf8.contains(byte)
      if isPlain {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
