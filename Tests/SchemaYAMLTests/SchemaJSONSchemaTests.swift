import Foundation
import TestSupport
import Testing

@testable import SchemaYAML

@Suite struct SchemaJSONSchemaTests {
  /// The copy that editors of this repository use.
  @Test func theFileInDocsIsCurrent() throws {
    try expectGolden(SchemaJSONSchema.text, Repository.url("docs/kedge.schema.json"))
  }

  @Test func itIsJSONAndNamesEverySection() throws {
    let json = try JSONSerialization.jsonObject(with: Data(SchemaJSONSchema.text.utf8))
    let root = try #require(json as? [String: Any])
    let properties = try #require(root["properties"] as? [String: Any])
    #expect(Set(properties.keys) == Set(SchemaKeys.file.keys.map(\.name)))
    let definitions = try #require(root["definitions"] as? [String: Any])
    for noun in ["table", "column", "index", "foreign key", "view", "trigger", "enum"] {
      #expect(definitions[noun] != nil)
    }
  }

  /// Every key is explained in the documentation.
  @Test func everyKeyIsDocumented() throws {
    let text = try Repository.text("docs/schema-yaml.md")
    let tables = [
      SchemaKeys.file, SchemaKeys.table, SchemaKeys.column, SchemaKeys.identity,
      SchemaKeys.primaryKey, SchemaKeys.unique, SchemaKeys.check, SchemaKeys.foreignKey,
      SchemaKeys.index, SchemaKeys.view, SchemaKeys.trigger, SchemaKeys.sequence,
    ]
    for key in tables.flatMap(\.keys) {
      #expect(text.contains("`\(key.name)`"), "\(key.name)")
    }
  }
}
