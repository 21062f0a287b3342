package import SchemaModel

/// An open database on which migrations run and their history is kept. It has one owner; its calls block.
package protocol Session: AnyObject {
  var engine: EngineName { get }
  /// As `Schema.serverVersion` counts: 150018, 3040001.
  var serverVersion: Int { get }
  /// The database in words, without a password.
  var label: String { get }
  var isOpen: Bool { get }
  var isInTransaction: Bool { get }

  /// Runs one statement whose rows nobody wants.
  func execute(_ statement: String) throws(SessionError)
  /// Runs one statement. Parameters are written `$1`, `$2` … in order; values are text, NULL is nil.
  func query(_ statement: String, _ parameters: [String?]) throws(SessionError) -> [[String?]]
  /// Reads the whole schema, outside of a transaction.
  func readSchema() throws(SessionError) -> Schema

  /// Opens what a section of this mode runs in: a transaction, or the settings that it needs without one.
  func begin(_ mode: Section.Mode) throws(SessionError)
  /// Ends it. A failure may leave it open whether the transaction took effect: `commitState` tells.
  func commit(_ mode: Section.Mode) throws(SessionError)
  /// Takes back what was not committed, and never fails: a connection that is gone has nothing to take back.
  func rollback(_ mode: Section.Mode)
  /// A name for the open transaction that another connection can ask about later; nil where a lost
  /// connection is not possible.
  func transactionName() throws(SessionError) -> String?
  /// Asks, on another connection, what became of a transaction.
  func commitState(of transaction: String) throws(SessionError) -> CommitState

  /// Puts back what statements of a migration may have changed and what the history must not be read or written
  /// under: the search path, the role. To be called in the open transaction, before the record; throws when
  /// the statements have left the role that they were given.
  func secure() throws(SessionError)
  /// Opens a transaction for the history alone.
  func beginRecord() throws(SessionError)
  /// Ends it; what the section under way has set stays.
  func commitRecord() throws(SessionError)
  /// Gives the next section of the open transaction the settings that it would find in one of its own.
  func beginInside() throws(SessionError)
  /// Opens the connection anew, to the same database.
  func reopen() throws(SessionError)

  /// What runs this session's statements on the server, so that another can ask about it later; nil where
  /// that ends with this process.
  func serverProcess() throws(SessionError) -> String?
  /// Whether it still is there.
  func isRunning(_ process: String) throws(SessionError) -> Bool
  /// Ends it.
  func end(_ process: String) throws(SessionError)

  /// Why the tables of the history, where they are, cannot be trusted: others could make what runs here do
  /// something else.
  func objectionsToHistory() throws(SessionError) -> [String]

  /// Whether `runAtOnce` may have these statements.
  func canRunAtOnce(_ statements: [String]) -> Bool
  /// Opens a transaction and leaves it open, runs in it the statements of a section and then, secured, `record`,
  /// whose rows it returns: all in one journey. `done` hears of each statement that ran, by its index.
  func runAtOnce(
    _ statements: [String], record: SessionQuery, done: (Int) -> Void
  ) throws(SessionError) -> [[String?]]

  /// Whether a statement that runs outside of a transaction took effect.
  func probe(_ statement: String) throws(SessionError) -> StatementState
}

extension Session {
  package func secure() throws(SessionError) {}
  package func beginRecord() throws(SessionError) { try begin(.transaction) }
  package func commitRecord() throws(SessionError) { try commit(.transaction) }
  package func beginInside() throws(SessionError) {}
  package func reopen() throws(SessionError) {}
  package func serverProcess() throws(SessionError) -> String? { nil }
  package func isRunning(_ process: String) throws(SessionError) -> Bool { false }
  package func end(_ process: String) throws(SessionError) {}

  package func query(_ statement: String) throws(SessionError) -> [[String?]] {
    try query(statement, [])
  }

  package func canRunAtOnce(_ statements: [String]) -> Bool { false }
  package func runAtOnce(
    _ statements: [String], record: SessionQuery, done: (Int) -> Void
  ) throws(SessionError) -> [[String?]] {
    try begin(.transaction)
    for (index, statement) in statements.enumerated() {
      try execute(statement)
      done(index)
    }
    try secure()
    return try query(record.text, record.parameters)
  }
}

/// A statement with its parameters, as `Session.query` takes them.
package struct SessionQuery: Hashable, Sendable {
  package let text: String
  package let parameters: [String?]

  package init(_ text: String, _ parameters: [String?]) {
    self.text = text
    self.parameters = parameters
  }
}

/// What became of a transaction whose COMMIT was not answered.
package enum CommitState: Hashable, Sendable {
  case committed, aborted
  /// The server still works on it.
  case inProgress
  /// Too long ago, or another server.
  case unknown
}

/// What a look at the catalog says about a statement that was begun outside of a transaction.
package enum StatementState: Hashable, Sendable {
  case done
  case notDone
  /// It stopped half-way; these statements clear the way for running it again.
  case halfDone(cleanUp: [String])
  /// It stopped half-way; these statements finish it.
  case unfinished(finish: [String])
  /// Running it once more is harmless.
  case repeatable
  case unknown
}

/// What a database answered instead of a result.
package struct SessionError: Error, Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    /// Somebody else holds a lock for longer than we wait.
    case locked
    case deadlock
    case serialization
    /// The same catalog row was changed by two sessions at once.
    case concurrentUpdate
    case connectionLost
    case readOnly
    /// Rows are in the way.
    case data
    case permission
    case other

    /// Whether the same transaction may succeed a moment later.
    package var isTemporary: Bool {
      switch self {
      case .locked, .deadlock, .serialization, .concurrentUpdate: true
      case .connectionLost, .readOnly, .data, .permission, .other: false
      }
    }
  }

  package var kind: Kind
  /// SQLSTATE, or SQLite's extended result code.
  package var code: String?
  package var message: String
  package var detail: String?
  package var nextStep: String?
  /// In characters of the statement, from one.
  package var position: Int?

  package init(
    _ kind: Kind, _ message: String, code: String? = nil, detail: String? = nil,
    nextStep: String? = nil, position: Int? = nil
  ) {
    self.kind = kind
    self.code = code
    self.message = message
    self.detail = detail
    self.nextStep = nextStep
    self.position = position
  }

  /// The message with its code.
  package var sentence: String {
    let code = code.map { " (\($0))" } ?? ""
    return message + code + (detail.map { "\n  \($0)" } ?? "")
  }
}

/// What keeps runners apart. Taking it never waits: a caller that wants to wait asks again.
package protocol DatabaseLock: AnyObject {
  func tryAcquire() throws(SessionError) -> Bool
  /// Whether it is still ours: a connection can die alone.
  func isHeld() -> Bool
  /// Who has it, in words; nil where nobody is found.
  func holder() throws(SessionError) -> String?
  func release()
  /// Takes it from whoever has it; what was done, in words.
  func breakOpen() throws(SessionError) -> String
}
