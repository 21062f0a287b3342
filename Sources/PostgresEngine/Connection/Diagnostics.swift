import CLibPQ
import Synchronization

/// The field codes of `postgres_ext.h`, whose character macros do not reach Swift.
enum DiagnosticField: Unicode.Scalar {
  case severity = "V"
  case sqlState = "C"
  case message = "M"
  case detail = "D"
  case hint = "H"
  case position = "P"
  case context = "W"
  case schema = "s"
  case table = "t"
  case column = "c"
  case constraint = "n"

  func text(in result: OpaquePointer) -> String? {
    PQresultErrorField(result, Int32(rawValue.value)).map { String(cString: $0) }
  }
}

extension ServerError {
  init(reading result: OpaquePointer, statementIndex: Int) {
    self.init(
      severity: DiagnosticField.severity.text(in: result) ?? "ERROR",
      sqlState: DiagnosticField.sqlState.text(in: result) ?? "",
      message: DiagnosticField.message.text(in: result)
        ?? PQresultErrorMessage(result).map { String(cString: $0) } ?? "",
      detail: DiagnosticField.detail.text(in: result),
      hint: DiagnosticField.hint.text(in: result),
      position: DiagnosticField.position.text(in: result).flatMap { Int($0) },
      context: DiagnosticField.context.text(in: result),
      schema: DiagnosticField.schema.text(in: result),
      table: DiagnosticField.table.text(in: result),
      column: DiagnosticField.column.text(in: result),
      constraint: DiagnosticField.constraint.text(in: result),
      statementIndex: statementIndex)
  }
}

/// What the server said beside its results. libpq would print it on standard error.
package struct PostgresNotice: Hashable, Sendable {
  package let severity: String
  package let sqlState: String
  package let message: String
}

final class NoticeLog: Sendable {
  /// A migration that raises one notice a row must not fill the memory.
  static let limit = 1_000
  private let notices = Mutex<[PostgresNotice]>([])

  func receive(_ result: OpaquePointer) {
    let notice = PostgresNotice(
      severity: DiagnosticField.severity.text(in: result) ?? "",
      sqlState: DiagnosticField.sqlState.text(in: result) ?? "",
      message: DiagnosticField.message.text(in: result) ?? "")
    notices.withLock { if $0.count < Self.limit { $0.append(notice) } }
  }

  func take() -> [PostgresNotice] {
    notices.withLock {
      let taken = $0
      $0.removeAll()
      return taken
    }
  }
}
