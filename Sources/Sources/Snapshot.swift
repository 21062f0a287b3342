import Digest
import FoundationEssentials
package import SchemaModel

/// A fingerprint with the number of the encoding it was made from.
package enum Fingerprint {
  /// `1:9c1d07…`.
  package static func text(of schema: Schema) -> String {
    "\(CanonicalEncoding.version):"
      + SHA256Digest(of: CanonicalEncoding(schema).bytes).hexadecimal
  }
}

/// A schema as a JSON file: what `inspect --format json` writes and any command reads.
package struct Snapshot: Codable {
  /// What a reader must know before the names can be read.
  private struct Header: Codable {
    var kedgeSnapshot: Int
    var engine: EngineName
  }

  private struct Dependency: Codable {
    var object: ObjectID
    var needs: [ObjectID]
  }

  private static let version = 1

  private var kedgeSnapshot: Int
  private var engine: EngineName
  private var fingerprint: String
  private var serverVersion: Int?
  private var scope: Schema.Scope
  private var coverage: Coverage
  private var dependencies: [Dependency]
  private var objects: [SchemaObject]

  private init(_ schema: Schema) {
    kedgeSnapshot = Snapshot.version
    engine = schema.engine
    fingerprint = Fingerprint.text(of: schema)
    serverVersion = schema.serverVersion
    scope = schema.scope
    coverage = schema.coverage
    dependencies = schema.dependencies.keys.sorted().map {
      Dependency(object: $0, needs: schema.dependencies[$0] ?? [])
    }
    objects = schema.objects
  }

  /// The document, keys sorted, so that two snapshots of one schema are the same bytes.
  package static func text(of schema: Schema) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(Snapshot(schema)), as: UTF8.self) + "\n"
  }

  /// Throws where the text is no snapshot, is of a newer version, or was changed by hand.
  package static func read(_ bytes: [UInt8], name: String) throws(SourceProblem) -> Schema {
    let data = Data(bytes)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
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
    return try schema(from: data, decoder: decoder, name: name)
  }

  private static func schema(
    from data: Data, decoder: JSONDecoder, name: String
  ) throws(SourceProblem) -> Schema {
    let snapshot: Snapshot
    let schema: Schema
    do {
      snapshot = try decoder.decode(Snapshot.self, from: data)
      let needs = snapshot.dependencies.map { ($0.object, $0.needs) }
      schema = try Schema(
        engine: snapshot.engine, objects: snapshot.objects,
        dependencies: Dictionary(needs, uniquingKeysWith: { $0 + $1 }), scope: snapshot.scope,
        coverage: snapshot.coverage, serverVersion: snapshot.serverVersion)
    } catch {
      throw SourceProblem("\(name): \(reason(error))")
    }
    guard
      snapshot.fingerprint.hasPrefix("\(CanonicalEncoding.version):") == false
        || snapshot.fingerprint == Fingerprint.text(of: schema)
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
