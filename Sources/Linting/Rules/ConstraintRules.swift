import SQLText
import SchemaModel

/// CHECK, FOREIGN KEY, NOT NULL: what reads the table while others wait.
enum ConstraintRules {
  static let all = [
    checkValidates, foreignKeyValidates, validateInSameTransaction, setNotNullScans,
    notNullAndDropTogether, dropForeignKey, createTableReferences, foreignKeyOnPartitioned,
    domainConstraint, notValidLeftBehind,
  ]

  /// NOT VALID, and VALIDATE behind it, where both run on their own.
  private static func validatedLater(
    _ constraint: TableConstraint, _ alter: AlterStatement, _ context: LintContext
  ) -> [Edit] {
    guard let name = constraint.name, alter.actions.count == 1 else { return [] }
    let table = context.text(alter.name.range)
    return context.ifAutocommit([
      .insert(
        " NOT VALID;\nALTER TABLE \(table) VALIDATE CONSTRAINT \(context.text(name.range))",
        at: constraint.range.upperBound)
    ])
  }

  static let checkValidates = Rule(
    "LK08", "check-validates", .error,
    summary: "A CHECK reads the whole table under ACCESS EXCLUSIVE, also one that comes with a new "
      + "column.",
    remedy:
      "ADD CONSTRAINT … CHECK … NOT VALID, then VALIDATE CONSTRAINT in a transaction of its own",
    bad: [
      "ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0);",
      "ALTER TABLE t ADD COLUMN c int CHECK (c > 0);",
      "ALTER TABLE t ADD COLUMN c int DEFAULT 1 CONSTRAINT k CHECK (c > 0);",
    ],
    good: [
      "ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0) NOT VALID;",
      "CREATE TABLE t (c int PRIMARY KEY); ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0);",
      Example("ALTER TABLE t ADD COLUMN c int CHECK (c > 0) NOT ENFORCED;", version: 18),
    ]
  ) { context in
    context.actions { alter, action in
      switch action.kind {
      case .addColumn(let column, _):
        guard column.enforcedCheck != nil else { return nil }
        return Violation(
          "the CHECK of \(column.name.text) reads \(alter.name.text) under ACCESS EXCLUSIVE",
          at: action.range, hint: "add the column without it, then " + checkRemedy)
      case .addConstraint(let constraint):
        guard case .check = constraint.kind, !constraint.isNotValid, !constraint.isNotEnforced
        else { return nil }
        return Violation(
          "the check reads \(alter.name.text) under ACCESS EXCLUSIVE: nobody reads or writes meanwhile",
          at: action.range, edits: validatedLater(constraint, alter, context))
      default: return nil
      }
    }
  }

  private static let checkRemedy = "ADD CONSTRAINT … CHECK … NOT VALID, and VALIDATE it later"

  static let foreignKeyValidates = Rule(
    "LK09", "fk-validates", .error,
    summary:
      "A foreign key holds SHARE ROW EXCLUSIVE on both tables while it checks every row: writes "
      + "to both wait.",
    remedy:
      "ADD CONSTRAINT … FOREIGN KEY … NOT VALID, then VALIDATE CONSTRAINT in a transaction of its "
      + "own",
    bad: [
      "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id);",
      "ALTER TABLE t ADD COLUMN a int DEFAULT 1 REFERENCES u (id);",
      "ALTER TABLE t ADD COLUMN a int REFERENCES u (id);",
    ],
    good: ["ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id) NOT VALID;"]
  ) { context in
    context.actions { alter, action in
      switch action.kind {
      case .addColumn(let column, _):
        guard let reference = column.reference else { return nil }
        let table = reference.table.text
        let isChecked = column.hasValueForOldRows && column.hasEnforcedReference
        return Violation(
          isChecked
            ? "every row of \(alter.name.text) is checked under ACCESS EXCLUSIVE, and writes to "
              + "\(table) wait"
            : "no row is checked, but ACCESS EXCLUSIVE on \(alter.name.text) waits for SHARE ROW "
              + "EXCLUSIVE on \(table)",
          at: action.range,
          hint: "add the column without it, then the foreign key NOT VALID, and VALIDATE it later",
          level: isChecked ? nil : .warning)
      case .addConstraint(let constraint):
        guard case .foreignKey(_, let reference) = constraint.kind, !constraint.isNotValid,
          !constraint.isNotEnforced
        else { return nil }
        return Violation(
          "writes to \(alter.name.text) and \(reference.table.text) wait while every row is checked",
          at: action.range, edits: validatedLater(constraint, alter, context))
      default: return nil
      }
    }
  }

  static let validateInSameTransaction = Rule(
    "LK10", "validate-in-same-transaction", .error,
    summary:
      "VALIDATE in the transaction that added the constraint reads the table under the lock of "
      + "ADD CONSTRAINT, which is what NOT VALID should avoid.",
    remedy: "commit before VALIDATE",
    bad: [
      """
      BEGIN;
      ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0) NOT VALID;
      ALTER TABLE t VALIDATE CONSTRAINT k;
      COMMIT;
      """,
      Example(
        """
        ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0) NOT VALID;
        ALTER TABLE t VALIDATE CONSTRAINT k;
        """, file: "1_x.up.sql"),
    ],
    good: [
      """
      ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0) NOT VALID;
      ALTER TABLE t VALIDATE CONSTRAINT k;
      """
    ]
  ) { context in
    context.actions { alter, action in
      guard case .validateConstraint(let name) = action.kind,
        let transaction = context.transaction,
        let constraint = context.catalog.relation(alter.name)?.constraints[name.last],
        constraint.transaction == transaction.number
      else { return nil }
      return Violation(
        "\(alter.name.text) is read under the lock that adding \(name.text) took in this transaction",
        at: action.range)
    }
  }

  static let setNotNullScans = Rule(
    "LK11", "set-not-null-scans", .error,
    summary:
      "SET NOT NULL reads the whole table under ACCESS EXCLUSIVE, unless a valid CHECK (c IS NOT "
      + "NULL) proves that there is nothing to find.",
    remedy:
      "ADD CONSTRAINT … CHECK (c IS NOT NULL) NOT VALID, VALIDATE it in another transaction, SET "
      + "NOT NULL, then drop the constraint in a statement of its own; from PostgreSQL 18 on ADD "
      + "CONSTRAINT … NOT NULL c NOT VALID and VALIDATE",
    bad: [
      "ALTER TABLE t ALTER COLUMN c SET NOT NULL;",
      """
      ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0) NOT VALID;
      ALTER TABLE t VALIDATE CONSTRAINT k;
      ALTER TABLE t ALTER COLUMN c SET NOT NULL;
      """,
      """
      ALTER TABLE t ADD CONSTRAINT k CHECK (d IS NOT NULL) NOT VALID;
      ALTER TABLE t VALIDATE CONSTRAINT k;
      ALTER TABLE t ALTER COLUMN c SET NOT NULL;
      """,
    ],
    good: [
      """
      ALTER TABLE t ADD CONSTRAINT k CHECK (c IS NOT NULL) NOT VALID;
      ALTER TABLE t VALIDATE CONSTRAINT k;
      ALTER TABLE t ALTER COLUMN c SET NOT NULL;
      ALTER TABLE t DROP CONSTRAINT k;
      """,
      "CREATE TABLE t (id int PRIMARY KEY, c int); ALTER TABLE t ALTER c SET NOT NULL;",
    ]
  ) { context in
    context.actions { alter, action in
      guard case .setNotNull(let name) = action.kind else { return nil }
      let key = context.key(alter.name)
      let isDropped = alter.actions.contains {
        if case .dropConstraint = $0.kind { true } else { false }
      }
      // LK12 says it better.
      if isDropped, context.catalog.provesNotNull(name.last, of: key) { return nil }
      guard context.claims.scans.contains(key) else { return nil }
      let isGuess =
        context.catalog.relations[key]?.isComplete != true
        && context.validatesSomethingUnknown(on: key)
      return Violation(
        "\(alter.name.text) is read under ACCESS EXCLUSIVE to look for NULLs in \(name.text)"
          + (isGuess ? ", unless what was validated before says that there are none" : ""),
        at: action.range, level: isGuess ? .warning : nil)
    }
  }

  static let notNullAndDropTogether = Rule(
    "LK12", "not-null-and-drop-check-together", .error,
    summary:
      "SET NOT NULL and DROP CONSTRAINT in one ALTER TABLE: the constraint is dropped first, and "
      + "the table is read for what it would have proven.",
    remedy: "write two statements, SET NOT NULL first; they may share a transaction",
    bad: [
      """
      ALTER TABLE t ADD CONSTRAINT k CHECK (c IS NOT NULL) NOT VALID;
      ALTER TABLE t VALIDATE CONSTRAINT k;
      ALTER TABLE t ALTER c SET NOT NULL, DROP CONSTRAINT k;
      """
    ],
    good: [
      "ALTER TABLE t ALTER c SET NOT NULL; ALTER TABLE t DROP CONSTRAINT k;",
      "ALTER TABLE t ALTER c DROP NOT NULL, DROP CONSTRAINT k;",
    ]
  ) { context in
    guard let alter = context.alterOfOldTable else { return [] }
    let sets = alter.actions.filter { if case .setNotNull = $0.kind { true } else { false } }
    let drops = alter.actions.filter { if case .dropConstraint = $0.kind { true } else { false } }
    guard let set = sets.first, let drop = drops.first else { return [] }
    var edits: [Edit] = []
    if alter.actions.count == 2 {
      let table = context.text(alter.name.range)
      let range = alter.actions[0].range.lowerBound..<alter.actions[1].range.upperBound
      edits = [
        Edit(
          range,
          "\(context.text(set.range));\nALTER TABLE \(table) \(context.text(drop.range))")
      ]
    }
    return [
      Violation(
        "the constraint goes before it can prove anything: \(alter.name.text) is read under ACCESS "
          + "EXCLUSIVE",
        at: set.range, edits: edits)
    ]
  }

  static let dropForeignKey = Rule(
    "LK27", "fk-drop-locks-referenced", .warning,
    summary:
      "A foreign key that goes takes ACCESS EXCLUSIVE on the referenced table too, whether by "
      + "DROP CONSTRAINT, DROP COLUMN or DROP TABLE.",
    remedy:
      "do it in a transaction of its own with lock_timeout, and LOCK TABLE the referenced table "
      + "first",
    bad: [
      """
      ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id) NOT VALID;
      ALTER TABLE t DROP CONSTRAINT f;
      """, "ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey;",
    ],
    good: ["ALTER TABLE t DROP CONSTRAINT t_c_check;"]
  ) { context in
    switch context.node {
    case .drop(let drop) where drop.object == .table:
      return drop.names.flatMap { name in
        context.catalog.referenced(by: context.key(name)).filter { context.isOld($0) }.map {
          Violation("ACCESS EXCLUSIVE on \($0) too, which \(name.text) refers to", at: name.range)
        }
      }
    default:
      return context.actions { alter, action in
        switch action.kind {
        case .dropConstraint(let name, _):
          let constraint = context.catalog.relation(alter.name)?.constraints[name.last]
          if case .foreignKey(_, let other)? = constraint?.kind {
            guard context.isOld(other) else { return nil }
            return Violation("ACCESS EXCLUSIVE on \(other) too", at: action.range)
          }
          guard constraint == nil, name.last.raw.hasSuffix("_fkey") else { return nil }
          return Violation(
            "ACCESS EXCLUSIVE on the table that \(name.text) refers to, too", at: action.range)
        case .dropColumn(let name, _):
          let others = context.catalog.foreignKeys(on: name.last, of: context.key(alter.name))
          guard let other = others.first, context.isOld(other) else { return nil }
          return Violation(
            "ACCESS EXCLUSIVE on \(other) too: the foreign key of \(name.text) goes with it",
            at: action.range)
        default: return nil
        }
      }
    }
  }

  static let createTableReferences = Rule(
    "LK28", "create-table-fk-locks-referenced", .warning,
    summary:
      "CREATE TABLE … REFERENCES holds SHARE ROW EXCLUSIVE on the referenced table until the "
      + "transaction ends: writes to it wait.",
    remedy:
      "keep the CREATE TABLE alone in a short transaction, or add the foreign key NOT VALID later",
    bad: [
      """
      BEGIN;
      CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES parents (id));
      CREATE INDEX ON c (p);
      COMMIT;
      """
    ],
    good: [
      "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES parents (id)); CREATE INDEX ON c (p);"
    ]
  ) { context in
    guard case .createTable(let table) = context.node, context.isInTransaction,
      context.hasCompany
    else { return [] }
    return table.references.filter {
      context.isOld($0.table) && context.key($0.table) != context.key(table.name)
    }.prefix(1).map { reference in
      Violation(
        "writes to \(reference.table.text) wait until this transaction ends",
        at: reference.table.range)
    }
  }

  static let foreignKeyOnPartitioned = Rule(
    "LK40", "fk-on-partitioned", .error,
    summary: "Before PostgreSQL 18 a foreign key of a partitioned table cannot be NOT VALID.",
    remedy:
      "add it NOT VALID to each partition, VALIDATE each, then add it to the parent, which merges "
      + "them without a check",
    bad: [
      """
      ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1);
      ALTER TABLE p ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id) NOT VALID;
      """
    ],
    good: [
      Example(
        """
        ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1);
        ALTER TABLE p ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id) NOT VALID;
        """, version: 18)
    ]
  ) { context in
    guard context.version < 18 else { return [] }
    return context.actions { alter, action in
      guard case .addConstraint(let constraint) = action.kind, constraint.isNotValid,
        case .foreignKey = constraint.kind,
        context.catalog.relation(alter.name)?.isPartitioned == true
      else { return nil }
      return Violation(
        "\(alter.name.text) is partitioned: PostgreSQL \(context.version) refuses NOT VALID here",
        at: action.range)
    }
  }

  static let domainConstraint = Rule(
    "LK41", "domain-constraint", .warning,
    summary:
      "A constraint of a domain holds SHARE on every table that uses it and reads them all; even "
      + "VALIDATE does.",
    remedy: "put a CHECK on the tables instead, NOT VALID and validated later",
    bad: [
      "ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE > 0);", "ALTER DOMAIN d SET NOT NULL;",
      "ALTER DOMAIN d VALIDATE CONSTRAINT k;",
    ],
    good: [
      "ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE > 0) NOT VALID;",
      "CREATE DOMAIN d AS int; ALTER DOMAIN d SET NOT NULL;",
    ]
  ) { context in
    guard case .alter(let alter) = context.node, let change = alter.domainChange,
      context.catalog.types[context.key(alter.name)]?.isNew != true
    else { return [] }
    switch change {
    case .addConstraint(isNotValid: false), .validate, .setNotNull:
      return [
        Violation(
          "every table with a column of \(alter.name.text) is read, and takes no writes meanwhile",
          at: context.statement.range)
      ]
    case .addConstraint, .other: return []
    }
  }

  static let notValidLeftBehind = Rule(
    "TX18", "not-valid-left-behind", .notice,
    summary: "A constraint that stays NOT VALID holds for new rows only.",
    remedy: "VALIDATE CONSTRAINT in a later section or migration",
    bad: ["ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0) NOT VALID;"],
    good: [
      """
      ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0) NOT VALID;
      ALTER TABLE t VALIDATE CONSTRAINT k;
      """
    ],
    .file { file in
      file.statements.flatMap { context -> [Violation] in
        context.actions { alter, action in
          guard case .addConstraint(let constraint) = action.kind, constraint.isNotValid,
            let name = constraint.name?.last
          else { return nil }
          let isDone = context.following.contains { later in
            later.alteration?.actions.contains { action in
              switch action.kind {
              case .validateConstraint(let other), .dropConstraint(let other, _):
                other.last == name
              default: false
              }
            } ?? false
          }
          return isDone
            ? nil : Violation("\(name.raw) is never validated in this file", at: action.range)
        }
      }
    })
}

extension LintContext {
  /// A VALIDATE of a constraint of which nobody knows what it says.
  fileprivate func validatesSomethingUnknown(on key: RelationKey) -> Bool {
    preceding.contains { statement in
      guard let alter = statement.alteration, catalog.key(alter.name) == key else { return false }
      return alter.actions.contains { action in
        guard case .validateConstraint(let name) = action.kind else { return false }
        return catalog.relations[key]?.constraints[name.last] == nil
      }
    }
  }

  /// Whether the transaction does more than this statement.
  fileprivate var hasCompany: Bool {
    if transaction?.origin != .explicit { return unit.statements.count > 1 }
    if let next = following.first, case .transaction(.commit) = next.node {
      return transaction?.statementCount ?? 0 > 0
    }
    return true
  }
}
