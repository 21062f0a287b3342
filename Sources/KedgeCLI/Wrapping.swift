/// Sentences that fit a terminal.
enum Wrapping {
  /// Breaks between words; a word that is too long stands alone.
  static func lines(_ text: String, indent: Int, width: Int = 80) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = margin
    for word in text.split(separator: " ") {
      if line.count > indent, line.count + 1 + word.count > width {
        lines.append(line)
        line = margin
      }
      line += line.count > indent ? " \(word)" : String(word)
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
