import SchemaModel

enum ColumnKind {
  /// A plain default mentions no column, and printing it costs a third without its table. Which it is, its
  /// tree tells: constants in it are bytes in brackets, so that no text can look like a node.
  static let defaults = CatalogQuery(
    """
    SELECT d.adrelid, d.adnum, pg_catalog.pg_get_expr(
        d.adbin, CASE WHEN d.adbin::text LIKE '%{VAR %' THEN d.adrelid ELSE 0 END), d.oid
    FROM pg_catalog.pg_attrdef d WHERE d.oid >= 16384
    """, isForCompanion: true
  ) { rows, catalog in
    for row in rows {
      guard let relation = catalog.relations[row.oid(0)]?.id else { continue }
      if relation.kind == .view {
        catalog.viewDefaults[row.oid(0), default: []].append((row.integer(1), row.text(2)))
        continue
      }
      catalog.defaultTexts[Catalog.key(row.oid(0), row.integer(1))] = (row.text(2), row.oid(3))
    }
  }

  /// Since version 18 NOT NULL is a constraint with a name.
  static func notNulls(serverVersion: Int) -> CatalogQuery? {
    guard serverVersion >= 180_000 else { return nil }
    return CatalogQuery(
      """
      SELECT k.conrelid, k.conkey, k.conname, k.connoinherit, k.convalidated
      FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
      WHERE k.contype = 'n' AND \(CatalogQuery.userRelation)
      """
    ) { rows, catalog in
      for row in rows {
        catalog.notNulls[Catalog.key(row.oid(0), row.integers(1).first ?? 0)] = (
          Identifier(row.text(2)), row.bool(3), !row.bool(4)
        )
      }
    }
  }

  static let query = CatalogQuery(
    """
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity,
      a.attgenerated, a.attcollation, a.attislocal, a.attstorage, a.attcompression,
      NULLIF(a.attstattarget, -1), a.attoptions, a.attlen = -1, a.attfdwoptions
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    WHERE a.attnum > 0 AND NOT a.attisdropped
      -- Of the columns of indexes what is set for them.
      AND (c.relkind IN ('r', 'v', 'm', 'p', 'f')
        OR c.relkind IN ('i', 'I') AND (a.attoptions IS NOT NULL OR a.attstattarget >= 0))
      AND \(CatalogQuery.userRelation)
    """
  ) { rows, catalog in
    catalog.objects.reserveCapacity(catalog.objects.count + rows.count * 3 / 2)
    catalog.addresses.reserveCapacity(catalog.addresses.count + rows.count * 3 / 2)
    catalog.parentTables = Set(catalog.parents.values.flatMap(\.self))
    for row in rows { decode(row, &catalog) }
    finishInherited(&catalog)
    finishSequences(&catalog)
  }

  private static func decode(_ row: PostgresRow, _ catalog: inout Catalog) {
    let relation = row.oid(0)
    let number = row.integer(1)
    if let kind = catalog.relations[relation]?.kind,
      kind == UInt8(ascii: "i") || kind == UInt8(ascii: "I")
    {
      let key = Catalog.key(relation, number)
      catalog.indexOptions[key] = row.optionalText(13)
      catalog.indexStatistics[key] = row.optionalText(12).flatMap { Int64($0) }
      return
    }
    let name = Identifier(row.text(2))
    let collation = row.oid(8)
    let info = Catalog.ColumnInfo(name: name, type: row.oid(3), collation: collation)
    guard number > 0, number <= 1_664,
      let id = catalog.setColumn(info, number, of: relation)
    else { return }
    let type =
      catalog.typeNames[Catalog.key(row.oid(3), row.integer(4))] ?? TypeName("unknown")
    let address = CatalogAddress(CatalogID.relation, relation, Int32(number))
    let columnID = id.part(.column, name)
    catalog.addresses[address] = columnID
    if id.kind != .table {
      catalog.setResultColumn(
        View.ResultColumn(name: name, type: type.canonical), number, of: relation)
      if id.kind == .materializedView {
        let settings = settings(row, catalog)
        if settings != .usual {
          catalog.resultSettings[relation, default: []].append(
            ResultColumnSettings(column: name, settings: settings))
        }
      }
      return
    }
    var column = Column(id: columnID, type: type, isNullable: !row.bool(5))
    if collation != 0, collation != catalog.types[row.oid(3)]?.collation ?? 0 {
      column.collation = catalog.collations[collation]
    }
    let key = Catalog.key(relation, number)
    if let text = catalog.defaultTexts[key]?.text {
      switch row.code(7) {
      case UInt8(ascii: "s"):
        column.generation = Generation(
          expression: catalog.bareExpression(text), storage: .stored)
      case UInt8(ascii: "v"):
        column.generation = Generation(
          expression: catalog.bareExpression(text), storage: .virtual)
      default: column.defaultValue = catalog.expression(text, type: type)
      }
      if let oid = catalog.defaultTexts[key]?.oid {
        catalog.addresses[CatalogAddress(CatalogID.attributeDefault, oid)] = columnID
      }
    }
    let identity = row.code(6)
    if identity != 0, let sequence = catalog.identitySequences[key] {
      let usual = PostgresNames.sequence(table: id.name, column: name)
      column.identity = Identity(
        mode: identity == UInt8(ascii: "a") ? .always : .byDefault, options: sequence.options,
        sequenceName: sequence.name == usual ? nil : sequence.name,
        persistence: sequence.persistence)
    }
    column.settings = settings(row, catalog)
    if !column.isNullable, let constraint = catalog.notNulls[key] {
      let usual = PostgresNames.make(id.name.raw, name.raw, "not_null")
      column.notNull = NotNullConstraint(
        name: constraint.name == usual ? nil : constraint.name,
        isNoInherit: constraint.isNoInherit, isNotValid: constraint.isNotValid)
    }
    if catalog.isInLineage(relation) {
      catalog.lineageColumns[relation, default: [:]][name] = column
      if !row.bool(9) {
        catalog.inheritedColumns.append((relation, column))
        return
      }
    }
    catalog.objects.append(.column(column))
  }

  /// What comes from a parent is the parent's, unless the table says something else of it.
  private static func finishInherited(_ catalog: inout Catalog) {
    for (table, column) in catalog.inheritedColumns {
      let models = (catalog.parents[table] ?? []).compactMap {
        catalog.lineageColumns[$0]?[column.id.name]
      }
      guard var usual = models.first else { continue }
      usual = Inheritance.inheritable(usual, by: column.id)
      usual.isNullable = models.allSatisfy(\.isNullable)
      var column = column
      // Names and sequences come from the parent.
      if !column.isNullable, !usual.isNullable { column.notNull = usual.notNull }
      column.identity = usual.identity
      guard column != usual else { continue }
      column.isInherited = true
      catalog.objects.append(.column(column))
    }
    catalog.inheritedColumns = []
    catalog.lineageColumns = [:]
  }

  private static func settings(_ row: PostgresRow, _ catalog: Catalog) -> ColumnSettings {
    var settings = ColumnSettings.usual
    let usual = catalog.typeStorage[row.oid(3)] ?? UInt8(ascii: "x")
    if row.bool(14), usual != UInt8(ascii: "p"), row.code(10) != usual {
      settings.storage =
        switch row.code(10) {
        case UInt8(ascii: "p"): "plain"
        case UInt8(ascii: "e"): "external"
        case UInt8(ascii: "m"): "main"
        default: "extended"
        }
    }
    settings.compression =
      switch row.code(11) {
      case UInt8(ascii: "p"): "pglz"
      case UInt8(ascii: "l"): "lz4"
      default: nil
      }
    settings.statisticsTarget = row.optionalText(12).flatMap { Int64($0) }
    if !row.isNull(15) { settings.serverOptions = Secrets.plain(row.texts(15)) }
    if !row.isNull(13) { settings.options = Catalog.options(row.texts(13)) }
    return settings
  }

  /// When the indexes are known.
  static func finishTables(_ catalog: inout Catalog) {
    for (oid, table) in catalog.tables {
      var table = table
      table.type = catalog.typedTables[oid].flatMap { catalog.types[$0]?.object }
      table.columnOrder = catalog.relations[oid]?.columns.compactMap { $0?.name } ?? []
      if !catalog.notNulls.isEmpty, catalog.parents[oid] != nil {
        table.inheritedNotNulls = catalog.relations[oid]?.columns.enumerated().compactMap {
          number, column in
          guard let column, let constraint = catalog.notNulls[Catalog.key(oid, number)] else {
            return nil
          }
          return InheritedNotNull(column: column.name, name: constraint.name)
        }
      }
      func attached(_ indexes: [(name: Identifier, parent: UInt32)]?) -> [AttachedIndex]? {
        indexes?.compactMap { name, parent in
          catalog.relations[parent]?.path.last.map { AttachedIndex(name: name, parentName: $0) }
        }
      }
      table.attachedIndexes = attached(catalog.attachedIndexes[oid])
      table.partitionIndexes = (attached(catalog.namedIndexes[oid]) ?? []).sorted {
        $0.parentName < $1.parentName
      }
      table.partitionTriggers = (catalog.partitionTriggers[oid] ?? []).sorted {
        $0.name < $1.name
      }
      table.clusteredOn = catalog.clustered[oid]
      if let index = catalog.replicaIndexes[oid] { table.replicaIdentity = .index(index) }
      catalog.objects.append(.table(table))
    }
    catalog.tables = []
  }

  private static func finishSequences(_ catalog: inout Catalog) {
    for (oid, sequence, table, number) in catalog.sequences {
      var sequence = sequence
      if let owner = catalog.table(table), let column = catalog.column(table, number) {
        sequence.ownedBy = owner.part(.column, column)
      }
      catalog.add(.sequence(sequence), at: CatalogAddress(CatalogID.relation, oid))
    }
    catalog.sequences = []
  }
}

extension Catalog {
  /// Whether the table has parents or children.
  func isInLineage(_ table: UInt32) -> Bool {
    !parents.isEmpty && (parents[table] != nil || parentTables.contains(table))
  }

  /// The relation's id, if it is modelled.
  mutating func setColumn(
    _ column: ColumnInfo, _ number: Int, of relation: UInt32
  ) -> ObjectID? {
    guard let index = relations.index(forKey: relation) else { return nil }
    // In place: a copy of the array for every column would be quadratic.
    while relations.values[index].columns.count <= number {
      relations.values[index].columns.append(nil)
    }
    relations.values[index].columns[number] = column
    return relations.values[index].id
  }

  mutating func setResultColumn(
    _ column: View.ResultColumn, _ number: Int, of relation: UInt32
  ) {
    viewColumns[relation, default: []].append((number, column))
  }
}
