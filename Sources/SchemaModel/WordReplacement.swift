/// Replaces names inside SQL text, as an engine does when a column is renamed.
enum WordReplacement {
  /// Words and quoted names that are one of the old names become the new one; strings, comments and names
  /// that are called as functions stay.
  static func replace(
    _ names: [(old: Identifier, new: Identifier)], in text: String, engine: EngineName
  ) -> String {
    let bytes = Array(text.utf8)
    var output: [UInt8] = []
    var position = 0
    while position < bytes.count {
      let start = position
      let byte = bytes[position]
      if byte == 0x27 || byte == 0x22 {
        position = end(ofQuoted: byte, in: bytes, from: position)
      } else if isWordByte(byte) {
        while position < bytes.count, isWordByte(bytes[position]) { position += 1 }
      } else {
        position += 1
        output.append(byte)
        continue
      }
      let piece = bytes[start..<position]
      let new =
        byte == 0x27 || isCall(bytes, after: position)
        ? nil : replacement(for: piece, in: names, engine: engine)
      output += new.map { Array($0.utf8) } ?? Array(piece)
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func replacement(
    for piece: ArraySlice<UInt8>, in names: [(old: Identifier, new: Identifier)],
    engine: EngineName
  ) -> String? {
    let isQuoted = piece.first == 0x22
    let spelled = String(
      decoding: isQuoted ? piece.dropFirst().dropLast() : piece, as: UTF8.self)
    let folded = isQuoted ? spelled : spelled.asciiLowercased
    let name = Identifier(folded, in: engine)
    guard let match = names.first(where: { $0.old == name }) else { return nil }
    return QualifiedName.text([match.new])
  }

  private static func end(ofQuoted quote: UInt8, in bytes: [UInt8], from start: Int) -> Int {
    var position = start + 1
    while position < bytes.count {
      if bytes[position] == quote {
        guard position + 1 < bytes.count, bytes[position + 1] == quote else { return position + 1 }
        position += 1
      }
      position += 1
    }
    return position
  }

  private static func isCall(_ bytes: [UInt8], after position: Int) -> Bool {
    bytes[position...].first { $0 != 0x20 } == 0x28
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte == 0x5F || byte == 0x24 || byte >= 0x80 || (byte >= 0x30 && byte <= 0x39)
      || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
  }
}
