import Foundation
import SchemaModel
import TestSupport
import Testing

@testable import SchemaYAML

/// `fixtures/yaml/CASE/input.yaml`: what it says (`model.txt`), how it is written (`written.yaml`), or
/// what is wrong with it (`errors.txt`).
@Suite struct SchemaFixtureTests {
  @Test(arguments: FixtureCase.all(in: "yaml"))
  func reading(_ fixture: FixtureCase) throws {
    let source = YAMLSource(file: "schema.yaml", text: try fixture.text("input.yaml"))
    do throws(YAMLProblems) {
      let declared = try SchemaReader.read([source])
      try golden(description(of: declared), fixture, "model.txt")
      let written = SchemaWriter.write(declared.schema)
      #expect(written.losses == [])
      try golden(written.text, fixture, "written.yaml")
    } catch {
      try golden(error.rendered + "\n", fixture, "errors.txt")
    }
  }

  @Test func thereAreFixtures() { #expect(FixtureCase.all(in: "yaml").count > 5) }

  private func golden(_ text: String, _ fixture: FixtureCase, _ file: String) throws(YAMLProblems) {
    do {
      try expectGolden(text, fixture.url(file))
    } catch {
      Issue.record("\(error)")
    }
  }

  private func description(of declared: DeclaredSchema) -> String {
    let schema = declared.schema
    var text = ""
    for object in schema.objects {
      text += "\(object.id)"
      if let place = declared.places[object.id] { text += " at \(place.line):\(place.column)" }
      text += "\n"
      for field in object.fields where field.value != .absent && field.value != .flag(false) {
        text += "  \(field.name): \(shown(field.value))\n"
      }
      if case .table(let table) = object, let order = table.columnOrder {
        text += "  order: \(order.map(\.raw).joined(separator: ", "))\n"
      }
      let needs = schema.dependencies[object.id] ?? []
      if !needs.isEmpty {
        text += "  needs: \(needs.map(\.description).joined(separator: ", "))\n"
      }
    }
    for (id, names) in schema.renamedFrom.sorted(by: { $0.key < $1.key }) {
      text += "\(id) was \(names.map(\.raw).joined(separator: ", "))\n"
    }
    return text
  }

  private func shown(_ value: FieldValue) -> String {
    switch value {
    case .expression(let expression): expression.canonical.string.debugDescription
    case .record(let fields):
      "{"
        + fields.filter { $0.value != .absent && $0.value != .flag(false) }.map {
          "\($0.name): \(shown($0.value))"
        }.joined(separator: ", ") + "}"
    case .list(let values): "[" + values.map { shown($0) }.joined(separator: ", ") + "]"
    case .absent, .flag, .text: value.description
    }
  }
}

@Suite struct OwnSchemaTests {
  @Test func theExampleAtTheTopIsRead() throws {
    let source = YAMLSource(file: "schema.yaml", text: try Repository.text("schema.yaml"))
    do throws(YAMLProblems) {
      let schema = try SchemaReader.read([source]).schema
      #expect(schema.objects(of: .table).count == 4)
      #expect(SchemaWriter.write(schema).losses == [])
    } catch {
      Issue.record("\(error.rendered)")
    }
  }

  @Test func severalFilesMakeOneSchema() throws {
    let one = YAMLSource(
      file: "a.yaml",
      text: "engine: postgresql\ntables:\n  a: {columns: {id: bigint identity primary key}}\n")
    let two = YAMLSource(
      file: "b.yaml", text: "tables:\n  b: {columns: {a_id: bigint references a}}\n")
    let schema = try SchemaReader.read([one, two]).schema
    #expect(schema.objects(of: .foreignKey).map(\.id.name.raw) == ["b_a_id_fkey"])
    do {
      _ = try SchemaReader.read([one, two, one])
      Issue.record("a duplicate was not found")
    } catch {
      #expect(
        error.problems.first?.headline
          == "a.yaml:3:3: table 'a' was declared before, at a.yaml:3:3")
    }
    let sqlite = YAMLSource(file: "c.yaml", text: "engine: sqlite\n")
    #expect(throws: YAMLProblems.self) { try SchemaReader.read([one, sqlite]) }
    #expect(throws: YAMLProblems.self) { try SchemaReader.read([two]) }
    #expect(try SchemaReader.read([two, one], defaultEngine: .sqlite).schema.engine == .postgresql)
  }
}
