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
