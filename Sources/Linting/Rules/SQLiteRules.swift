import SQLText
import SchemaModel

/// What SQLite's ALTER TABLE and rebuilds of tables get wrong.
enum SQLiteRules {
  static let all = [
    pragmaInTransaction, rebuildWithForeignKeys, renameOldFirst, rebuildWithDependents,
    sequenceLost, rowidLost, insertIntoGenerated, selectStarCopy, missingCheck, rowsDropped,
    writableSchema, deferredBegin,
  ]

  private static let sqlite: [EngineName] = [.sqlite]

  private static func rebuilds(
    _ file: FileContext, _ find: (SQLiteRebuild, LintContext) -> Violation?
  ) -> [Violation] {
    guard let first = file.statements.first else { return [] }
    return SQLiteRebuild.all(in: file.file.statements, first.key).compactMap {
      find($0, file.statements[$0.renameIndex])
    }
  }

  private static let good: Example = """
    PRAGMA foreign_keys = OFF;
    BEGIN IMMEDIATE;
    CREATE TABLE new_t (id INTEGER PRIMARY KEY, a TEXT);
    INSERT INTO new_t (id, a) SELECT id, a FROM t;
    DROP TABLE t;
    ALTER TABLE new_t RENAME TO t;
    PRAGMA foreign_key_check;
    COMMIT;
    PRAGMA foreign_keys = ON;
    """

  static let pragmaInTransaction = Rule(
    "SL01", "fk-pragma-in-transaction", .error, engines: sqlite,
    summary: "PRAGMA foreign_keys between BEGIN and COMMIT does nothing, and says nothing.",
    remedy: "set it before BEGIN",
    bad: ["BEGIN IMMEDIATE; PRAGMA foreign_keys = OFF; COMMIT;"], good: [good]
  ) { context in
    guard case .pragma(name: "foreign_keys", value: _?) = context.node, context.isInTransaction
    else {
      return []
    }
    return [
      Violation("inside a transaction this changes nothing", at: context.statement.range)
    ]
  }

  static let rebuildWithForeignKeys = Rule(
    "SL02", "rebuild-parent-with-fk-on", .error, engines: sqlite,
    summary:
      "With foreign keys on, DROP TABLE deletes all rows first: ON DELETE CASCADE and SET NULL fire, "
      + "and the rows of other tables are lost.",
    remedy: "PRAGMA foreign_keys = OFF before BEGIN, ON after COMMIT",
    bad: [
      """
      -- kedge:engine sqlite
      BEGIN IMMEDIATE;
      CREATE TABLE new_t (id INTEGER PRIMARY KEY);
      INSERT INTO new_t (id) SELECT id FROM t;
      DROP TABLE t;
      ALTER TABLE new_t RENAME TO t;
      PRAGMA foreign_key_check;
      COMMIT;
      """,
      """
      BEGIN IMMEDIATE;
      PRAGMA foreign_keys = OFF;
      CREATE TABLE new_t (id INTEGER PRIMARY KEY);
      INSERT INTO new_t (id) SELECT id FROM t;
      DROP TABLE t;
      ALTER TABLE new_t RENAME TO t;
      PRAGMA foreign_key_check;
      COMMIT;
      """,
    ],
    good: [
      good,
      """
      -- kedge:engine sqlite
      -- kedge:section 1 foreign-keys-off
      CREATE TABLE new_t (id INTEGER PRIMARY KEY);
      INSERT INTO new_t (id) SELECT id FROM t;
      DROP TABLE t;
      ALTER TABLE new_t RENAME TO t;
      PRAGMA foreign_key_check;
      """,
    ],
    .file { file in
      guard let first = file.statements.first else { return [] }
      let drops =
        SQLiteRebuild.all(in: file.file.statements, first.key).map { ($0.dropIndex, $0.table) }
        + SQLiteRebuild.recreations(in: file.file.statements, first.key)
      return drops.compactMap { index, table in
        let context = file.statements[index]
        let isOff = file.statements[..<index].contains { before in
          guard case .pragma(name: "foreign_keys", value: let value?) = before.node else {
            return false
          }
          return !before.isInTransaction && ["off", "0", "false", "no"].contains(value)
        }
        guard !isOff, !context.unit.foreignKeysOff, context.isOld(table) else { return nil }
        return Violation(
          "if foreign keys are on, rows of tables that refer to \(table.text) are deleted",
          at: context.statement.range)
      }
    })

  static let renameOldFirst = Rule(
    "SL03", "rename-old-first", .error, engines: sqlite,
    summary:
      "Renaming the old table away makes foreign keys and views of others follow it to its new name, "
      + "and they break when it is dropped.",
    remedy: "make the new table under another name, drop the old one, rename the new one",
    bad: [
      """
      -- kedge:engine sqlite
      ALTER TABLE t RENAME TO old_t;
      CREATE TABLE t (id INTEGER PRIMARY KEY);
      INSERT INTO t (id) SELECT id FROM old_t;
      DROP TABLE old_t;
      """
    ],
    good: [good]
  ) { context in
    guard case .alter(let alter) = context.node,
      case .renameTo(let new)? = alter.actions.first?.kind
    else { return [] }
    let comesBack = context.following.contains { statement in
      if case .createTable(let table) = statement.node {
        table.name.last == alter.name.last
      } else {
        false
      }
    }
    let isLegacy = context.session.value("pragma legacy_alter_table") == "on"
    guard comesBack, !isLegacy else { return [] }
    return [
      Violation(
        "foreign keys and views that speak of \(alter.name.text) now speak of \(new.text)",
        at: context.statement.range)
    ]
  }

  static let rebuildWithDependents = Rule(
    "SL04", "rebuild-with-dependents", .error, engines: sqlite,
    summary:
      "The last RENAME of a rebuild fails while a view, or a trigger of another table, speaks of the "
      + "table that was dropped.",
    remedy: "drop such views and triggers before, and make them again after",
    bad: [
      """
      -- kedge:engine sqlite
      CREATE VIEW v AS SELECT a FROM t;
      CREATE TABLE new_t (id INTEGER PRIMARY KEY, a TEXT);
      INSERT INTO new_t (id, a) SELECT id, a FROM t;
      DROP TABLE t;
      ALTER TABLE new_t RENAME TO t;
      """
    ],
    good: [good],
    .file { file in
      rebuilds(file) { rebuild, context in
        let views = context.catalog.views(over: context.key(rebuild.table))
        guard let view = views.first,
          context.session.value("pragma legacy_alter_table") != "on"
        else { return nil }
        return Violation(
          "this fails: the view \(view) speaks of \(rebuild.table.text)",
          at: context.statement.range)
      }
    })

  static let sequenceLost = Rule(
    "SL05", "autoincrement-sequence-lost", .warning, engines: sqlite,
    summary:
      "The counter of an AUTOINCREMENT table is not carried over: ids of deleted rows come again.",
    remedy: "copy the row of sqlite_sequence to the new name before DROP TABLE",
    bad: [
      """
      CREATE TABLE new_t (id INTEGER PRIMARY KEY AUTOINCREMENT);
      INSERT INTO new_t (id) SELECT id FROM t;
      DROP TABLE t;
      ALTER TABLE new_t RENAME TO t;
      """
    ],
    good: [
      """
      CREATE TABLE new_t (id INTEGER PRIMARY KEY AUTOINCREMENT);
      INSERT INTO new_t (id) SELECT id FROM t;
      UPDATE sqlite_sequence SET seq = 9 WHERE name = 'new_t';
      DROP TABLE t;
      ALTER TABLE new_t RENAME TO t;
      """
    ],
    .file { file in
      rebuilds(file) { rebuild, context in
        let isCounted = file.statements[..<rebuild.renameIndex].contains { before in
          guard case .createTable(let table) = before.node,
            table.name.last == rebuild.replacement.last
          else { return false }
          return before.statement.tokens.contains { $0.isWord("autoincrement") }
        }
        let isCarried = file.file.statements.contains { statement in
          statement.tokens.contains { $0.unquoted.asciiLowercased == "sqlite_sequence" }
        }
        guard isCounted, !isCarried else { return nil }
        return Violation(
          "ids of deleted rows of \(rebuild.table.text) are given again",
          at: context.statement.range)
      }
    })

  static let rowidLost = Rule(
    "SL06", "rowid-not-preserved", .warning, engines: sqlite,
    summary:
      "Without an INTEGER PRIMARY KEY the rows get new rowids: what points at them (an FTS5 index "
      + "with external content) is corrupt.",
    remedy: "copy the rowid, too: INSERT INTO new (rowid, …) SELECT rowid, …",
    bad: [
      """
      -- kedge:engine sqlite
      CREATE TABLE new_t (id TEXT PRIMARY KEY NOT NULL, a TEXT);
      INSERT INTO new_t (id, a) SELECT id, a FROM t;
      DROP TABLE t;
      ALTER TABLE new_t RENAME TO t;
      """
    ],
    good: [
      good,
      """
      -- kedge:engine sqlite
      CREATE TABLE new_t (id TEXT PRIMARY KEY NOT NULL, a TEXT);
      INSERT INTO new_t (rowid, id, a) SELECT rowid, id, a FROM t;
      DROP TABLE t;
      ALTER TABLE new_t RENAME TO t;
      """,
    ],
    .file { file in
      rebuilds(file) { rebuild, context in
        guard let table = rebuild.definition, !table.isWithoutRowid, !hasRowidAlias(table) else {
          return nil
        }
        let copy = file.statements[..<rebuild.dropIndex].compactMap { before -> ManipulatedRows? in
          guard case .insert(let rows) = before.node, rows.table.last == rebuild.replacement.last
          else { return nil }
          return rows
        }.last
        guard let copy, !copy.columns.contains(where: { $0.last.key == "rowid" }) else {
          return nil
        }
        return Violation(
          "the rowids of \(rebuild.table.text) change", at: context.statement.range)
      }
    })

  /// `INTEGER PRIMARY KEY`, to the letter.
  static func hasRowidAlias(_ table: CreateTable) -> Bool {
    table.columns.contains { column in
      column.isPrimaryKey && column.type?.fragment.text.asciiLowercased == "integer"
    }
      || table.constraints.contains { constraint in
        guard case .primaryKey(let columns) = constraint.kind, columns.count == 1 else {
          return false
        }
        return table.columns.contains { column in
          column.name.last == columns[0]
            && column.type?.fragment.text.asciiLowercased == "integer"
        }
      }
  }

  static let insertIntoGenerated = Rule(
    "SL07", "insert-into-generated", .error, engines: sqlite,
    summary: "A generated column cannot be written.",
    remedy: "leave it out of the copy",
    bad: [
      """
      -- kedge:engine sqlite
      CREATE TABLE n (id INTEGER PRIMARY KEY, g INT AS (id + 1));
      INSERT INTO n (id, g) SELECT id, g FROM t;
      """
    ],
    good: [
      """
      -- kedge:engine sqlite
      CREATE TABLE n (id INTEGER PRIMARY KEY, g INT AS (id + 1));
      INSERT INTO n (id) SELECT id FROM t;
      """
    ]
  ) { context in
    guard case .insert(let rows) = context.node else { return [] }
    let key = context.key(rows.table)
    return rows.columns.filter { context.catalog.column($0.last, of: key)?.isGenerated == true }
      .map { Violation("\($0.text) is generated and cannot be written", at: $0.range) }
  }

  static let selectStarCopy = Rule(
    "SL08", "select-star-copy", .error, engines: sqlite,
    summary:
      "A copy without column names depends on their order; CREATE TABLE AS drops every constraint, "
      + "default and collation.",
    remedy: "name the columns on both sides",
    bad: [
      """
      -- kedge:engine sqlite
      CREATE TABLE n (id INTEGER PRIMARY KEY);
      INSERT INTO n SELECT * FROM t;
      DROP TABLE t;
      ALTER TABLE n RENAME TO t;
      """,
      "-- kedge:engine sqlite\nCREATE TABLE n AS SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;",
    ],
    good: [good],
    .file { file in
      rebuilds(file) { rebuild, context in
        if let table = rebuild.definition, table.isFromQuery {
          return Violation(
            "\(rebuild.table.text) loses its keys, defaults and constraints", at: table.name.range)
        }
        for before in file.statements[..<rebuild.dropIndex] {
          guard case .insert(let rows) = before.node, rows.isFromQuery, rows.columns.isEmpty,
            rows.table.last == rebuild.replacement.last
          else { continue }
          return Violation(
            "the copy depends on the order of the columns", at: before.statement.range)
        }
        return nil
      }
    })

  static let missingCheck = Rule(
    "SL09", "missing-foreign-key-check", .error, engines: sqlite,
    summary: "A rebuild with foreign keys off can leave rows that refer to nothing.",
    remedy: "PRAGMA foreign_key_check before COMMIT, and ROLLBACK when it finds more than before",
    bad: [
      """
      PRAGMA foreign_keys = OFF;
      CREATE TABLE new_t (id INTEGER PRIMARY KEY);
      INSERT INTO new_t (id) SELECT id FROM t;
      DROP TABLE t;
      ALTER TABLE new_t RENAME TO t;
      """
    ],
    good: [good],
    .file { file in
      rebuilds(file) { rebuild, context in
        guard !context.unit.foreignKeysOff else { return nil }
        let isChecked = file.statements[rebuild.dropIndex...].contains { later in
          if case .pragma(name: "foreign_key_check", _) = later.node { true } else { false }
        }
        guard !isChecked else { return nil }
        return Violation("nothing checks the foreign keys after this", at: context.statement.range)
      }
    })

  static let rowsDropped = Rule(
    "DL16", "copy-that-drops-rows", .error, engines: sqlite,
    summary: "OR IGNORE and OR REPLACE lose rows without a word when a table is copied.",
    remedy: "copy with plain INSERT, and look at what fails",
    bad: [
      """
      -- kedge:engine sqlite
      CREATE TABLE n (id INTEGER PRIMARY KEY);
      INSERT OR IGNORE INTO n (id) SELECT id FROM t;
      """
    ],
    good: [good]
  ) { context in
    // What is temporary is no copy to be kept.
    guard case .insert(let rows) = context.node, rows.isFromQuery, let word = rows.conflict,
      ["ignore", "replace"].contains(word), context.key(rows.table).schema.raw != "temp"
    else { return [] }
    return [
      Violation(
        "rows that break a constraint of \(rows.table.text) are "
          + (word == "ignore" ? "left out" : "replaced") + " without a word",
        at: context.statement.range)
    ]
  }

  static let writableSchema = Rule(
    "SL17", "writable-schema", .error, engines: sqlite,
    summary:
      "A schema that is edited as text is not checked, other connections do not notice, and the file "
      + "can become unreadable.",
    remedy: "rebuild the table",
    bad: ["PRAGMA writable_schema = ON;"], good: [good]
  ) { context in
    guard case .pragma(name: "writable_schema", value: let value?) = context.node,
      !["off", "0", "reset", "false"].contains(value)
    else { return [] }
    return [Violation("nothing checks what is written now", at: context.statement.range)]
  }

  static let deferredBegin = Rule(
    "SL18", "deferred-begin", .warning, engines: sqlite,
    summary:
      "A plain BEGIN takes the write lock at the first write only: when somebody else has it, that "
      + "fails at once.",
    remedy: "BEGIN IMMEDIATE",
    bad: ["-- kedge:engine sqlite\nBEGIN; ALTER TABLE t ADD COLUMN c; COMMIT;"], good: [good]
  ) { context in
    guard case .transaction(.begin) = context.node,
      !context.statement.tokens.contains(where: {
        $0.isWord("immediate") || $0.isWord("exclusive")
      }), let word = context.range(ofWord: "begin")
    else { return [] }
    return [
      Violation(
        "the first write fails when somebody else is writing", at: context.statement.range,
        edits: context.range(ofWord: "deferred").map { [Edit($0, "IMMEDIATE")] }
          ?? [.insert(" IMMEDIATE", at: word.upperBound)])
    ]
  }
}
