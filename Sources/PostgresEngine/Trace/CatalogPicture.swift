import Planning
import SchemaModel

/// The relations of a database with their files, and what this session holds and has read of them.
struct CatalogPicture {
  struct Entry: Hashable {
    let relation: TracedRelation
    /// Changes when the relation is written anew.
    let file: UInt32
    /// The table of an index.
    let table: UInt32?
    /// Sequential scans of this transaction.
    let scans: Int
  }

  struct Lock: Hashable {
    let relation: UInt32
    let mode: LockMode
  }

  private let entries: [UInt32: Entry]
  private let locks: Set<Lock>
  private let searchPath: [String]

  static func take(_ connection: borrowing PostgresConnection) throws(PostgresError)
    -> CatalogPicture
  {
    let rows = try connection.query(relationQuery)
    var entries: [UInt32: Entry] = [:]
    for row in rows {
      entries[row.oid(0)] = Entry(
        relation: TracedRelation(
          schema: Identifier(row.text(1)), name: Identifier(row.text(2)), kind: kind(row.code(3))),
        file: row.oid(4), table: row.isNull(5) ? nil : row.oid(5), scans: row.integer(6))
    }
    let held = try connection.query(lockQuery)
    let path = try connection.query("SELECT pg_catalog.current_schemas(false)::text[]")
    return CatalogPicture(
      entries: entries, locks: Set(held.compactMap(lock)),
      searchPath: path.first?.texts(0) ?? [])
  }

  /// Relations of users; the file of a mapped relation does not matter.
  private static let relationQuery = """
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.relfilenode, i.indrelid,
      pg_catalog.pg_stat_get_xact_numscans(c.oid)
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      AND c.relkind IN ('r', 'p', 'i', 'I', 'v', 'm', 'S', 'f')
    """

  static let lockColumns = "l.relation, l.mode"

  private static let lockQuery = """
    SELECT \(lockColumns) FROM pg_catalog.pg_locks l
    WHERE l.locktype = 'relation' AND l.pid = pg_catalog.pg_backend_pid() AND l.granted
      AND l.relation >= 16384
    """

  /// From the columns of `lockColumns`.
  static func lock(_ row: PostgresRow) -> Lock? {
    let mode: LockMode
    switch row.text(1) {
    case "AccessShareLock": mode = .accessShare
    case "RowShareLock": mode = .rowShare
    case "RowExclusiveLock": mode = .rowExclusive
    case "ShareUpdateExclusiveLock": mode = .shareUpdateExclusive
    case "ShareLock": mode = .share
    case "ShareRowExclusiveLock": mode = .shareRowExclusive
    case "ExclusiveLock": mode = .exclusive
    case "AccessExclusiveLock": mode = .accessExclusive
    default: return nil
    }
    return Lock(relation: row.oid(0), mode: mode)
  }

  private static func kind(_ code: UInt8) -> TracedRelation.Kind {
    switch code {
    case UInt8(ascii: "r"), UInt8(ascii: "p"), UInt8(ascii: "f"): .table
    case UInt8(ascii: "i"), UInt8(ascii: "I"): .index
    case UInt8(ascii: "v"): .view
    case UInt8(ascii: "m"): .materializedView
    case UInt8(ascii: "S"): .sequence
    default: .other
    }
  }

  // MARK: - Names

  /// A path as the server would resolve it, quoted.
  func name(of path: [Identifier]) -> String {
    if path.count > 1 {
      return path.suffix(2).map { quotedIdentifier($0.raw) }.joined(separator: ".")
    }
    return quotedIdentifier(path.first?.raw ?? "")
  }

  // MARK: - Differences

  /// What happened between two pictures of one transaction.
  func changes(to after: CatalogPicture, into trace: inout StatementTrace) {
    fileChanges(to: after, into: &trace)
    add(after.locks.subtracting(locks), to: &trace)
    for (oid, old) in entries {
      guard old.relation.kind == .table || old.relation.kind == .materializedView,
        let new = after.entries[oid]
      else { continue }
      let builds = self.builds(of: oid, in: after)
      if new.scans - old.scans > builds, !trace.rewritten.contains(old.relation) {
        trace.scanned.insert(old.relation)
      }
    }
  }

  /// Files that are new: rewritten tables, built indexes.
  func fileChanges(to after: CatalogPicture, into trace: inout StatementTrace) {
    for (oid, old) in entries {
      guard let new = after.entries[oid] else { continue }
      switch old.relation.kind {
      case .table, .materializedView:
        if new.file != old.file { trace.rewritten.insert(old.relation) }
        if builds(of: oid, in: after) > 0 { trace.indexed.insert(old.relation) }
      case .index, .view, .sequence, .other: continue
      }
    }
  }

  /// Indexes of the table that are new, or have a new file.
  private func builds(of table: UInt32, in after: CatalogPicture) -> Int {
    after.entries.count { oid, new in
      // The index of a partitioned table has no file.
      new.table == table && new.file != 0
        && (entries[oid].map { $0.file != new.file } ?? !isReused(new.file))
    }
  }

  /// The file of an index that was there: a type change makes a new entry for the old file.
  private func isReused(_ file: UInt32) -> Bool {
    entries.values.contains { $0.relation.kind == .index && $0.file == file }
  }

  /// The strongest lock on each relation that was there.
  func add(_ locks: Set<Lock>, to trace: inout StatementTrace) {
    for lock in locks {
      guard let relation = entries[lock.relation]?.relation else { continue }
      trace.locks[relation] = max(trace.locks[relation] ?? .none, lock.mode)
    }
  }
}
