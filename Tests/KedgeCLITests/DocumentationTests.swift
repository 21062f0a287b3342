import Foundation
import TestSupport
import Testing

/// What the documents tell people to type works: the `sh` blocks of a page run one after the other, in an empty
/// folder, with the `kedge` that was built.
@Suite struct DocumentationTests {
  @Test(arguments: ["docs/tutorial.md"])
  func commandsRun(_ page: String) throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    let blocks = try Repository.text(page).components(separatedBy: "```sh\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }
    #expect(!blocks.isEmpty)
    try terminal.write("run.sh", "set -e\n" + blocks.joined(separator: "\n"))
    let answer = try terminal.shell("run.sh")
    #expect(answer.code == 0, "\(answer.output)\n\(answer.errors)")
  }
}
