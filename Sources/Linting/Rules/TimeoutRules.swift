import Planning
import SchemaModel

/// `lock_timeout`, `statement_timeout` and where they hold.
enum TimeoutRules {
  static let all = [
    missingLockTimeout, lockTimeoutTooShort, lockTimeoutOnConcurrently, missingStatementTimeout,
    statementTimeoutOnLongStep, setLocalOutsideTransaction, transactionTimeout,
    sessionSetThroughPooler,
  ]

  /// The first offender of each transaction, and of everything that runs outside of one.
  private static func firstOfEach(
    _ file: FileContext, _ find: (LintContext) -> Violation?
  ) -> [Violation] {
    var seen: Set<Int> = []
    return file.statements.compactMap { context in
      let scope = context.transaction?.number ?? 0
      guard !seen.contains(scope), let violation = find(context) else { return nil }
      seen.insert(scope)
      return violation
    }
  }

  static let missingLockTimeout = Rule(
    "TO01", "missing-lock-timeout", .error,
    summary:
      "A statement that waits for its lock makes everybody behind it wait, readers too. Without "
      + "lock_timeout it waits as long as the longest transaction of anybody.",
    remedy: "SET LOCAL lock_timeout = '3s' in the same transaction, and try again when it strikes",
    bad: [
      "ALTER TABLE t ADD COLUMN c int;", "SET lock_timeout = 0; ALTER TABLE t ADD COLUMN c int;",
      "BEGIN; SET LOCAL lock_timeout = '3s'; COMMIT; ALTER TABLE t ADD COLUMN c int;",
      "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES parents (id));",
    ],
    good: [
      "SET lock_timeout = '3s'; ALTER TABLE t ADD COLUMN c int;",
      "BEGIN; SET LOCAL lock_timeout TO '3s'; ALTER TABLE t ADD COLUMN c int; COMMIT;",
      "SELECT set_config('lock_timeout', '3s', false); ALTER TABLE t ADD COLUMN c int;",
      "CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ADD COLUMN c int;",
      "CREATE INDEX CONCURRENTLY i ON t (c);", "ALTER TABLE t VALIDATE CONSTRAINT k;",
    ],
    .file { file in
      firstOfEach(file) { context in
        let locks = context.claims.locks.filter { $0.value >= .share && context.isOld($0.key) }
        guard let lock = locks.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
          !context.isConcurrently, context.session.milliseconds("lock_timeout") ?? 0 == 0
        else { return nil }
        let scope = context.isInTransaction ? "SET LOCAL" : "SET"
        return Violation(
          "this waits for \(lock.value.rawValue) on \(lock.key) as long as it takes, and all others wait "
            + "behind it",
          at: context.statement.range,
          edits: [context.prepending("\(scope) lock_timeout = '3s'")])
      }
    })

  static let lockTimeoutTooShort = Rule(
    "TO02", "lock-timeout-too-short", .warning,
    summary:
      "A waiting statement makes autovacuum give way after deadlock_timeout (1 s by default): a "
      + "lock_timeout that is not longer fails whenever autovacuum is at the table.",
    remedy: "set two or three seconds",
    bad: ["SET lock_timeout = '500ms';", "SET LOCAL lock_timeout = 1000;"],
    good: ["SET lock_timeout = '3s';", "SET lock_timeout = 0;"]
  ) { context in
    guard case .set(let command) = context.node, command.name == "lock_timeout",
      let time = command.values?.first.flatMap(SessionState.milliseconds), time > 0
    else { return [] }
    let patience = context.session.milliseconds("deadlock_timeout") ?? 1_000
    guard time <= patience else { return [] }
    return [
      Violation(
        "\(time) ms is not longer than deadlock_timeout, so autovacuum never gives way",
        at: context.statement.range)
    ]
  }

  static let lockTimeoutOnConcurrently = Rule(
    "TO03", "lock-timeout-on-concurrently", .error,
    summary:
      "CONCURRENTLY waits for the transactions of others, and lock_timeout ends that wait: an "
      + "invalid index or a half detached partition is left.",
    remedy: "SET lock_timeout = 0 before it",
    bad: [
      "SET lock_timeout = '3s'; CREATE INDEX CONCURRENTLY i ON t (c);",
      "SET lock_timeout = '3s'; DROP INDEX CONCURRENTLY i;",
    ],
    good: ["SET lock_timeout = 0; CREATE INDEX CONCURRENTLY i ON t (c);"]
  ) { context in
    guard context.isConcurrently, context.claims.isNonTransactional, !context.isInTransaction,
      let time = context.session.milliseconds("lock_timeout"), time > 0
    else { return [] }
    return [
      Violation(
        "after \(time) ms of waiting for others this gives up half-way",
        at: context.statement.range,
        edits: [context.prepending("SET lock_timeout = 0")])
    ]
  }

  static let missingStatementTimeout = Rule(
    "TO04", "missing-statement-timeout", .warning, isOptIn: true,
    summary: "A statement that should take milliseconds has no limit.",
    remedy: "SET LOCAL statement_timeout = '15s' for what only changes the catalog",
    bad: ["ALTER TABLE t ADD COLUMN c int;"],
    good: ["SET statement_timeout = '15s'; ALTER TABLE t ADD COLUMN c int;"],
    .file { file in
      firstOfEach(file) { context in
        let locks = context.claims.locks.filter { $0.value >= .share && context.isOld($0.key) }
        guard !locks.isEmpty, !context.claims.isLong, !context.isConcurrently,
          context.session.milliseconds("statement_timeout") ?? 0 == 0
        else { return nil }
        let scope = context.isInTransaction ? "SET LOCAL" : "SET"
        return Violation(
          "this has no limit of time", at: context.statement.range,
          edits: [context.prepending("\(scope) statement_timeout = '15s'")])
      }
    })

  static let statementTimeoutOnLongStep = Rule(
    "TO05", "statement-timeout-on-long-step", .error,
    summary:
      "VALIDATE, CONCURRENTLY and changes of many rows take as long as the table is large: a short "
      + "statement_timeout makes them fail there, and CONCURRENTLY leave an invalid index.",
    remedy: "SET statement_timeout = 0 before them",
    bad: [
      "SET statement_timeout = '3s'; ALTER TABLE t VALIDATE CONSTRAINT k;",
      "SET statement_timeout = '30s'; CREATE INDEX CONCURRENTLY i ON t (c);",
      "SET statement_timeout = 5000; UPDATE t SET c = 1;",
    ],
    good: ["SET statement_timeout = 0; ALTER TABLE t VALIDATE CONSTRAINT k;"]
  ) { context in
    guard let time = context.session.milliseconds("statement_timeout"), time > 0, time < 300_000
    else { return [] }
    var isLong = context.isConcurrently && context.claims.isNonTransactional
    switch context.node {
    case .alter(let alter):
      isLong =
        isLong
        || alter.actions.contains {
          if case .validateConstraint = $0.kind { true } else { false }
        }
    case .update(let rows), .delete(let rows):
      isLong = isLong || BackfillRules.isUnbatched(rows)
    default: break
    }
    guard isLong else { return [] }
    return [
      Violation("this may take longer than \(time) ms", at: context.statement.range)
    ]
  }

  static let setLocalOutsideTransaction = Rule(
    "TO06", "set-local-outside-tx", .warning,
    summary: "SET LOCAL outside a transaction does nothing but warn.",
    remedy: "SET, or put BEGIN before it",
    bad: ["SET LOCAL lock_timeout = '3s';"],
    good: ["BEGIN; SET LOCAL lock_timeout = '3s'; COMMIT;", "SET lock_timeout = '3s';"]
  ) { context in
    guard case .set(let command) = context.node, command.scope == .local, !context.isInTransaction,
      let word = context.range(ofWord: "local")
    else { return [] }
    return [
      Violation(
        "there is no transaction here, so this sets nothing", at: context.statement.range,
        edits: [Edit(word.lowerBound..<(word.upperBound + 1), "")])
    ]
  }

  static let transactionTimeout = Rule(
    "TO07", "transaction-timeout", .notice,
    summary:
      "transaction_timeout (PostgreSQL 17) ends a long step as it ends any other transaction.",
    remedy: "SET transaction_timeout = 0 before long steps",
    bad: [
      Example("SET transaction_timeout = '60s'; ALTER TABLE t VALIDATE CONSTRAINT k;", version: 17)
    ],
    good: [
      Example("SET transaction_timeout = 0; ALTER TABLE t VALIDATE CONSTRAINT k;", version: 17)
    ]
  ) { context in
    guard context.version >= 17, context.claims.isLong,
      let time = context.session.milliseconds("transaction_timeout"), time > 0
    else { return [] }
    return [
      Violation("transaction_timeout ends this after \(time) ms", at: context.statement.range)
    ]
  }

  static let sessionSetThroughPooler = Rule(
    "TO08", "session-set-through-pooler", .warning, isOptIn: true,
    summary:
      "Behind a pooler that hands out connections by transaction, SET reaches other clients too.",
    remedy: "SET LOCAL inside a transaction, or connect directly",
    bad: ["SET lock_timeout = '3s';"],
    good: ["BEGIN; SET LOCAL lock_timeout = '3s'; COMMIT;"]
  ) { context in
    guard case .set(let command) = context.node, command.scope == .session, command.values != nil
    else { return [] }
    return [
      Violation(
        "\(command.name) stays set for whoever gets the connection next",
        at: context.statement.range)
    ]
  }
}
