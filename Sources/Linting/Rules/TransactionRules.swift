import Migrations
import SQLText
import SchemaModel

/// Transactions, and statements that do not fit into one.
enum TransactionRules {
  private static let both: [EngineName] = [.postgresql, .sqlite]

  static let all = [
    concurrentlyInTransaction, implicitTransaction, enumValueUsed, nesting, uncommitted,
    notRerunnable,
    ifNotExistsTrap, unnamedConcurrentIndex, corruption14, nonTransactional, psqlCommand,
    unqualifiedName, replicationRole, duplicateColumn, opaque,
  ]

  static let concurrentlyInTransaction = Rule(
    "TX01", "concurrently-in-tx", .error,
    summary: "CONCURRENTLY fails inside a transaction.",
    remedy: "put it into a section or file that runs without a transaction",
    bad: [
      "BEGIN; CREATE INDEX CONCURRENTLY i ON t (c); COMMIT;",
      "BEGIN; DROP INDEX CONCURRENTLY i; COMMIT;",
      "-- kedge:section 1\nALTER TABLE p DETACH PARTITION q CONCURRENTLY;",
      Example("CREATE INDEX CONCURRENTLY i ON t (c);", file: "V1__i.sql"),
    ],
    good: [
      "CREATE INDEX CONCURRENTLY i ON t (c);",
      "-- kedge:section 1 no-transaction\nCREATE INDEX CONCURRENTLY i ON t (c);",
      "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY i ON t (c);",
      "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON t (c);",
      "BEGIN; REFRESH MATERIALIZED VIEW CONCURRENTLY m; COMMIT;",
    ]
  ) { context in
    guard let transaction = context.transaction, transaction.origin != .implicit,
      context.isConcurrently, context.claims.isNonTransactional
    else { return [] }
    // Flyway runs a file that consists of such statements alone without a transaction.
    if context.file.layout == .flyway, context.unit.statements.allSatisfy(isConcurrent) {
      return flyway(context)
    }
    return [
      Violation(
        "this fails: CONCURRENTLY cannot run inside a transaction", at: context.statement.range)
    ]
  }

  private static func flyway(_ context: LintContext) -> [Violation] {
    [
      Violation(
        "Flyway must run this without a transaction", at: context.statement.range,
        hint: "executeInTransaction=false in the file's .conf", level: .warning)
    ]
  }

  private static func isConcurrent(_ statement: ParsedStatement) -> Bool {
    statement.tokens.contains { $0.isWord("concurrently") }
  }

  static let implicitTransaction = Rule(
    "TX02", "implicit-multi-statement-tx", .error,
    summary:
      "Statements that are sent in one string are one transaction, even SET beside CREATE INDEX "
      + "CONCURRENTLY.",
    remedy: "give the statement a file of its own",
    bad: [
      Example(
        "SET lock_timeout = 0; CREATE INDEX CONCURRENTLY i ON t (c);", file: "1_i.up.sql"),
      Example("SELECT 1; VACUUM t;", file: "1_i.up.sql"),
    ],
    good: [Example("CREATE INDEX CONCURRENTLY i ON t (c);", file: "1_i.up.sql")]
  ) { context in
    guard context.transaction?.origin == .implicit, context.claims.isNonTransactional else {
      return []
    }
    return [
      Violation(
        "the file is sent as one string, and so as one transaction, in which this fails",
        at: context.statement.range)
    ]
  }

  static let enumValueUsed = Rule(
    "TX03", "enum-value-used-same-tx", .error,
    summary: "A new enum label cannot be used in the transaction that added it.",
    remedy: "commit before the label is used",
    bad: [
      """
      BEGIN;
      ALTER TYPE mood ADD VALUE 'new' AFTER 'old';
      UPDATE t SET m = 'new' WHERE id = 1;
      COMMIT;
      """
    ],
    good: [
      """
      ALTER TYPE mood ADD VALUE 'new' AFTER 'old';
      UPDATE t SET m = 'new' WHERE id = 1;
      """,
      Example(
        """
        BEGIN;
        CREATE TYPE mood AS ENUM ('a');
        ALTER TYPE mood ADD VALUE 'b' AFTER 'a';
        ALTER TABLE t ADD COLUMN m mood DEFAULT 'b';
        COMMIT;
        """, version: 17),
    ]
  ) { context in
    guard let transaction = context.transaction, !transaction.newLabels.isEmpty else { return [] }
    for token in context.statement.tokens where token.kind == .string {
      guard let type = transaction.newLabels[token.text] else { continue }
      let isNew = context.catalog.types[type]?.transaction == transaction.number
      if isNew, context.version >= 17 || context.version < 12 { continue }
      if case .alter(let alter) = context.node, alter.object == .type { continue }
      return [
        Violation(
          "\(token.text) was added to \(type) in this transaction and cannot be used in it",
          at: token.range)
      ]
    }
    return []
  }

  static let nesting = Rule(
    "TX04", "transaction-nesting", .warning, engines: both,
    summary:
      "The runner has opened a transaction: BEGIN only warns, COMMIT ends the runner's own, and "
      + "what follows runs without one.",
    remedy: "leave BEGIN and COMMIT to the runner",
    bad: [
      "-- kedge:section 1\nBEGIN; ALTER TABLE t ADD COLUMN c int; COMMIT;", "BEGIN; BEGIN; COMMIT;",
      "COMMIT;",
    ],
    good: [
      "BEGIN; ALTER TABLE t ADD COLUMN c int; COMMIT;",
      Example("BEGIN; ALTER TABLE t ADD COLUMN c int; COMMIT;", file: "1_x.up.sql"),
    ]
  ) { context in
    guard case .transaction(let command) = context.node else { return [] }
    let origin = context.transaction?.origin
    switch command {
    case .begin where origin == .managed || origin == .explicit:
      return [
        Violation("there is a transaction already", at: context.statement.range)
      ]
    case .commit where origin == .managed, .rollback where origin == .managed:
      return [
        Violation("this ends the transaction of the runner", at: context.statement.range)
      ]
    case .commit where origin == nil && !context.unit.isManaged:
      return [Violation("there is no transaction to end", at: context.statement.range)]
    default: return []
    }
  }

  static let uncommitted = Rule(
    "TX05", "uncommitted-transaction", .error, engines: both,
    summary: "The file begins a transaction and never ends it: all of it is rolled back.",
    remedy: "COMMIT at the end",
    bad: ["BEGIN; ALTER TABLE t ADD COLUMN c int;"],
    good: ["BEGIN; ALTER TABLE t ADD COLUMN c int; COMMIT;", "BEGIN; SELECT 1; ROLLBACK;"],
    .file { file in
      guard let transaction = file.transaction, transaction.origin == .explicit,
        let range = transaction.beginRange, let last = file.last
      else { return [] }
      return [
        Violation(
          "this transaction is never committed", at: range,
          edits: [.insert(";\nCOMMIT", at: last.end)])
      ]
    })

  static let notRerunnable = Rule(
    "TX06", "not-rerunnable", .warning, isOptIn: true,
    summary:
      "Without a transaction a failure leaves the file half done, and it cannot run again from the "
      + "start.",
    remedy: "one statement a section; or IF EXISTS and IF NOT EXISTS",
    bad: ["ALTER TABLE t ADD COLUMN c int; ALTER TABLE t ADD COLUMN d int;"],
    good: [
      "BEGIN; ALTER TABLE t ADD COLUMN c int; ALTER TABLE t ADD COLUMN d int; COMMIT;",
      "ALTER TABLE t ADD COLUMN c int;",
      "ALTER TABLE t ADD COLUMN IF NOT EXISTS c int; DROP TABLE IF EXISTS u;",
    ]
  ) { context in
    guard !context.isInTransaction, context.unit.statements.count > 1, !isGuarded(context) else {
      return []
    }
    switch context.node {
    case .alter, .createTable, .createIndex, .create, .createType, .drop:
      return [
        Violation(
          "if a later statement fails, this one fails when the file is run again",
          at: context.statement.range)
      ]
    default: return []
    }
  }

  private static func isGuarded(_ context: LintContext) -> Bool {
    Fragment(context.statement.tokens).contains(words: ["if", "exists"])
      || Fragment(context.statement.tokens).contains(words: ["if", "not", "exists"])
      || Fragment(context.statement.tokens).contains(words: ["or", "replace"])
  }

  static let ifNotExistsTrap = Rule(
    "TX07", "cic-if-not-exists-trap", .error,
    summary:
      "CREATE INDEX CONCURRENTLY IF NOT EXISTS takes the invalid index of a failed run for the one "
      + "that it should make.",
    remedy: "leave IF NOT EXISTS out, and drop the invalid index before another try",
    bad: ["CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (c);"],
    good: [
      "DROP INDEX CONCURRENTLY IF EXISTS i; CREATE INDEX CONCURRENTLY i ON t (c);",
      "CREATE INDEX IF NOT EXISTS i ON t (c);",
    ]
  ) { context in
    guard case .createIndex(let index) = context.node, index.isConcurrent, index.ifNotExists else {
      return []
    }
    return [
      Violation("an invalid index of that name is left as it is", at: context.statement.range)
    ]
  }

  static let unnamedConcurrentIndex = Rule(
    "TX08", "unnamed-concurrent-index", .warning,
    summary: "Each try that fails leaves an invalid index, and the next one makes another.",
    remedy: "give the index a name",
    bad: ["CREATE INDEX CONCURRENTLY ON t (c);"],
    good: ["CREATE INDEX CONCURRENTLY t_c_idx ON t (c);", "CREATE INDEX ON t (c);"]
  ) { context in
    guard case .createIndex(let index) = context.node, index.isConcurrent, index.name == nil,
      let on = context.range(ofWord: "on")
    else { return [] }
    var edits: [Edit] = []
    if let columns = index.columns {
      let name = ([index.table.last] + columns).map(\.raw).joined(separator: "_") + "_idx"
      edits = [.insert(Quoting.name(name) + " ", at: on.lowerBound)]
    }
    return [
      Violation(
        "another try makes another index beside this one", at: context.statement.range, edits: edits
      )
    ]
  }

  static let corruption14 = Rule(
    "TX11", "cic-corruption-14", .error,
    summary:
      "CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY of PostgreSQL 14.0 to 14.3 can make "
      + "corrupt indexes.",
    remedy: "upgrade to 14.4 or later first; check indexes that were made so with amcheck",
    bad: [Example("CREATE INDEX CONCURRENTLY i ON t (c);", version: 14)],
    good: [Example("CREATE INDEX CONCURRENTLY i ON t (c);", version: 15)]
  ) { context in
    guard context.version == 14, context.isConcurrently, context.options.minorVersion ?? 0 < 4
    else {
      return []
    }
    switch context.node {
    case .createIndex, .reindex:
      return [
        Violation(
          "before 14.4 the index can miss rows", at: context.statement.range,
          level: context.options.minorVersion == nil ? .notice : nil)
      ]
    default: return []
    }
  }

  static let nonTransactional = Rule(
    "TX12", "non-transactional-statement", .error,
    summary:
      "VACUUM, CREATE and DROP DATABASE or TABLESPACE, ALTER SYSTEM, REINDEX SCHEMA and some others "
      + "fail inside a transaction.",
    remedy: "put it into a section or file that runs without a transaction",
    bad: [
      "BEGIN; VACUUM t; COMMIT;", "-- kedge:section 1\nALTER SYSTEM SET work_mem = '1GB';",
      "BEGIN; REINDEX SCHEMA s; COMMIT;", "BEGIN; CREATE DATABASE d; COMMIT;",
    ],
    good: [
      "VACUUM t;", "-- kedge:section 1 no-transaction\nVACUUM t;", "BEGIN; ANALYZE t; COMMIT;",
    ]
  ) { context in
    guard let transaction = context.transaction, transaction.origin != .implicit,
      context.claims.isNonTransactional, !context.isConcurrently
    else { return [] }
    return [
      Violation("this fails inside a transaction", at: context.statement.range)
    ]
  }

  static let psqlCommand = Rule(
    "TX13", "psql-meta-or-copy-stdin", .error,
    summary:
      "psql's commands, its variables and the rows of COPY … FROM stdin are no SQL: a runner that "
      + "speaks to the server fails at them.",
    remedy: "write SQL only; INSERT rows",
    bad: [
      Example("\\set x 1\nSELECT 1;", file: "1_x.up.sql"),
      Example("COPY t FROM stdin;\n1\n\\.\n", file: "V1__x.sql"),
      "-- kedge:section 1\nSELECT :x;",
    ],
    good: [
      "\\set x 1\nSELECT :x;", "-- kedge:section 1\nSELECT a[1:2], b::int FROM t;",
    ],
    .file { file in
      guard file.file.layout != .plain, file.file.layout != .sqitch else { return [] }
      let foreign = file.file.foreign.map { piece in
        Violation(
          piece.kind == .copy
            ? "the rows behind this are no SQL" : "\\\(piece.text.prefix(20)) is a command of psql",
          at: piece.range)
      }
      return foreign
        + file.statements.compactMap { context in
          variable(context.statement.tokens).map {
            Violation("this is a variable of psql", at: $0)
          }
        }
    })

  /// `:name`, `:'name'`: a colon with a name right behind it, outside of brackets.
  private static func variable(_ tokens: [Token]) -> Range<Int>? {
    var depth = 0
    for (token, next) in zip(tokens, tokens.dropFirst()) {
      if token.isSymbol("[") { depth += 1 }
      if token.isSymbol("]") { depth -= 1 }
      guard depth == 0, token.isSymbol(":"), token.range.upperBound == next.range.lowerBound else {
        continue
      }
      switch next.kind {
      case .word, .string, .quotedName: return token.range.lowerBound..<next.range.upperBound
      case .number, .symbol, .parameter: continue
      }
    }
    return nil
  }

  static let unqualifiedName = Rule(
    "TX14", "unqualified-name", .warning, isOptIn: true,
    summary: "Where a name without a schema leads depends on the session's search_path.",
    remedy: "write the schema, or SET search_path in the file",
    bad: ["CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE t ADD COLUMN c int;"],
    good: [
      "CREATE TABLE s.t (id int PRIMARY KEY);",
      "SET search_path = s; CREATE TABLE t (id int PRIMARY KEY);",
    ]
  ) { context in
    guard context.session.value("search_path") == nil else { return [] }
    let names: [Name] =
      switch context.node {
      case .createTable(let table): table.isTemporary ? [] : [table.name]
      case .alter(let alter) where alter.object.isRelation: [alter.name]
      case .createIndex(let index): [index.table]
      case .createView(let view): [view.name]
      case .drop(let drop) where drop.object.isRelation: drop.names
      default: []
      }
    return names.filter { !$0.isQualified }.map {
      Violation("\($0.text) has no schema", at: $0.range)
    }
  }

  static let replicationRole = Rule(
    "TX15", "session-replication-role", .error,
    summary:
      "session_replication_role = replica and DISABLE TRIGGER ALL switch foreign keys off, too: "
      + "rows that break them come in.",
    remedy: "disable single triggers by name, or order the work so that the keys hold",
    bad: [
      "SET session_replication_role = replica;", "ALTER TABLE t DISABLE TRIGGER ALL;",
    ],
    good: ["SET session_replication_role = origin;", "ALTER TABLE t DISABLE TRIGGER x;"]
  ) { context in
    if case .set(let command) = context.node, command.name == "session_replication_role",
      let value = command.values?.first, !["origin", "default"].contains(value)
    {
      return [
        Violation("foreign keys and triggers no longer work here", at: context.statement.range)
      ]
    }
    guard case .alter(let alter) = context.node else { return [] }
    return alter.actions.compactMap { action in
      guard case .disableTrigger(nil) = action.kind else { return nil }
      return Violation(
        "foreign keys of \(alter.name.text) are no longer checked", at: action.range)
    }
  }

  static let duplicateColumn = Rule(
    "TX16", "duplicate-column", .error, engines: both,
    summary: "A column is named twice.",
    remedy: "name it once",
    bad: [
      "INSERT INTO t (a, b, a) VALUES (1, 2, 3);", "UPDATE t SET a = 1, a = 2 WHERE id = 1;",
      "CREATE TABLE t (a int PRIMARY KEY, a int);",
    ],
    good: ["INSERT INTO t (a, b) VALUES (1, 2);", "UPDATE t SET a = 1, b = a WHERE id = 1;"]
  ) { context in
    let names: [Name] =
      switch context.node {
      case .insert(let rows), .update(let rows): rows.columns
      case .createTable(let table): table.columns.map(\.name)
      default: []
      }
    var seen: Set<Identifier> = []
    return names.filter { !seen.insert($0.last).inserted }.map {
      Violation("\($0.text) is named twice", at: $0.range)
    }
  }

  static let opaque = Rule(
    "TX17", "opaque-sql", .notice,
    summary: "Lint does not look into DO blocks, procedures and prepared statements.",
    remedy: "see for yourself what they lock, or run lint --trace",
    bad: ["DO $$ BEGIN EXECUTE 'DROP TABLE t'; END $$;", "CALL p();"], good: ["SELECT 1;"]
  ) { context in
    switch context.node {
    case .doBlock, .call, .execute:
      [Violation("lint cannot tell what this does", at: context.statement.range)]
    default: []
    }
  }
}
