import SchemaModel

enum ColumnKind {
  static let defaults = CatalogQuery(
    """
    SELECT d.adrelid, d.adnum, pg_catalog.pg_get_expr(d.adbin, d.adrelid), d.oid
    FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_class c ON c.oid = d.adrelid
    WHERE c.relkind = 'r' AND \(CatalogQuery.userRelation)
    """
  ) { rows, catalog in
    for row in rows where catalog.table(row.oid(0)) != nil {
      catalog.defaultTexts[Catalog.key(row.oid(0), row.integer(1))] = (row.text(2), row.oid(3))
    }
  }

  static let query = CatalogQuery(
    """
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity,
      a.attgenerated, a.attcollation
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
      AND \(CatalogQuery.userRelation)
    """
  ) { rows, catalog in
    catalog.objects.reserveCapacity(catalog.objects.count + rows.count)
    for row in rows { decode(row, &catalog) }
    finishTables(&catalog)
  }

  private static func decode(_ row: PostgresRow, _ catalog: inout Catalog) {
    let relation = row.oid(0)
    let number = row.integer(1)
    guard number > 0, number <= 1_664, let found = catalog.relations[relation] else { return }
    let name = Identifier(row.text(2))
    catalog.setColumn(name, number, of: relation)
    guard let id = found.id else { return }
    let type =
      catalog.typeNames[Catalog.key(row.oid(3), row.integer(4))] ?? TypeName("unknown")
    let address = CatalogAddress(CatalogID.relation, relation, Int32(number))
    let columnID = id.part(.column, name)
    catalog.addresses[address] = columnID
    if id.kind != .table {
      catalog.setResultColumn(
        View.ResultColumn(name: name, type: type.canonical), number, of: relation)
      return
    }
    var column = Column(id: columnID, type: type, isNullable: !row.bool(5))
    let collation = row.oid(8)
    if collation != 0 { catalog.columnCollations[Catalog.key(relation, number)] = collation }
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
        sequenceName: sequence.name == usual ? nil : sequence.name)
    }
    catalog.objects.append(.column(column))
  }

  private static func finishTables(_ catalog: inout Catalog) {
    for (oid, table) in catalog.tables {
      var table = table
      table.columnOrder = catalog.relations[oid]?.columns.compactMap(\.self) ?? []
      catalog.objects.append(.table(table))
    }
    catalog.tables = []
  }
}

extension Catalog {
  mutating func setColumn(_ name: Identifier, _ number: Int, of relation: UInt32) {
    guard let index = relations.index(forKey: relation) else { return }
    // In place: a copy of the array for every column would be quadratic.
    while relations.values[index].columns.count <= number {
      relations.values[index].columns.append(nil)
    }
    relations.values[index].columns[number] = name
  }

  mutating func setResultColumn(
    _ column: View.ResultColumn, _ number: Int, of relation: UInt32
  ) {
    viewColumns[relation, default: []].append((number, column))
  }
}
