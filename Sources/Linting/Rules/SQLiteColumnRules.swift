import SQLText
import SchemaModel

/// Columns and tables of SQLite.
enum SQLiteColumnRules {
  static let all = [
    addColumnUnsupported, dropColumnUnsupported, dropParentColumn, strictDefault, affinity,
    rowidAlias, nullPrimaryKey, doubleQuotedString, minimumVersion,
  ]

  private static let sqlite: [EngineName] = [.sqlite]
  private static let mark = "-- kedge:engine sqlite\n"

  static let addColumnUnsupported = Rule(
    "SL10", "add-column-unsupported", .error, engines: sqlite,
    summary:
      "SQLite's ADD COLUMN takes no PRIMARY KEY, no UNIQUE, no default that is not constant, no "
      + "STORED column, and no REFERENCES with a default while foreign keys are on.",
    remedy: "rebuild the table",
    bad: [
      Example(mark + "ALTER TABLE t ADD COLUMN c INT UNIQUE;"),
      Example(mark + "ALTER TABLE t ADD COLUMN c TEXT DEFAULT CURRENT_TIMESTAMP;"),
      Example(mark + "ALTER TABLE t ADD COLUMN c INT DEFAULT (1 + 1);"),
      Example(mark + "ALTER TABLE t ADD COLUMN c INT AS (a) STORED;"),
      Example(mark + "ALTER TABLE t ADD COLUMN c INT PRIMARY KEY;"),
    ],
    good: [
      Example(mark + "ALTER TABLE t ADD COLUMN c INT NOT NULL DEFAULT 0;"),
      Example(mark + "ALTER TABLE t ADD COLUMN c INT AS (a);"),
    ]
  ) { context in
    context.actions { _, action in
      guard case .addColumn(let column, _) = action.kind, let reason = refusal(column) else {
        return nil
      }
      return Violation("SQLite refuses a new column \(reason)", at: column.range)
    }
  }

  private static func refusal(_ column: ColumnDefinition) -> String? {
    if column.isPrimaryKey { return "with PRIMARY KEY" }
    if column.isUnique { return "with UNIQUE" }
    if column.generated?.isStored == true { return "that is STORED" }
    guard let value = column.defaultValue else { return nil }
    if value.tokens.first?.isSymbol("(") == true { return "whose default is an expression" }
    if ["current_timestamp", "current_date", "current_time"].contains(where: {
      value.contains(word: $0)
    }) {
      return "whose default is not constant"
    }
    return column.reference != nil && column.hasValueForOldRows
      ? "with REFERENCES and a default, while foreign keys are on" : nil
  }

  static let dropColumnUnsupported = Rule(
    "SL11", "drop-column-unsupported", .error, engines: sqlite,
    summary:
      "SQLite's DROP COLUMN refuses keys, indexed columns, and columns that a CHECK, a generated "
      + "column, a partial index, a view or a trigger uses.",
    remedy: "drop what uses it first, or rebuild the table",
    bad: [
      Example(mark + "CREATE INDEX i ON t (c); ALTER TABLE t DROP COLUMN c;"),
      Example(mark + "CREATE VIEW v AS SELECT c FROM t; ALTER TABLE t DROP COLUMN c;"),
      Example(
        mark + "CREATE TABLE t (c INT UNIQUE, d INT PRIMARY KEY); ALTER TABLE t DROP COLUMN c;"),
    ],
    good: [Example(mark + "CREATE INDEX i ON t (d); ALTER TABLE t DROP COLUMN c;")]
  ) { context in
    guard case .alter(let alter) = context.node else { return [] }
    let key = context.key(alter.name)
    return alter.actions.compactMap { action in
      guard case .dropColumn(let name, _) = action.kind,
        let user = user(of: name.last, key, context.catalog)
      else { return nil }
      return Violation("SQLite refuses this: \(user) uses \(name.text)", at: action.range)
    }
  }

  private static func user(
    of column: Identifier, _ table: RelationKey, _ catalog: Catalog
  ) -> String? {
    if let view = catalog.views(over: table, column: column).first { return "the view \(view)" }
    let index = catalog.indexNames[table]?.first { key in
      catalog.indexes[key]?.words.contains(column.key) == true
    }
    if let index { return "the index \(index.name.raw)" }
    for constraint in catalog.relations[table]?.constraints.values ?? [:].values {
      switch constraint.kind {
      case .primaryKey(let columns) where columns.contains(column): return "the primary key"
      case .unique(let columns) where columns.contains(column): return "a UNIQUE constraint"
      case .primaryKey, .unique, .check, .foreignKey, .exclusion, .notNull: continue
      }
    }
    return nil
  }

  static let dropParentColumn = Rule(
    "SL12", "drop-fk-parent-column", .error, engines: sqlite,
    summary:
      "SQLite drops a column that foreign keys refer to; from then on every write to the referring "
      + "table fails: foreign key mismatch.",
    remedy: "rebuild the referring table without the foreign key first",
    bad: [
      Example(
        mark
          + """
          CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES parents (code));
          ALTER TABLE parents DROP COLUMN code;
          """)
    ],
    good: [Example(mark + "ALTER TABLE parents DROP COLUMN code;")]
  ) { context in
    context.actions { alter, action in
      guard case .dropColumn(let name, _) = action.kind else { return nil }
      let user = context.preceding.contains { statement in
        guard case .createTable(let table) = statement.node else { return false }
        return table.references.contains { reference in
          context.key(reference.table) == context.key(alter.name)
            && reference.columns.contains(name.last)
        }
      }
      guard user else { return nil }
      return Violation("a foreign key refers to \(name.text)", at: action.range)
    }
  }

  static let strictDefault = Rule(
    "SL14", "strict-default-mismatch", .error, engines: sqlite,
    summary:
      "Older versions take a default of the wrong type for a STRICT table's new column; old rows "
      + "then fail integrity_check.",
    remedy: "write a default of the column's type",
    bad: [
      Example(
        mark
          + "CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT; ALTER TABLE t ADD COLUMN e INT DEFAULT 'x';"
      )
    ],
    good: [
      Example(
        mark
          + "CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT; ALTER TABLE t ADD COLUMN e INT DEFAULT 1;"
      )
    ]
  ) { context in
    guard case .alter(let alter) = context.node,
      context.catalog.relation(alter.name)?.isStrict == true
    else { return [] }
    return alter.actions.compactMap { action in
      guard case .addColumn(let column, _) = action.kind,
        let value = column.defaultValue?.tokens.first,
        let type = column.type?.fragment.text.asciiLowercased
      else { return nil }
      let isNumber = ["int", "integer", "real"].contains(type)
      guard isNumber, value.kind == .string else { return nil }
      return Violation("\(value.text) is no \(type)", at: value.range)
    }
  }

  static let affinity = Rule(
    "SL15", "affinity-lossy", .warning, engines: sqlite,
    summary:
      "Text that is copied into a numeric column is converted: '007' becomes 7, long numbers lose "
      + "digits.",
    remedy: "keep TEXT, or make sure that no such value is there",
    bad: [
      Example(
        mark
          + """
          CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT);
          CREATE TABLE n (id INTEGER PRIMARY KEY, code INTEGER);
          INSERT INTO n (id, code) SELECT id, code FROM t;
          DROP TABLE t;
          ALTER TABLE n RENAME TO t;
          """)
    ],
    good: [
      Example(
        mark
          + """
          CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT);
          CREATE TABLE n (id INTEGER PRIMARY KEY, code TEXT);
          INSERT INTO n (id, code) SELECT id, code FROM t;
          DROP TABLE t;
          ALTER TABLE n RENAME TO t;
          """)
    ]
  ) { context in
    guard case .drop(let drop) = context.node, drop.object == .table, let name = drop.names.first,
      let rebuild = SQLiteRebuild.all(in: context.file.statements, context.key).first(where: {
        $0.dropIndex == context.index
      }), let new = rebuild.definition
    else { return [] }
    return new.columns.compactMap { column in
      guard
        let old = context.catalog.column(column.name.last, of: context.key(name))?.type?
          .asciiLowercased, let type = column.type?.fragment.text.asciiLowercased
      else { return nil }
      guard isText(old), isNumeric(type) else { return nil }
      return Violation(
        "text in \(column.name.text) becomes a number: '007' becomes 7", at: column.range)
    }
  }

  private static func isText(_ type: String) -> Bool {
    ["char", "clob", "text"].contains { type.contains($0) }
  }

  private static func isNumeric(_ type: String) -> Bool {
    ["int", "real", "floa", "doub", "numeric", "decimal"].contains { type.contains($0) }
  }

  static let rowidAlias = Rule(
    "SL16", "rowid-alias-change", .warning, engines: sqlite,
    summary:
      "Only INTEGER PRIMARY KEY is the rowid itself; INT PRIMARY KEY, or DESC, makes a second index "
      + "and takes NULL.",
    remedy: "write INTEGER PRIMARY KEY",
    bad: [
      Example(mark + "CREATE TABLE t (id INT PRIMARY KEY);"),
      Example(mark + "CREATE TABLE t (id INTEGER PRIMARY KEY DESC);"),
    ],
    good: [Example(mark + "CREATE TABLE t (id INTEGER PRIMARY KEY);")]
  ) { context in
    guard case .createTable(let table) = context.node, !table.isWithoutRowid else { return [] }
    return table.columns.compactMap { column in
      guard column.isPrimaryKey, let type = column.type?.fragment.text.asciiLowercased else {
        return nil
      }
      let isDescending = context.statement.tokens.contains {
        $0.isWord("desc") && column.range.contains($0.range.lowerBound)
      }
      guard type.contains("int"), type != "integer" || isDescending else { return nil }
      return Violation("\(column.name.text) is not the rowid", at: column.range)
    }
  }

  static let nullPrimaryKey = Rule(
    "SL20", "null-primary-key", .warning, engines: sqlite,
    summary: "A primary key that is not INTEGER takes NULL, any number of times.",
    remedy: "write NOT NULL, or make the table STRICT or WITHOUT ROWID",
    bad: [Example(mark + "CREATE TABLE t (id TEXT PRIMARY KEY);")],
    good: [
      Example(mark + "CREATE TABLE t (id TEXT PRIMARY KEY NOT NULL);"),
      Example(mark + "CREATE TABLE t (id TEXT PRIMARY KEY) WITHOUT ROWID;"),
      Example(mark + "CREATE TABLE t (id INTEGER PRIMARY KEY);"),
    ]
  ) { context in
    guard case .createTable(let table) = context.node, !table.isWithoutRowid, !table.isStrict else {
      return []
    }
    return table.columns.compactMap { column in
      guard column.isPrimaryKey, column.type?.fragment.text.asciiLowercased != "integer",
        !column.constraints.contains(where: { $0.kind == .notNull })
      else { return nil }
      return Violation("\(column.name.text) takes NULL", at: column.range)
    }
  }

  static let doubleQuotedString = Rule(
    "SL21", "double-quoted-string", .warning, engines: sqlite,
    summary:
      "Double quotes are for names; where none fits SQLite takes them for a string without a word.",
    remedy: "single quotes",
    bad: [Example(mark + "ALTER TABLE t ADD COLUMN c TEXT DEFAULT \"x\";")],
    good: [Example(mark + "ALTER TABLE t ADD COLUMN c TEXT DEFAULT 'x';")]
  ) { context in
    context.newColumns.compactMap { column in
      guard let value = column.defaultValue, value.tokens.count == 1,
        value.tokens[0].kind == .quotedName, value.tokens[0].text.hasPrefix("\"")
      else { return nil }
      return Violation(
        "\(value.text) is a name in quotes, not a string", at: value.range,
        edits: [Edit(value.range, Quoting.literal(value.tokens[0].unquoted))])
    }
  }

  static let minimumVersion = Rule(
    "SL22", "min-version-feature", .error, engines: sqlite,
    summary: "The statement needs a newer SQLite than the one on which it will run.",
    remedy: "use what the version knows, or say which one it is: --sqlite-version",
    bad: [
      Example(mark + "ALTER TABLE t ALTER COLUMN c SET NOT NULL;"),
      Example(mark + "ALTER TABLE t ADD CONSTRAINT k CHECK (c > 0);"),
      Example(mark + "ALTER TABLE t DROP CONSTRAINT k;"),
    ],
    good: [Example(mark + "ALTER TABLE t DROP COLUMN c;")]
  ) { context in
    var needed = 0
    switch context.node {
    case .createTable(let table): if table.isStrict { needed = 3_037 }
    case .alter(let alter):
      for action in alter.actions {
        switch action.kind {
        case .renameColumn: needed = max(needed, 3_025)
        case .dropColumn: needed = max(needed, 3_035)
        case .setNotNull, .dropNotNull, .addConstraint, .dropConstraint: needed = max(needed, 3_053)
        default: continue
        }
      }
    default: return []
    }
    guard needed > context.options.sqliteVersion else { return [] }
    return [
      Violation(
        "this needs SQLite 3.\(needed % 1_000)", at: context.statement.range)
    ]
  }
}
