import SchemaModel

/// `${NAME}` in files that opt in with `-- kedge:variables`.
package enum Variables {
  /// The first name that has no value.
  package struct Missing: Error, Hashable, Sendable {
    package let name: String

    package var sentence: String { "the variable '\(name)' has no value" }
    package var nextStep: String { "give it one: --variable \(name)=VALUE" }
  }

  package static func expand(
    _ text: String, _ values: [String: String]
  ) throws(Missing) -> String {
    var output: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.first {
      guard byte == UInt8(ascii: "$"), rest.dropFirst().first == UInt8(ascii: "{"),
        let end = rest.firstIndex(of: UInt8(ascii: "}"))
      else {
        output.append(byte)
        rest.removeFirst()
        continue
      }
      let name = String(decoding: rest[(rest.startIndex + 2)..<end], as: UTF8.self)
      guard let value = values[name] else { throw Missing(name: name) }
      output += value.utf8
      rest = rest[(end + 1)...]
    }
    return String(decoding: output, as: UTF8.self)
  }
}
