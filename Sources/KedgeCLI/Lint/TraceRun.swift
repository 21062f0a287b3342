import Linting
import Planning
import Reporting
import SchemaModel
import Sources

/// Runs linted files on a scratch database and holds what was measured against what the text told.
struct TraceRun {
  private let workspace: Workspace
  private let base: Schema?
  private let version: Int?

  init(_ workspace: Workspace, base: Schema?, version: Int?) {
    self.workspace = workspace
    self.base = base
    self.version = version
  }

  /// One trace a statement, in the order of the files.
  func trace(_ files: [FileContext], before: [FileContext]) throws -> [[StatementTrace?]] {
    for file in files + before where file.file.engine != .postgresql {
      throw SourceProblem(
        "\(file.file.name) is for \(file.file.engine.displayName); --trace knows PostgreSQL only",
        nextStep: "leave --trace out for it")
    }
    let all = try workspace.engines.trace(
      majorVersion: version, base: base, before: before.flatMap(\.traceUnits),
      units: files.flatMap(\.traceUnits))
    guard let all else {
      throw SourceProblem(
        "--trace needs a PostgreSQL server for its scratch, and there is none",
        nextStep: EngineRegistry.howToGetScratch)
    }
    var rest = all[...]
    return files.map { file in
      defer { rest = rest.dropFirst(file.statements.count) }
      return Array(rest.prefix(file.statements.count))
    }
  }

  // MARK: - Report

  static func entries(_ file: FileContext, _ traces: [StatementTrace?]) -> [TraceReport.Entry] {
    zip(file.statements, traces).compactMap { context, trace in
      switch context.statement.node {
      case .transaction, .set: if trace?.failure == nil { return nil }
      default: break
      }
      let words = context.statement.text.split(whereSeparator: { " \n\t\r".contains($0) })
      return TraceReport.Entry(
        file: file.file.name,
        line: file.file.source.place(of: context.statement.range.lowerBound).line,
        statement: words.joined(separator: " "),
        locks: locks(trace), rewritten: names(trace?.rewritten), scanned: names(trace?.scanned),
        indexed: names(trace?.indexed), failure: trace?.failure, skipped: trace == nil)
    }
  }

  private static func names(_ relations: Set<TracedRelation>?) -> [String] {
    (relations ?? []).sorted().map { RelationKey($0.schema, $0.name).description }
  }

  private static func locks(_ trace: StatementTrace?) -> [TraceReport.Lock] {
    (trace?.locks ?? [:]).sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { relation, mode in
      let kind = relation.kind == .table ? "" : relation.kind.rawValue + " "
      return TraceReport.Lock(
        relation: kind + RelationKey(relation.schema, relation.name).description,
        mode: mode.rawValue, stops: mode.stops)
    }
  }
}

extension LockMode {
  /// Who waits for a statement that holds it.
  var stops: String? {
    switch self {
    case .accessExclusive: "readers and writers"
    case .exclusive, .shareRowExclusive, .share: "writers"
    case .none, .accessShare, .rowShare, .rowExclusive, .shareUpdateExclusive: nil
    }
  }
}
