import CLibPQ

/// The rows of one statement, as libpq keeps them: values are copied out only when asked for.
///
/// Every value was checked to be UTF-8 on the way in, so the accessors neither fail nor repair.
package final class PostgresRows: @unchecked Sendable {
  // Unchecked: a PGresult is never written to after it was received, and only `deinit` frees it.
  private let result: OpaquePointer
  package let count: Int
  package let columnCount: Int
  /// What the server says it did: `CREATE TABLE`, `UPDATE 3`.
  package var commandTag: String { PQcmdStatus(result).map { String(cString: $0) } ?? "" }

  /// Takes the result over, whether it throws or not.
  init(owning result: OpaquePointer) throws(PostgresError) {
    self.result = result
    count = Int(PQntuples(result))
    columnCount = Int(PQnfields(result))
    try checkText()
  }

  deinit { PQclear(result) }

  package func columnName(_ column: Int) -> String {
    PQfname(result, Int32(column)).map { String(cString: $0) } ?? ""
  }

  package func columnIndex(named name: String) -> Int? {
    (0..<columnCount).first { columnName($0) == name }
  }

  package func isNull(_ row: Int, _ column: Int) -> Bool {
    guard contains(row, column) else { return true }
    return PQgetisnull(result, Int32(row), Int32(column)) != 0
  }

  /// The value's bytes, valid while the rows are.
  func bytes(_ row: Int, _ column: Int) -> UnsafeBufferPointer<UInt8> {
    guard contains(row, column), let start = PQgetvalue(result, Int32(row), Int32(column)) else {
      return UnsafeBufferPointer(start: nil, count: 0)
    }
    let length = Int(PQgetlength(result, Int32(row), Int32(column)))
    return UnsafeBufferPointer(
      start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self), count: length)
  }

  private func contains(_ row: Int, _ column: Int) -> Bool {
    row >= 0 && row < count && column >= 0 && column < columnCount
  }

  private func checkText() throws(PostgresError) {
    for row in 0..<count {
      for column in 0..<columnCount {
        let value = bytes(row, column)
        if !isASCII(value), String(validating: value, as: UTF8.self) == nil {
          throw .invalidText(column: columnName(column), row: row)
        }
      }
    }
  }
}

extension PostgresRows: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { count }
  package subscript(row: Int) -> PostgresRow { PostgresRow(rows: self, index: row) }
}

/// One row. A missing column or a NULL reads as the empty value of the type that was asked for, so
/// that no server's answer can end in a trap; the optional accessors tell a NULL from a value.
package struct PostgresRow: Sendable {
  package let rows: PostgresRows
  package let index: Int

  package func isNull(_ column: Int) -> Bool { rows.isNull(index, column) }

  package func text(_ column: Int) -> String {
    String(decoding: rows.bytes(index, column), as: UTF8.self)
  }

  package func optionalText(_ column: Int) -> String? {
    isNull(column) ? nil : text(column)
  }

  package func integer(_ column: Int) -> Int { optionalInteger(column) ?? 0 }

  package func optionalInteger(_ column: Int) -> Int? { decimal(rows.bytes(index, column)) }

  package func bool(_ column: Int) -> Bool { rows.bytes(index, column).first == UInt8(ascii: "t") }

  package func optionalBool(_ column: Int) -> Bool? { isNull(column) ? nil : bool(column) }

  /// OIDs go up to 2³² − 1.
  package func oid(_ column: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: decimal(rows.bytes(index, column)) ?? 0)
  }

  /// PostgreSQL's one-letter `"char"` codes; zero for an empty one.
  package func code(_ column: Int) -> UInt8 { rows.bytes(index, column).first ?? 0 }

  /// A one-dimensional array in PostgreSQL's text form. Empty for NULL.
  package func array(_ column: Int) -> [String?] {
    PostgresArray.elements(of: rows.bytes(index, column))
  }

  /// The same, for arrays that hold no NULL.
  package func texts(_ column: Int) -> [String] { array(column).compactMap(\.self) }

  /// `smallint[]`, `oid[]`, and the space-separated `int2vector` and `oidvector`.
  package func integers(_ column: Int) -> [Int] {
    let value = rows.bytes(index, column)
    if value.first == UInt8(ascii: "{") { return array(column).map { $0.flatMap { Int($0) } ?? 0 } }
    return value.split(separator: 0x20).map { decimal($0) ?? 0 }
  }
}

private func decimal(_ bytes: some Collection<UInt8>) -> Int? {
  var digits = bytes[...]
  let negative = digits.first == UInt8(ascii: "-")
  if negative { digits = digits.dropFirst() }
  guard !digits.isEmpty else { return nil }
  var value = 0
  for byte in digits {
    guard (0x30...0x39).contains(byte) else { return nil }
    let (product, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, carry) = product.addingReportingOverflow(Int(byte &- 0x30))
    guard !overflow, !carry else { return nil }
    value = sum
  }
  return negative ? -value : value
}

private func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  let raw = UnsafeRawBufferPointer(bytes)
  var offset = 0
  while offset + 8 <= raw.count {
    if raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 {
      return false
    }
    offset += 8
  }
  while offset < raw.count {
    if raw[offset] & 0x80 != 0 { return false }
    offset += 1
  }
  return true
}
