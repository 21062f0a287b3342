import Foundation
import Planning
import SQLiteEngine
import SchemaDiff
import SchemaModel
import Testing

/// Plans that are carried out and read back.
@Suite struct ProofTests {
  static let isLong = ProcessInfo.processInfo.environment["KEDGE_LONG_TESTS"] == "1"

  @Test(arguments: 0..<8)
  func randomSchemasGoThereAndBack(_ block: Int) throws {
    let count = Self.isLong ? 100 : 12
    for seed in (block * count)..<(block * count + count) {
      var first = RandomSchema(seed: UInt64(seed) + 1)
      var second = RandomSchema(seed: UInt64(seed) + 100_001)
      let (before, after) = (first.script(), second.script())
      let problems = try PlanHarness.roundTrip(before, after)
      #expect(problems == [], "seed \(seed)\n\(before)\n\(after)")
      let schema = try PlanHarness.schema(before)
      #expect(try PlanHarness.script(from: schema, to: schema) == "")
      let bare = try schema.withoutSources()
      #expect(try PlanHarness.script(from: schema, to: bare) == "")
      let built = try SQLiteConnection.open(.memory)
      try built.execute(PlanHarness.script(from: .empty(.sqlite), to: bare))
      #expect(
        PlanHarness.differences(try SQLiteInspector.inspect(built), schema, "bare", before) == [],
        "seed \(seed)")
    }
  }

  @Test(arguments: 0..<8)
  func rowsSurvive(_ block: Int) throws {
    var carriedOut = 0
    let count = Self.isLong ? 640 : 12
    for seed in (block * count)..<(block * count + count) {
      var first = RandomSchema(seed: UInt64(seed) + 500_001)
      var second = RandomSchema(seed: UInt64(seed) + 700_001)
      let database = try SQLiteConnection.open(.memory)
      try database.execute(first.script())
      let from = try SQLiteInspector.inspect(database)
      let tables = from.objects(of: .table).map { object in
        (
          name: object.id.name.raw,
          columns: from.objects(of: .column, under: object.id.path).compactMap { column in
            if case .column(let value) = column, value.generation == nil {
              "\"\(value.id.name.raw)\""
            } else {
              nil
            }
          }
        )
      }
      for row in first.rows(tables) { _ = PlanHarness.run(row, on: database) }
      let to = try PlanHarness.schema(second.script())
      let contents = try Self.contents(database, from, to)
      let script = try PlanHarness.script(from: from, to: to)
      try database.execute("PRAGMA foreign_keys = ON")
      if let problem = PlanHarness.run(script, on: database) {
        // Rows may forbid the change; then nothing has happened.
        #expect(
          ["constraint failed", "cannot store", "NOT NULL", "mismatch"].contains {
            problem.contains($0)
          }, "seed \(seed): \(problem)\n\(script)")
        #expect(
          PlanHarness.differences(try SQLiteInspector.inspect(database), from, "refused", script)
            == [])
        continue
      }
      carriedOut += 1
      #expect(
        PlanHarness.differences(try SQLiteInspector.inspect(database), to, "up", script) == [])
      #expect(try Self.contents(database, from, to) == contents, "seed \(seed)\n\(script)")
    }
    #expect(carriedOut > 0)
  }

  /// What columns hold that both sides have alike. One that becomes the rowid cannot stay null.
  private static func contents(
    _ database: borrowing SQLiteConnection, _ from: Schema, _ to: Schema
  ) throws -> [String] {
    var contents: [String] = []
    for object in to.objects(of: .column) {
      guard case .column(let column) = object, case .column(let old)? = from[column.id],
        column.generation == nil, old == column,
        from.objects(of: .primaryKey, under: column.id.relationPath)
          .elementsEqual(to.objects(of: .primaryKey, under: column.id.relationPath))
      else { continue }
      let table = column.id.table.name.raw
      let value = try database.firstValue(
        "SELECT group_concat(q) FROM (SELECT quote(\"\(column.id.name.raw)\") AS q "
          + "FROM \"\(table)\" ORDER BY 1)")
      contents.append("\(table).\(column.id.name.raw): \(value.map { "\($0)" } ?? "")")
    }
    return contents
  }

  /// Histories of real applications, each version planned from the one before, and back.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["KEDGE_CORPORA"] != nil))
  func realHistoriesGoThereAndBack() throws {
    let root = URL(filePath: ProcessInfo.processInfo.environment["KEDGE_CORPORA"] ?? "")
      .appending(path: "chains/sqlite")
    let manager = FileManager.default
    var plans = 0
    for project in try manager.contentsOfDirectory(atPath: root.path).sorted() {
      let folder = root.appending(path: project)
      let files = try manager.contentsOfDirectory(atPath: folder.path).sorted().filter {
        $0.hasSuffix(".sql") && !$0.hasSuffix(".down.sql")
      }
      let database = try SQLiteConnection.open(.memory)
      var last = Schema.empty(.sqlite)
      for file in files {
        let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        do { try database.execute(text) } catch {
          try? database.execute("ROLLBACK")
          continue
        }
        let schema = try SQLiteInspector.inspect(database)
        let copy = try SQLiteConnection.open(.memory)
        try copy.execute(PlanHarness.script(from: .empty(.sqlite), to: last))
        let up = try PlanHarness.script(from: last, to: schema)
        #expect(PlanHarness.run(up, on: copy) == nil, "\(project)/\(file)\n\(up)")
        let reached = try SQLiteInspector.inspect(copy)
        #expect(PlanHarness.differences(reached, schema, "up", up) == [], "\(project)/\(file)")
        let down = try PlanHarness.reverse(from: last, to: schema)
        #expect(PlanHarness.run(down, on: copy) == nil, "\(project)/\(file)\n\(down)")
        let back = try SQLiteInspector.inspect(copy)
        #expect(PlanHarness.differences(back, last, "down", down) == [], "\(project)/\(file)")
        plans += 1
        last = schema
      }
    }
    print("histories: \(plans) plans")
    #expect(plans > 100)
  }

  @Test(.enabled(if: ProcessInfo.processInfo.environment["KEDGE_CORPORA"] != nil))
  func realSchemasAreBuiltAsTheyWere() throws {
    let root = URL(filePath: ProcessInfo.processInfo.environment["KEDGE_CORPORA"] ?? "")
      .appending(path: "real/sqlite")
    for file in try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
    where file.hasSuffix(".sql") {
      let text = try String(contentsOf: root.appending(path: file), encoding: .utf8)
      let original = try SQLiteConnection.open(.memory)
      try original.execute(text)
      let schema = try SQLiteInspector.inspect(original)
      #expect(schema.coverage.gaps == [], "\(file)")
      let copy = try SQLiteConnection.open(.memory)
      try copy.execute(PlanHarness.script(from: .empty(.sqlite), to: schema))
      if schema.coverage.isComplete {
        #expect(try PlanHarness.texts(copy) == PlanHarness.texts(original), "\(file)")
      }
      let bare = try SQLiteConnection.open(.memory)
      try bare.execute(PlanHarness.script(from: .empty(.sqlite), to: schema.withoutSources()))
      let difference = PlanHarness.differences(
        try SQLiteInspector.inspect(bare), schema, file, "")
      #expect(difference == [])
    }
  }
}
