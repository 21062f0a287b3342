import CLibPQ

/// One connection, closed when it goes out of scope.
///
/// Every statement goes through the extended protocol, one statement a call: a text that smuggles in
/// a second one is refused by the server. The calls block; a `PostgresCanceller` stops a running
/// statement from another thread.
package struct PostgresConnection: ~Copyable {
  let handle: OpaquePointer
  private let notices: NoticeLog
  /// Where it leads; another can be opened to the same place.
  let target: ConnectionString

  package init(_ target: ConnectionString) throws(PostgresError) {
    let handle = try ConnectionAttempt(target).connect()
    let notices = NoticeLog()
    self.handle = handle
    self.notices = notices
    self.target = target
    // The log outlives the handle: `deinit` closes the handle before its fields are released.
    PQsetNoticeReceiver(
      handle,
      { log, result in
        guard let log, let result else { return }
        Unmanaged<NoticeLog>.fromOpaque(log).takeUnretainedValue().receive(result)
      }, Unmanaged.passUnretained(notices).toOpaque())
    PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
  }

  deinit { PQfinish(handle) }

  // MARK: - Statements

  /// Runs one statement whose rows nobody wants.
  package borrowing func execute(_ sql: String) throws(PostgresError) {
    _ = try query(sql)
  }

  /// Runs one statement. Parameters and values are text; NULL is nil.
  package borrowing func query(
    _ sql: String, _ parameters: [String?] = []
  ) throws(PostgresError) -> PostgresRows {
    try send(.text(sql, parameters))
    return try answer()
  }

  /// Receives the answer to one statement.
  borrowing func answer() throws(PostgresError) -> PostgresRows {
    var rows: PostgresRows?
    var failure: PostgresError?
    while let result = PQgetResult(handle) {
      do throws(PostgresError) {
        rows = try take(result, statementIndex: 0)
      } catch {
        // The first error is the cause; what follows it is its consequence.
        if failure == nil { failure = error }
      }
    }
    if let failure { throw failure }
    guard let rows else { throw lost() }
    return rows
  }

  // MARK: - About the connection

  /// Of libpq: `15.10`.
  package static var libraryVersion: String {
    let number = Int(PQlibVersion())
    return "\(number / 10_000).\(number % 10_000)"
  }

  /// As libpq counts: 150018 is 15.18.
  package var serverVersionNumber: Int { Int(PQserverVersion(handle)) }
  package var serverMajorVersion: Int { serverVersionNumber / 10_000 }
  package var database: String { PQdb(handle).map { String(cString: $0) } ?? "" }
  package var user: String { PQuser(handle).map { String(cString: $0) } ?? "" }
  package var host: String { PQhost(handle).map { String(cString: $0) } ?? "" }
  package var port: String { PQport(handle).map { String(cString: $0) } ?? "" }
  package var processID: Int32 { PQbackendPID(handle) }

  /// A setting that the server reports by itself: `server_encoding`, `in_hot_standby` …
  package borrowing func reportedSetting(_ name: String) -> String? {
    PQparameterStatus(handle, name).map { String(cString: $0) }
  }

  package var isInTransaction: Bool {
    switch PQtransactionStatus(handle) {
    case PQTRANS_INTRANS, PQTRANS_INERROR: true
    default: false
    }
  }

  package var isInFailedTransaction: Bool { PQtransactionStatus(handle) == PQTRANS_INERROR }
  package var isOpen: Bool { PQstatus(handle) == CONNECTION_OK }

  /// What the server noted since the last call.
  package borrowing func takeNotices() -> [PostgresNotice] { notices.take() }

  /// For a signal handler's thread, which outlives no connection but may race with its end.
  package borrowing func canceller() -> PostgresCanceller? {
    PQgetCancel(handle).map { PostgresCanceller($0) }
  }

  // MARK: - libpq

  borrowing func send(_ step: PipelineStep) throws(PostgresError) {
    let parameters = step.parameters
    guard !parameters.contains(where: { $0?.utf8.contains(0) ?? false }) else { throw .nulByte }
    let sent: Int32
    switch step.command {
    case .text(let sql):
      guard !sql.utf8.contains(0) else { throw .nulByte }
      sent = withCStrings(parameters) {
        PQsendQueryParams(handle, sql, Int32(parameters.count), nil, $0, nil, nil, 0)
      }
    case .prepared(let name):
      sent = withCStrings(parameters) {
        PQsendQueryPrepared(handle, name, Int32(parameters.count), $0, nil, nil, 0)
      }
    }
    guard sent == 1 else { throw lost() }
  }

  /// Takes the result over and either returns its rows or throws what it says.
  borrowing func take(
    _ result: OpaquePointer, statementIndex: Int
  ) throws(PostgresError) -> PostgresRows {
    switch PQresultStatus(result) {
    case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY, PGRES_SINGLE_TUPLE:
      return try PostgresRows(owning: result)
    case PGRES_COPY_IN, PGRES_COPY_BOTH:
      PQclear(result)
      PQputCopyEnd(handle, "no data to copy")
      throw .copyNotSupported
    case PGRES_COPY_OUT:
      PQclear(result)
      var buffer: UnsafeMutablePointer<CChar>?
      while PQgetCopyData(handle, &buffer, 0) > 0 {
        PQfreemem(buffer)
        buffer = nil
      }
      throw .copyNotSupported
    default:
      defer { PQclear(result) }
      let error = ServerError(reading: result, statementIndex: statementIndex)
      // Without a code the words are libpq's: the connection broke.
      if error.sqlState.isEmpty { throw .connectionLost(target.masking(oneLine(error.message))) }
      throw .server(error)
    }
  }

  borrowing func lost() -> PostgresError {
    let words = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
    return .connectionLost(target.masking(oneLine(words)))
  }
}

/// Stops the statement that a connection is running. Safe to use from any thread.
package final class PostgresCanceller: @unchecked Sendable {
  // Unchecked: libpq documents PQcancel as safe from any thread; nothing else touches the handle.
  private let handle: OpaquePointer

  init(_ handle: OpaquePointer) { self.handle = handle }
  deinit { PQfreeCancel(handle) }

  package func cancel() {
    var words = [CChar](repeating: 0, count: 256)
    PQcancel(handle, &words, Int32(words.count))
  }
}
