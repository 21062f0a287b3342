internal import CSQLite3

/// A prepared statement and, after each `step`, its current row.
///
/// It may outlive its connection: the connection then stays open behind the scenes until it is gone.
package struct SQLiteStatement: ~Copyable {
  private let handle: OpaquePointer
  private let path: String?

  init(handle: OpaquePointer, path: String?) {
    self.handle = handle
    self.path = path
  }

  deinit { sqlite3_finalize(handle) }

  /// Moves to the next row; false when there is none.
  package func step() throws(SQLiteError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw failure()
    }
  }

  /// Makes the statement ready to run again with other values.
  package func reset() {
    sqlite3_reset(handle)
    sqlite3_clear_bindings(handle)
  }

  /// Sets the parameters from the first on.
  package func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
    for (offset, value) in values.enumerated() {
      let index = Int32(offset + 1)
      let result =
        switch value {
        case .null: sqlite3_bind_null(handle, index)
        case .integer(let number): sqlite3_bind_int64(handle, index, number)
        case .real(let number): sqlite3_bind_double(handle, index, number)
        case .text(let text): bindText(text, at: index)
        case .blob(let bytes):
          bytes.isEmpty
            ? sqlite3_bind_zeroblob(handle, index, 0)
            : sqlite3_bind_blob64(handle, index, bytes, UInt64(bytes.count), transient)
        }
      if result != SQLITE_OK { throw failure() }
    }
  }

  private func bindText(_ text: String, at index: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        guard let start = characters.baseAddress else {
          return sqlite3_bind_text(handle, index, "", 0, transient)
        }
        return sqlite3_bind_text64(
          handle, index, start, UInt64(characters.count), transient, UInt8(SQLITE_UTF8))
      }
    }
  }

  /// SQLITE_TRANSIENT, a cast that the C header writes as a macro: SQLite copies what is bound.
  private var transient: sqlite3_destructor_type? {
    unsafeBitCast(-1, to: sqlite3_destructor_type?.self)
  }

  package var columnCount: Int { Int(sqlite3_column_count(handle)) }

  package func columnName(_ column: Int) -> String {
    sqlite3_column_name(handle, Int32(column)).map { String(cString: $0) } ?? ""
  }

  /// The parameters that the statement expects.
  package var parameterCount: Int { Int(sqlite3_bind_parameter_count(handle)) }

  /// Whether the statement leaves the database file as it is.
  package var isReadOnly: Bool { sqlite3_stmt_readonly(handle) != 0 }

  package func isNull(_ column: Int) -> Bool {
    sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
  }

  /// The value converted to an integer by SQLite's rules; null is 0.
  package func int64(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }

  package func int(_ column: Int) -> Int { Int(truncatingIfNeeded: int64(column)) }

  package func bool(_ column: Int) -> Bool { int64(column) != 0 }

  package func double(_ column: Int) -> Double { sqlite3_column_double(handle, Int32(column)) }

  /// The value as text; null is the empty text. Bytes that are not UTF-8 are an error.
  package func text(_ column: Int) throws(SQLiteError) -> String {
    try optionalText(column) ?? ""
  }

  /// The value as text, nil for null. Bytes that are not UTF-8 are an error.
  package func optionalText(_ column: Int) throws(SQLiteError) -> String? {
    let index = Int32(column)
    // The manual: the text first, its length after, since a conversion changes the length.
    guard let start = sqlite3_column_text(handle, index) else { return nil }
    let count = Int(sqlite3_column_bytes(handle, index))
    let bytes = UnsafeBufferPointer(start: start, count: count)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SQLiteError(
        reason: .invalidText,
        message: "column \(columnName(column)) holds text that is not valid UTF-8: "
          + String(decoding: bytes.prefix(80), as: UTF8.self),
        path: path)
    }
    return text
  }

  package func blob(_ column: Int) -> [UInt8] {
    let index = Int32(column)
    guard let start = sqlite3_column_blob(handle, index) else { return [] }
    let count = Int(sqlite3_column_bytes(handle, index))
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  package func value(_ column: Int) throws(SQLiteError) -> SQLiteValue {
    switch sqlite3_column_type(handle, Int32(column)) {
    case SQLITE_INTEGER: .integer(int64(column))
    case SQLITE_FLOAT: .real(double(column))
    case SQLITE_TEXT: .text(try text(column))
    case SQLITE_BLOB: .blob(blob(column))
    default: .null
    }
  }

  private func failure() -> SQLiteError {
    let database = sqlite3_db_handle(handle)
    return SQLiteError(
      extendedCode: sqlite3_extended_errcode(database),
      message: String(cString: sqlite3_errmsg(database)), path: path,
      statement: sqlite3_sql(handle).map { String(cString: $0) })
  }
}
