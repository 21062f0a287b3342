/// Why no private server could be started.
package enum PrivateServerError: Error, Hashable, Sendable {
  /// No folder with `postgres` and `initdb`.
  case noBinaries
  /// A program of the operating system is missing.
  case programMissing(String)
  case folder(path: String, code: Int32)
  case initializationFailed(output: String)
  case startFailed(log: String)
  case stopped

  package var message: String {
    switch self {
    case .noBinaries: "no PostgreSQL server is installed on this machine"
    case .programMissing(let name): "the program \(name) is missing"
    case .folder(let path, let code): "cannot use the folder \(path): \(errorText(code))"
    case .initializationFailed(let output):
      "initdb failed: \(oneLine(output))"
    case .startFailed(let log): "the private server did not start: \(oneLine(log))"
    case .stopped: "the private server was stopped"
    }
  }

  package var nextStep: String? {
    switch self {
    case .noBinaries:
      "install PostgreSQL's server package (Debian: postgresql), name the folder of its programs in "
        + "KEDGE_POSTGRES_BIN, or give a server for scratch databases with --scratch URL"
    case .programMissing: "install util-linux, or give --scratch URL"
    case .folder: "set TMPDIR to a folder that can be written, or give --scratch URL"
    case .initializationFailed, .startFailed:
      "give a server for scratch databases with --scratch URL"
    case .stopped: nil
    }
  }
}

extension PrivateServerError: CustomStringConvertible {
  package var description: String { message }
}
