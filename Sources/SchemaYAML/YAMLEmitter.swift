/// A YAML value on its way to text.
package enum YAMLValue: Hashable, Sendable {
  /// Any text; quoted when anything might read it as something else than this text.
  case text(String)
  /// A word of the format itself (`true`, `1`, a fixed name), written plain. The caller knows it is safe.
  case word(String)
  case sequence([YAMLValue])
  case mapping([YAMLEntry])
  /// Nothing after the key.
  case null

  package static func words(_ words: [String]) -> YAMLValue { .sequence(words.map { .text($0) }) }
}

/// A key with its value, and how it is set apart from what precedes it.
package struct YAMLEntry: Hashable, Sendable {
  package var key: YAMLValue
  package var value: YAMLValue
  package var hasBlankLineBefore = false
  /// Lines above the key, without the `#`.
  package var comment: [String] = []

  /// An entry whose key is a word of the format.
  package init(_ word: String, _ value: YAMLValue) {
    key = .word(word)
    self.value = value
  }

  /// An entry whose key is a name from a database.
  package init(name: String, _ value: YAMLValue) {
    key = .text(name)
    self.value = value
  }

  package func spaced() -> YAMLEntry {
    var entry = self
    entry.hasBlankLineBefore = true
    return entry
  }
}

/// The text of consecutive entries of a mapping. Pieces are made apart, and joined as if they had been
/// written at once.
package struct YAMLPiece: Sendable {
  private(set) var bytes: [UInt8]
  /// The first entry is set apart from what precedes it.
  private let isSpaced: Bool
  /// An empty line after it would belong to its last text.
  private var isKept: Bool

  /// A line as it stands.
  init(line: String, isSpaced: Bool = false) {
    bytes = Array(line.utf8)
    self.isSpaced = isSpaced
    isKept = true
  }

  init(_ entries: [YAMLEntry], indent: Int = 0) {
    (bytes, isKept) = YAMLEmitter.bytes(of: entries, indent: indent)
    isSpaced = entries.first?.hasBlankLineBefore == true
  }

  mutating func append(_ next: YAMLPiece) {
    guard !next.bytes.isEmpty else { return }
    if next.isSpaced, !bytes.isEmpty, !isKept { bytes.append(0x0A) }
    bytes += next.bytes
    isKept = next.isKept
  }

  mutating func reserveCapacity(_ count: Int) { bytes.reserveCapacity(count) }
}

/// Writes block-style YAML that YAML 1.1 and 1.2 read alike, and that reads back as the same texts.
package struct YAMLEmitter {
  /// A flow list longer than this becomes a block list.
  static let flowWidth = 90
  /// libyaml finds the ':' of a key within 1024 characters only.
  static let longestSimpleKey = 1000

  private var output: [UInt8] = []
  /// Where a `|+` block ended: an empty line there would belong to it.
  private var keptEnd = 0

  package static func emit(_ entries: [YAMLEntry]) -> String {
    if entries.isEmpty { return "{}\n" }
    return String(decoding: bytes(of: entries, indent: 0).bytes, as: UTF8.self)
  }

  /// The entries, and whether they end with a `|+` block.
  fileprivate static func bytes(
    of entries: [YAMLEntry], indent: Int
  ) -> (bytes: [UInt8], isKept: Bool) {
    var emitter = YAMLEmitter()
    emitter.writeMapping(entries, indent: indent, isAtLineStart: true)
    return (emitter.output, emitter.keptEnd == emitter.output.count)
  }

  private mutating func write(_ text: String) { output.append(contentsOf: text.utf8) }

  private mutating func writeIndent(_ indent: Int) {
    output.append(contentsOf: repeatElement(0x20, count: indent))
  }

  /// `isAtLineStart` is false for the first entry of a mapping that stands beside a `- `.
  private mutating func writeMapping(_ entries: [YAMLEntry], indent: Int, isAtLineStart: Bool) {
    for (index, entry) in entries.enumerated() {
      if index > 0 || isAtLineStart {
        if entry.hasBlankLineBefore, !output.isEmpty, output.count != keptEnd { write("\n") }
        for line in entry.comment {
          writeIndent(indent)
          write(line.isEmpty ? "#\n" : "# \(line)\n")
        }
        writeIndent(indent)
      }
      let key = YAMLEmitter.inline(entry.key, isKey: true)
      if key.utf8.count > YAMLEmitter.longestSimpleKey {
        write("? \(key)\n")
        writeIndent(indent)
      } else {
        write(key)
      }
      write(":")
      writeValue(entry.value, indent: indent)
    }
  }

  /// The value after `key:`, with its line end. `indent` is the key's.
  private mutating func writeValue(_ value: YAMLValue, indent: Int) {
    switch value {
    case .null: write("\n")
    case .word, .text: writeScalar(value, indent: indent)
    case .sequence(let items):
      if let flow = YAMLEmitter.flow(items, indent: indent) {
        write(" \(flow)\n")
      } else {
        write("\n")
        for item in items {
          writeIndent(indent + 2)
          writeItem(item, indent: indent + 2)
        }
      }
    case .mapping(let entries):
      if entries.isEmpty {
        write(" {}\n")
      } else {
        write("\n")
        writeMapping(entries, indent: indent + 2, isAtLineStart: true)
      }
    }
  }

  /// One item of a block list, from its `-` on. `indent` is the dash's.
  private mutating func writeItem(_ item: YAMLValue, indent: Int) {
    write("-")
    switch item {
    case .null: write(" null\n")
    case .word, .text: writeScalar(item, indent: indent)
    case .mapping(let entries) where !entries.isEmpty:
      write(" ")
      writeMapping(entries, indent: indent + 2, isAtLineStart: false)
    case .sequence, .mapping: writeValue(item, indent: indent)
    }
  }

  private mutating func writeScalar(_ value: YAMLValue, indent: Int) {
    if case .text(let text) = value, text.utf8.contains(0x0A) {
      if YAMLText.fitsLiteral(text) {
        writeLiteral(text, indent: indent + 2)
      } else {
        writeDoubleQuotedLines(text, indent: indent + 2)
      }
    } else {
      write(" \(YAMLEmitter.inline(value, isKey: false))\n")
    }
  }

  /// A `|` block. The indentation indicator counts from the parent's indentation, which is two less.
  private mutating func writeLiteral(_ text: String, indent: Int) {
    let bytes = Array(text.utf8)
    write(" |")
    // The first line that is not empty tells the indentation, unless it begins with a space itself.
    let first = bytes.first { $0 != 0x0A }
    if first == 0x20 || first == 0x09 { write("2") }
    if bytes[bytes.count - 1] != 0x0A {
      write("-")
    } else if bytes.count > 1, bytes[bytes.count - 2] == 0x0A {
      write("+")
    }
    write("\n")
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for line in lines {
      if !line.isEmpty { writeIndent(indent) }
      output.append(contentsOf: line)
      write("\n")
    }
    if bytes.count > 1, bytes[bytes.count - 2] == 0x0A, bytes[bytes.count - 1] == 0x0A {
      keptEnd = output.count
    }
  }

  /// A double-quoted text with one source line for each of its lines.
  private mutating func writeDoubleQuotedLines(_ text: String, indent: Int) {
    write(" \"")
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let isLast = index == lines.count - 1
      if index > 0, !(isLast && line.isEmpty) {
        write("\\\n")
        writeIndent(indent)
        // The spaces that begin a continued line are dropped unless the first is escaped.
        if line.first == 0x20 { write("\\") }
      }
      // Splitting at a line feed leaves every part valid.
      YAMLText.escape(String(decoding: Array(line), as: UTF8.self), into: &output)
      if !isLast { write("\\n") }
    }
    write("\"\n")
  }

  /// A scalar on one line.
  static func inline(_ value: YAMLValue, isKey: Bool) -> String {
    switch value {
    case .word(let word): word
    case .text(let text): YAMLText.inline(text)
    case .null: isKey ? "~" : ""
    case .sequence, .mapping: ""
    }
  }

  /// `[a, b desc]`, or nil when an element is not a bare identifier or the line would be long.
  static func flow(_ items: [YAMLValue], indent: Int) -> String? {
    if items.isEmpty { return "[]" }
    var words: [String] = []
    var length = indent
    for item in items {
      switch item {
      case .text(let text) where YAMLText.isFlowWord(text): words.append(YAMLText.inline(text))
      case .word(let text) where YAMLText.isFlowWord(text) || YAMLText.isResolved(text):
        words.append(text)
      default: return nil
      }
      length += words[words.count - 1].utf8.count + 2
      if length > flowWidth { return nil }
    }
    return "[" + words.joined(separator: ", ") + "]"
  }
}
