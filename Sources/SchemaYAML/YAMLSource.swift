import SchemaModel

/// One YAML text with the name that messages give it.
package struct YAMLSource: Sendable {
  package let file: String
  package let bytes: [UInt8]
  /// The text may hold URLs with passwords: messages quote neither lines nor values with one.
  package var holdsSecrets = false

  package init(file: String, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
  }

  package init(file: String, text: String) {
    self.init(file: file, bytes: Array(text.utf8))
  }

  /// Where each line starts, by the same breaks that libyaml counts, so that its marks find their line:
  /// LF, CR, CR LF, and the NEL, LS and PS of YAML 1.1.
  func lineStarts() -> [Int] {
    var starts = [hasByteOrderMark ? 3 : 0]
    bytes.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        switch bytes[index] {
        case 0x0A: starts.append(index + 1)
        case 0x0D where index + 1 >= bytes.count || bytes[index + 1] != 0x0A:
          starts.append(index + 1)
        case 0xC2 where index + 1 < bytes.count && bytes[index + 1] == 0x85:
          starts.append(index + 2)
        case 0xE2
        where index + 2 < bytes.count && bytes[index + 1] == 0x80
          && (bytes[index + 2] == 0xA8 || bytes[index + 2] == 0xA9):
          starts.append(index + 3)
        default: break
        }
        index += 1
      }
    }
    return starts
  }

  /// Whether a piece of this text must not be quoted.
  func isSecret(_ text: some Collection<UInt8>) -> Bool {
    guard holdsSecrets else { return false }
    let text = String(decoding: text, as: UTF8.self).asciiLowercased
    return text.contains("://") || text.contains("@") || text.contains("passw")
  }

  /// A text of the file as messages quote it.
  func shown(_ text: String) -> String {
    isSecret(text.utf8) ? "…" : YAMLTreeBuilder.shortened(text)
  }

  var hasByteOrderMark: Bool { bytes.starts(with: [0xEF, 0xBB, 0xBF]) }

  /// The mark of a byte offset: what precedes it on its line is counted in code points.
  func mark(atOffset offset: Int) -> YAMLMark {
    let starts = lineStarts()
    let offset = min(max(offset, starts[0]), bytes.count)
    let line = starts.partitioningIndex { $0 > offset }
    let before = bytes[starts[line - 1]..<offset]
    let column = before.reduce(1) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    return YAMLMark(line: line, column: column)
  }
}

extension [Int] {
  /// The first index whose element satisfies a condition that holds from some point on.
  fileprivate func partitioningIndex(where holds: (Int) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = low + (high - low) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
