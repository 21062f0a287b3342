import Comparison
import Planning
import Reporting
import SchemaDiff
import SchemaModel
import Sources

/// Gathers what the auditor's page tells beside the differences: SQL for both ways, fingerprints, versions,
/// when and by whom.
struct AuditPageMaker {
  let workspace: Workspace
  let target: TargetOptions

  func page(of report: Report, from: LoadedSource, to: LoadedSource) throws -> AuditPage {
    let result = report.result
    let dialect = workspace.engines.dialect(
      result.to.engine, style: workspace.style(target))
    let up = try way(from: from, searchPath: result.to.scope.searchPath, dialect) {
      () throws(PlanningError) in
      try result.up(dialect)
    }
    let down = try way(from: to, searchPath: result.from.scope.searchPath, dialect) {
      () throws(PlanningError) in
      try result.down(dialect)
    }
    var page = AuditPage(
      report: report, from: side(from, report.fromLabel), to: side(to, report.toLabel), up: up,
      down: down, created: World.now(), version: Version.text)
    addOrigins(to: &page, from, to)
    return page
  }

  private func side(_ source: LoadedSource, _ label: String) -> AuditPage.Side {
    let schema = source.schema
    let version = schema.serverVersion.map {
      " " + EngineRegistry.fullVersion($0, engine: schema.engine)
    }
    return AuditPage.Side(
      label: label, engine: schema.engine.displayName + (version ?? ""),
      fingerprint: Fingerprint.text(of: schema), isLive: source.isLive)
  }

  /// The page says so where there is no way.
  private func way(
    from start: LoadedSource, searchPath: [Identifier], _ dialect: any Dialect,
    _ make: () throws(PlanningError) -> Plan
  ) throws -> AuditPage.Way {
    do throws(PlanningError) {
      let made = try make()
      let plan = (try? workspace.asking(start, about: made)) ?? made
      let script = dialect.script(
        plan,
        options: ScriptOptions(allowed: Allowance.permissions(target.allow), searchPath: searchPath)
      )
      return .plan(plan, script: script)
    } catch {
      return .impossible(Failure.sentence(error))
    }
  }

  // MARK: - When and by whom

  private func addOrigins(to page: inout AuditPage, _ from: LoadedSource, _ to: LoadedSource) {
    let difference = page.report.difference
    guard !difference.isEmpty else { return }
    let ids = Set(difference.changes.map(\.id) + difference.renames.flatMap { [$0.from, $0.to] })
    let sides = [(from, page.from), (to, page.to)].filter { $0.0.address != nil }
    guard !sides.isEmpty else {
      page.originNotes = ["When and by whom is unknown: neither side is a live database."]
      return
    }
    for (source, side) in sides {
      guard let address = source.address else { continue }
      let found = workspace.engines.origins(
        of: ids, source.schema.engine, at: address, label: side.label)
      page.originNotes += found.notes
      for id in ids {
        let words = sides.count > 1 ? " (\(side.label))" : ""
        var origin = page.origins[id] ?? AuditPage.Origin()
        if let time = found.times[id] { origin.add(time: time + words) }
        if let entry = found.records[id] {
          let object = entry.object.map { " " + $0 } ?? ""
          origin.add(record: "\(entry.command)\(object) by \(entry.author), \(entry.at)\(words)")
        }
        page.origins[id] = origin
      }
    }
    for rename in difference.renames where page.origins[rename.to]?.time == nil {
      page.origins[rename.to] = page.origins[rename.from]
    }
  }
}

extension AuditPage.Origin {
  fileprivate mutating func add(time new: String) { time = [time, new].joined }
  fileprivate mutating func add(record new: String) { record = [record, new].joined }
}

extension [String?] {
  fileprivate var joined: String { compactMap(\.self).joined(separator: "; ") }
}
