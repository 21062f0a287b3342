import SQLText
import SchemaModel

/// Tables are most of a large schema. They are written a piece at a time, several at once, and each piece
/// is read back at once.
extension SchemaWriter {
  private enum Work: Sendable {
    case tables(ArraySlice<SchemaObject>)
    case rest(YAMLPiece)
  }

  private struct Done: Sendable {
    let piece: YAMLPiece
    /// Nil where something else was read than what was written.
    let found: ReadBack.Found?
  }

  func text(under comment: String) -> SchemaText {
    let (text, isProven) = provenText(under: comment)
    var losses = invalidIndexes.map { "the invalid index \(self.text($0.path)) is left out" }
    if !isProven { losses += self.losses(in: text) }
    return SchemaText(text: text, losses: losses)
  }

  /// The text, and whether its pieces gave back the schema. If they did not, the whole text tells why.
  /// A piece has few enough tables to stay in a processor's cache.
  func provenText(under comment: String, tablesInPiece size: Int = 64) -> (
    text: String, isProven: Bool
  ) {
    let (before, after) = entriesAroundTables()
    let head = YAMLPiece(before)
    let tail = YAMLPiece(after)
    var rest = head
    rest.append(tail)
    let tables = Array(schema.objects(of: .table))
    let readBack = ReadBack(self)
    let works =
      [.rest(rest)]
      + stride(from: 0, to: tables.count, by: size).map { start in
        Work.tables(tables[start..<min(start + size, tables.count)])
      }
    let done = Parallel.each(works) { self.done($0, readBack) }

    var text = YAMLPiece(line: comment)
    text.reserveCapacity(done.reduce(head.bytes.count) { $0 + $1.piece.bytes.count + 1 })
    text.append(head)
    if !tables.isEmpty { text.append(YAMLPiece(line: "tables:\n", isSpaced: true)) }
    for piece in done.dropFirst() { text.append(piece.piece) }
    text.append(tail)
    return (
      String(decoding: text.bytes, as: UTF8.self),
      readBack.isWhole(done.map(\.found), bytes: text.bytes.count)
    )
  }

  private func done(_ work: Work, _ readBack: ReadBack) -> Done {
    switch work {
    case .rest(let piece): return Done(piece: piece, found: readBack.found(inRest: piece))
    case .tables(let tables):
      var writer = self
      // One that all share would make them wait for each other.
      writer.cache = WritingCache()
      let entries = tables.map { table in
        let entry = writer.entry(table.id, writer.table(table))
        return table.id == schema.objects(of: .table).first?.id ? entry : entry.spaced()
      }
      let piece = YAMLPiece(entries, indent: 2)
      return Done(piece: piece, found: readBack.found(inTables: piece))
    }
  }

  /// What a failed `CREATE INDEX CONCURRENTLY` left behind.
  var invalidIndexes: [ObjectID] {
    schema.objects(of: .index).compactMap { object in
      guard case .index(let index) = object, !index.isValid else { return nil }
      return index.id
    }
  }

  /// How the whole text differs from the schema when it is read.
  private func losses(in written: String) -> [String] {
    var losses: [String] = []
    let invalid = Set(invalidIndexes.flatMap { [$0, .comment(on: $0)] })
    let expected = schema.objects.filter { !invalid.contains($0.id) }
    let source = YAMLSource(file: "the written schema", text: written)
    do throws(YAMLProblems) {
      let back = ObjectOrder.sorted(try SchemaReader.objects(of: source).objects)
      guard back != expected else { return [] }
      let known = Dictionary(back.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      for object in expected where known[object.id] != object {
        losses.append("\(object.id) does not come back as it was written")
      }
      for object in back where schema[object.id] == nil {
        losses.append("\(object.id) comes back though it was not there")
      }
    } catch {
      losses += error.problems.map { "the written schema cannot be read: \($0.headline)" }
    }
    return losses
  }
}

/// Reads the pieces of a written schema, each as a file of its own within what the whole declares. The
/// pieces give back the schema when every object of it is in one of them, equal, and nothing else is in any.
struct ReadBack: Sendable {
  struct Found: Sendable {
    /// Positions in the schema.
    let positions: [Int32]
    let cost: Int
  }

  private let schema: Schema
  private let surroundings: Surroundings
  private let leftOut: Set<ObjectID>
  private let header: YAMLPiece

  init(_ writer: SchemaWriter) {
    schema = writer.schema
    surroundings = Surroundings(schema: schema, types: writer.types)
    leftOut = Set(writer.invalidIndexes.flatMap { [$0, .comment(on: $0)] })
    let namespaces = schema.objects(of: .namespace).map(\.id.name)
    var header = YAMLPiece(writer.header(schemas: writer.names(namespaces)))
    header.append(YAMLPiece(line: "tables:\n"))
    self.header = header
  }

  /// Nil where anything is not as it was.
  func found(inTables piece: YAMLPiece) -> Found? {
    // Otherwise it could end the section that the next piece continues.
    guard isIndented(piece.bytes) else { return nil }
    var file = header
    file.append(piece)
    return found(in: file) { object in
      // The header brings the schemas along.
      object.kind != .namespace && object.id.attachmentTarget?.kind != .namespace
    }
  }

  func found(inRest piece: YAMLPiece) -> Found? { found(in: piece) { _ in true } }

  private func found(in piece: YAMLPiece, where isMeant: (SchemaObject) -> Bool) -> Found? {
    let source = YAMLSource(file: "the written schema", bytes: piece.bytes)
    guard let back = try? SchemaReader.objects(of: source, within: surroundings) else { return nil }
    var latest = [Int](repeating: 0, count: ObjectKind.allCases.count)
    var positions: [Int32] = []
    positions.reserveCapacity(back.objects.count)
    for object in back.objects where isMeant(object) {
      let id = object.id
      guard let position = schema.position(of: id, near: latest[id.kind.rank]),
        schema.objects[position] == object
      else { return nil }
      latest[id.kind.rank] = position + 1
      positions.append(Int32(position))
    }
    return Found(positions: positions, cost: back.cost)
  }

  private func isIndented(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      guard bytes.first == 0x20, bytes.last == 0x0A else { return false }
      for index in 1..<bytes.count where bytes[index - 1] == 0x0A {
        if bytes[index] != 0x20, bytes[index] != 0x0A { return false }
      }
      return true
    }
  }

  func isWhole(_ found: [Found?], bytes: Int) -> Bool {
    let limits = YAMLLimits()
    var cost = 0
    var seen = [Bool](repeating: false, count: schema.objects.count)
    var count = 0
    for found in found {
      guard let found else { return false }
      cost += found.cost
      count += found.positions.count
      for position in found.positions where !seen[Int(position)] { seen[Int(position)] = true }
    }
    guard bytes <= limits.bytes, cost <= limits.nodes else { return false }
    let missing = seen.indices.filter { !seen[$0] }
    return count + missing.count == seen.count
      && missing.allSatisfy { leftOut.contains(schema.objects[$0].id) }
  }
}
