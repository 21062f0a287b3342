import Digest
import FoundationEssentials
import Migrations
package import SchemaModel

/// A fingerprint with the number of the encoding it was made from.
package enum Fingerprint {
  /// `1:9c1d07…`.
  package static func text(of schema: Schema) -> String {
    "\(CanonicalEncoding.version):"
      + SHA256Digest(of: CanonicalEncoding(schema).bytes).hexadecimal
  }

  /// The number in front.
  package static func algorithm(_ text: String) -> Substring { text.prefix { $0 != ":" } }

  /// Of what migration files are about: the structure, without owners and grants, which differ from one
  /// server to the next, and without what Kedge keeps for itself.
  package static func comparable(_ schema: Schema) -> String {
    let schema = schema.withoutBookkeeping()
    let structure = try? schema.replacing(objects: schema.objects.filter { !$0.kind.isPrivilege })
    return text(of: structure ?? schema)
  }
}

/// A schema as a JSON file: what `inspect --format json` writes and any command reads. One object of the
/// schema is one line, so that versions of a snapshot can be compared line by line.
package enum Snapshot {
  /// What a reader must know before the names can be read, and what belongs to the whole.
  private struct Header: Codable {
    var kedgeSnapshot: Int
    var engine: EngineName
    var fingerprint: String
    var serverVersion: Int?
    var scope: Schema.Scope
    var coverage: Coverage
  }

  private struct Dependency: Codable {
    var object: ObjectID
    var needs: [ObjectID]
  }

  private struct Body: Codable {
    var dependencies: [Dependency]
    var objects: [SchemaObject]
  }

  private static let version = 1

  /// The document: two snapshots of one schema are the same bytes.
  package static func text(of schema: Schema) throws -> String {
    let pieces = try pieces(of: schema)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(pieces.reduce(0) { $0 + $1.count })
    for piece in pieces { bytes += piece }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The document in consecutive pieces, for a writer that needs it no other way: that of a large schema
  /// has ten times the bytes of its YAML, and to put it together takes longer than to write it.
  package static func pieces(of schema: Schema) throws -> [[UInt8]] {
    let header = Header(
      kedgeSnapshot: version, engine: schema.engine, fingerprint: Fingerprint.text(of: schema),
      serverVersion: schema.serverVersion, scope: schema.scope, coverage: schema.coverage)
    let json = JSONLines()
    try json.write(header)
    let dependencies = schema.dependencies.keys.sorted().map {
      Dependency(object: $0, needs: schema.dependencies[$0] ?? [])
    }
    // The header's closing brace comes last.
    return try [Array(json.bytes.dropLast())]
      + list("dependencies", dependencies) + list("objects", schema.objects)
      + [Array("}\n".utf8)]
  }

  /// One item a line. A piece has few enough of them that its bytes seldom move while it grows.
  private static func list(
    _ name: String, _ items: [some Encodable & Sendable], itemsInPiece size: Int = 1000
  ) throws -> [[UInt8]] {
    let parts = stride(from: 0, to: items.count, by: size).map {
      items[$0..<min($0 + size, items.count)]
    }
    let pieces = try Parallel.each(parts) { items in
      let json = JSONLines()
      for (index, item) in zip(items.indices, items) {
        json.write(raw: index == 0 ? "\n" : ",\n")
        try json.write(item)
      }
      return json.bytes
    }
    return [Array(",\n\"\(name)\":[".utf8)] + pieces + [Array("\n]".utf8)]
  }

  /// Throws where the text is no snapshot, is of a newer version, or was changed by hand.
  package static func read(_ bytes: [UInt8], name: String) throws(SourceProblem) -> Schema {
    let data = Data(bytes)
    let decoder = JSONDecoder()
    let header: Header
    do {
      header = try decoder.decode(Header.self, from: data)
    } catch {
      throw SourceProblem(
        "\(name) is not a snapshot of Kedge's: \(Snapshot.reason(error))",
        nextStep: "write one with: kedge inspect SOURCE --format json --output FILE.json")
    }
    guard header.kedgeSnapshot <= version else {
      throw SourceProblem(
        "\(name) is a snapshot of version \(header.kedgeSnapshot), newer than this Kedge reads",
        nextStep: "use a newer Kedge, or write the snapshot again")
    }
    if let key = DecodingContext.engine { decoder.userInfo[key] = header.engine }
    return try schema(from: data, header: header, decoder: decoder, name: name)
  }

  private static func schema(
    from data: Data, header: Header, decoder: JSONDecoder, name: String
  ) throws(SourceProblem) -> Schema {
    let schema: Schema
    do {
      let body = try decoder.decode(Body.self, from: data)
      let needs = body.dependencies.map { ($0.object, $0.needs) }
      schema = try Schema(
        engine: header.engine, objects: body.objects,
        dependencies: Dictionary(needs, uniquingKeysWith: { $0 + $1 }), scope: header.scope,
        coverage: header.coverage, serverVersion: header.serverVersion)
    } catch {
      throw SourceProblem("\(name): \(reason(error))")
    }
    guard
      header.fingerprint.hasPrefix("\(CanonicalEncoding.version):") == false
        || header.fingerprint == Fingerprint.text(of: schema)
    else {
      throw SourceProblem(
        "\(name) was changed after Kedge wrote it: its fingerprint does not match",
        nextStep: "write it again; to declare a schema by hand, use YAML")
    }
    return schema
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      "the key \(key.stringValue) is missing\(place(context))"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      context.debugDescription + place(context)
    case Schema.Problem.duplicate(let id): "\(id) is there twice"
    case Schema.Problem.orphan(let id, let missing): "\(id) is there without \(missing)"
    default: "\(error)"
    }
  }

  private static func place(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? "" : " at \(path)"
  }
}
