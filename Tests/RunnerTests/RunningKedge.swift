import Foundation

/// A process of the built `kedge`.
final class RunningKedge {
  private let process: Process
  private let files: [URL]

  convenience init(
    _ arguments: [String], in folder: URL, environment: [String: String] = [:]
  ) throws {
    try self.init(
      Self.binary.path, arguments, in: folder, input: "", environment: environment)
  }

  convenience init(program: String, _ arguments: [String], in folder: URL) throws {
    try self.init(program, arguments, in: folder, input: "", environment: [:])
  }

  private init(
    _ program: String, _ arguments: [String], in folder: URL, input: String,
    environment: [String: String]
  ) throws {
    process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var variables = ProcessInfo.processInfo.environment
    variables["NO_COLOR"] = "1"
    process.environment = variables.merging(environment) { $1 }
    // Files, not pipes: nothing to fill up while we wait.
    files = (0..<3).map { _ in
      FileManager.default.temporaryDirectory.appending(path: "kedge-\(UUID().uuidString)")
    }
    for file in files { try Data().write(to: file) }
    try Data(input.utf8).write(to: files[0])
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    for file in files { try? FileManager.default.removeItem(at: file) }
  }

  static func run(
    _ program: String, _ arguments: [String], in folder: URL, input: String = ""
  ) throws -> Place.Answer {
    try RunningKedge(program, arguments, in: folder, input: input, environment: [:]).wait()
  }

  var isRunning: Bool { process.isRunning }
  var errorsSoFar: String { soFar(2) }
  var outputSoFar: String { soFar(1) }

  private func soFar(_ index: Int) -> String {
    (try? Data(contentsOf: files[index])).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  @discardableResult
  func wait() throws -> Place.Answer {
    process.waitUntilExit()
    return Place.Answer(
      code: process.terminationReason == .exit
        ? process.terminationStatus : 128 + process.terminationStatus,
      output: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
  }

  /// Beside the test program, where the package manager puts it.
  static var binary: URL {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "kedge")
  }
}
