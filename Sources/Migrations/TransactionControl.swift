import Planning

/// A statement that begins or ends a transaction.
enum TransactionControl: String {
  case begin, commit, end, abort, rollback
  case startTransaction = "start transaction"
  case prepareTransaction = "prepare transaction"

  /// Nil for any other statement, `ROLLBACK TO SAVEPOINT` among them.
  init?(of statement: ScriptStatement, dialect: any Dialect) {
    let words = (try? dialect.tokens(of: statement.text).prefix(3)) ?? []
    guard let first = words.first else { return nil }
    switch first {
    case "start" where words.dropFirst().first == "transaction": self = .startTransaction
    case "prepare" where words.dropFirst().first == "transaction": self = .prepareTransaction
    case "rollback" where words.contains("to"): return nil
    case "begin", "commit", "end", "abort", "rollback": self.init(rawValue: first)
    default: return nil
    }
  }

  var begins: Bool { self == .begin || self == .startTransaction }
}
