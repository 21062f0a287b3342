import SchemaModel

/// Statements that one connection was told in advance, under names that nobody else would choose.
struct PreparedNames {
  private var names: [String: String] = [:]

  mutating func prepare(
    _ sql: String, on connection: borrowing PostgresConnection
  ) throws(PostgresError) {
    guard names[sql] == nil else { return }
    let name = "kedge_\(UInt64.random(in: 0 ... .max))"
    try connection.prepare(sql, as: name)
    names[sql] = name
  }

  /// By its name, or in full where it has none.
  func step(_ sql: String, _ parameters: [String?] = []) -> PipelineStep {
    names[sql].map { .prepared($0, parameters) } ?? .text(sql, parameters)
  }

  mutating func forget() { names = [:] }

  /// Whether a migration's `DEALLOCATE ALL` has taken them: a step from `index` on found none.
  func areGone(_ error: PostgresError, since index: Int) -> Bool {
    guard case .server(let server) = error else { return false }
    return !names.isEmpty && server.sqlState == "26000" && server.statementIndex >= index
  }
}

extension PipelineStep {
  /// Whether a migration's statement may be sent before the one ahead of it was answered: none that begins or ends
  /// a transaction, so that what comes after an error is never run, and none that moves rows beside the protocol.
  static func isSafe(_ statement: String) -> Bool {
    let word = statement.utf8.prefix { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }
    return safeWords.contains(String(decoding: word, as: UTF8.self).asciiLowercased)
  }

  private static let safeWords: Set<String> = [
    "alter", "analyze", "call", "cluster", "comment", "create", "delete", "do", "drop", "grant",
    "insert", "lock", "merge", "notify", "reassign", "refresh", "reindex", "reset", "revoke",
    "security", "select", "set", "table", "truncate", "update", "values", "with",
  ]
}
