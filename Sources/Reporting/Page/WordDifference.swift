/// What two texts share, word by word.
enum WordDifference {
  /// A piece of one of the texts.
  struct Piece: Hashable {
    var text: String
    /// The other text has it at this place, too.
    var isShared: Bool
  }

  /// Above this many words a side, what lies between the common beginning and end is not aligned: it would
  /// take too long.
  private static let largest = 3_000

  static func pieces(from: String, to: String) -> (from: [Piece], to: [Piece]) {
    let (old, new) = (words(of: from), words(of: to))
    var start = 0
    while start < old.count, start < new.count, old[start] == new[start] { start += 1 }
    var end = 0
    while end < old.count - start, end < new.count - start,
      old[old.count - 1 - end] == new[new.count - 1 - end]
    {
      end += 1
    }
    let (oldMiddle, newMiddle) = (
      Array(old[start..<(old.count - end)]), Array(new[start..<(new.count - end)])
    )
    var removed = Set(oldMiddle.indices)
    var added = Set(newMiddle.indices)
    if oldMiddle.count <= largest, newMiddle.count <= largest {
      (removed, added) = changed(oldMiddle, newMiddle)
    }
    return (
      merged(old, changed: { removed.contains($0 - start) }, in: start..<(old.count - end)),
      merged(new, changed: { added.contains($0 - start) }, in: start..<(new.count - end))
    )
  }

  private static func changed(_ old: [[UInt8]], _ new: [[UInt8]]) -> (Set<Int>, Set<Int>) {
    var removed: Set<Int> = []
    var added: Set<Int> = []
    for change in new.difference(from: old) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): added.insert(offset)
      }
    }
    return (removed, added)
  }

  /// Neighbours of one sort become one piece; a space between two changed words is changed with them.
  private static func merged(
    _ words: [[UInt8]], changed isChanged: (Int) -> Bool, in middle: Range<Int>
  ) -> [Piece] {
    var flags = words.indices.map { middle.contains($0) && isChanged($0) }
    for index in flags.indices.dropFirst().dropLast()
    where words[index].allSatisfy({ $0 == 0x20 }) && flags[index - 1] && flags[index + 1] {
      flags[index] = true
    }
    var pieces: [Piece] = []
    var bytes: [UInt8] = []
    for (index, word) in words.enumerated() {
      if index > 0, flags[index] != flags[index - 1] {
        pieces.append(
          Piece(text: String(decoding: bytes, as: UTF8.self), isShared: !flags[index - 1]))
        bytes = []
      }
      bytes += word
    }
    if let last = flags.last, !bytes.isEmpty {
      pieces.append(Piece(text: String(decoding: bytes, as: UTF8.self), isShared: !last))
    }
    return pieces
  }

  /// Runs of letters, digits and underscores; runs of spaces; everything else byte by byte, but never inside
  /// of a character.
  private static func words(of text: String) -> [[UInt8]] {
    var words: [[UInt8]] = []
    var last = Sort.other
    for byte in text.utf8 {
      let sort = Sort(byte)
      if sort == last, sort != .other, !words.isEmpty {
        words[words.count - 1].append(byte)
      } else {
        words.append([byte])
      }
      last = sort
    }
    return words
  }

  private enum Sort {
    case word, space, other

    init(_ byte: UInt8) {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
        self = .word
      case 0x20: self = .space
      default: self = .other
      }
    }
  }
}
