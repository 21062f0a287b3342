import Planning
import SchemaModel

/// Several locks in one transaction, and locks that people do not expect.
enum LockRules {
  static let all = [
    whileHoldingAccessExclusive, multiTableLockOrder, triggerDefinition, policyRuleSecurity,
    sequenceBlocksNextval, addColumnIfNotExists, explicitLock, separateAlters,
  ]

  static let whileHoldingAccessExclusive = Rule(
    "LK29", "statement-while-holding-access-exclusive", .error,
    summary:
      "ACCESS EXCLUSIVE is held until the transaction ends: a scan, a build or a rewrite behind it "
      + "stops every reader of the first table, too.",
    remedy: "commit first, and do the long work in a transaction of its own",
    bad: [
      """
      BEGIN;
      ALTER TABLE t ADD COLUMN c int;
      CREATE INDEX i ON u (c);
      COMMIT;
      """
    ],
    good: [
      "ALTER TABLE t ADD COLUMN c int; CREATE INDEX CONCURRENTLY i ON t (c);",
      "BEGIN; ALTER TABLE t ADD COLUMN c int; ALTER TABLE t ADD COLUMN d int; COMMIT;",
      """
      BEGIN;
      ALTER TABLE t ADD COLUMN c int;
      CREATE TABLE u (id int PRIMARY KEY);
      CREATE INDEX i ON u (id);
      COMMIT;
      """,
    ]
  ) { context in
    guard let transaction = context.transaction else { return [] }
    let work = context.claims.rewrites.union(context.claims.mayRewrite)
      .union(context.claims.scans).union(context.claims.builds)
    guard work.contains(where: context.isOld), !isValidationOfThis(context) else { return [] }
    let held = transaction.held.filter { entry in
      entry.value.mode == .accessExclusive && entry.value.statement < context.index
    }
    guard let first = held.min(by: { ($0.value.line, $0.key) < ($1.value.line, $1.key) }) else {
      return []
    }
    return [
      Violation(
        "nobody reads \(first.key) until this is done: line \(first.value.line) took ACCESS EXCLUSIVE on "
          + "it in the same transaction",
        at: context.statement.range)
    ]
  }

  /// LK10 says it better.
  private static func isValidationOfThis(_ context: LintContext) -> Bool {
    context.alterOfOldTable?.actions.contains { action in
      if case .validateConstraint = action.kind { true } else { false }
    } ?? false
  }

  static let multiTableLockOrder = Rule(
    "LK30", "multi-table-lock-order", .warning,
    summary:
      "A transaction that locks several tables one after the other can deadlock with clients that "
      + "use them in another order.",
    remedy:
      "split it, or LOCK TABLE a, b IN ACCESS EXCLUSIVE MODE first, in the order in which clients "
      + "write",
    bad: [
      "BEGIN; ALTER TABLE t ADD COLUMN c int; ALTER TABLE u ADD COLUMN c int; COMMIT;"
    ],
    good: [
      "ALTER TABLE t ADD COLUMN c int; ALTER TABLE u ADD COLUMN c int;",
      """
      BEGIN;
      LOCK TABLE t, u IN ACCESS EXCLUSIVE MODE;
      ALTER TABLE t ADD COLUMN c int;
      ALTER TABLE u ADD COLUMN c int;
      COMMIT;
      """,
    ]
  ) { context in
    guard let transaction = context.transaction else { return [] }
    let held = transaction.held.filter { $0.value.mode >= .shareRowExclusive }
    guard !held.isEmpty else { return [] }
    // Once a transaction: at the first that comes on top.
    guard Set(held.values.map(\.statement)).count == 1 else { return [] }
    let new = context.claims.locks.filter { lock in
      lock.value >= .shareRowExclusive && context.isOld(lock.key)
        && context.catalog.indexes[lock.key] == nil
        && lock.value > held[lock.key]?.mode ?? .none
    }
    guard let second = new.keys.min(), held[second] == nil,
      let first = held.min(by: { $0.key < $1.key })
    else { return [] }
    return [
      Violation(
        "\(second) is locked while line \(first.value.line) holds \(first.key): a client that uses them "
          + "the other way round makes a deadlock",
        at: context.statement.range)
    ]
  }

  static let triggerDefinition = Rule(
    "LK31", "trigger-ddl", .notice,
    summary:
      "CREATE TRIGGER and ENABLE or DISABLE TRIGGER stop writes for a moment, DROP and RENAME "
      + "stop reads too.",
    remedy: "keep it in a short transaction with lock_timeout",
    bad: [
      "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();",
      "DROP TRIGGER x ON t;", "ALTER TABLE t ENABLE TRIGGER x;",
    ],
    good: [
      """
      CREATE TABLE t (id int PRIMARY KEY);
      CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
      """
    ]
  ) { context in
    func violation(_ table: Name, _ mode: LockMode) -> [Violation] {
      guard context.isOld(table) else { return [] }
      return [Violation("\(mode.rawValue) on \(table.text)", at: context.statement.range)]
    }
    switch context.node {
    case .createTrigger(let trigger): return violation(trigger.table, .shareRowExclusive)
    case .drop(let drop) where drop.object == .trigger:
      return drop.table.map { violation($0, .accessExclusive) } ?? []
    case .alter(let alter) where alter.object == .trigger:
      return alter.table.map { violation($0, .accessExclusive) } ?? []
    default:
      return context.actions { alter, action in
        switch action.kind {
        case .enableTrigger, .disableTrigger:
          Violation("SHARE ROW EXCLUSIVE on \(alter.name.text)", at: action.range)
        default: nil
        }
      }
    }
  }

  static let policyRuleSecurity = Rule(
    "LK32", "policy-rule-rls", .warning,
    summary:
      "Policies, rules and row security take ACCESS EXCLUSIVE: short, but everybody queues behind "
      + "it.",
    remedy: "keep it in a short transaction with lock_timeout",
    bad: [
      "CREATE POLICY p ON t USING (true);", "ALTER TABLE t ENABLE ROW LEVEL SECURITY;",
      "CREATE RULE r AS ON INSERT TO t DO NOTHING;", "DROP POLICY p ON t;",
    ],
    good: ["CREATE TABLE t (id int PRIMARY KEY); CREATE POLICY p ON t USING (true);"]
  ) { context in
    let table: Name? =
      switch context.node {
      case .create(let create) where create.object == .policy || create.object == .rule:
        create.table
      case .drop(let drop) where drop.object == .policy || drop.object == .rule: drop.table
      case .alter(let alter) where alter.object == .policy || alter.object == .rule: alter.table
      default: nil
      }
    if let table {
      guard context.isOld(table) else { return [] }
      return [Violation("ACCESS EXCLUSIVE on \(table.text)", at: context.statement.range)]
    }
    return context.actions { alter, action in
      switch action.kind {
      case .rowSecurity, .enableOrDisableRule:
        Violation("ACCESS EXCLUSIVE on \(alter.name.text)", at: action.range)
      default: nil
      }
    }
  }

  static let sequenceBlocksNextval = Rule(
    "LK42", "sequence-ddl-blocks-nextval", .warning,
    summary: "ALTER SEQUENCE holds SHARE ROW EXCLUSIVE on the sequence until the transaction ends: "
      + "nextval(), and so every INSERT, waits.",
    remedy: "keep it alone in a short transaction; setval() does not block",
    bad: ["ALTER SEQUENCE s INCREMENT BY 10;", "ALTER SEQUENCE s RESTART;"],
    good: ["CREATE SEQUENCE s; ALTER SEQUENCE s INCREMENT BY 10;", "SELECT setval('s', 100);"]
  ) { context in
    guard case .alter(let alter) = context.node, alter.object == .sequence,
      context.isOld(alter.name)
    else { return [] }
    return [
      Violation(
        "nextval('\(alter.name.text)') waits until this transaction ends",
        at: context.statement.range)
    ]
  }

  static let addColumnIfNotExists = Rule(
    "LK43", "add-column-if-not-exists", .notice, isOptIn: true,
    summary: "ADD COLUMN IF NOT EXISTS takes ACCESS EXCLUSIVE even when the column is there.",
    remedy: "let the runner's history decide whether the statement is needed",
    bad: ["ALTER TABLE t ADD COLUMN IF NOT EXISTS c int;"],
    good: ["ALTER TABLE t ADD COLUMN c int;"]
  ) { context in
    context.actions { alter, action in
      guard case .addColumn(_, ifNotExists: true) = action.kind else { return nil }
      return Violation(
        "ACCESS EXCLUSIVE on \(alter.name.text), even if there is nothing to do", at: action.range)
    }
  }

  static let explicitLock = Rule(
    "LK45", "explicit-lock-table", .warning,
    summary: "LOCK TABLE without a mode is ACCESS EXCLUSIVE.",
    remedy: "name the weakest mode that will do, and set lock_timeout",
    bad: ["BEGIN; LOCK TABLE t; COMMIT;"],
    good: ["BEGIN; LOCK TABLE t IN SHARE MODE; COMMIT;"]
  ) { context in
    guard case .lock(let tables, mode: nil) = context.node,
      let table = tables.first(where: context.isOld)
    else { return [] }
    return [
      Violation("nobody reads or writes \(table.text)", at: context.statement.range)
    ]
  }

  static let separateAlters = Rule(
    "LK46", "unnecessary-separate-alters", .notice,
    summary:
      "Each ALTER TABLE that checks or rewrites reads the table anew; several in one statement "
      + "read it once.",
    remedy: "put them into one ALTER TABLE, but never SET NOT NULL beside DROP CONSTRAINT (LK12)",
    bad: [
      "ALTER TABLE t ALTER a TYPE bigint; ALTER TABLE t ALTER b TYPE bigint;"
    ],
    good: [
      "ALTER TABLE t ALTER a TYPE bigint, ALTER b TYPE bigint;",
      "ALTER TABLE t ALTER a TYPE bigint; ALTER TABLE u ALTER a TYPE bigint;",
    ]
  ) { context in
    guard let alter = context.alterOfOldTable, let before = context.preceding.last?.alteration,
      context.indexInUnit > 0, context.key(before.name) == context.key(alter.name),
      context.claims.locks[context.key(alter.name)] == .accessExclusive,
      context.claims.rewrites.contains(context.key(alter.name)),
      before.actions.contains(where: Self.rewrites)
    else { return [] }
    return [
      Violation(
        "\(alter.name.text) is gone through once more: the statement before could do this too",
        at: context.statement.range)
    ]
  }

  private static func rewrites(_ action: AlterAction) -> Bool {
    switch action.kind {
    case .columnType, .setLogged, .setAccessMethod: true
    case .addColumn(let column, _):
      column.isSerial || column.isIdentity
        || column.defaultValue.map { Volatility.of($0) == .volatile } ?? false
    default: false
    }
  }
}
