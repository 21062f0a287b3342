import Planning
import SQLText
import SchemaModel

enum ForeignDataWrapperKind {
  static let query = CatalogQuery(
    """
    SELECT w.oid, w.fdwname, NULLIF(w.fdwhandler, 0)::regproc::text,
      NULLIF(w.fdwvalidator, 0)::regproc::text, w.fdwoptions
    FROM pg_catalog.pg_foreign_data_wrapper w WHERE w.oid >= 16384
    """
  ) { rows, catalog in
    for row in rows {
      catalog.add(
        .foreignDataWrapper, at: CatalogAddress(CatalogID.foreignDataWrapper, row.oid(0)),
        path: [Identifier(row.text(1))],
        [
          "handler": catalog.name(.function, row.optionalText(2)),
          "validator": catalog.name(.function, row.optionalText(3)),
          "options": catalog.options(row.texts(4), without: Secrets.isSecret),
          "secrets": Secrets.present(row.texts(4)),
        ])
    }
  }

  static let sql = DefinedKind(
    words: "FOREIGN DATA WRAPPER",
    create: { object in
      var sql: SQL = "CREATE FOREIGN DATA WRAPPER \(object.id.name)"
      if let function = object.sql("handler") { sql += " HANDLER \(function)" }
      if let function = object.sql("validator") { sql += " VALIDATOR \(function)" }
      return [sql + object.optionsClause()]
    },
    alter: { old, new in
      var sql = SQL.empty
      for (name, word) in [("handler", "HANDLER"), ("validator", "VALIDATOR")] as [(String, SQL)]
      where old[name] != new[name] {
        sql += new.sql(name).map { " \(word) \($0)" } ?? " NO \(word)"
      }
      sql += new.optionChanges(from: old)
      return sql.isEmpty ? [] : ["ALTER FOREIGN DATA WRAPPER \(new.id.name)\(sql)"]
    })
}

enum ServerKind {
  static let query = CatalogQuery(
    """
    SELECT s.oid, s.srvname, w.fdwname, s.srvtype, s.srvversion, s.srvoptions
    FROM pg_catalog.pg_foreign_server s
    JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw WHERE s.oid >= 16384
    """
  ) { rows, catalog in
    for row in rows {
      let name = Identifier(row.text(1))
      catalog.add(
        .server, at: CatalogAddress(CatalogID.server, row.oid(0)), path: [name],
        [
          "wrapper": .name(ObjectID(.foreignDataWrapper, [Identifier(row.text(2))])),
          "type": Catalog.text(row.optionalText(3)), "version": Catalog.text(row.optionalText(4)),
          "options": catalog.options(row.texts(5), without: Secrets.isSecret),
          "secrets": Secrets.present(row.texts(5)),
        ])
    }
  }

  static let sql = DefinedKind(
    words: "SERVER",
    create: { object in
      var sql: SQL = "CREATE SERVER \(object.id.name)"
      if let type = object.literal("type") { sql += " TYPE \(type)" }
      if let version = object.literal("version") { sql += " VERSION \(version)" }
      sql += " FOREIGN DATA WRAPPER \(object.sql("wrapper") ?? .empty)"
      return [sql + object.optionsClause()]
    },
    alter: { old, new in
      guard new.differs(from: old, onlyIn: ["version", "options", "secrets"]) else { return nil }
      var sql = SQL.empty
      if old["version"] != new["version"] {
        sql += " VERSION \(new.literal("version") ?? "NULL")"
      }
      sql += new.optionChanges(from: old)
      return sql.isEmpty ? [] : ["ALTER SERVER \(new.id.name)\(sql)"]
    })
}

enum UserMappingKind {
  /// The view, since the catalog itself is a superuser's; it hides the options of others.
  static let query = CatalogQuery(
    """
    SELECT m.umid, m.srvname, CASE WHEN m.umuser = 0 THEN NULL ELSE m.usename END, m.umoptions,
      m.srvid
    FROM pg_catalog.pg_user_mappings m
    """
  ) { rows, catalog in
    for row in rows {
      // The pseudo-role has no name that a role could not have.
      let user = row.optionalText(2).map { Identifier($0) } ?? Identifier("public")
      catalog.add(
        .userMapping, at: CatalogAddress(CatalogID.userMapping, row.oid(0)),
        path: [Identifier(row.text(1)), user],
        [
          "options": catalog.options(row.texts(3), without: Secrets.isSecret),
          "secrets": Secrets.present(row.texts(3)),
        ])
      if let id = catalog.addresses[CatalogAddress(CatalogID.userMapping, row.oid(0))] {
        catalog.dependencies[id, default: []].append(ObjectID(.server, [id.path[0]]))
      }
    }
  }

  private static let reference: @Sendable (ObjectID) -> SQL = { id in
    let user: SQL = id.name == Identifier("public") ? "PUBLIC" : "\(id.name)"
    return "FOR \(user) SERVER \(id.path[0])"
  }

  static let sql = DefinedKind(
    words: "USER MAPPING", name: reference,
    create: { ["CREATE USER MAPPING \(reference($0.id))\($0.optionsClause())"] },
    alter: { old, new in
      let changes = new.optionChanges(from: old)
      return changes.isEmpty ? [] : ["ALTER USER MAPPING \(reference(new.id))\(changes)"]
    })
}

/// Options that hold secrets are known by their names only: no value is read, compared or written.
enum Secrets {
  static func isSecret(_ option: String) -> Bool {
    let name = option.asciiLowercased
    return [
      "password", "passwd", "pwd", "passphrase", "secret", "token", "credential", "api_key",
      "access_key",
    ]
    .contains { name.contains($0) }
  }

  /// The options that hold none, sorted.
  static func plain(_ options: [String]) -> [ExactText] {
    options.filter { !isSecret(String($0.prefix { $0 != "=" })) }.map { ExactText($0) }.sorted()
  }

  static func present(_ options: [String]) -> DefinedObject.Value? {
    let names = options.map { String($0.prefix { $0 != "=" }) }.filter(isSecret).sorted()
    return names.isEmpty ? nil : .set(.init(names.map { ExactText($0) }))
  }
}
