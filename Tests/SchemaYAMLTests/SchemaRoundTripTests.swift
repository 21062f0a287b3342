import SchemaModel
import TestSupport
import Testing

@testable import SchemaYAML

@Suite struct SchemaRoundTripTests {
  @Test(arguments: EngineName.allCases)
  func randomSchemasComeBackEqual(engine: EngineName) throws {
    for seed in 0..<UInt64(60) {
      var generator = SchemaGenerator(seed: seed, engine: engine)
      let schema = try generator.draft().schema()
      let written = SchemaWriter.write(schema)
      guard written.losses.isEmpty else {
        Issue.record("seed \(seed): \(written.losses.joined(separator: "\n"))\n\(written.text)")
        return
      }
      let read = try SchemaReader.read([YAMLSource(file: "s.yaml", text: written.text)])
      #expect(read.schema == schema)
      // What was read and what was there are written alike.
      #expect(SchemaWriter.write(read.schema).text == written.text)
    }
  }
}
