import FoundationEssentials

/// JSON for programs: one document, keys sorted; in snake_case, except where a standard names them.
package enum JSONDocument {
  package static func text(of value: some Encodable, snakeCase: Bool = true) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    if snakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }
}
