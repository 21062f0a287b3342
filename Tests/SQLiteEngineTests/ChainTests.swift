import Foundation
import Planning
import SQLiteEngine
import SchemaDiff
import SchemaModel
import Testing

/// Histories of real applications: from each version to the next and to the last, on filled databases.
@Suite struct ChainTests {
  static let corpora = ProcessInfo.processInfo.environment["KEDGE_CORPORA"]

  static let projects: [String] = {
    guard let corpora else { return [] }
    let folder = URL(filePath: corpora).appending(path: "chains/sqlite").path
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }()

  @Test(
    .enabled(if: corpora != nil, "KEDGE_CORPORA names no folder with real histories"),
    arguments: projects)
  func rowsGoAlong(_ project: String) throws {
    let versions = try Self.versions(of: project)
    let last = try #require(versions.last)
    var (plans, refusals) = (0, 0)
    for (index, version) in versions.enumerated() where index + 1 < versions.count {
      let targets = index + 2 == versions.count ? [last] : [versions[index + 1], last]
      for target in targets {
        let outcome = try Self.walk(from: version.schema, to: target.schema)
        #expect(outcome.problems == [], "\(project): \(version.file) to \(target.file)")
        plans += 1
        refusals += outcome.isRefused ? 1 : 0
      }
    }
    print("\(project): \(plans) plans over rows, \(refusals) refused for what rows hold")
    #expect(refusals < plans || plans == 0)
  }

  /// Up and down on a database with rows.
  static func walk(
    from: Schema, to: Schema
  ) throws -> (problems: [String], isRefused: Bool) {
    let database = try SQLiteConnection.open(.memory)
    try database.execute(PlanHarness.script(from: .empty(.sqlite), to: from))
    try RowFiller(schema: from).fill(database)
    let before = try RowPicture(database, from: from, to: to)
    let all = try RowPicture(database, from: from, to: from)
    let up = try PlanHarness.plan(from: from, to: to)
    let blocked = try SQLiteRows.findings(of: up.checks, in: database).contains {
      $0.count > 0 && $0.check.effect == .blocks
    }
    let script = SQLiteDialect().script(up, options: ScriptOptions(allowed: .all))
    if let problem = PlanHarness.run(script, on: database) {
      guard blocked else { return (["up: \(problem)\n\(script)"], true) }
      // Refused before anything changed.
      let isUntouched = try RowPicture(database, from: from, to: from) == all
      return (isUntouched ? [] : ["a refused plan changed rows"], true)
    }
    var problems = blocked ? ["a check found rows, and the plan ran"] : []
    problems += PlanHarness.differences(try SQLiteInspector.inspect(database), to, "up", script)
    if try RowPicture(database, from: from, to: to) != before {
      problems.append("up: rows changed\n\(script)")
    }
    problems += try health(database)
    let down = try PlanHarness.reverse(from: from, to: to)
    if let problem = PlanHarness.run(down, on: database) {
      // Rows that lost a column cannot fill it again.
      let plan = try PlanHarness.plan(from: to, to: from)
      let isBlocked = try SQLiteRows.findings(of: plan.checks, in: database).contains {
        $0.count > 0 && $0.check.effect == .blocks
      }
      return (isBlocked ? problems : problems + ["down: \(problem)\n\(down)"], false)
    }
    problems += PlanHarness.differences(try SQLiteInspector.inspect(database), from, "down", down)
    if try RowPicture(database, from: from, to: to) != before {
      problems.append("down: rows changed\n\(down)")
    }
    return (problems + (try health(database)), false)
  }

  static func health(_ database: borrowing SQLiteConnection) throws -> [String] {
    var problems: [String] = []
    if try database.firstValue("PRAGMA integrity_check") != .text("ok") {
      problems.append("integrity_check")
    }
    if try database.firstValue("SELECT count(*) FROM pragma_foreign_key_check") != .integer(0) {
      problems.append("foreign_key_check")
    }
    if try database.firstValue("SELECT count(*) FROM sqlite_schema WHERE name LIKE '%kedge%'")
      != .integer(0)
    {
      problems.append("something was left behind")
    }
    return problems
  }

  private static func versions(of project: String) throws -> [(file: String, schema: Schema)] {
    let folder = URL(filePath: corpora ?? "").appending(path: "chains/sqlite/\(project)")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().filter {
      $0.hasSuffix(".sql") && !$0.hasSuffix(".down.sql")
    }
    let database = try SQLiteConnection.open(.memory)
    var versions: [(file: String, schema: Schema)] = []
    for file in files {
      let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      if PlanHarness.run(text, on: database) == nil {
        versions.append((file, try SQLiteInspector.inspect(database)))
      }
    }
    return versions
  }
}
