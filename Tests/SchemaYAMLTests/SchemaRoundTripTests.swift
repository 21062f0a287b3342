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

  /// However it is cut, the text is the same, and each piece is understood within the rest.
  @Test(arguments: EngineName.allCases, [1, 2, 1_000])
  func piecesAreUnderstoodAlone(engine: EngineName, size: Int) throws {
    for seed in 0..<UInt64(30) {
      var generator = SchemaGenerator(seed: seed, engine: engine)
      let writer = SchemaWriter(try generator.draft().schema(), managing: .nothing)
      let (text, isProven) = writer.provenText(under: "# written\n", tablesInPiece: size)
      #expect(isProven, "seed \(seed)\n\(text)")
      #expect(text == writer.provenText(under: "# written\n").text)
    }
  }

  @Test func whatIsReadOtherwiseProvesNothing() throws {
    let text =
      "kedge: 1\nengine: sqlite\ntables:\n  t: {columns: {a: int}}\n  u: {columns: {b: int}}\n"
    let schema = try SchemaReader.read([YAMLSource(file: "s.yaml", text: text)]).schema
    let readBack = ReadBack(SchemaWriter(schema, managing: .nothing))
    let rest = readBack.found(inRest: YAMLPiece(line: "kedge: 1\nengine: sqlite\n"))
    func found(_ text: String) -> ReadBack.Found? {
      readBack.found(inTables: YAMLPiece(line: text))
    }
    let (t, u) = (found("  t: {columns: {a: int}}\n"), found("  u: {columns: {b: int}}\n"))
    #expect(readBack.isWhole([rest, t, u], bytes: text.utf8.count))
    #expect(!readBack.isWhole([rest, t], bytes: text.utf8.count))
    #expect(!readBack.isWhole([rest, t, t], bytes: text.utf8.count))
    #expect(!readBack.isWhole([rest, t, u], bytes: 1 << 30))
    #expect(found("  t: {columns: {a: text}}\n") == nil)
    #expect(found("  v: {columns: {a: int}}\n") == nil)
    #expect(found("  t: {columns: {a: int}}\nviews: {}\n") == nil)
  }
}
