import Foundation
import TestSupport

/// Runs the built `kedge`, as a user would, in a folder of its own.
struct Terminal {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(
      path: "kedge-cli-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Removes the folder.
  func close() { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  func folder(_ name: String) throws {
    try FileManager.default.createDirectory(
      at: folder.appending(path: name), withIntermediateDirectories: true)
  }

  func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  func kedge(_ arguments: String..., environment: [String: String] = [:]) throws
    -> ChildProcess.Answer
  {
    try kedge(arguments, environment: environment)
  }

  /// With a cache of its own: what an earlier build has read is no proof.
  func kedge(_ arguments: [String], environment: [String: String] = [:]) throws
    -> ChildProcess.Answer
  {
    try run(
      ChildProcess.kedge, arguments,
      environment: ["XDG_CACHE_HOME": path("cache")].merging(environment) { $1 })
  }

  /// Runs a shell script of the folder, with `kedge` in its path and a cache of its own.
  func shell(_ script: String) throws -> ChildProcess.Answer {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let folder = URL(filePath: ChildProcess.kedge).deletingLastPathComponent().path
    return try run(
      "/bin/sh", [script],
      environment: ["PATH": "\(folder):\(path)", "XDG_CACHE_HOME": self.path("cache")])
  }

  /// Makes or changes a database through the `sqlite3` program.
  @discardableResult
  func sqlite(_ database: String, _ script: String) throws -> ChildProcess.Answer {
    try run("/usr/bin/env", ["sqlite3", "-bail", database], input: script)
  }

  @discardableResult
  func git(_ arguments: String...) throws -> ChildProcess.Answer {
    let identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    return try run("/usr/bin/env", ["git"] + identity + arguments)
  }

  func run(
    _ program: String, _ arguments: [String], input: String = "",
    environment: [String: String] = [:]
  ) throws -> ChildProcess.Answer {
    try ChildProcess.run(program, arguments, in: folder, input: input, environment: environment)
  }
}
