import Testing

import SQLText
@testable import SchemaYAML

@Suite struct YAMLProblemTests {
  private func rendered(_ text: String, line: Int, column: Int) -> [String] {
    let source = YAMLSource(file: "s.yaml", text: text)
    var problems = YAMLProblems()
    problems.add(source, YAMLMark(line: line, column: column), "wrong")
    return problems.finished([source]).rendered.split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
  }

  @Test func theCaretStandsUnderTheColumn() {
    #expect(
      rendered("a: 1\nkey:\t\u{4E16} x\n", line: 2, column: 8)
        == [
          "s.yaml:2:8: wrong",
          "  2 | key:    \u{4E16} x",
          "    |            ^",
        ])
    #expect(rendered("a", line: 1, column: 1)[2] == "    | ^")
    #expect(rendered("a\r\nb: c\r\n", line: 2, column: 4)[1...] == ["  2 | b: c", "    |    ^"])
  }

  @Test func placesOutsideTheFileHaveNoExcerpt() {
    #expect(rendered("a", line: 9, column: 1) == ["s.yaml:9:1: wrong"])
    #expect(rendered("", line: 1, column: 5).count == 3)
  }

  @Test func longLinesAreCut() {
    for column in [1, 70, 90, 500, 5_000, 9_990, 10_000] {
      let text = String(repeating: "é", count: column - 1) + "X"
      let line = text + String(repeating: "é", count: 10_000 - column)
      let lines = rendered(line, line: 1, column: column)
      #expect(lines[1].count <= YAMLExcerpt.width + 6)
      let caret = lines[2].count - 1
      #expect(Array(lines[1])[caret] == "X", "column \(column)")
    }
  }

  @Test func terminalControlsAreNotPrinted() {
    let lines = rendered("a\u{1B}[31m\u{202E}b", line: 1, column: 3)
    #expect(lines[1] == "  1 | a\u{FFFD}[31m\u{FFFD}b")
  }

  @Test func problemsAreSortedAndCapped() {
    let source = YAMLSource(file: "s.yaml", text: "a: 1\nb: 2\n")
    var problems = YAMLProblems()
    for index in 0..<500 {
      problems.add(source, YAMLMark(line: 500 - index, column: 1), "wrong")
    }
    let finished = problems.finished([source])
    #expect(finished.problems.count == YAMLProblems.limit)
    #expect(finished.omitted == 300)
    #expect(finished.problems.map(\.line) == finished.problems.map(\.line).sorted())
    #expect(finished.rendered.hasSuffix("… and 300 more problems"))
  }

  @Test func nearestNames() {
    let keys = ["columns", "primary_key", "uniques", "on", "using"]
    #expect(nearestName(to: "colums", among: keys) == "columns")
    #expect(nearestName(to: "primarykey", among: keys) == "primary_key")
    #expect(nearestName(to: "Unqiues", among: keys) == "uniques")
    #expect(nearestName(to: "zzz", among: keys) == nil)
    #expect(nearestName(to: "", among: keys) == nil)
  }
}
