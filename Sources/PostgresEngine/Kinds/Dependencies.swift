import SchemaModel

/// What the texts of views, defaults and indexes need, as PostgreSQL recorded it. The columns of keys,
/// foreign keys and plain indexes are fields of these, a check's come with it: none is read again.
enum DependencyKind {
  static let query = CatalogQuery(
    """
    SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid, w.ev_class
    FROM pg_catalog.pg_depend d
    LEFT JOIN pg_catalog.pg_rewrite w ON d.classid = 2618 AND w.oid = d.objid
    WHERE d.objid >= 16384 AND d.refobjid >= 16384 AND d.deptype IN ('n', 'a')
      -- rules, defaults, constraints, indexes, columns, routines, types, triggers, policies
      AND (d.classid = 2618 AND d.deptype = 'n'
        OR d.classid = 2604 AND d.deptype = 'n'
        OR d.classid = 2606 AND d.refclassid <> 1259
        OR d.classid = 1259 AND d.refclassid = 1259 AND d.refobjsubid > 0 AND d.objid IN
          (SELECT i.indexrelid FROM pg_catalog.pg_index i
           WHERE i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
        -- Until version 14 generated columns stood for their expressions.
        OR d.classid = 1259 AND d.refclassid = 1259 AND d.objsubid > 0 AND d.refobjsubid > 0
        OR d.classid = 1259 AND d.refclassid NOT IN (1259, 2615)
        OR d.classid IN (1255, 1247) AND d.deptype = 'n' AND d.refclassid <> 2615
        OR d.classid IN (2620, 3256)
        -- access methods, entries of operator classes, casts, conversions, languages, classes,
        -- operators, families, servers, user mappings, wrappers, statistics, event triggers, transforms,
        -- text search, published tables
        OR d.classid IN (2601, 2602, 2603, 2605, 2607, 2612, 2616, 2617, 2753, 1417, 1418, 2328, 3381,
                         3466, 3576, 3600, 3601, 3602, 3764, 6106) AND d.refclassid <> 2615)
    """, isForCompanion: true
  ) { rows, catalog in
    for row in rows {
      guard let (dependent, needed) = decode(row, catalog) else { continue }
      catalog.dependencies[dependent, default: []].append(needed)
      // PostgreSQL records the columns alone; a view that uses a view needs the view.
      if needed.kind == .column, !needed.sharesRelation(with: dependent) {
        let home = needed.relationPath
        catalog.dependencies[dependent, default: []].append(
          ObjectID(catalog.relationKinds[home] ?? .table, home))
      }
    }
    catalog.dependencies = catalog.dependencies.mapValues { needed in
      needed.count < 2 ? needed : Array(Set(needed)).sorted()
    }
  }

  private static func decode(_ row: PostgresRow, _ catalog: Catalog) -> (ObjectID, ObjectID)? {
    var dependentAddress = CatalogAddress(
      row.oid(0), row.oid(1), Int32(truncatingIfNeeded: row.integer(2)))
    if let owner = catalog.memberOwners[dependentAddress] { dependentAddress = owner }
    // A view's rule stands for the view.
    if !row.isNull(6), catalog.addresses[dependentAddress] == nil {
      dependentAddress = CatalogAddress(CatalogID.relation, row.oid(6))
    }
    let neededAddress = CatalogAddress(
      row.oid(3), row.oid(4), Int32(truncatingIfNeeded: row.integer(5)))
    // An inherited column has no id of its own.
    guard
      let dependent = catalog.addresses[dependentAddress],
      let needed = catalog.addresses[neededAddress]
        ?? catalog.addresses[CatalogAddress(neededAddress.catalog, neededAddress.oid)],
      dependent != needed
    else { return nil }
    // A sequence's owner is a field of it.
    if dependent.kind == .sequence || dependent.kind == .extension { return nil }
    // A rule is of its relation; one that makes a view and reads the view's columns reads itself.
    if dependent.kind == .view || dependent.kind == .materializedView, needed.kind == .column,
      needed.path.starts(with: dependent.path)
    {
      return (dependent, dependent)
    }
    return (dependent, needed)
  }
}
