internal import CSQLite3

/// What SQLite, or the way to it, answered instead of a result.
///
/// It carries data for whoever decides on exit codes; `description` puts it into one sentence.
package struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The classes of failure that a person answers differently.
  package enum Reason: Hashable, Sendable {
    case missingFile, isFolder, cannotOpen, notADatabase, corrupt
    /// Somebody else holds the lock: the same command may succeed a moment later.
    case locked
    case readOnly, constraint, denied, tooBig, interrupted
    /// Bytes where text was expected that are not UTF-8.
    case invalidText
    /// A statement that SQLite does not understand or that names something missing.
    case statement
    case other
  }

  package var reason: Reason
  /// SQLite's primary result code; 0 when the failure was found before SQLite was asked.
  package var code: Int32
  package var extendedCode: Int32
  /// SQLite's own words, or ours where SQLite said nothing useful.
  package var message: String
  /// The database file; nil in memory.
  package var path: String?
  /// The statement that failed.
  package var statement: String?
  /// Where in the executed script the failing statement starts, in bytes.
  package var offset: Int?
  /// The same as a line, from 1.
  package var line: Int?

  package init(
    reason: Reason, code: Int32 = 0, extendedCode: Int32 = 0, message: String, path: String? = nil,
    statement: String? = nil, offset: Int? = nil
  ) {
    self.reason = reason
    self.code = code
    self.extendedCode = extendedCode
    self.message = message
    self.path = path
    self.statement = statement
    self.offset = offset
  }

  /// An error made of what SQLite returned.
  init(
    extendedCode: Int32, message: String, path: String?, statement: String? = nil,
    offset: Int? = nil
  ) {
    let primary = extendedCode & 0xff
    self.init(
      reason: Self.reason(of: primary), code: primary, extendedCode: extendedCode,
      message: message, path: path, statement: statement, offset: offset)
  }

  private static func reason(of code: Int32) -> Reason {
    switch code {
    case SQLITE_NOTADB: .notADatabase
    case SQLITE_CORRUPT: .corrupt
    case SQLITE_BUSY, SQLITE_LOCKED: .locked
    case SQLITE_READONLY: .readOnly
    case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_IOERR, SQLITE_FULL: .cannotOpen
    case SQLITE_CONSTRAINT: .constraint
    case SQLITE_AUTH: .denied
    case SQLITE_TOOBIG, SQLITE_NOMEM: .tooBig
    case SQLITE_INTERRUPT: .interrupted
    case SQLITE_ERROR, SQLITE_SCHEMA, SQLITE_MISMATCH, SQLITE_MISUSE, SQLITE_RANGE: .statement
    default: .other
    }
  }

  /// Whether waiting and trying again is the answer.
  package var isTemporary: Bool { reason == .locked }

  /// What to do about it, as a sentence without its full stop; nil when the message says it all.
  package var nextStep: String? {
    switch reason {
    case .missingFile: "check the path, or create the database first"
    case .isFolder: "name the database file inside the folder"
    case .notADatabase:
      "check that the file is a SQLite database; an encrypted one must be decrypted first"
    case .corrupt:
      "check the file with `PRAGMA integrity_check`, or restore it from a copy"
    case .locked: "another process is using the database; try again when it has finished"
    case .readOnly: "check the permissions of the file and of its folder"
    case .cannotOpen:
      "check the permissions of the file and of its folder, and the space left on the disk"
    case .denied: "the statement reaches outside the scratch database; leave it out"
    case .invalidText: "the database holds text that is not UTF-8; repair it at its source"
    case .tooBig: "the statement needs more than a scratch database allows"
    case .interrupted: "the statement ran longer than a scratch database allows"
    case .constraint, .statement, .other: nil
    }
  }

  package var description: String {
    var text = ""
    if let path { text += "\(path): " }
    if let line { text += "line \(line): " }
    text += message
    if extendedCode != 0 { text += " (SQLite code \(extendedCode))" }
    if let statement { text += "\n  in: \(Self.firstLine(of: statement))" }
    if let nextStep { text += "\n  \(nextStep)" }
    return text
  }

  private static func firstLine(of statement: String) -> String {
    let line = statement.utf8.prefix { $0 != 0x0A }
    let shown = line.prefix(120)
    let text = String(decoding: shown, as: UTF8.self)
    return shown.count < statement.utf8.count ? text + " …" : text
  }
}
