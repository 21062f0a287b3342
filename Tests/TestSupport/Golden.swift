package import Foundation
package import Testing

/// Compares a text with the file that holds what is expected.
///
/// With `RECORD` in the environment the file is written instead, and the test fails, so that a run that
/// records is never taken for one that checks.
package func expectGolden(
  _ actual: String, _ file: URL, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let name = file.path.replacing(Repository.root.path + "/", with: "")
  if ProcessInfo.processInfo.environment["RECORD"] != nil {
    if (try? String(contentsOf: file, encoding: .utf8)) != actual {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(actual.utf8).write(to: file)
      Issue.record("recorded \(name); run again without RECORD", sourceLocation: sourceLocation)
    }
    return
  }
  guard let expected = try? String(contentsOf: file, encoding: .utf8) else {
    Issue.record(
      "\(name) is missing; record it with RECORD=1 and look at it", sourceLocation: sourceLocation)
    return
  }
  guard !actual.utf8.elementsEqual(expected.utf8) else { return }
  Issue.record(
    "\(name) differs at \(firstDifference(actual, expected))\n--- actual\n\(actual)",
    sourceLocation: sourceLocation)
}

private func firstDifference(_ actual: String, _ expected: String) -> String {
  let ours = actual.split(separator: "\n", omittingEmptySubsequences: false)
  let theirs = expected.split(separator: "\n", omittingEmptySubsequences: false)
  for (index, (one, other)) in zip(ours, theirs).enumerated() where one != other {
    return "line \(index + 1): expected '\(other)', got '\(one)'"
  }
  return "its end: expected \(theirs.count) lines, got \(ours.count)"
}
