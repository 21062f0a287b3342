/// Carries out the edits of findings.
package enum Fixing {
  /// The new text, and how many findings it takes care of. Edits that overlap others wait for the next run.
  package static func apply(
    _ findings: [LintFinding], to text: String
  ) -> (text: String, fixed: Int) {
    var chosen: [Edit] = []
    var fixed = 0
    for finding in findings where !finding.edits.isEmpty {
      let clashes = finding.edits.contains { edit in
        chosen.contains { other in
          edit == other
            || (edit.range.lowerBound < other.range.upperBound
              && other.range.lowerBound < edit.range.upperBound)
            || (edit.range.isEmpty && other.range.isEmpty
              && edit.range.lowerBound == other.range.lowerBound)
        }
      }
      if clashes { continue }
      chosen += finding.edits
      fixed += 1
    }
    var bytes = Array(text.utf8)
    for edit in chosen.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
      let range = edit.range.clamped(to: 0..<bytes.count)
      bytes.replaceSubrange(range, with: edit.text.utf8)
    }
    return (String(decoding: bytes, as: UTF8.self), fixed)
  }
}
