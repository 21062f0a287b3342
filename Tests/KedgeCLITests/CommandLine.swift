import Foundation
import TestSupport

/// Runs the built `kedge`, as a user would, in a folder of its own.
struct Terminal {
  struct Answer {
    let code: Int32
    let output: String
    let errors: String
  }

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

  func kedge(_ arguments: String..., environment: [String: String] = [:]) throws -> Answer {
    try kedge(arguments, environment: environment)
  }

  func kedge(_ arguments: [String], environment: [String: String] = [:]) throws -> Answer {
    try run(Terminal.binary.path, arguments, environment: environment)
  }

  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Answer {
    try run(Terminal.binary.path, arguments, environment: environment)
  }

  /// Runs a shell script of the folder, with `kedge` in its path and a cache of its own.
  func shell(_ script: String) throws -> Answer {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let folder = Terminal.binary.deletingLastPathComponent().path
    return try run(
      "/bin/sh", [script],
      environment: ["PATH": "\(folder):\(path)", "XDG_CACHE_HOME": self.path("cache")])
  }

  /// Makes or changes a database through the `sqlite3` program.
  @discardableResult
  func sqlite(_ database: String, _ script: String) throws -> Answer {
    try run("/usr/bin/env", ["sqlite3", "-bail", database], input: script)
  }

  @discardableResult
  func git(_ arguments: String...) throws -> Answer {
    let identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    return try run("/usr/bin/env", ["git"] + identity + arguments)
  }

  func run(
    _ program: String, _ arguments: [String], input: String = "",
    environment: [String: String] = [:]
  ) throws -> Answer {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var variables = ProcessInfo.processInfo.environment
    variables["NO_COLOR"] = "1"
    process.environment = variables.merging(environment) { _, new in new }
    // Files, not pipes: nothing to fill up while we wait.
    let files = try (0..<3).map { _ in try file() }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    try Data(input.utf8).write(to: files[0])
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    return Answer(
      code: process.terminationReason == .exit
        ? process.terminationStatus : 128 + process.terminationStatus,
      output: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
  }

  private func file() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appending(path: "kedge-\(UUID().uuidString)")
    try Data().write(to: url)
    return url
  }

  /// Beside the test program, where the package manager puts it.
  static var binary: URL {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "kedge")
  }
}
