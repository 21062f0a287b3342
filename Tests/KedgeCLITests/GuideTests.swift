import Foundation
import TestSupport
import Testing

/// The operator's guide: its files are written, its commands are run.
@Suite struct GuideTests {
  private enum Step {
    case file(path: String, text: String)
    case command(arguments: [String], code: Int32)
  }

  @Test func everyCommandDoesWhatTheGuideSays() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    for folder in ["migrations", "flyway"] { try terminal.folder(folder) }
    var commands = 0
    for step in try Self.steps() {
      switch step {
      case .file(let path, let text): try terminal.write(path, text)
      case .command(let arguments, let code):
        commands += 1
        let answer = try terminal.kedge(arguments)
        #expect(
          answer.code == code,
          "kedge \(arguments.joined(separator: " ")): \(answer.output)\(answer.errors)")
      }
    }
    #expect(commands > 20)
  }

  /// "`path`:" before a fence names a file; an indented line that begins with `$ kedge` is a command, `# exit N`
  /// behind it its code.
  private static func steps() throws -> [Step] {
    var steps: [Step] = []
    var path: String?
    var block: [Substring]?
    let text = try Repository.text("docs/migrations.md")
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let name = path, let lines = block {
          steps.append(.file(path: name, text: lines.joined(separator: "\n") + "\n"))
          path = nil
        }
        block = block == nil ? [] : nil
      } else if block != nil {
        block?.append(line)
      } else if line.hasPrefix("`"), line.hasSuffix("`:") {
        path = String(line.dropFirst().dropLast(2))
      } else if let command = command(line) {
        steps.append(command)
      }
    }
    return steps
  }

  private static func command(_ line: Substring) -> Step? {
    let text = line.drop { $0 == " " }
    guard text.startIndex > line.startIndex, text.hasPrefix("$ kedge ") else { return nil }
    let parts = text.dropFirst("$ kedge ".count).split(separator: "#", maxSplits: 1)
    let code = parts.count > 1 ? Int32(parts[1].split(separator: " ").last ?? "") : 0
    return .command(
      arguments: parts[0].split(separator: " ").map(String.init), code: code ?? -1)
  }
}
