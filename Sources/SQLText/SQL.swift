package import SchemaModel

/// SQL text that a bare `String` cannot enter: names and literals are quoted by the type, in one place.
package struct SQL: Hashable, Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
  package private(set) var text: String

  package init(stringLiteral value: String) { text = value }

  package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  private init(text: String) { self.text = text }

  /// Text that is SQL already: what an engine printed or a person declared.
  package static func verbatim(_ text: String) -> SQL { SQL(text: text) }

  package static let empty = SQL(text: "")
  package var isEmpty: Bool { text.isEmpty }
  package var description: String { text }

  package static func + (left: SQL, right: SQL) -> SQL { SQL(text: left.text + right.text) }
  package static func += (left: inout SQL, right: SQL) { left.text += right.text }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text: String

    package init(literalCapacity: Int, interpolationCount: Int) {
      text = ""
      text.reserveCapacity(literalCapacity + interpolationCount * 12)
    }

    package mutating func appendLiteral(_ literal: String) { text += literal }
    package mutating func appendInterpolation(_ sql: SQL) { text += sql.text }
    /// A quoted name.
    package mutating func appendInterpolation(_ name: Identifier) { text += Quoting.name(name.raw) }
    package mutating func appendInterpolation(_ names: [Identifier]) {
      text += names.map { Quoting.name($0.raw) }.joined(separator: ", ")
    }
    /// A qualified name.
    package mutating func appendInterpolation(path: [Identifier]) {
      text += Quoting.path(path)
    }
    package mutating func appendInterpolation(_ expression: Expression) { text += expression.text }
    package mutating func appendInterpolation(_ type: TypeName) { text += type.text }
    package mutating func appendInterpolation(_ number: Int64) { text += String(number) }
    /// A string constant.
    package mutating func appendInterpolation(literal value: String) {
      text += Quoting.literal(value)
    }
  }
}

extension Swift.Sequence where Element == SQL {
  package func joined(_ separator: SQL) -> SQL {
    var result = SQL.empty
    var isFirst = true
    for element in self {
      if !isFirst { result += separator }
      result += element
      isFirst = false
    }
    return result
  }
}

/// The one place where names and constants become SQL.
package enum Quoting {
  /// The name, in double quotes unless it is plain lower case and no keyword of either engine.
  package static func name(_ raw: String) -> String {
    let plain =
      !raw.isEmpty
      && raw.utf8.enumerated().allSatisfy { index, byte in
        byte == 0x5F || (byte >= 0x61 && byte <= 0x7A)
          || (index > 0 && byte >= 0x30 && byte <= 0x39)
      }
    if plain, !Keywords.mustQuote.contains(raw) { return raw }
    return "\"" + doubling(0x22, in: raw) + "\""
  }

  package static func path(_ names: [Identifier]) -> String {
    names.map { name($0.raw) }.joined(separator: ".")
  }

  /// A string constant; PostgreSQL is spoken to with standard_conforming_strings on.
  package static func literal(_ value: String) -> String { "'" + doubling(0x27, in: value) + "'" }

  /// PostgreSQL: what can stand on both sides of a block of code with this text in it.
  package static func dollars(around text: SQL) -> SQL {
    var tag = "$kedge$"
    while text.text.contains(tag) { tag = "$" + tag.dropFirst().dropLast() + "_$" }
    return SQL.verbatim(tag)
  }

  private static func doubling(_ quote: UInt8, in text: String) -> String {
    guard text.utf8.contains(quote) else { return text }
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      bytes.append(byte)
      if byte == quote { bytes.append(byte) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
