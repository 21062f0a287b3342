import Planning
import SQLText
import SchemaModel

/// Looks in the catalog whether a statement that cannot run inside a transaction took effect.
///
/// What each leaves behind when it is interrupted: an invalid index (`CREATE` and `DROP INDEX CONCURRENTLY`),
/// a second index whose name ends in `_ccnew` or `_ccold` (`REINDEX CONCURRENTLY`), a pending detachment
/// (`DETACH PARTITION … CONCURRENTLY`).
enum StatementProbe {
  static func state(
    of statement: String, on connection: borrowing PostgresConnection
  ) throws(PostgresError) -> StatementState {
    var reader = ProbeReader(statement)
    switch reader.form() {
    case .createIndex(let name, let table): return try created(name, on: table, connection)
    case .dropIndex(let names):
      for name in names where try index(name, connection) != nil { return .notDone }
      return .done
    case .reindex: return try reindexed(connection)
    case .detach(let parent, let partition):
      return try detached(partition, from: parent, connection)
    case .addValue(let type, let label): return try added(label, to: type, connection)
    case .repeatable: return .repeatable
    case .unknown: return .unknown
    }
  }

  // MARK: - The catalog

  private static func created(
    _ name: String, on table: String, _ connection: borrowing PostgresConnection
  ) throws(PostgresError) -> StatementState {
    // The index lives in the schema of its table. Operators are named with their schema: names resolve as
    // the statement's do, and whoever may create in `public` must not run with the runner's rights.
    let rows = try connection.query(
      """
      SELECT i.indisvalid, pg_catalog.format('%I.%I', n.nspname, c.relname)
      FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
        JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      WHERE i.indrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)::pg_catalog.oid
        AND c.relname OPERATOR(pg_catalog.=) $2::pg_catalog.name
      """, [table, name])
    guard let row = rows.first else { return .notDone }
    return row.bool(0)
      ? .done : .halfDone(cleanUp: ["DROP INDEX CONCURRENTLY " + row.text(1)])
  }

  private static func index(
    _ name: String, _ connection: borrowing PostgresConnection
  ) throws(PostgresError) -> Int? {
    try connection.query("SELECT pg_catalog.to_regclass($1)::pg_catalog.oid", [name]).first?
      .optionalInteger(0)
  }

  /// Invalid twins that an interrupted run left; the statement itself may run as often as one likes.
  private static func reindexed(
    _ connection: borrowing PostgresConnection
  ) throws(PostgresError) -> StatementState {
    let rows = try connection.query(
      """
      SELECT pg_catalog.format('DROP INDEX CONCURRENTLY %I.%I', n.nspname, c.relname)
      FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
        JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      WHERE NOT i.indisvalid AND c.relname OPERATOR(pg_catalog.~) '_cc(new|old)[0-9]*$'
        AND n.nspname OPERATOR(pg_catalog.<>) 'pg_toast'::pg_catalog.name
      ORDER BY 1
      """)
    return rows.isEmpty ? .repeatable : .halfDone(cleanUp: rows.map { $0.text(0) })
  }

  private static func detached(
    _ partition: String, from parent: String, _ connection: borrowing PostgresConnection
  ) throws(PostgresError) -> StatementState {
    let rows = try connection.query(
      """
      SELECT inhdetachpending FROM pg_catalog.pg_inherits
      WHERE inhrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)::pg_catalog.oid
        AND inhparent OPERATOR(pg_catalog.=) pg_catalog.to_regclass($2)::pg_catalog.oid
      """, [partition, parent])
    guard let row = rows.first else { return .done }
    return row.bool(0)
      ? .unfinished(finish: ["ALTER TABLE \(parent) DETACH PARTITION \(partition) FINALIZE"])
      : .notDone
  }

  private static func added(
    _ label: String, to type: String, _ connection: borrowing PostgresConnection
  ) throws(PostgresError) -> StatementState {
    let rows = try connection.query(
      """
      SELECT FROM pg_catalog.pg_enum
      WHERE enumtypid OPERATOR(pg_catalog.=) pg_catalog.to_regtype($1)::pg_catalog.oid
        AND enumlabel OPERATOR(pg_catalog.=) $2::pg_catalog.name
      """, [type, label])
    return rows.isEmpty ? .notDone : .done
  }
}

/// Reads so much of a statement as the probe needs: names as they were written.
private struct ProbeReader {
  enum Form {
    case createIndex(name: String, table: String)
    case dropIndex([String])
    case reindex
    case detach(parent: String, partition: String)
    case addValue(type: String, label: String)
    /// `VACUUM`, `ANALYZE`, `SET`: once more does no harm.
    case repeatable
    case unknown
  }

  private var tokens: ArraySlice<Token>

  init(_ statement: String) {
    tokens = ((try? PostgresSyntax().tokens(of: statement)) ?? [])[...]
  }

  mutating func form() -> Form {
    if skip("create") { return createIndex() }
    if skip("drop", "index") { return dropIndex() }
    if skip("reindex") { return .reindex }
    if skip("alter", "table") { return detach() }
    if skip("alter", "type") { return addValue() }
    // A backfill of Kedge's own fills only what is empty.
    if tokens.first?.text.asciiLowercased == "do",
      tokens.dropFirst().first?.text.hasPrefix("$kedge") == true
    {
      return .repeatable
    }
    for word in ["vacuum", "analyze", "set", "reset", "refresh", "checkpoint"] where skip(word) {
      return .repeatable
    }
    return .unknown
  }

  private mutating func createIndex() -> Form {
    _ = skip("unique")
    guard skip("index"), skip("concurrently") else { return .unknown }
    _ = skip("if", "not", "exists")
    guard let name = plainName(), skip("on") else { return .unknown }
    _ = skip("only")
    guard let table = qualifiedName() else { return .unknown }
    return .createIndex(name: name, table: table)
  }

  private mutating func dropIndex() -> Form {
    _ = skip("concurrently")
    _ = skip("if", "exists")
    var names: [String] = []
    repeat {
      guard let name = qualifiedName() else { return .unknown }
      names.append(name)
    } while skip(",")
    return .dropIndex(names)
  }

  private mutating func detach() -> Form {
    _ = skip("if", "exists")
    guard let parent = qualifiedName(), skip("detach", "partition"),
      let partition = qualifiedName(), skip("concurrently") || skip("finalize")
    else { return .unknown }
    return .detach(parent: parent, partition: partition)
  }

  private mutating func addValue() -> Form {
    guard let type = qualifiedName(), skip("add", "value") else { return .unknown }
    _ = skip("if", "not", "exists")
    guard let label = tokens.first, label.kind == .string, label.text.hasPrefix("'") else {
      return .unknown
    }
    let text = String(label.text.dropFirst().dropLast())
    return .addValue(type: type, label: replacing("''", by: "'", in: text))
  }

  // MARK: - Tokens

  /// All of these words in a row, or none.
  private mutating func skip(_ words: String...) -> Bool {
    guard tokens.count >= words.count,
      zip(tokens, words).allSatisfy({ $0.text.asciiLowercased == $1 })
    else { return false }
    tokens.removeFirst(words.count)
    return true
  }

  /// As the catalog has it: folded, without quotes.
  private mutating func plainName() -> String? {
    guard let token = tokens.first else { return nil }
    switch token.kind {
    case .quotedName:
      tokens.removeFirst()
      return replacing("\"\"", by: "\"", in: String(token.text.dropFirst().dropLast()))
    case .word:
      tokens.removeFirst()
      return token.text.asciiLowercased
    default: return nil
    }
  }

  /// As it was written, for `to_regclass` and for statements.
  private mutating func qualifiedName() -> String? {
    var text = ""
    while let token = tokens.first, token.kind == .word || token.kind == .quotedName {
      text += token.text
      tokens.removeFirst()
      guard tokens.first?.text == "." else { return text }
      tokens.removeFirst()
      text += "."
    }
    return nil
  }
}
