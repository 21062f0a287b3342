import Foundation
import SchemaModel
import Sources
import TestSupport
import Testing

struct SnapshotTests {
  private func schema(_ objects: [SchemaObject]) throws -> Schema {
    let table = ObjectID(.table, ["public", "t"])
    let view = ObjectID(.view, ["public", "v"])
    return try Schema(
      engine: .postgresql, objects: objects + [.table(Table(id: table))],
      dependencies: [view: [table, table.part(.column, "a\"b")]],
      scope: .init(searchPath: ["public"]), serverVersion: 150_018)
  }

  @Test func everyKindComesBack() throws {
    let known = Set(Samples.objects.map(\.id))
    let complete = Samples.objects.filter {
      known.contains($0.id.table) || !$0.kind.isPartOfRelation
    }
    let schema = try schema(complete)
    let text = try Snapshot.text(of: schema)
    let back = try Snapshot.read(Array(text.utf8), name: "snapshot.json")
    #expect(back == schema)
    #expect(back.dependencies == schema.dependencies)
    #expect(try Snapshot.text(of: back) == text)
  }

  @Test(arguments: [
    "\"", "\\", "\n\r\t", "\u{0}\u{1}\u{1F}\u{7F}", "é", "e\u{301}", "😀", "</a>", "",
  ])
  func textsComeBack(_ text: String) throws {
    let table = ObjectID(.table, ["public", "t"])
    let schema = try schema([.comment(Comment(on: table, text: text))])
    let written = try Snapshot.text(of: schema)
    let back = try Snapshot.read(Array(written.utf8), name: "snapshot.json")
    #expect(back == schema)
    // What another program makes of it.
    let document = try JSONSerialization.jsonObject(with: Data(written.utf8)) as? [String: Any]
    #expect((document?["objects"] as? [Any])?.count == 2)
  }

  @Test func aLargeSchemaIsWrittenInOrder() throws {
    let tables = (0..<5_000).map { number in
      SchemaObject.table(Table(id: ObjectID(.table, ["public", Identifier("t\(number)")])))
    }
    let schema = try schema(tables.shuffled())
    let text = try Snapshot.text(of: schema)
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("{\"kind\":\"table\"") }
    #expect(lines.count == 5_001)
    #expect(lines.map { $0.filter { $0 != "," } } == lines.map { $0.filter { $0 != "," } }.sorted())
    #expect(try Snapshot.read(Array(text.utf8), name: "snapshot.json") == schema)
  }
}
