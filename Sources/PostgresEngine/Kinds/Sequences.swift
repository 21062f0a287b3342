import SchemaModel

enum SequenceKind {
  /// With the column that owns it: `a` for `serial` and `OWNED BY`, `i` for an identity column.
  static let query = CatalogQuery(
    """
    SELECT s.seqrelid, s.seqtypid, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
      s.seqcycle, d.refobjid, d.refobjsubid, d.deptype
    FROM pg_catalog.pg_sequence s
    LEFT JOIN pg_catalog.pg_depend d ON d.classid = 1259 AND d.objid = s.seqrelid AND d.objsubid = 0
      AND d.refclassid = 1259 AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
    """, isForCompanion: true
  ) { rows, catalog in
    for row in rows { decode(row, &catalog) }
  }

  private static func decode(_ row: PostgresRow, _ catalog: inout Catalog) {
    let oid = row.oid(0)
    guard let relation = catalog.relations[oid], let id = relation.id else { return }
    let options = SequenceOptions(
      type: typeName(row.oid(1)), start: int64(row, 2), increment: int64(row, 3),
      minimum: int64(row, 4), maximum: int64(row, 5), cache: int64(row, 6), cycles: row.bool(7))
    if row.oid(8) != 0 { catalog.ownedSequences.insert(oid) }
    let persistence = persistence(relation, of: row.oid(8), catalog)
    if row.code(10) == UInt8(ascii: "i") {
      catalog.identitySequences[Catalog.key(row.oid(8), row.integer(9))] = .init(
        options: options, name: id.name, persistence: persistence)
      // Part of the column, wherever that is.
      catalog.relations[oid]?.id = nil
      return
    }
    catalog.sequences.append(
      (
        oid, Sequence(id: id, options: options, persistence: persistence), row.oid(8),
        row.integer(9)
      ))
  }

  /// What is not as the owning table has it. Before version 15 all were logged, and none could be otherwise.
  private static func persistence(
    _ sequence: Catalog.Relation, of table: UInt32, _ catalog: Catalog
  ) -> SequencePersistence? {
    guard catalog.serverVersion >= 150_000,
      sequence.isUnlogged != catalog.relations[table]?.isUnlogged ?? false
    else { return nil }
    return sequence.isUnlogged ? .unlogged : .logged
  }

  private static func typeName(_ oid: UInt32) -> String {
    switch oid {
    case 21: "smallint"
    case 23: "integer"
    default: "bigint"
    }
  }

  private static func int64(_ row: PostgresRow, _ column: Int) -> Int64 {
    Int64(row.text(column)) ?? 0
  }
}
