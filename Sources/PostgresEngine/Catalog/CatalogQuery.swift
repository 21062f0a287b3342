/// One read of the catalogs: plain columns, no names built in SQL, put together by its decoder.
///
/// The queries of all kinds are sent together and answered under one snapshot.
struct CatalogQuery: Sendable {
  let sql: String
  let decode: @Sendable (PostgresRows, inout Catalog) -> Void
  /// Costly on a large catalog: goes to the second connection, where there is one.
  let isForCompanion: Bool

  init(
    _ sql: String, isForCompanion: Bool = false,
    decode: @escaping @Sendable (PostgresRows, inout Catalog) -> Void
  ) {
    self.sql = sql
    self.isForCompanion = isForCompanion
    self.decode = decode
  }

  /// Objects of the system have OIDs below 16384 (`FirstNormalObjectId`); `public` is one of those and
  /// still the user's. Names that begin with `pg_` are reserved, so the temporary schemas are the only
  /// ones that have them.
  static func isUserNamespace(_ column: String) -> String {
    "(\(column) >= 16384 OR \(column) = 2200)"
  }

  /// The relations of user schemas, temporary ones left out: for a join as `c`.
  static let userRelation =
    "\(isUserNamespace("c.relnamespace")) AND c.relpersistence <> 't'"
}
