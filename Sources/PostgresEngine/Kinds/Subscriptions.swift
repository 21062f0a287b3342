import Planning
import SQLText
import SchemaModel

/// Subscriptions, without their connection: it holds a password, is never read, and never used.
enum SubscriptionKind {
  static func query(serverVersion: Int) -> CatalogQuery {
    func since(_ version: Int, _ column: String, _ otherwise: String) -> String {
      serverVersion >= version * 10_000 ? "s.\(column)" : otherwise
    }
    // A boolean before 16; then off, on and parallel.
    let streaming =
      serverVersion >= 160_000
      ? "CASE s.substream WHEN 't' THEN 'on' WHEN 'p' THEN 'parallel' END"
      : "CASE WHEN s.substream THEN 'on' END"
    return CatalogQuery(
      """
      SELECT s.oid, s.subname, s.subenabled, s.subpublications, s.subslotname, s.subsynccommit,
        s.subbinary, \(streaming),
        \(since(15, "subtwophasestate", "'d'")) <> 'd', \(since(15, "subdisableonerr", "false")),
        \(since(16, "suborigin", "'any'")), \(since(16, "subpasswordrequired", "true")),
        \(since(16, "subrunasowner", "false")), \(since(17, "subfailover", "false"))
      FROM pg_catalog.pg_subscription s
      WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d
                         WHERE d.datname = pg_catalog.current_database())
      """
    ) { rows, catalog in
      for row in rows {
        let name = row.text(1)
        let slot = row.optionalText(4) ?? "none"
        catalog.add(
          .subscription, at: CatalogAddress(CatalogID.subscription, row.oid(0)),
          path: [Identifier(name)],
          [
            "enabled": Catalog.flag(row.bool(2)),
            "publications": .list(
              row.texts(3).map { .name(ObjectID(.publication, [Identifier($0)])) }),
            "slot_name": slot == name ? nil : Catalog.text(slot),
            "synchronous_commit": row.text(5) == "off" ? nil : Catalog.text(row.text(5)),
            "binary": Catalog.flag(row.bool(6)), "streaming": Catalog.text(row.optionalText(7)),
            "two_phase": Catalog.flag(row.bool(8)), "disable_on_error": Catalog.flag(row.bool(9)),
            "origin": row.text(10) == "any" ? nil : Catalog.text(row.text(10)),
            "password_not_required": Catalog.flag(!row.bool(11)),
            "run_as_owner": Catalog.flag(row.bool(12)), "failover": Catalog.flag(row.bool(13)),
          ])
      }
    }
  }

  static let sql = DefinedKind(
    words: "SUBSCRIPTION",
    create: { object in
      let names = publications(object)
      var settings: [SQL] = ["connect = false", "slot_name = \(slot(object))"]
      settings += options(object).map { "\($0.name) = \($0.value)" }
      return [
        """
        CREATE SUBSCRIPTION \(object.id.name) CONNECTION '' PUBLICATION \(names.joined(", ")) \
        WITH (\(settings.joined(", ")))
        """
      ]
    },
    alter: { old, new in
      guard new.differs(from: old, onlyIn: changeable), !isTwoPhase(old, new) else { return nil }
      var statements: [SQL] = []
      let name = new.id.name
      if old["publications"] != new["publications"] {
        let names = publications(new)
        statements.append(
          """
          ALTER SUBSCRIPTION \(name) SET PUBLICATION \(names.joined(", ")) WITH (refresh = false)
          """)
      }
      let before = options(old)
      var settings = options(new).filter { option in
        !before.contains { $0.name == option.name && $0.value == option.value }
      }.map { "\($0.name) = \($0.value)" as SQL }
      let after = options(new)
      for option in before where !after.contains(where: { $0.name == option.name }) {
        settings.append("\(option.name) = \(option.usual)")
      }
      if old["slot_name"] != new["slot_name"] { settings.append("slot_name = \(slot(new))") }
      if !settings.isEmpty {
        statements.append("ALTER SUBSCRIPTION \(name) SET (\(settings.joined(", ")))")
      }
      if old["enabled"] != new["enabled"] {
        let word: SQL = new.isSet("enabled") ? "ENABLE" : "DISABLE"
        statements.append("ALTER SUBSCRIPTION \(name) \(word)")
      }
      return statements
    },
    hazards: {
      [
        Hazard(
          "BC18",
          "The replication slot of subscription \($0.name) stays on its publisher and keeps its log."
        )
      ]
    },
    beforeDrop: { object in
      // With its slot it could not be dropped in a transaction, nor without its publisher.
      [
        "ALTER SUBSCRIPTION \(object.id.name) DISABLE",
        "ALTER SUBSCRIPTION \(object.id.name) SET (slot_name = NONE)",
      ]
    })

  private static let changeable: Set<String> = [
    "enabled", "publications", "slot_name", "synchronous_commit", "binary", "streaming",
    "disable_on_error", "origin", "password_not_required", "run_as_owner", "failover",
  ]

  private static func isTwoPhase(_ old: DefinedObject, _ new: DefinedObject) -> Bool {
    old["two_phase"] != new["two_phase"]
  }

  private static func publications(_ object: DefinedObject) -> [SQL] {
    (object["publications"]?.elements ?? []).compactMap { $0.name.map { "\($0.name)" } }
  }

  private static func slot(_ object: DefinedObject) -> SQL {
    let name = object["slot_name"]?.text?.string ?? object.id.name.raw
    return name == "none" ? "NONE" : "\(literal: name)"
  }

  private struct Setting {
    let name: SQL
    let value: SQL
    /// What stands for an option that is not given.
    let usual: SQL
  }

  private static func options(_ object: DefinedObject) -> [Setting] {
    var options: [Setting] = []
    for name in ["binary", "two_phase", "disable_on_error", "run_as_owner", "failover"]
    where object.isSet(name) {
      options.append(Setting(name: .verbatim(name), value: "true", usual: "false"))
    }
    if object.isSet("password_not_required") {
      options.append(Setting(name: "password_required", value: "false", usual: "true"))
    }
    for (name, usual) in [("synchronous_commit", "off"), ("streaming", "off"), ("origin", "any")] {
      if let value = object.literal(name) {
        options.append(Setting(name: .verbatim(name), value: value, usual: .verbatim(usual)))
      }
    }
    return options
  }
}
