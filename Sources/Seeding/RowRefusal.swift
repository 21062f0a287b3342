import Planning
import SQLText
import SchemaModel

/// Why an engine did not take a row.
struct RowRefusal: Error, Hashable {
  enum Kind: Hashable {
    case unique, check, notNull, foreignKey, exclusion
    /// Of a partitioned table: no partition takes the row.
    case noPartition
    /// A value that its type does not allow.
    case data
    /// What the statement, a trigger or a default needs is not there.
    case broken
    case other
  }

  var kind: Kind
  /// The names that the engine's words hold: a constraint, a column, what a check says.
  var names: [String] = []
  /// The engine's own words.
  var message: String

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// Nil when the engine itself failed, not the statement.
  init?(_ error: SessionError, engine: EngineName) {
    switch error.kind {
    case .connectionLost, .locked, .deadlock, .serialization, .concurrentUpdate, .readOnly:
      return nil
    case .data, .permission, .other: break
    }
    message = error.message
    switch engine {
    case .postgresql:
      kind = Self.postgres(error)
      names = Self.quotedNames(error.message)
    case .sqlite:
      kind = Self.sqlite(error)
      names = Self.sqliteNames(error.message)
    }
  }

  /// postgresql.org/docs/current/errcodes-appendix.html
  private static func postgres(_ error: SessionError) -> Kind {
    switch error.code ?? "" {
    case "23505": .unique
    case "23514": error.message.contains("no partition of relation") ? .noPartition : .check
    case "23502": .notNull
    case "23503": .foreignKey
    case "23P01": .exclusion
    case let code where code.hasPrefix("22"): .data
    case let code where code.hasPrefix("42") && code != "42501": .broken
    default: .other
    }
  }

  /// sqlite.org/rescode.html: extended codes.
  private static func sqlite(_ error: SessionError) -> Kind {
    switch error.code ?? "" {
    case "2067", "1555", "2579": .unique
    case "275": .check
    case "1299": .notNull
    case "787": .foreignKey
    case "3091", "20": .data
    case "1": error.message.hasPrefix("no such ") ? .broken : .data
    default: .other
    }
  }

  // MARK: - Names

  /// PostgreSQL puts names into double quotes, in most languages.
  private static func quotedNames(_ message: String) -> [String] {
    let parts = message.split(separator: "\"", omittingEmptySubsequences: false)
    return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
  }

  /// `UNIQUE constraint failed: t.a, t.b`; `CHECK constraint failed: NAME`.
  private static func sqliteNames(_ message: String) -> [String] {
    if message.hasPrefix("cannot store "), let name = message.split(separator: " ").last {
      return [String(name.split(separator: ".").last ?? "")]
    }
    guard let range = message.utf8.firstIndex(of: UInt8(ascii: ":")) else { return [] }
    let rest = String(message[message.utf8.index(after: range)...]).trimmingSpace
    guard !message.hasPrefix("CHECK") else { return [rest] }
    return rest.split(separator: ",").map { item in
      String(item).trimmingSpace.split(separator: ".").last.map(String.init) ?? ""
    }
  }
}
