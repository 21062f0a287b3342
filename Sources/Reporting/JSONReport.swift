import Comparison
import FoundationEssentials
import SchemaDiff
import SchemaModel

/// The report as a JSON document; `version` counts changes that readers must know of.
package struct JSONReport: Codable, Sendable {
  package struct Object: Codable, Sendable {
    var kind: String
    /// Schema, relation and name, as far as the kind has them.
    var path: [String]
  }

  package struct Field: Codable, Sendable {
    var name: String
    var from: String?
    var to: String?
  }

  package struct Entry: Codable, Sendable {
    /// `create`, `drop`, `alter` or `rename`: what turns from into to.
    var change: String
    var object: Object
    var renamedFrom: Object?
    var fields: [Field]?
  }

  package struct UndecidedEntry: Codable, Sendable {
    var object: Object
    var fields: [Field]
    var reason: String
  }

  package struct IgnoredEntry: Codable, Sendable {
    var object: Object
    /// Empty: all of it.
    var fields: [Field]
    var rule: String
    var reason: String?
    var until: String?
  }

  var version = 1
  var from: String
  var to: String
  var engine: String
  var inSync: Bool
  var summary: String
  var changes: [Entry]
  var undecided: [UndecidedEntry]
  var ignored: [IgnoredEntry]
  var information: [String]
  var coverage: Coverage

  package init(_ report: Report) {
    from = report.fromLabel
    to = report.toLabel
    engine = report.result.to.engine.rawValue
    inSync = report.isInSync && report.result.undecided.isEmpty
    summary = report.summary
    changes =
      report.difference.renames.map {
        Entry(
          change: "rename", object: JSONReport.object($0.to),
          renamedFrom: JSONReport.object($0.from))
      } + report.difference.changes.map(JSONReport.entry)
    undecided = report.result.undecided.map {
      UndecidedEntry(
        object: JSONReport.object($0.id), fields: $0.fields.map(JSONReport.field),
        reason: $0.reason)
    }
    ignored = report.result.ignored.map {
      IgnoredEntry(
        object: JSONReport.object($0.id), fields: $0.fields.map(JSONReport.field),
        rule: "\($0.rule.title) (\($0.rule.place))", reason: $0.rule.reason, until: $0.rule.until)
    }
    information = report.difference.information
    coverage = report.coverage
  }

  /// One document, keys sorted.
  package static func render(_ reports: [Report]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let documents = reports.map(JSONReport.init)
    let data =
      documents.count == 1 ? try encoder.encode(documents[0]) : try encoder.encode(documents)
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  private static func entry(_ change: Change) -> Entry {
    switch change {
    case .create(let object): Entry(change: "create", object: self.object(object.id))
    case .drop(let object): Entry(change: "drop", object: self.object(object.id))
    case .alter(let alteration):
      Entry(
        change: "alter", object: object(alteration.id), fields: alteration.fields.map(field))
    }
  }

  private static func object(_ id: ObjectID) -> Object {
    Object(kind: id.kind.rawValue, path: id.path.map(\.raw))
  }

  private static func field(_ change: FieldChange) -> Field {
    Field(name: change.name, from: text(change.from), to: text(change.to))
  }

  private static func text(_ value: FieldValue) -> String? {
    if case .absent = value { nil } else { value.description }
  }
}
