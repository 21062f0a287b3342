package import Planning
import SQLText
import SchemaModel

/// Settings of the session, as far as the statements so far have made them.
package struct SessionState: Sendable {
  /// The text of a value; nil: back to the server's own.
  private var session: [String: String?] = [:]
  private var local: [String: String?] = [:]

  package init() {}

  mutating func endTransaction() { local = [:] }

  mutating func set(
    _ name: String, _ value: String?, scope: SetCommand.Scope, isInTransaction: Bool
  ) {
    switch scope {
    case .session:
      session[name] = value
      local[name] = nil
    case .local: if isInTransaction { local[name] = value }
    }
    if name == "all", value == nil {
      session = [:]
      local = [:]
    }
  }

  /// What this file has set; nil when it has not.
  package func value(_ name: String) -> String? {
    if let value = local[name] { return value }
    return session[name] ?? nil
  }

  /// Milliseconds: `3s`, `500`, `1min`.
  package func milliseconds(_ name: String) -> Int? {
    value(name).flatMap(SessionState.milliseconds)
  }

  static func milliseconds(_ text: String) -> Int? {
    let digits = text.prefix { $0.isNumber && $0.isASCII }
    guard let number = Int(digits), number < 1 << 40 else { return nil }
    let unit = String(text.dropFirst(digits.count).filter { $0 != " " })
    let factors = ["": 1, "ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000]
    return factors[unit].map { number * $0 }
  }

  package var zoneIsUTC: Bool {
    ["utc", "etc/utc", "gmt"].contains(value("timezone")?.asciiLowercased ?? "")
  }

  mutating func apply(_ statement: ParsedStatement, isInTransaction: Bool) {
    switch statement.node {
    case .set(let command):
      set(
        command.name, command.values?.joined(separator: ","), scope: command.scope,
        isInTransaction: isInTransaction)
    case .pragma(let name, let value?):
      set("pragma " + name, value, scope: .session, isInTransaction: isInTransaction)
    case .select: setConfig(statement.tokens, isInTransaction)
    default: return
    }
  }

  /// `SELECT set_config('lock_timeout', '3s', true)`.
  private mutating func setConfig(_ tokens: [Token], _ isInTransaction: Bool) {
    guard let start = tokens.firstIndex(where: { $0.isWord("set_config") }),
      start + 6 < tokens.count
    else { return }
    let inner = tokens[(start + 2)...]
    let name = String(inner[start + 2].text.dropFirst().dropLast()).asciiLowercased
    let value = String(inner[start + 4].text.dropFirst().dropLast())
    set(
      name, value, scope: inner[start + 6].isWord("true") ? .local : .session,
      isInTransaction: isInTransaction)
  }
}

/// A transaction that is open.
package struct TransactionState: Sendable {
  package enum Origin: Sendable, Hashable {
    /// BEGIN stands in the file.
    case explicit
    /// The runner makes it.
    case managed
    /// All statements in one query string.
    case implicit
  }

  package struct HeldLock: Sendable, Hashable {
    package let mode: LockMode
    /// The statement that took it.
    package let statement: Int
    package let line: Int
  }

  package let number: Int
  package let origin: Origin
  /// Where BEGIN stands.
  package let beginRange: Range<Int>?
  package var held: [RelationKey: HeldLock] = [:]
  /// Labels that were added to enums, with the type.
  package var newLabels: [String: RelationKey] = [:]
  package var statementCount = 0

  /// Locks that stop readers or writers, on what was there before.
  package var blocking: [RelationKey: HeldLock] { held.filter { $0.value.mode >= .share } }
}
