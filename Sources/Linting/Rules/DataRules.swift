import SQLText
import SchemaModel

/// What depends on the rows that are there.
enum DataRules {
  private static let both: [EngineName] = [.postgresql, .sqlite]

  static let all = [
    uniqueMayFail, notNullMayFail, notNullAddFails, constraintMayFail, checkBeforeBackfill,
  ]

  /// A new column that old rows have no value for.
  static func requiredColumn(_ action: AlterAction) -> ColumnDefinition? {
    guard case .addColumn(let column, _) = action.kind, column.isNotNull,
      !column.hasValueForOldRows,
      column.generated == nil, !column.isSerial, !column.isIdentity
    else { return nil }
    return column
  }

  static let uniqueMayFail = Rule(
    "DD01", "unique-may-fail", .notice, engines: both,
    summary:
      "A unique index or key fails on duplicates that are there; built CONCURRENTLY it stays behind "
      + "invalid.",
    remedy: "look before: SELECT c, count(*) FROM t GROUP BY c HAVING count(*) > 1 LIMIT 1",
    bad: [
      "CREATE UNIQUE INDEX CONCURRENTLY i ON t (c);", "ALTER TABLE t ADD UNIQUE (c);",
    ],
    good: ["CREATE TABLE t (id int PRIMARY KEY, c int); CREATE UNIQUE INDEX i ON t (c);"]
  ) { context in
    if case .createIndex(let index) = context.node, index.isUnique, context.isOld(index.table) {
      return [
        Violation("duplicates in \(index.table.text) make this fail", at: context.statement.range)
      ]
    }
    return context.actions { alter, action in
      guard case .addConstraint(let constraint) = action.kind, constraint.usingIndex == nil else {
        return nil
      }
      switch constraint.kind {
      case .unique, .primaryKey, .exclusion:
        return Violation("duplicates in \(alter.name.text) make this fail", at: action.range)
      case .check, .foreignKey, .notNull: return nil
      }
    }
  }

  static let notNullMayFail = Rule(
    "DD02", "not-null-may-fail", .notice, engines: both,
    summary: "SET NOT NULL fails when a row has NULL.",
    remedy: "look before: SELECT 1 FROM t WHERE c IS NULL LIMIT 1; fill such rows in batches",
    bad: ["ALTER TABLE t ALTER COLUMN c SET NOT NULL;"],
    good: [
      """
      ALTER TABLE t ADD CONSTRAINT k CHECK (c IS NOT NULL) NOT VALID;
      ALTER TABLE t VALIDATE CONSTRAINT k;
      ALTER TABLE t ALTER COLUMN c SET NOT NULL;
      """
    ]
  ) { context in
    context.actions { alter, action in
      guard case .setNotNull(let name) = action.kind,
        !context.catalog.provesNotNull(name.last, of: context.key(alter.name))
      else { return nil }
      return Violation("a NULL in \(name.text) makes this fail", at: action.range)
    }
  }

  static let notNullAddFails = Rule(
    "DD03", "not-null-add-fails", .error, engines: both,
    summary: "A NOT NULL column without a default fails on a table that has rows.",
    remedy: "add it nullable, fill it, then SET NOT NULL (LK11); or give a default",
    bad: ["ALTER TABLE t ADD COLUMN c int NOT NULL;"],
    good: [
      "ALTER TABLE t ADD COLUMN c int NOT NULL DEFAULT 0;",
      "ALTER TABLE t ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;",
    ]
  ) { context in
    context.actions { alter, action in
      guard let column = requiredColumn(action) else { return nil }
      return Violation(
        "this fails if \(alter.name.text) has a row: \(column.name.text) would be NULL in it",
        at: column.range)
    }
  }

  static let constraintMayFail = Rule(
    "DD04", "check-or-fk-may-fail", .notice,
    summary: "Rows that break the constraint make ADD, or a later VALIDATE, fail.",
    remedy: "look for them before",
    bad: [
      "ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0) NOT VALID;",
      "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (id);",
    ],
    good: ["CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ADD CHECK (id > 0);"]
  ) { context in
    context.actions { alter, action in
      guard case .addConstraint(let constraint) = action.kind else { return nil }
      switch constraint.kind {
      case .check, .foreignKey:
        return Violation(
          "rows of \(alter.name.text) that break it make "
            + (constraint.isNotValid ? "the later VALIDATE" : "this") + " fail",
          at: action.range)
      case .unique, .primaryKey, .exclusion, .notNull: return nil
      }
    }
  }

  static let checkBeforeBackfill = Rule(
    "DD07", "not-valid-check-before-backfill", .error,
    summary:
      "A CHECK that is NOT VALID is enforced for every UPDATE, also of a row that broke it before "
      + "and of another column: production fails until the backfill is through.",
    remedy: "fill the rows first, then ADD CONSTRAINT … NOT VALID, then VALIDATE",
    bad: [
      """
      ALTER TABLE t ADD CONSTRAINT k CHECK (c IS NOT NULL) NOT VALID;
      UPDATE t SET c = 0 WHERE c IS NULL;
      ALTER TABLE t VALIDATE CONSTRAINT k;
      """
    ],
    good: [
      """
      UPDATE t SET c = 0 WHERE c IS NULL AND id BETWEEN 1 AND 1000;
      ALTER TABLE t ADD CONSTRAINT k CHECK (c IS NOT NULL) NOT VALID;
      ALTER TABLE t VALIDATE CONSTRAINT k;
      """
    ]
  ) { context in
    context.actions { alter, action in
      guard case .addConstraint(let constraint) = action.kind, constraint.isNotValid,
        case .check(let expression) = constraint.kind
      else { return nil }
      let filled = context.following.contains { statement in
        guard case .update(let rows) = statement.node,
          context.key(rows.table) == context.key(alter.name)
        else { return false }
        return rows.columns.contains { expression.words.contains($0.last.raw) }
      }
      guard filled else { return nil }
      return Violation(
        "until the UPDATE below has filled them, every update of a row that breaks this fails",
        at: action.range)
    }
  }
}
