import Linting
import Migrations
import SchemaModel
import Testing
import TestSupport

/// Files and what lint says about them; peers' mistakes are among them.
struct FixtureTests {
  @Test func thereAreCases() { #expect(FixtureCase.all(in: "lint").count > 10) }

  @Test(arguments: FixtureCase.all(in: "lint"))
  func findsWhatItShould(_ fixture: FixtureCase) throws {
    var options = LintOptions()
    if fixture.has("version") {
      let text = try fixture.text("version").filter { $0 != "\n" }
      options.version = try #require(Int(text))
    }
    var linter = Linter(options: options)
    let prefix = "fixtures/lint/\(fixture.name)/"
    var text = ""
    for path in Repository.files(under: "fixtures/lint/\(fixture.name)", suffix: ".sql") {
      let name = String(path.dropFirst(prefix.count))
      let file = try LintFile(name: name, text: try fixture.text(name))
      text += "\(name) (\(file.engine.rawValue), \(file.layout.rawValue))\n"
      for finding in linter.lint(file) {
        text += "  \(finding.start.line):\(finding.start.column) \(finding.level.rawValue) "
        text += "\(finding.rule): \(finding.message)\n"
      }
    }
    try expectGolden(text, fixture.url("findings.txt"))
  }
}
