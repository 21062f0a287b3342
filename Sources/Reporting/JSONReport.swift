import Comparison
import Planning
import SQLText
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

  package struct Lock: Codable, Sendable {
    var relation: Object
    var mode: String
    var work: String
    var readersWait: Bool
    var writersWait: Bool
    /// By the database's statistics.
    var rows: Int64?
    var bytes: Int64?
  }

  package struct StepHazard: Codable, Sendable {
    var code: String
    var severity: String
    var message: String
    var alternative: String?
    var needsPermission: Bool
  }

  package struct StepEntry: Codable, Sendable {
    var operation: String
    var object: Object
    var statements: [String]
    var inTransaction: Bool
    var locks: [Lock]
    var hazards: [StepHazard]
    /// How far the way back brings things back.
    var down: String
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
  /// What it takes to get there.
  var steps: [StepEntry]?

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
    information = report.difference.information + report.suggestions
    coverage = report.coverage
    steps = report.plan.map { $0.steps.map(JSONReport.step) }
  }

  /// One document, keys sorted.
  package static func render(_ reports: [Report]) throws -> String {
    let documents = reports.map(JSONReport.init)
    return documents.count == 1
      ? try JSONDocument.text(of: documents[0]) : try JSONDocument.text(of: documents)
  }

  private static func step(_ step: Step) -> StepEntry {
    StepEntry(
      operation: step.operation.rawValue, object: object(step.subject),
      statements: step.statements.map(\.sql.text), inTransaction: step.isTransactional,
      locks: step.impacts.map { impact in
        Lock(
          relation: object(impact.relation), mode: impact.lock.rawValue,
          work: impact.work.rawValue, readersWait: impact.readersWait,
          writersWait: impact.writersWait, rows: impact.size?.rows, bytes: impact.size?.bytes)
      },
      hazards: step.hazards.map {
        StepHazard(
          code: $0.code, severity: $0.severity.rawValue, message: $0.message,
          alternative: $0.alternative, needsPermission: $0.needsPermission)
      }, down: step.reversibility.rawValue)
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
