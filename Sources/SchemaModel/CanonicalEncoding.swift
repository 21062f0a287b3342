/// The bytes that a fingerprint is made of: objects in order of id, each with its fields, every text
/// preceded by its length, so that no two schemas share an encoding.
package struct CanonicalEncoding {
  /// Raised whenever the encoding or the set of fields changes.
  package static let version = 1

  package private(set) var bytes: [UInt8] = []

  package init(_ schema: Schema) {
    append(schema.engine.rawValue)
    let parts = Parallel.map(schema.objects) { objects in
      var part = CanonicalEncoding()
      for object in objects { part.append(object) }
      return part.bytes
    }
    bytes.reserveCapacity(parts.reduce(bytes.count) { $0 + $1.count })
    for part in parts { bytes += part }
  }

  private init() {}

  private mutating func append(_ object: SchemaObject) {
    append(object.kind.rawValue)
    append(count: object.id.path.count)
    for name in object.id.path { append(name.key) }
    append(object.fields)
  }

  /// Fields that are absent or false are left out, so that a new attribute changes no old fingerprint.
  private mutating func append(_ fields: [Field]) {
    for field in fields {
      switch field.value {
      case .absent, .flag(false): continue
      case .list(let values) where values.isEmpty: continue
      case .flag, .text, .expression, .list, .record:
        append(field.name)
        append(field.value)
      }
    }
    append(count: 0)
  }

  private mutating func append(_ value: FieldValue) {
    switch value {
    case .absent: bytes.append(0x2D)
    case .flag(let flag): bytes.append(flag ? 0x79 : 0x6E)
    case .text(let text): append(text.string)
    case .expression(let expression): append(expression.canonical.string)
    case .list(let values):
      append(count: values.count)
      for value in values { append(value) }
    case .record(let fields): append(fields)
    }
  }

  private mutating func append(_ text: String) {
    append(count: text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func append(count: Int) {
    append(digits: count)
    bytes.append(0x3A)
  }

  /// There is one for every text: a `String` for each would take as long as the rest.
  private mutating func append(digits number: Int) {
    if number > 9 { append(digits: number / 10) }
    bytes.append(0x30 + UInt8(number % 10))
  }
}
