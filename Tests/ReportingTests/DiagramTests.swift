import Comparison
import Foundation
import SchemaDiff
import SchemaModel
import TestSupport
import Testing

@testable import Reporting

struct DiagramTests {
  /// A chain of tables, each with a foreign key to the one before it and every tenth to the first.
  static func chain(_ count: Int, schemas: Int = 1) throws -> Schema {
    var objects: [SchemaObject] = []
    var ids: [ObjectID] = []
    for number in 0..<count {
      let home = Identifier(schemas == 1 ? "public" : "s\(number % schemas)")
      let id = ObjectID(.table, [home, Identifier("table_\(number)")])
      ids.append(id)
      objects.append(.table(Table(id: id, columnOrder: ["id", "parent_id", "name"])))
      objects += ["id", "parent_id", "name"].map {
        .column(Column(id: id.part(.column, Identifier($0)), type: TypeName("bigint")))
      }
      objects.append(
        .primaryKey(PrimaryKey(id: id.part(.primaryKey, "pk"), columns: [KeyColumn("id")])))
      guard number > 0, number % 3 != 0 else { continue }
      let target = number % 10 == 0 ? ids[0] : ids[number - 1]
      objects.append(
        .foreignKey(
          ForeignKey(
            id: id.part(.foreignKey, "fk"), columns: ["parent_id"], referencedTable: target,
            referencedColumns: ["id"])))
    }
    return try Schema(engine: .postgresql, objects: objects)
  }

  @Test(arguments: [1, 10, 41, 100, 161, 1_000])
  func boxesDoNotOverlap(_ count: Int) throws {
    let layout = DiagramLayout(Diagram(try Self.chain(count, schemas: count > 50 ? 4 : 1)))
    let frames = layout.frames.sorted { $0.x < $1.x }
    for (index, frame) in frames.enumerated() {
      #expect(frame.x >= 0 && frame.y >= 0)
      #expect(frame.right <= layout.width && frame.bottom <= layout.height)
      for other in frames[(index + 1)...] {
        if other.x >= frame.right { break }
        #expect(other.y >= frame.bottom || frame.y >= other.bottom)
      }
    }
  }

  /// A screen is wider than high, but not by much.
  @Test(arguments: [10, 100, 1_000])
  func theWholeFitsAScreen(_ count: Int) throws {
    let layout = DiagramLayout(Diagram(try Self.chain(count)))
    let aspect = layout.width / layout.height
    #expect(aspect > 0.7 && aspect < 4, "\(aspect)")
  }

  @Test func theSameDiagramHasTheSameLayout() throws {
    let schema = try Self.chain(120, schemas: 3)
    let shuffled = try Schema(engine: .postgresql, objects: schema.objects.shuffled())
    #expect(
      DiagramSVG.document(Diagram(schema), title: "t")
        == DiagramSVG.document(Diagram(shuffled), title: "t"))
  }

  @Test func aCycleIsDrawn() throws {
    let (a, b) = (Make.id("a"), Make.id("b"))
    let objects =
      Make.table("a", "b_id") + Make.table("b", "a_id") + [
        .foreignKey(
          ForeignKey(
            id: a.part(.foreignKey, "x"), columns: ["b_id"], referencedTable: b,
            referencedColumns: [])),
        .foreignKey(
          ForeignKey(
            id: b.part(.foreignKey, "y"), columns: ["a_id"], referencedTable: a,
            referencedColumns: [])),
        .foreignKey(
          ForeignKey(
            id: b.part(.foreignKey, "z"), columns: ["a_id"], referencedTable: b,
            referencedColumns: [])),
      ]
    let svg = DiagramSVG.document(Diagram(try Make.schema(objects)), title: "t")
    #expect(svg.matches(of: /class="line/).count == 3)
  }

  @Test func aFocusKeepsWhatIsNear() throws {
    let diagram = Diagram(try Self.chain(30))
    #expect(
      try #require(diagram.focused(on: "table_4", depth: 0)).nodes.map(\.title) == ["table_4"])
    let near = try #require(diagram.focused(on: "public.table_4", depth: 1))
    #expect(Set(near.nodes.map(\.title)) == ["table_3", "table_4", "table_5"])
    #expect(near.edges.count == 2)
    #expect(diagram.focused(on: "table_99", depth: 1) == nil)
  }

  @Test func namesCannotBreakOut() throws {
    let hostile = Identifier("\"]-->\n<script>alert(1)</script>#")
    let diagram = Diagram(try Make.schema(Make.table(hostile, "id\"; integer")))
    let svg = DiagramSVG.document(diagram, title: "</title><script>")
    #expect(!svg.contains("<script>"))
    let parser = XMLDocumentCheck(svg)
    #expect(parser.isWellFormed, "\(parser.problem ?? "")")
    #expect(!DiagramText.dot(diagram).contains("<script>"))
    let mermaid = DiagramText.mermaid(diagram)
    #expect(mermaid.split(separator: "\n").count == 4)
    #expect(mermaid.contains("#quot;"))
  }

  @Test func theLanguagesOfOthers() throws {
    let diagram = Diagram(try Self.chain(2))
    try expectGolden(
      DiagramText.mermaid(diagram), Repository.url("fixtures/diagram/two-tables.mmd"))
    try expectGolden(DiagramText.dot(diagram), Repository.url("fixtures/diagram/two-tables.dot"))
  }

  /// Partitions are drawn as the table that they are of.
  @Test func partitionsAreCounted() throws {
    let parent = Make.id("log")
    var objects = Make.table("log", "at timestamptz")
    for year in 2020..<2025 {
      let id = Make.id(Identifier("log_\(year)"))
      let bound = ExactText("FOR VALUES IN (\(year))")
      objects.append(
        .table(
          Table(id: id, parents: [parent], partitionBound: bound)))
    }
    let diagram = Diagram(try Make.schema(objects))
    #expect(diagram.nodes.map(\.title) == ["log"])
    #expect(diagram.nodes.first?.partitions == 5)
  }
}

/// Whether a text is XML.
final class XMLDocumentCheck {
  private(set) var isWellFormed = true
  private(set) var problem: String?

  /// Tags are balanced, attributes quoted, nothing else looks like a tag.
  init(_ text: String) {
    var open: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      guard let end = rest[start...].firstIndex(of: ">") else {
        fail("an open tag")
        return
      }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("?") || tag.hasPrefix("!") || tag.hasSuffix("/") { continue }
      if tag.hasPrefix("/") {
        guard open.popLast() == tag.dropFirst() else {
          fail("</\(tag.dropFirst())>")
          return
        }
        continue
      }
      open.append(tag.prefix { $0 != " " && $0 != "\n" })
    }
    if !open.isEmpty { fail("open: \(open)") }
  }

  private func fail(_ words: String) {
    isWellFormed = false
    problem = words
  }
}

struct EnvironmentTableTests {
  private func report(_ label: String, _ from: [SchemaObject], _ to: [SchemaObject]) throws
    -> Report
  {
    let (left, right) = (try Make.schema(from), try Make.schema(to))
    return Report(
      perspective: .gate, fromLabel: label, toLabel: "schema.yaml",
      result: ComparisonResult(
        from: left, to: right,
        difference: try Differ.difference(from: left, to: right, renames: [])))
  }

  @Test func databasesStandSideBySide() throws {
    let wanted = Make.table("t", "a integer", "b")
    let table = EnvironmentTable(
      [
        try report("env:dev", wanted, wanted),
        try report("env:staging", Make.table("t", "a text", "b"), wanted),
        try report("env:production", Make.table("t", "a integer", "b", "c"), wanted),
      ], failed: ["env:old"])
    #expect(
      table.text(colored: false, width: 100) == """
        object         env:dev  env:staging  env:production  env:old
        column a of t  ok       differs      ok              failed
        column c of t  ok       ok           not declared    failed

        2 of 4 databases differ: env:staging, env:production; 1 could not be looked at: env:old

        """)
    let many = EnvironmentTable(
      [try report("env:staging", Make.table("t", "a text"), wanted)],
      failed: (0..<12).map { "env:tenant-\($0)" })
    #expect(many.text(colored: false, width: 60).contains("[13] env:tenant-11"))
    #expect(table.markdown().contains("| `column a of t` | ok | **differs** | ok | **failed** |"))
  }

  @Test func allInSync() throws {
    let one = Make.table("t", "a")
    let table = EnvironmentTable([try report("a", one, one), try report("b", one, one)])
    #expect(table.text(colored: false, width: 80) == "all 2 databases are in sync\n")
  }
}
