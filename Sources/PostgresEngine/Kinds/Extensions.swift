import Planning
import SQLText
import SchemaModel

enum ExtensionKind {
  static let query = CatalogQuery(
    """
    SELECT x.oid, x.extname, n.nspname, x.extversion
    FROM pg_catalog.pg_extension x JOIN pg_catalog.pg_namespace n ON n.oid = x.extnamespace
    WHERE x.oid >= 16384
    """
  ) { rows, catalog in
    for row in rows {
      let id = ObjectID(.extension, [Identifier(row.text(1))])
      catalog.add(
        .extension(Extension(id: id, schema: Identifier(row.text(2)), version: row.text(3))),
        at: CatalogAddress(CatalogID.extensions, row.oid(0)))
    }
  }

  /// What leans on a member leans on the extension. Asked by what they belong to, which has an index.
  static let members = CatalogQuery(
    """
    SELECT classid, objid, refobjid FROM pg_catalog.pg_depend
    WHERE refclassid = \(CatalogID.extensions) AND deptype = 'e'
    """
  ) { rows, catalog in
    for row in rows {
      let member = CatalogAddress(row.oid(0), row.oid(1))
      catalog.extensionMembers.insert(member)
      catalog.addresses[member] =
        catalog.addresses[CatalogAddress(CatalogID.extensions, row.oid(2))]
    }
  }

  // MARK: - Steps

  static func create(_ value: Extension) -> Step {
    Step(
      .create, value.id, produces: [value.id], consumes: value.requires,
      statements: [Statement("CREATE EXTENSION \(value.id.name) WITH SCHEMA \(value.schema)")])
  }

  static func drop(_ value: Extension) -> Step {
    Step(
      .drop, value.id, destroys: [value.id], releases: value.requires,
      statements: [Statement("DROP EXTENSION \(value.id.name)", lock: .accessExclusive)],
      hazards: [
        Hazard(
          "DL15", "Extension \(value.id.name) goes with everything that it brought along.",
          needsPermission: true)
      ], reversibility: .structureOnly)
  }

  static func alter(_ old: Extension, to new: Extension) -> Step {
    Step(
      .alter, new.id, produces: [new.id], consumes: new.requires, releases: old.requires,
      statements: [
        Statement("ALTER EXTENSION \(new.id.name) SET SCHEMA \(new.schema)", lock: .accessExclusive)
      ])
  }
}
