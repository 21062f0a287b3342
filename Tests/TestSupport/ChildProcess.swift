import CLibPQ
package import Foundation
import Glibc

/// A program that a test runs.
///
/// It inherits three files and nothing else, so that no other test waits for a pipe that it keeps open; and it
/// ends: one that is overdue is killed, and whoever waits for it learns what it has said.
package final class ChildProcess {
  package struct Answer: Sendable {
    /// The exit status, or 128 and the signal's number, as a shell counts.
    package let code: Int32
    package let output: String
    package let errors: String

    package init(code: Int32, output: String, errors: String) {
      self.code = code
      self.output = output
      self.errors = errors
    }
  }

  package struct Problem: Error, CustomStringConvertible {
    package let description: String
  }

  /// Nothing that a test runs takes so many seconds, even on a busy machine.
  package static let patience = 240.0

  /// Beside the test program, where the package manager puts it.
  package static let kedge = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "kedge").path

  private let identifier: pid_t
  private let title: String
  /// Standard input, output and error: files, since a pipe fills up while nobody reads it.
  private let files: [String]
  private var ending: Int32?

  /// Starts it. `environment` comes on top of the tests' own, or alone.
  package init(
    _ program: String, _ arguments: [String], in folder: URL, input: String = "",
    environment: [String: String] = [:], inheritsEnvironment: Bool = true
  ) throws {
    title = ([program] + arguments).joined(separator: " ")
    let base = FileManager.default.temporaryDirectory.appending(
      path: "kedge-\(UUID().uuidString)"
    ).path
    files = ["in", "out", "err"].map { "\(base).\($0)" }
    for (file, text) in zip(files, [input, "", ""]) {
      try Data(text.utf8).write(to: URL(filePath: file))
    }
    var variables = inheritsEnvironment ? ProcessInfo.processInfo.environment : [:]
    variables["NO_COLOR"] = "1"
    variables.merge(environment) { $1 }
    do {
      identifier = try Self.spawn(
        [program] + arguments, variables.map { "\($0)=\($1)" }, in: folder.path, files)
    } catch {
      for file in files { unlink(file) }
      throw error
    }
  }

  /// Starts the built `kedge`.
  package convenience init(
    kedge arguments: [String], in folder: URL, environment: [String: String] = [:]
  ) throws {
    try self.init(Self.kedge, arguments, in: folder, environment: environment)
  }

  deinit {
    if isRunning {
      kill(identifier, SIGKILL)
      ending = Self.wait(identifier, 0)
    }
    for file in files { unlink(file) }
  }

  /// Runs it to its end.
  package static func run(
    _ program: String, _ arguments: [String], in folder: URL, input: String = "",
    environment: [String: String] = [:]
  ) throws -> Answer {
    try ChildProcess(program, arguments, in: folder, input: input, environment: environment).wait()
  }

  package var isRunning: Bool {
    if ending == nil { ending = Self.wait(identifier, WNOHANG) }
    return ending == nil
  }

  package var outputSoFar: String { text(1) }
  package var errorsSoFar: String { text(2) }

  package func signal(_ number: Int32) {
    // Once it is reaped, its id may be another's.
    if isRunning { kill(identifier, number) }
  }

  @discardableResult
  package func wait() throws -> Answer {
    let deadline = ContinuousClock.now + .seconds(Self.patience)
    var pause: UInt32 = 500
    while isRunning {
      guard ContinuousClock.now < deadline else {
        signal(SIGKILL)
        throw Problem(
          description:
            "still at work after \(Self.patience) s: \(title)\n\(outputSoFar)\n\(errorsSoFar)")
      }
      usleep(pause)
      pause = min(pause * 2, 8_000)
    }
    return Answer(code: ending ?? -1, output: outputSoFar, errors: errorsSoFar)
  }

  private func text(_ index: Int) -> String {
    (try? Data(contentsOf: URL(filePath: files[index]))).map { String(decoding: $0, as: UTF8.self) }
      ?? ""
  }

  /// As a shell counts; nil while it goes on.
  private static func wait(_ identifier: pid_t, _ options: Int32) -> Int32? {
    var status: Int32 = 0
    var found = waitpid(identifier, &status, options)
    while found < 0, errno == EINTR { found = waitpid(identifier, &status, options) }
    if found == 0 { return nil }
    guard found > 0 else { return -1 }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  private static func spawn(
    _ arguments: [String], _ environment: [String], in folder: String, _ files: [String]
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, file) in files.enumerated() {
      let mode = number == 0 ? O_RDONLY : O_WRONLY | O_APPEND
      posix_spawn_file_actions_addopen(&actions, Int32(number), file, mode, 0)
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    posix_spawn_file_actions_addchdir_np(&actions, folder)
    let vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    let variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { for text in vector + variables { free(text) } }
    var identifier = pid_t()
    let code = posix_spawn(&identifier, arguments[0], &actions, nil, vector, variables)
    guard code == 0 else {
      throw Problem(description: "cannot run \(arguments[0]): \(String(cString: strerror(code)))")
    }
    return identifier
  }
}
