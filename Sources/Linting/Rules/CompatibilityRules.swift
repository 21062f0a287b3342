import SQLText
import SchemaModel

/// What breaks clients that run meanwhile.
enum CompatibilityRules {
  private static let both: [EngineName] = [.postgresql, .sqlite]

  static let all = [
    renameColumn, renameTable, renameOther, renameEnumValue, requiredColumn, dropNotNull,
    newWriteRestriction, defaultChanged, typeVisible, preparedStatements, replicatedTable,
  ]

  static let renameColumn = Rule(
    "BC01", "rename-column", .error, engines: both,
    summary: "Clients that use the old name fail from that moment on.",
    remedy:
      "add the new column, keep both in step with a trigger, change clients over, drop the old one",
    bad: ["ALTER TABLE t RENAME COLUMN a TO b;", "ALTER TABLE t RENAME a TO b;"],
    good: [
      "CREATE TABLE t (id int PRIMARY KEY, a int); ALTER TABLE t RENAME a TO b;",
      "ALTER TABLE t RENAME CONSTRAINT a TO b;",
    ]
  ) { context in
    context.actions { alter, action in
      guard case .renameColumn(let old, let new) = action.kind,
        context.catalog.column(old.last, of: context.key(alter.name))?.isNew != true
      else { return nil }
      let comesBack = context.following.contains { statement in
        statement.alteration?.actions.contains { action in
          if case .addColumn(let column, _) = action.kind {
            column.name.last == old.last
          } else {
            false
          }
        } ?? false
      }
      guard !comesBack else { return nil }
      return Violation(
        "clients that still say \(old.text) fail once it is \(new.text)", at: action.range)
    }
  }

  static let renameTable = Rule(
    "BC02", "rename-table", .error, engines: both,
    summary: "Clients that use the old name fail from that moment on.",
    remedy: "CREATE VIEW under the old name in the same transaction, drop it when nobody uses it",
    bad: ["ALTER TABLE t RENAME TO u;"],
    good: [
      "BEGIN; ALTER TABLE t RENAME TO u; CREATE VIEW t AS SELECT a FROM u; COMMIT;",
      "CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t RENAME TO u;",
    ]
  ) { context in
    context.actions { alter, action in
      guard case .renameTo(let new) = action.kind else { return nil }
      let hasView = context.following.contains { statement in
        if case .createView(let view) = statement.node {
          view.name.last == alter.name.last
        } else {
          false
        }
      }
      guard !hasView else { return nil }
      return Violation(
        "clients that still say \(alter.name.text) fail once it is \(new.text)", at: action.range)
    }
  }

  static let renameOther = Rule(
    "BC03", "rename-or-move-object", .warning,
    summary:
      "What is named in queries by clients is no longer found: schemas, views, types, functions, "
      + "constraints in ON CONFLICT ON CONSTRAINT.",
    remedy: "keep something under the old name until clients have changed over",
    bad: [
      "ALTER SCHEMA a RENAME TO b;", "ALTER TABLE t SET SCHEMA archive;",
      "ALTER VIEW v RENAME TO w;",
      "ALTER TYPE mood RENAME TO feeling;", "ALTER FUNCTION f(int) RENAME TO g;",
      "ALTER TABLE t RENAME CONSTRAINT a TO b;", "ALTER SEQUENCE s SET SCHEMA x;",
    ],
    good: ["ALTER INDEX i RENAME TO j;", "CREATE VIEW v AS SELECT 1; ALTER VIEW v RENAME TO w;"]
  ) { context in
    guard case .alter(let alter) = context.node, alter.object != .index else { return [] }
    let isNew =
      context.catalog.isNew(alter.name)
      || context.catalog.types[context.key(alter.name)]?.isNew == true
    guard !isNew else { return [] }
    if alter.actions.isEmpty || ![.table, .foreignTable].contains(alter.object) {
      let moves =
        alter.rest.contains(words: ["rename", "to"])
        || alter.rest.contains(words: ["set", "schema"])
      guard moves, alter.object != .role, alter.object != .user, alter.object != .database else {
        return []
      }
      return [
        Violation(
          "clients that say \(alter.name.text) no longer find it", at: context.statement.range)
      ]
    }
    return alter.actions.compactMap { action in
      switch action.kind {
      case .setSchema(let schema):
        Violation(
          "clients that say \(alter.name.text) no longer find it in \(schema.text)",
          at: action.range)
      case .renameConstraint(let old, _):
        Violation(
          "ON CONFLICT ON CONSTRAINT \(old.text), and error handling by name, no longer work",
          at: action.range, level: .notice)
      default: nil
      }
    }
  }

  static let renameEnumValue = Rule(
    "BC04", "rename-enum-value", .error,
    summary: "Clients that write or compare the old label fail.",
    remedy: "add the new label, change rows and clients over, leave the old one",
    bad: ["ALTER TYPE mood RENAME VALUE 'a' TO 'b';"],
    good: ["ALTER TYPE mood ADD VALUE 'b' AFTER 'a';"]
  ) { context in
    guard case .alter(let alter) = context.node, case .renameValue? = alter.typeChange,
      context.catalog.types[context.key(alter.name)]?.isNew != true
    else { return [] }
    return [
      Violation(
        "clients that still use the old label of \(alter.name.text) fail",
        at: context.statement.range)
    ]
  }

  static let requiredColumn = Rule(
    "BC05", "required-column", .error, engines: both,
    summary: "Clients that do not know the new NOT NULL column can insert no rows any more.",
    remedy: "add it nullable or with a default, let clients write it, then SET NOT NULL (LK11)",
    bad: ["ALTER TABLE t ADD COLUMN c int NOT NULL;"],
    good: [
      "ALTER TABLE t ADD COLUMN c int NOT NULL DEFAULT 0;", "ALTER TABLE t ADD COLUMN c int;",
    ]
  ) { context in
    context.actions { alter, action in
      guard let column = DataRules.requiredColumn(action) else { return nil }
      return Violation(
        "INSERTs into \(alter.name.text) that do not name \(column.name.text) fail from now on",
        at: column.range)
    }
  }

  static let dropNotNull = Rule(
    "BC06", "drop-not-null", .warning, engines: both,
    summary: "Clients that read the column may meet NULL.",
    remedy: "deploy readers that can take it first",
    bad: ["ALTER TABLE t ALTER COLUMN c DROP NOT NULL;"],
    good: ["ALTER TABLE t ALTER COLUMN c DROP DEFAULT;"]
  ) { context in
    context.actions { _, action in
      guard case .dropNotNull(let name) = action.kind else { return nil }
      return Violation("readers of \(name.text) may meet NULL", at: action.range)
    }
  }

  static let newWriteRestriction = Rule(
    "BC07", "new-write-restriction", .notice,
    summary: "What clients write today may be refused, also by a constraint that is NOT VALID yet.",
    remedy: "deploy writers that keep to it first",
    bad: [
      "ALTER TABLE t ALTER COLUMN c SET NOT NULL;",
      "ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0) NOT VALID;",
      "CREATE UNIQUE INDEX CONCURRENTLY i ON t (c);",
    ],
    good: ["CREATE INDEX CONCURRENTLY i ON t (c);"]
  ) { context in
    if case .createIndex(let index) = context.node, index.isUnique, context.isOld(index.table) {
      return [
        Violation(
          "from now on \(index.table.text) refuses duplicates", at: context.statement.range)
      ]
    }
    return context.actions { alter, action in
      switch action.kind {
      case .setNotNull(let name):
        Violation("from now on NULL in \(name.text) is refused", at: action.range)
      case .addConstraint(let constraint) where constraint.usingIndex == nil:
        Violation("from now on \(alter.name.text) refuses what breaks it", at: action.range)
      default: nil
      }
    }
  }

  static let defaultChanged = Rule(
    "BC08", "default-changed", .notice,
    summary:
      "INSERTs that rely on the default get another value, or none; some ORMs send the default "
      + "that they saw when they started.",
    remedy: "see that clients do not rely on the old one",
    bad: ["ALTER TABLE t ALTER COLUMN c DROP DEFAULT;", "ALTER TABLE t ALTER c SET DEFAULT 2;"],
    good: ["ALTER TABLE t ADD COLUMN c int; ALTER TABLE t ALTER c SET DEFAULT 2;"]
  ) { context in
    context.actions { alter, action in
      switch action.kind {
      case .setDefault(let name, _), .dropDefault(let name):
        guard context.catalog.column(name.last, of: context.key(alter.name))?.isNew != true else {
          return nil
        }
        return Violation(
          "INSERTs that leave out \(name.text) change their meaning", at: action.range)
      default: return nil
      }
    }
  }

  static let typeVisible = Rule(
    "BC09", "column-type-visible-change", .warning,
    summary: "Clients decode another type, even where the rows stay as they are.",
    remedy: "deploy clients that can take both first",
    bad: ["ALTER TABLE t ALTER COLUMN c TYPE bigint;"],
    good: [
      "ALTER TABLE t ADD COLUMN c varchar(5); ALTER TABLE t ALTER COLUMN c TYPE varchar(9);",
      "ALTER TABLE t ADD COLUMN c timestamp(3); ALTER TABLE t ALTER COLUMN c TYPE timestamp;",
    ]
  ) { context in
    context.actions { alter, action in
      guard case .columnType(let name, let type, _, _) = action.kind else { return nil }
      let old = context.catalog.column(name.last, of: context.key(alter.name))?.type
      if let old, TypeText.base(of: old).hasSameBytes(as: type.base) { return nil }
      return Violation(
        "clients get \(name.text) as \(context.text(type.fragment.range))", at: action.range)
    }
  }

  static let preparedStatements = Rule(
    "BC10", "prepared-statement-invalidated", .notice, isOptIn: true,
    summary:
      "Prepared statements with SELECT * fail once: cached plan must not change result type.",
    remedy: "name columns in queries, or let pools reconnect after the migration",
    bad: ["ALTER TABLE t ADD COLUMN c int;", "ALTER TABLE t DROP COLUMN c;"],
    good: ["ALTER TABLE t ALTER c SET DEFAULT 1;"]
  ) { context in
    context.actions { alter, action in
      switch action.kind {
      case .addColumn, .dropColumn, .columnType:
        Violation(
          "prepared statements that SELECT * FROM \(alter.name.text) fail once", at: action.range)
      default: nil
      }
    }
  }

  static let replicatedTable = Rule(
    "BC18", "add-column-on-replicated-table", .notice, isOptIn: true,
    summary: "Logical replication stops at the first row with a column that the subscriber lacks.",
    remedy: "add the column on the subscriber first",
    bad: ["ALTER TABLE t ADD COLUMN c int;"], good: ["ALTER TABLE t DROP COLUMN c;"]
  ) { context in
    context.actions { alter, action in
      guard case .addColumn = action.kind else { return nil }
      return Violation(
        "subscribers of \(alter.name.text) need the column first", at: action.range)
    }
  }
}
