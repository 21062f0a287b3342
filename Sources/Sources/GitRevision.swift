import FoundationEssentials
import PostgresEngine

/// Files as they were at a revision, through the `git` command.
enum GitRevision {
  struct File {
    /// From the folder on that was asked for.
    let path: String
    let text: String
  }

  /// The text of one file.
  static func text(revision: String, path: String) throws(SourceProblem) -> String {
    try run(["show", "\(revision):./\(path)"], revision: revision, path: path).text
  }

  /// The files below a folder that are wanted by their paths within it; empty when the path is no folder.
  static func files(
    revision: String, folder: String, where isWanted: (String) -> Bool
  ) throws(SourceProblem) -> [File] {
    var folder = folder
    while folder.hasSuffix("/") { folder.removeLast() }
    if folder.hasPrefix("./") { folder.removeFirst(2) }
    // With a colon the paths are those within the folder.
    let listing = try run(
      ["ls-tree", "-r", "-l", "-z", "\(revision):./\(folder)"], revision: revision, path: folder)
    var found: [(path: String, size: Int)] = []
    for entry in listing.text.utf8.split(separator: 0) {
      // `100644 blob 3f2a… 1234<TAB>path`
      let halves = entry.split(separator: UInt8(ascii: "\t"), maxSplits: 1)
      let words = halves[0].split(separator: UInt8(ascii: " "))
      guard halves.count == 2, words.count == 4, words[0].starts(with: "100".utf8),
        let size = Int(String(decoding: words[3], as: UTF8.self))
      else { continue }
      let path = String(decoding: halves[1], as: UTF8.self)
      if isWanted(path) { found.append((path, size)) }
    }
    var files: [File] = []
    // As many as a command line surely holds.
    for start in stride(from: 0, to: found.count, by: 500) {
      let some = found[start..<min(start + 500, found.count)]
      files += try texts(of: some, revision: revision, folder: folder)
    }
    return files
  }

  /// Git writes them one after the other; their sizes tell where each ends.
  private static func texts(
    of files: ArraySlice<(path: String, size: Int)>, revision: String, folder: String
  ) throws(SourceProblem) -> [File] {
    let output = try run(
      ["show", "--no-textconv"] + files.map { "\(revision):./\(folder)/\($0.path)" },
      revision: revision, path: folder)
    var rest = Array(output.text.utf8)[...]
    guard files.reduce(0, { $0 + $1.size }) == rest.count else {
      throw SourceProblem(
        "git:\(revision):\(folder) holds text that is not UTF-8", nextStep: "convert its files")
    }
    return files.map { path, size in
      defer { rest = rest.dropFirst(size) }
      return File(path: path, text: String(decoding: rest.prefix(size), as: UTF8.self))
    }
  }

  private static func run(
    _ arguments: [String], revision: String, path: String
  ) throws(SourceProblem) -> Subprocess.Output {
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
      if output.status == 0 { return output }
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
