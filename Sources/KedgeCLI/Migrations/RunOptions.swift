import ArgumentParser
import Migrations
import Planning

/// Options of the commands that change a database.
struct RunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Hazards to accept, by code, or 'all'.", valueName: "code,…"))
  var allow: [String] = []

  @Option(help: ArgumentHelp("How long to wait for another runner.", valueName: "seconds"))
  var wait = 60

  @Flag(name: .shortAndLong, help: "Do not ask before a protected environment is changed.")
  var yes = false

  @Option(
    help: ArgumentHelp(
      "What ${NAME} stands for in files that opt in; may be given several times.",
      valueName: "name=value"))
  var variable: [String] = []

  @Flag(help: "Take the live schema as it is, although it is not what was recorded.")
  var acceptDrift = false

  func validate() throws {
    for text in variable where !text.contains("=") {
      throw ValidationError("'\(text)': write --variable NAME=VALUE")
    }
    guard wait >= 0 else { throw ValidationError("--wait is a number of seconds") }
  }

  func runnerOptions(isProtected: Bool) -> RunnerOptions {
    var options = RunnerOptions()
    options.permissions = Allowance.permissions(allow)
    options.filesMayAllow = !isProtected
    options.acceptsDrift = acceptDrift
    for text in variable {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      options.variables[String(parts[0])] = String(parts[1])
    }
    return options
  }
}

/// A version as an argument.
struct VersionArgument: ExpressibleByArgument {
  let version: MigrationVersion

  init?(argument: String) {
    // A file's name begins with its version.
    guard let version = MigrationVersion(argument.prefix { $0.isNumber }) else { return nil }
    self.version = version
  }
}
