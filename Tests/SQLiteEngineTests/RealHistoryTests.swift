import Foundation
import SQLiteEngine
import SchemaModel
import Testing

/// Schemas of real applications, in a folder that is named from outside.
@Suite(.enabled(if: Corpora.root != nil, "KEDGE_CORPORA names no folder with real schemas"))
struct RealHistoryTests {
  /// From each version to the next and to the last, and back, on filled databases.
  @Test(arguments: Corpora.histories)
  func rowsGoAlong(_ project: String) throws {
    let history = try Corpora.history(of: project)
    #expect(history.unread == [], "\(project): steps that SQLite does not run")
    let last = try #require(history.versions.last)
    var (plans, refusals, returns) = (0, 0, 0)
    for (version, next) in zip(history.versions, history.versions.dropFirst()) {
      for target in next.file == last.file ? [last] : [next, last] {
        let database = try SQLiteConnection.open(.memory)
        try database.execute(PlanHarness.script(from: .empty(.sqlite), to: version.schema))
        try RowFiller(schema: version.schema).fill(database)
        let journey = try Journey.run(database, from: version.schema, to: target.schema)
        #expect(
          journey.problems + journey.unforeseen == [],
          "\(project): \(version.file) to \(target.file)")
        plans += 1
        refusals += journey.isRefused ? 1 : 0
        returns += !journey.isRefused && !journey.isBackRefused ? 1 : 0
      }
    }
    print(
      "\(project): \(plans) changes over rows, \(refusals) refused for what rows hold; "
        + "\(returns) came back")
    #expect(refusals < plans)
  }

  /// The steps between versions without rows, where nothing can be in the way.
  @Test(arguments: Corpora.histories)
  func goesThereAndBack(_ project: String) throws {
    var last = Schema.empty(.sqlite)
    for version in try Corpora.history(of: project).versions {
      let copy = try SQLiteConnection.open(.memory)
      try copy.execute(PlanHarness.script(from: .empty(.sqlite), to: last))
      let journey = try Journey.run(copy, from: last, to: version.schema)
      #expect(journey.problems == [], "\(project)/\(version.file)")
      #expect(!journey.isRefused && !journey.isBackRefused, "\(project)/\(version.file)")
      last = version.schema
    }
  }

  @Test(arguments: Corpora.schemas)
  func isBuiltAsItWas(_ file: String) throws {
    let original = try SQLiteConnection.open(.memory)
    try original.execute(Corpora.text("real/sqlite/\(file)"))
    let schema = try SQLiteInspector.inspect(original)
    #expect(schema.coverage.gaps == [])
    let copy = try SQLiteConnection.open(.memory)
    try copy.execute(PlanHarness.script(from: .empty(.sqlite), to: schema))
    if schema.coverage.isComplete {
      #expect(try PlanHarness.texts(copy) == PlanHarness.texts(original))
    }
    let bare = try SQLiteConnection.open(.memory)
    try bare.execute(PlanHarness.script(from: .empty(.sqlite), to: schema.withoutSources()))
    #expect(PlanHarness.differences(try SQLiteInspector.inspect(bare), schema, file, "") == [])
  }
}

/// The folder that KEDGE_CORPORA names: `real/sqlite/*.sql`, and `chains/sqlite/PROJECT/` with
/// `*.up.sql`, steps to be run one after the other, and `*.sql`, each of them a whole schema.
enum Corpora {
  static let root = ProcessInfo.processInfo.environment["KEDGE_CORPORA"].map { URL(filePath: $0) }

  static let histories = names(in: "chains/sqlite")
  static let schemas = names(in: "real/sqlite").filter { $0.hasSuffix(".sql") }

  struct History {
    var versions: [(file: String, schema: Schema)] = []
    /// Files that SQLite does not execute, with its words.
    var unread: [String] = []
  }

  static func history(of project: String) throws -> History {
    let folder = "chains/sqlite/\(project)"
    let steps = try SQLiteConnection.open(.memory)
    var history = History()
    for file in names(in: folder) where file.hasSuffix(".sql") && !file.hasSuffix(".down.sql") {
      let text = try text("\(folder)/\(file)")
      if file.hasSuffix(".up.sql") {
        if let problem = PlanHarness.run(text, on: steps) {
          history.unread.append("\(file): \(problem)")
        } else {
          history.versions.append((file, try SQLiteInspector.inspect(steps)))
        }
      } else {
        do {
          history.versions.append((file, try PlanHarness.schema(text)))
        } catch {
          history.unread.append("\(file): \(error)")
        }
      }
    }
    return history
  }

  static func text(_ path: String) throws -> String {
    guard let root else { return "" }
    return try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  static func names(in folder: String) -> [String] {
    guard let root else { return [] }
    let path = root.appending(path: folder).path
    return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}
