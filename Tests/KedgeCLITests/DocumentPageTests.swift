import Foundation
import TestSupport
import Testing

/// Runs what the documents show: blocks of `sh run`, those of a page one after the other in one folder. A
/// line that ends with `# exit N` must end with that code, every other one with 0.
@Suite struct DocumentPageTests {
  private static let pages = Repository.files(under: "docs", suffix: ".md").filter {
    (try? !blocks(of: $0).isEmpty) ?? true
  }

  private static func blocks(of page: String) throws -> [String] {
    try Repository.text(page).matches(of: /\n```sh run\n(?s:(.*?))\n```/).map { String($0.1) }
  }

  @Test func thereAreSome() { #expect(Self.pages.count >= 3) }

  @Test(arguments: pages)
  func theCommandsOfAPageDoWhatItSays(_ page: String) throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    for block in try Self.blocks(of: page) {
      let script = block.split(separator: "\n").map { line -> String in
        guard let match = line.firstMatch(of: /^(.*?)\s+# exit (\d)$/) else { return String(line) }
        return "code=0; \(match.1) || code=$?; test $code = \(match.2)"
      }
      try terminal.write("run.sh", "set -e\n" + script.joined(separator: "\n"))
      let answer = try terminal.shell("run.sh")
      #expect(answer.code == 0, "\(page):\n\(block)\n\(answer.output)\(answer.errors)")
    }
  }

  /// What the tables of the page say of the formats is what the commands know.
  @Test func everyFormatIsDocumented() throws {
    let page = try Repository.text("docs/reports.md")
    let terminal = try Terminal()
    defer { terminal.close() }
    for command in ["check", "diff", "inspect"] {
      let help = try terminal.kedge(command, "--help").output
      let values = try #require(help.firstMatch(of: /--format <format>[^(]*\(values:\s*([^)]*)\)/))
      for value in values.1.split(whereSeparator: { ",; \n".contains($0) })
      where value != "default:" {
        if command == "inspect", ["yaml", "json", "sql"].contains(value) { continue }
        #expect(page.contains("`\(value)`"), "\(command) \(value)")
      }
    }
  }
}
