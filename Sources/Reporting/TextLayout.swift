/// ANSI colours, when there is a terminal that wants them.
struct Paint {
  let isOn: Bool

  func red(_ text: String) -> String { wrap(text, "31") }
  func green(_ text: String) -> String { wrap(text, "32") }
  func yellow(_ text: String) -> String { wrap(text, "33") }
  func bold(_ text: String) -> String { wrap(text, "1") }

  private func wrap(_ text: String, _ code: String) -> String {
    isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

/// Breaks lines at spaces.
package enum Wrapping {
  /// Leading spaces are kept; a word longer than the line stays whole.
  package static func wrap(_ text: String, width: Int, continuation: String) -> [String] {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    var lines: [String] = []
    var line = ""
    var length = 0
    var hasWord = false
    for (index, word) in words.enumerated() {
      let size = visibleLength(word)
      if hasWord, length + 1 + size > width {
        lines.append(line)
        line = continuation + word
        length = continuation.utf8.count + size
        continue
      }
      line += index == 0 ? String(word) : " " + word
      length += size + (index == 0 ? 0 : 1)
      hasWord = hasWord || !word.isEmpty
    }
    return lines + [line]
  }

  /// Characters that take room: colour codes do not.
  private static func visibleLength(_ text: Substring) -> Int {
    var count = 0
    var isEscape = false
    for scalar in text.unicodeScalars {
      if scalar == "\u{1B}" { isEscape = true }
      if !isEscape { count += 1 }
      if isEscape, scalar == "m" { isEscape = false }
    }
    return count
  }
}

/// What two texts share, line by line.
enum LineDifference {
  enum Line: Hashable { case shared(String), removed(String), added(String) }

  /// Above this many lines a side the middle is not aligned: the table would not fit.
  private static let largest = 2_000

  static func lines(from: String, to: String) -> [Line] {
    let old = from.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let new = to.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard old.count <= largest, new.count <= largest else {
      return [.removed("\(old.count) lines"), .added("\(new.count) lines")]
    }
    var result: [Line] = []
    let difference = new.difference(from: old)
    var removed: Set<Int> = []
    var added: Set<Int> = []
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): added.insert(offset)
      }
    }
    var left = 0
    var right = 0
    while left < old.count || right < new.count {
      if left < old.count, removed.contains(left) {
        result.append(.removed(old[left]))
        left += 1
      } else if right < new.count, added.contains(right) {
        result.append(.added(new[right]))
        right += 1
      } else {
        if left < old.count { result.append(.shared(old[left])) }
        left += 1
        right += 1
      }
    }
    return result
  }
}
