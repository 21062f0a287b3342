import FoundationEssentials
import PostgresEngine

/// Files as they were at a revision, through the `git` command.
enum GitRevision {
  /// The text of one file.
  static func text(revision: String, path: String) throws(SourceProblem) -> String {
    try run(["show", "\(revision):./\(path)"], revision: revision, path: path)
  }

  /// The YAML files of a folder; empty when the path is no folder.
  static func files(revision: String, folder: String) throws(SourceProblem) -> [String] {
    let listing = try run(
      ["ls-tree", "--name-only", "-z", revision, "./\(folder)/"], revision: revision, path: folder)
    return listing.utf8.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      .filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
  }

  private static func run(
    _ arguments: [String], revision: String, path: String
  ) throws(SourceProblem) -> String {
    // A revision that starts with a dash would be read as an option.
    guard !revision.hasPrefix("-") else {
      throw SourceProblem("'\(revision)' is not a revision")
    }
    guard let git = Subprocess.systemProgram("git") else {
      throw SourceProblem(
        "git is not installed", nextStep: "install it, or give the file itself: \(path)")
    }
    let command = [git] + arguments
    // Git looks for its own settings (safe.directory, credentials) under HOME.
    let home = ProcessInfo.processInfo.environment["HOME"].map { ["HOME=" + $0] } ?? []
    let environment = Subprocess.plainEnvironment + home
    do {
      let output = try Subprocess.run(
        command, environment: environment, keepsErrors: false, limit: FileSystem.largestText)
      if output.status == 0 { return output.text }
      // A second time for its words.
      let words = try Subprocess.run(command, environment: environment).text
      let isUnknown = words.contains("invalid object name") || words.contains("Not a valid object")
      throw SourceProblem(
        "git:\(revision):\(path): \(words.split(separator: "\n").first ?? "git failed")",
        nextStep: isUnknown
          ? "\(revision) is no commit, branch or tag here; look at what there is with: git log --all --oneline"
          : "look at what there is with: git ls-tree -r --name-only \(revision)")
    } catch let problem as SourceProblem {
      throw problem
    } catch {
      throw SourceProblem("git cannot be run: \(error)")
    }
  }
}
