import Planning
import SQLText
import SchemaModel

/// Changes of rows.
enum BackfillRules {
  private static let both: [EngineName] = [.postgresql, .sqlite]

  static let all = [
    rowsInSchemaTransaction, unbatched, offsetBatching, nullEquality, withoutSync,
    indexBeforeBackfill,
  ]

  /// Whether nothing in the condition keeps the number of rows down.
  static func isUnbatched(_ rows: ManipulatedRows) -> Bool {
    guard let condition = rows.condition else { return true }
    if ["between", "limit", "ctid", "rowid"].contains(where: { condition.contains(word: $0) }) {
      return false
    }
    let tokens = condition.tokens
    for (index, token) in tokens.enumerated() where token.kind == .symbol {
      if ["<", ">", "<=", ">="].contains(token.text) { return false }
      guard token.isSymbol("="), index + 1 < tokens.count, index > 0 else { continue }
      // `id = 5`, `key = 'x'` of a column whose name says that it is a key.
      let name = tokens[index - 1].unquoted.asciiLowercased
      let isConstant = [.number, .parameter, .string].contains(tokens[index + 1].kind)
      if isConstant, name == "id" || name.hasSuffix("_id") || name == "key" || name == "uuid" {
        return false
      }
    }
    return
      !(condition.contains(word: "in") && tokens.contains { $0.kind == .number }
      && !condition.contains(word: "select"))
  }

  private static func changed(_ context: LintContext) -> ManipulatedRows? {
    switch context.node {
    case .update(let rows), .delete(let rows), .merge(let rows): rows
    case .insert(let rows): rows.isFromQuery ? rows : nil
    default: nil
    }
  }

  static let rowsInSchemaTransaction = Rule(
    "BF01", "dml-in-ddl-transaction", .error,
    summary:
      "ACCESS EXCLUSIVE of a change to the schema is held while rows are changed: everybody waits "
      + "for the whole of it.",
    remedy: "commit the change to the schema first, change the rows in batches after it",
    bad: [
      "BEGIN; ALTER TABLE t ADD COLUMN c int; UPDATE t SET c = 1; COMMIT;",
      Example(
        "ALTER TABLE t ADD COLUMN c int; UPDATE t SET c = 1;", file: "1_x.up.sql"),
    ],
    good: [
      "ALTER TABLE t ADD COLUMN c int; UPDATE t SET c = 1 WHERE id < 1000;",
      "BEGIN; CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT 1; COMMIT;",
    ]
  ) { context in
    guard let rows = changed(context), context.isOld(rows.table),
      let transaction = context.transaction
    else { return [] }
    let held = transaction.held.filter { $0.value.mode == .accessExclusive }
    guard let lock = held.min(by: { ($0.value.line, $0.key) < ($1.value.line, $1.key) }) else {
      return []
    }
    return [
      Violation(
        "nobody reads \(lock.key) until these rows are changed: line \(lock.value.line) locked it in the "
          + "same transaction",
        at: context.statement.range)
    ]
  }

  static let unbatched = Rule(
    "BF02", "unbatched-dml", .warning, engines: both,
    summary:
      "One statement over the whole table locks every row until it ends, bloats the table and makes "
      + "replicas lag.",
    remedy: "go through the table in ranges of its key, a transaction each",
    bad: [
      "UPDATE t SET c = 1;", "UPDATE t SET c = 1 WHERE c IS NULL;", "DELETE FROM t WHERE old;",
    ],
    good: [
      "UPDATE t SET c = 1 WHERE id > 100 AND id <= 200;", "DELETE FROM t WHERE id = 5;",
      "CREATE TABLE t (id int PRIMARY KEY); UPDATE t SET id = 1;",
      "UPDATE t SET c = 1 WHERE id IN (1, 2, 3);",
    ]
  ) { context in
    switch context.node {
    case .update(let rows), .delete(let rows):
      guard context.isOld(rows.table), isUnbatched(rows), !rows.table.last.raw.hasPrefix("sqlite_"),
        !rows.table.last.raw.hasPrefix("pg_")
      else { return [] }
      return [
        Violation(
          "nothing limits this to a part of \(rows.table.text)", at: context.statement.range)
      ]
    default: return []
    }
  }

  static let offsetBatching = Rule(
    "BF03", "offset-batching", .warning, engines: both,
    summary: "OFFSET reads what it skips: the time grows with the square of the table.",
    remedy: "remember the last key: WHERE id > … ORDER BY id LIMIT …",
    bad: ["UPDATE t SET c = 1 WHERE id IN (SELECT id FROM t ORDER BY id LIMIT 1000 OFFSET 5000);"],
    good: [
      "UPDATE t SET c = 1 WHERE id IN (SELECT id FROM t WHERE id > 5000 ORDER BY id LIMIT 1000);"
    ]
  ) { context in
    guard changed(context) != nil,
      let range = context.range(ofWord: "offset"), context.range(ofWord: "limit") != nil
    else { return [] }
    return [Violation("what is skipped is read nevertheless", at: range)]
  }

  static let nullEquality = Rule(
    "BF04", "null-equality", .warning, engines: both,
    summary: "`a <> b` is never true where one of them is NULL: such rows are left out.",
    remedy: "IS DISTINCT FROM (SQLite: IS NOT)",
    bad: [
      "UPDATE t SET a = b WHERE a <> b AND id < 10;",
      "UPDATE t SET a = b WHERE t.a != b AND id < 10;",
    ],
    good: [
      "UPDATE t SET a = b WHERE a IS DISTINCT FROM b AND id < 10;",
      "UPDATE t SET a = 1 WHERE a <> 5 AND id < 10;",
    ]
  ) { context in
    guard case .update(let rows) = context.node, let condition = rows.condition else { return [] }
    let tokens = condition.tokens
    func isName(_ token: Token) -> Bool {
      token.kind == .quotedName
        || (token.kind == .word
          && !["null", "true", "false", "any", "all"].contains { token.isWord($0) })
    }
    return tokens.indices.dropFirst().dropLast().compactMap { index in
      let token = tokens[index]
      guard token.isSymbol("<>") || token.isSymbol("!="), isName(tokens[index - 1]),
        isName(tokens[index + 1]),
        index + 2 >= tokens.count || !tokens[index + 2].isSymbol("(")
      else { return nil }
      return Violation(
        "rows in which one side is NULL are left out", at: token.range,
        edits: [
          Edit(token.range, context.file.engine == .sqlite ? "IS NOT" : "IS DISTINCT FROM")
        ])
    }
  }

  static let withoutSync = Rule(
    "BF05", "backfill-without-sync", .warning,
    summary:
      "Rows that clients write after the backfill have no value in the new column: nothing keeps it "
      + "in step.",
    remedy: "give the column a default, or a trigger, before the backfill",
    bad: [
      """
      ALTER TABLE t ADD COLUMN full_name text;
      UPDATE t SET full_name = first || last WHERE id < 1000;
      """
    ],
    good: [
      """
      ALTER TABLE t ADD COLUMN full_name text;
      CREATE TRIGGER s BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
      UPDATE t SET full_name = first || last WHERE id < 1000;
      """,
      """
      ALTER TABLE t ADD COLUMN c int;
      ALTER TABLE t ALTER c SET DEFAULT 0;
      UPDATE t SET c = 0 WHERE id < 1000;
      """,
    ]
  ) { context in
    guard case .update(let rows) = context.node, context.isOld(rows.table) else { return [] }
    let key = context.key(rows.table)
    return rows.columns.filter { context.catalog.column($0.last, of: key)?.isNew == true }
      .filter { column in !context.preceding.contains { keepsInStep($0, column, key, context) } }
      .map {
        Violation("nothing fills \($0.text) of rows that are written after this", at: $0.range)
      }
  }

  private static func keepsInStep(
    _ statement: ParsedStatement, _ column: Name, _ table: RelationKey, _ context: LintContext
  ) -> Bool {
    switch statement.node {
    case .createTrigger(let trigger): context.key(trigger.table) == table
    case .alter(let alter):
      alter.actions.contains { action in
        switch action.kind {
        case .setDefault(let name, _): name.last == column.last
        case .addColumn(let added, _):
          added.name.last == column.last && added.defaultValue != nil
        default: false
        }
      }
    default: false
    }
  }

  static let indexBeforeBackfill = Rule(
    "BF07", "index-before-backfill", .notice,
    summary: "An index that exists during the backfill is written for every row.",
    remedy: "make the index after the backfill",
    bad: [
      """
      ALTER TABLE t ADD COLUMN c int DEFAULT 0;
      CREATE INDEX CONCURRENTLY i ON t (c);
      UPDATE t SET c = 1 WHERE id < 1000;
      """
    ],
    good: [
      """
      ALTER TABLE t ADD COLUMN c int DEFAULT 0;
      UPDATE t SET c = 1 WHERE id < 1000;
      CREATE INDEX CONCURRENTLY i ON t (c);
      """
    ]
  ) { context in
    guard case .createIndex(let index) = context.node, let columns = index.columns,
      context.isOld(index.table)
    else { return [] }
    let key = context.key(index.table)
    let new = columns.filter { context.catalog.column($0, of: key)?.isNew == true }
    let isFilled = context.following.contains { statement in
      guard case .update(let rows) = statement.node, context.key(rows.table) == key else {
        return false
      }
      return rows.columns.contains { new.contains($0.last) }
    }
    guard isFilled else { return [] }
    return [
      Violation("the UPDATE below writes this index for every row", at: context.statement.range)
    ]
  }
}
