/// Lines and columns of a file.
package struct SourceMap: Sendable {
  /// Both from one; the column counts code points.
  package struct Place: Hashable, Sendable {
    package let line: Int
    package let column: Int
  }

  private let bytes: [UInt8]
  private let starts: [Int]

  package init(_ text: String) {
    let bytes = Array(text.utf8)
    self.bytes = bytes
    starts = [0] + bytes.indices.filter { bytes[$0] == 0x0A }.map { $0 + 1 }
  }

  package var count: Int { bytes.count }

  package func place(of offset: Int) -> Place {
    let offset = min(max(0, offset), bytes.count)
    var (low, high) = (0, starts.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if starts[middle] <= offset { low = middle } else { high = middle - 1 }
    }
    let points = bytes[starts[low]..<offset].count { $0 & 0xC0 != 0x80 }
    return Place(line: low + 1, column: points + 1)
  }

  /// Where the line of the offset begins.
  package func lineStart(of offset: Int) -> Int { starts[place(of: offset).line - 1] }

  /// The text of a line, from one, without its end.
  package func line(_ number: Int) -> String {
    guard number >= 1, number <= starts.count else { return "" }
    let start = starts[number - 1]
    var end = number < starts.count ? starts[number] - 1 : bytes.count
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  package func text(_ range: Range<Int>) -> String {
    let range = range.clamped(to: 0..<bytes.count)
    return String(decoding: bytes[range], as: UTF8.self)
  }
}
