/// One reading of the catalogs: all queries under one snapshot, their rows handed on in order. The costly
/// queries of a large catalog run on a second connection meanwhile.
struct CatalogReading {
  /// The snapshot, and its exported name where the catalogs are so large that a second connection pays.
  /// https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION
  static func opening(companionFrom bytes: Int) -> String {
    """
    SELECT pg_catalog.pg_current_snapshot(),
      CASE WHEN pg_catalog.pg_relation_size('pg_catalog.pg_attribute') > \(bytes)
        THEN pg_catalog.pg_export_snapshot() END
    """
  }

  private let queries: [CatalogQuery]
  private let companion: CatalogCompanion?
  /// By query; nil until they have come.
  private(set) var rows: [PostgresRows?]
  /// How many were handed on.
  private var handed = 0

  init(
    _ queries: [CatalogQuery], sharing snapshot: String?,
    of connection: borrowing PostgresConnection
  ) {
    self.queries = queries
    rows = Array(repeating: nil, count: queries.count)
    companion = snapshot.map { snapshot in
      let indices = queries.indices.filter { queries[$0].isForCompanion }
      return CatalogCompanion(
        connection.target, snapshot: snapshot, queries: indices.map { ($0, queries[$0].sql) })
    }
  }

  /// Hands each query's rows to `receive`, in the order of the queries, as far as they have come.
  mutating func run(
    _ connection: borrowing PostgresConnection, _ receive: (Int, PostgresRows) -> Void
  ) throws(PostgresError) {
    let own = queries.indices.filter { companion == nil || !queries[$0].isForCompanion }
    try run(own, connection, receive)
  }

  /// Hands on the rest. The transaction that the snapshot belongs to must still be open.
  mutating func finish(
    _ connection: borrowing PostgresConnection, _ receive: (Int, PostgresRows) -> Void
  ) throws(PostgresError) {
    while let companion, let (query, rows) = companion.next() {
      self.rows[query] = rows
      handOn(receive)
    }
    // What the second connection did not bring: it could not be opened, or it broke.
    try run(queries.indices.filter { rows[$0] == nil }, connection, receive)
  }

  /// Waits until the second connection is closed: a database that is still connected to cannot be dropped.
  func abandon() {
    while companion?.next() != nil {}
  }

  private mutating func run(
    _ indices: [Int], _ connection: borrowing PostgresConnection,
    _ receive: (Int, PostgresRows) -> Void
  ) throws(PostgresError) {
    try connection.run(indices.map { queries[$0].sql }) { position, rows in
      self.rows[indices[position]] = rows
      while let (query, rows) = companion?.nextIfReady() { self.rows[query] = rows }
      handOn(receive)
    }
  }

  private mutating func handOn(_ receive: (Int, PostgresRows) -> Void) {
    while handed < rows.count, let next = rows[handed] {
      receive(handed, next)
      handed += 1
    }
  }
}
