import Planning
import SQLText
import SchemaModel

enum EventTriggerKind {
  static let query = CatalogQuery(
    """
    SELECT e.oid, e.evtname, e.evtevent, e.evtfoid::regproc::text, e.evtenabled, e.evttags
    FROM pg_catalog.pg_event_trigger e
    """
  ) { rows, catalog in
    for row in rows {
      let enabled: ExactText? =
        switch row.code(4) {
        case UInt8(ascii: "D"): "disabled"
        case UInt8(ascii: "R"): "replica"
        case UInt8(ascii: "A"): "always"
        default: nil
        }
      let tags = row.texts(5).map { ExactText($0) }
      catalog.add(
        .eventTrigger, at: CatalogAddress(CatalogID.eventTrigger, row.oid(0)),
        path: [Identifier(row.text(1))],
        [
          "event": Catalog.text(row.text(2)),
          "function": catalog.name(.function, row.text(3)),
          "tags": tags.isEmpty ? nil : .set(.init(tags)),
          "enabled": enabled.map { .text($0) },
        ])
    }
  }

  static let sql = DefinedKind(
    words: "EVENT TRIGGER",
    create: { object in
      var sql: SQL =
        "CREATE EVENT TRIGGER \(object.id.name) ON \(object.sql("event") ?? .empty)"
      if let tags = object["tags"]?.texts {
        sql += "\n    WHEN TAG IN (\(tags.map { "\(literal: $0.string)" as SQL }.joined(", ")))"
      }
      sql += "\n    EXECUTE FUNCTION \(object.sql("function") ?? .empty)()"
      return [sql] + (object.isSet("enabled") ? [enabling(object)] : [])
    },
    alter: { old, new in
      new.differs(from: old, onlyIn: ["enabled"]) ? [enabling(new)] : nil
    },
    hazards: { [Hazard("BC14", "What event trigger \($0.name) does is no longer done.")] })

  private static func enabling(_ object: DefinedObject) -> SQL {
    let word: SQL =
      switch object["enabled"]?.text {
      case "disabled"?: "DISABLE"
      case "replica"?: "ENABLE REPLICA"
      case "always"?: "ENABLE ALWAYS"
      default: "ENABLE"
      }
    return "ALTER EVENT TRIGGER \(object.id.name) \(word)"
  }
}
