package import Planning
import SQLText
package import SchemaModel

/// Asks a live database what a plan wants to know of its rows.
package enum RowQuestions {
  /// Longer than this nobody waits for an answer.
  private static let timeout = "60s"

  /// One finding a check, in one transaction that only reads. A check without an answer (no right to read,
  /// a function that is not there, too many rows) is left out.
  package static func findings(
    of checks: [RowCheck], in connection: borrowing PostgresConnection
  ) throws(PostgresError) -> [RowFinding] {
    guard !checks.isEmpty else { return [] }
    try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    defer { try? connection.execute("ROLLBACK") }
    try connection.execute("SET LOCAL statement_timeout = '\(timeout)'")
    try connection.execute("SET LOCAL lock_timeout = '3s'")
    var findings: [RowFinding] = []
    for check in checks {
      try connection.execute("SAVEPOINT kedge")
      do throws(PostgresError) {
        findings.append(try finding(check, in: connection))
      } catch {
        guard connection.isOpen else { throw error }
        try connection.execute("ROLLBACK TO SAVEPOINT kedge")
      }
    }
    return findings
  }

  private static func finding(
    _ check: RowCheck, in connection: borrowing PostgresConnection
  ) throws(PostgresError) -> RowFinding {
    let rows = try connection.query(
      """
      SELECT pg_catalog.count(*), (pg_catalog.array_agg(key ORDER BY n) FILTER (WHERE n <= 5))::text
      FROM (SELECT key::text, pg_catalog.row_number() OVER () AS n FROM (\(check.query.text)) q) r
      """)
    guard let row = rows.first else { return RowFinding(check: check, count: 0, firstKeys: []) }
    return RowFinding(
      check: check, count: Int64(row.text(0)) ?? 0, firstKeys: row.isNull(1) ? [] : row.texts(1))
  }

  /// Rows and bytes as ANALYZE and VACUUM left them; of a partitioned table those of its partitions.
  package static func sizes(
    of relations: [ObjectID], in connection: borrowing PostgresConnection
  ) throws(PostgresError) -> [ObjectID: RelationSize] {
    var sizes: [ObjectID: RelationSize] = [:]
    for relation in relations where relation.kind == .table || relation.kind == .materializedView {
      let rows = try connection.query(
        """
        SELECT pg_catalog.sum(GREATEST(p.reltuples, 0))::bigint,
          pg_catalog.sum(p.relpages::bigint)::bigint
            * pg_catalog.current_setting('block_size')::bigint,
          pg_catalog.bool_and(p.reltuples < 0)
        FROM pg_catalog.pg_class c CROSS JOIN LATERAL (
          SELECT t.relid FROM pg_catalog.pg_partition_tree(c.oid) t WHERE t.isleaf
          UNION SELECT c.oid) l
        JOIN pg_catalog.pg_class p ON p.oid = l.relid AND p.relkind IN ('r', 'm')
        WHERE c.oid = pg_catalog.to_regclass($1)
        """, [Quoting.path(relation.path)])
      // Never analysed: nothing is known.
      guard let row = rows.first, !row.isNull(0), !row.bool(2), let count = Int64(row.text(0)),
        let bytes = Int64(row.text(1))
      else { continue }
      sizes[relation] = RelationSize(rows: count, bytes: bytes)
    }
    return sizes
  }
}
