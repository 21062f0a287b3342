internal import CSQLite3

/// An open database: one owner, closed exactly once.
package struct SQLiteConnection: ~Copyable {
  private let handle: OpaquePointer
  /// The file; nil in memory.
  package let path: String?
  /// The file was opened without locks and without its log, since its folder cannot be written:
  /// what another process changes meanwhile is not seen. The output says so.
  package let isImmutable: Bool
  /// SQLite has not taken the texts of the schema apart: its own `sqlite_` tables are all that it knows for sure.
  private var isUnparsed = false

  deinit {
    // _v2: a statement that is still alive keeps the handle, instead of dangling.
    sqlite3_close_v2(handle)
  }

  private init(handle: OpaquePointer, path: String?, isImmutable: Bool) {
    self.handle = handle
    self.path = path
    self.isImmutable = isImmutable
  }

  /// Opens a database. The file is really read, so that what is no database fails here.
  package static func open(
    _ location: SQLiteLocation, busyTimeoutMilliseconds: Int32 = 5000
  ) throws(SQLiteError) -> SQLiteConnection {
    let connection = try connect(location, busyTimeoutMilliseconds)
    try connection.readSchema()
    return connection
  }

  /// Opens a database file for a reader of `sqlite_schema` that takes its texts apart itself. SQLite would look up
  /// each name in hash tables that do not grow beyond 64 places, which for thousands of tables takes longer than
  /// all the rest.
  ///
  /// It is made to find the texts too long, and to pass over that as over whatever is wrong with a schema that is
  /// to be repaired. Short texts are read all the same, as they must be: the first says what `sqlite_schema` is.
  static func openUnparsed(path: String) throws(SQLiteError) -> SQLiteConnection {
    let location = SQLiteLocation.file(path: path, access: .readOnly)
    var connection = try connect(location, 5000)
    connection.isUnparsed = true
    let handle = connection.handle
    let length = sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, 100)
    _ = kedge_sqlite3_db_config_flag(handle, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1)
    do throws(SQLiteError) {
      try connection.readSchema()
    } catch {
      // It may be a SQLite that passes over nothing.
      if error.isTemporary { throw error }
      return try open(location)
    }
    _ = kedge_sqlite3_db_config_flag(handle, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0)
    sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, length)
    return connection
  }

  /// Has SQLite take apart what it was kept from before. Throws what it finds wrong.
  func parseSchema() throws(SQLiteError) {
    guard isUnparsed else { return }
    try execute("PRAGMA writable_schema = RESET")
    try readSchema()
  }

  /// The first query makes SQLite read the schema.
  private func readSchema() throws(SQLiteError) {
    try execute("SELECT count(*) FROM sqlite_master")
  }

  private static func connect(
    _ location: SQLiteLocation, _ busyTimeoutMilliseconds: Int32
  ) throws(SQLiteError) -> SQLiteConnection {
    let connection = try connect(location)
    sqlite3_busy_timeout(connection.handle, busyTimeoutMilliseconds)
    _ = kedge_sqlite3_db_config_flag(
      connection.handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0)
    return connection
  }

  private static func connect(_ location: SQLiteLocation) throws(SQLiteError) -> SQLiteConnection {
    switch location {
    case .memory:
      return try open(
        name: ":memory:", flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, path: nil,
        isImmutable: false)
    case .file(let path, let access):
      try checkFile(path, access)
      let isImmutable = access == .readOnly && SQLiteLocation.needsImmutable(path)
      let flags =
        switch access {
        case .readOnly: SQLITE_OPEN_READONLY
        case .readWrite: SQLITE_OPEN_READWRITE
        case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        }
      return try open(
        name: SQLiteLocation.uri(path: path, immutable: isImmutable),
        flags: flags | SQLITE_OPEN_URI, path: path, isImmutable: isImmutable)
    }
  }

  private static func checkFile(
    _ path: String, _ access: SQLiteLocation.Access
  ) throws(SQLiteError) {
    if path.utf8.contains(0) {
      throw SQLiteError(reason: .missingFile, message: "the path holds a NUL byte")
    }
    switch SQLiteLocation.state(of: path) {
    case .missing where access == .create: break
    case .missing: throw SQLiteError(reason: .missingFile, message: "no such file", path: path)
    case .folder: throw SQLiteError(reason: .isFolder, message: "is a folder", path: path)
    case .unreadable(let why): throw SQLiteError(reason: .cannotOpen, message: why, path: path)
    case .file: break
    }
  }

  private static func open(
    name: String, flags: Int32, path: String?, isImmutable: Bool
  ) throws(SQLiteError) -> SQLiteConnection {
    var handle: OpaquePointer?
    let result = sqlite3_open_v2(
      name, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard let handle else {
      throw SQLiteError(extendedCode: SQLITE_NOMEM, message: "out of memory", path: path)
    }
    guard result == SQLITE_OK else {
      let error = SQLiteError(
        extendedCode: result, message: String(cString: sqlite3_errmsg(handle)), path: path)
      // A failed open returns a handle all the same, which has to be closed.
      sqlite3_close_v2(handle)
      throw error
    }
    return SQLiteConnection(handle: handle, path: path, isImmutable: isImmutable)
  }

  /// Makes another database hold what this one holds.
  func copy(to other: borrowing SQLiteConnection) throws(SQLiteError) {
    guard let backup = sqlite3_backup_init(other.handle, "main", handle, "main") else {
      throw SQLiteError(
        extendedCode: sqlite3_extended_errcode(other.handle),
        message: String(cString: sqlite3_errmsg(other.handle)), path: nil)
    }
    let result = sqlite3_backup_step(backup, -1)
    sqlite3_backup_finish(backup)
    guard result == SQLITE_DONE else {
      throw SQLiteError(
        extendedCode: result, message: "the database cannot be copied", path: path)
    }
  }

  /// The first statement of a text, compiled; nil when the text holds none.
  package func prepare(_ sql: String) throws(SQLiteError) -> SQLiteStatement? {
    var end = 0
    return try prepare(Array(sql.utf8) + [0], from: 0, end: &end)
  }

  /// The bytes end with a NUL: of a text that does not SQLite makes a copy for each statement.
  private func prepare(
    _ bytes: [UInt8], from start: Int, end: inout Int
  ) throws(SQLiteError) -> SQLiteStatement? {
    var statement: OpaquePointer?
    let last = bytes.count - 1
    var consumed = last
    let result = bytes.withUnsafeBytes { buffer -> Int32 in
      guard let base = buffer.baseAddress else { return SQLITE_OK }
      let text = base.assumingMemoryBound(to: CChar.self)
      var tail: UnsafePointer<CChar>?
      let result = sqlite3_prepare_v2(handle, text + start, -1, &statement, &tail)
      if let tail { consumed = tail - text }
      return result
    }
    guard result == SQLITE_OK else {
      // SQLite stops reading where it finds the error, not where the statement ends.
      end = min(SQLiteTokenizer.endOfStatement(in: bytes, from: start), last)
      let message = String(cString: sqlite3_errmsg(handle))
      let code = sqlite3_extended_errcode(handle)
      throw SQLiteError(
        extendedCode: code, message: message, path: path,
        statement: String(decoding: Self.trimmed(bytes[start..<end]), as: UTF8.self), offset: start)
    }
    // SQLite stops at a NUL byte; what follows it would silently not run.
    end = consumed
    if end < last, bytes[end] == 0 {
      throw SQLiteError(
        reason: .statement, message: "the text holds a NUL byte", path: path, offset: end)
    }
    return statement.map { SQLiteStatement(handle: $0, path: path) }
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    bytes.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
  }

  /// Runs every statement of a text and drops the rows that they return.
  ///
  /// Stops at the first error, whose `offset` and `line` tell where that statement starts.
  package func execute(_ script: String) throws(SQLiteError) {
    try execute(
      script, skip: { _, position throws(SQLiteError) in position }, recover: { _ in .fail })
  }

  /// What to do about a statement that failed.
  enum Recovery { case fail, retry, skip }

  /// `skip` is asked before each statement and returns where the next one starts; `recover` is asked
  /// after an error.
  func execute(
    _ script: String, skip: ([UInt8], Int) throws(SQLiteError) -> Int,
    recover: (SQLiteError) -> Recovery
  ) throws(SQLiteError) {
    let bytes = Array(script.utf8) + [0]
    let last = bytes.count - 1
    var position = 0
    while position < last {
      var start = position
      var end = position
      do throws(SQLiteError) {
        start = try skip(bytes, position)
        if start >= last { break }
        let statement = try prepare(bytes, from: start, end: &end)
        position = end
        if let statement { while try statement.step() {} }
      } catch {
        switch recover(error) {
        case .fail: throw Self.placed(error, at: error.offset ?? start, in: bytes)
        case .retry: position = start
        case .skip: position = end
        }
      }
    }
  }

  private static func placed(_ error: SQLiteError, at offset: Int, in bytes: [UInt8]) -> SQLiteError
  {
    var error = error
    let blanks = bytes[offset...].prefix { $0 == 0x20 || (0x09...0x0D).contains($0) }
    error.offset = offset + blanks.count
    error.line = 1 + bytes.prefix(offset + blanks.count).count { $0 == 0x0A }
    return error
  }

  /// Runs one statement and decodes each row.
  package func query<Row>(
    _ sql: String, _ values: [SQLiteValue] = [],
    decode: (borrowing SQLiteStatement) throws(SQLiteError) -> Row
  ) throws(SQLiteError) -> [Row] {
    guard let statement = try prepare(sql) else { return [] }
    try statement.bind(values)
    var rows: [Row] = []
    while try statement.step() { rows.append(try decode(statement)) }
    return rows
  }

  /// The first column of the first row; nil when there is no row.
  package func firstValue(
    _ sql: String, _ values: [SQLiteValue] = []
  ) throws(SQLiteError) -> SQLiteValue? {
    guard let statement = try prepare(sql) else { return nil }
    try statement.bind(values)
    return try statement.step() ? try statement.value(0) : nil
  }

  /// Whether no transaction is open.
  package var isInAutocommit: Bool { sqlite3_get_autocommit(handle) != 0 }

  /// The rows that the last INSERT, UPDATE or DELETE changed.
  package var changes: Int64 { sqlite3_changes64(handle) }

  /// The version of the SQLite library in use, such as 3.40.1.
  package static var libraryVersion: String { String(cString: sqlite3_libversion()) }

  /// The same as a number, such as 3040001.
  package static var libraryVersionNumber: Int { Int(sqlite3_libversion_number()) }

  /// SQLite 3.38 to 3.40 take their own JSON functions for unsafe in a schema that is not trusted.
  func trustSchema() {
    _ = kedge_sqlite3_db_config_flag(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1)
  }

  /// Makes a function known by name, so that a text that calls one of the application's can be stored. It
  /// returns null.
  func defineFunction(named name: String) {
    sqlite3_create_function_v2(
      handle, name, -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nil,
      { context, _, _ in sqlite3_result_null(context) }, nil, nil, nil)
  }

  /// Shuts the doors that declared text could use: other files, extensions, unsafe functions, the
  /// schema table itself; and limits time and memory.
  package func confine() throws(SQLiteError) {
    SQLiteConfinement.apply(to: handle)
    // Pages of 4096 bytes: one gigabyte.
    try execute("PRAGMA max_page_count = 262144")
  }
}
