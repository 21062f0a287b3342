import SQLText
import SchemaModel

/// Names and properties of the types that columns have.
enum TypeKind {
  static let properties = CatalogQuery(
    """
    SELECT t.oid, t.typcollation, t.typrelid, t.typelem FROM pg_catalog.pg_type t
    WHERE t.typcollation <> 0 OR \(CatalogQuery.isUserNamespace("t.typnamespace"))
    """
  ) { rows, catalog in
    for row in rows {
      let address = CatalogAddress(CatalogID.type, row.oid(0))
      if catalog.addresses[address] == nil, row.oid(2) != 0 {
        catalog.addresses[address] = catalog.relations[row.oid(2)]?.id
      }
    }
    for row in rows {
      let oid = row.oid(0)
      let address = CatalogAddress(CatalogID.type, oid)
      if catalog.addresses[address] == nil, row.oid(3) != 0 {
        catalog.addresses[address] =
          catalog.addresses[CatalogAddress(CatalogID.type, row.oid(3))]
      }
      catalog.types[oid] = Catalog.TypeInfo(
        collation: row.oid(1), object: catalog.addresses[address])
    }
    RangeTypeKind.finish(&catalog)
  }

  static let storage = CatalogQuery(
    """
    SELECT t.oid, t.typstorage FROM pg_catalog.pg_type t WHERE t.typlen = -1 AND t.typstorage <> 'x'
    """
  ) { rows, catalog in
    for row in rows { catalog.typeStorage[row.oid(0)] = row.code(1) }
  }

  /// Printed once for every pair in use, not once for every column.
  static let names = CatalogQuery(
    """
    SELECT u.atttypid, u.atttypmod, pg_catalog.format_type(u.atttypid, u.atttypmod)
    FROM (SELECT DISTINCT atttypid, atttypmod FROM pg_catalog.pg_attribute
          WHERE attnum > 0 AND NOT attisdropped AND attrelid >= 16384) u
    """, isForCompanion: true
  ) { rows, catalog in
    for row in rows {
      let type = row.oid(0)
      catalog.typeNames[Catalog.key(type, row.integer(1))] = TypeName(
        row.text(2), object: catalog.types[type]?.object)
    }
  }

  static let collations = CatalogQuery(
    """
    SELECT l.oid, l.collnamespace, n.nspname, l.collname
    FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace
    """
  ) { rows, catalog in
    for row in rows {
      let name = Identifier(row.text(3))
      // 11 is pg_catalog.
      let path = row.oid(1) == 11 ? [name] : [Identifier(row.text(2)), name]
      catalog.collations[row.oid(0)] = ExactText(QualifiedName.text(path))
    }
  }
}

enum CollationName {
  /// A collation's name is kept as text, quoted only where it has to be to be told apart; in SQL a keyword
  /// (`default`) needs quotes too.
  static func sql(_ name: ExactText) -> SQL {
    guard let path = try? PostgresSyntax().path(name.string) else { return .verbatim(name.string) }
    return "\(path: path)"
  }
}
