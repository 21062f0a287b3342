import Planning
import SQLText
import SchemaModel

enum TriggerKind {
  static let query = CatalogQuery(
    """
    SELECT g.oid, g.tgrelid, g.tgname, g.tgtype, g.tgenabled, g.tgattr, g.tgconstraint <> 0,
      g.tgdeferrable, g.tginitdeferred, g.tgconstrrelid, g.tgoldtable, g.tgnewtable,
      pg_catalog.pg_get_triggerdef(g.oid, false)
    FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
    WHERE NOT g.tgisinternal AND g.tgparentid = 0 AND \(CatalogQuery.userRelation)
    """
  ) { rows, catalog in
    for row in rows { decode(row, &catalog) }
  }

  /// Of partitions, where they fire otherwise than their parent's. Read before the tables are finished.
  static let clones = CatalogQuery(
    """
    SELECT g.tgrelid, g.tgname, g.tgenabled
    FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_trigger p ON p.oid = g.tgparentid
    WHERE NOT g.tgisinternal AND g.tgenabled <> p.tgenabled
    """
  ) { rows, catalog in
    for row in rows {
      catalog.partitionTriggers[row.oid(0), default: []].append(
        PartitionTrigger(name: Identifier(row.text(1)), enabled: enabled(row.code(2))))
    }
  }

  private static func decode(_ row: PostgresRow, _ catalog: inout Catalog) {
    let relation = row.oid(1)
    guard let owner = catalog.relations[relation]?.id,
      !catalog.isExtensionMember(CatalogID.trigger, row.oid(0))
    else { return }
    let type = row.integer(3)
    let (condition, body) = texts(row.text(12))
    var events: [Trigger.Event] = []
    if type & 4 != 0 { events.append(.insert) }
    if type & 8 != 0 { events.append(.delete) }
    if type & 16 != 0 { events.append(.update(of: catalog.columns(relation, row.integers(5)))) }
    if type & 32 != 0 { events.append(.truncate) }
    var trigger = Trigger(
      id: owner.part(.trigger, Identifier(row.text(2))),
      timing: type & 2 != 0 ? .before : type & 64 != 0 ? .insteadOf : .after, events: events,
      isForEachRow: type & 1 != 0, condition: condition.map { catalog.bareExpression($0) },
      body: catalog.expression(body))
    if row.bool(6) {
      trigger.constraint =
        row.bool(8) ? .initiallyDeferred : row.bool(7) ? .initiallyImmediate : .notDeferrable
      trigger.from = catalog.relations[row.oid(9)]?.id
    }
    trigger.oldTable = row.optionalText(10).map { Identifier($0) }
    trigger.newTable = row.optionalText(11).map { Identifier($0) }
    trigger.enabled = enabled(row.code(4))
    catalog.add(.trigger(trigger), at: CatalogAddress(CatalogID.trigger, row.oid(0)))
    catalog.dependencies[trigger.id, default: []].append(owner)
  }

  /// `tgenabled` and `ev_enabled`.
  static func enabled(_ code: UInt8) -> Trigger.Enabled {
    switch code {
    case UInt8(ascii: "D"): .disabled
    case UInt8(ascii: "R"): .replica
    case UInt8(ascii: "A"): .always
    default: .origin
    }
  }

  /// The condition and the call: `pg_get_expr` cannot print what mentions OLD and NEW.
  private static func texts(_ definition: String) -> (condition: String?, body: String) {
    guard let tokens = try? Lexer.tokens(of: definition, rules: .postgresql) else {
      return (nil, definition)
    }
    let bytes = Array(definition.utf8)
    func text(_ start: Int, _ end: Int) -> String {
      String(decoding: bytes[start..<end], as: UTF8.self)
    }
    var depth = 0
    var conditionStart: Int?
    var conditionEnd = 0
    for (index, token) in tokens.enumerated() {
      if token.isSymbol("(") {
        if depth == 0, index > 0, tokens[index - 1].isWord("when") {
          conditionStart = token.range.upperBound
        }
        depth += 1
      } else if token.isSymbol(")") {
        depth -= 1
        if depth == 0, conditionStart != nil, conditionEnd == 0 {
          conditionEnd = token.range.lowerBound
        }
      } else if depth == 0, token.isWord("execute") {
        return (
          conditionStart.map { text($0, conditionEnd) }, text(token.range.lowerBound, bytes.count)
        )
      }
    }
    return (nil, definition)
  }
}

enum TriggerSteps {
  static func create(_ trigger: Trigger, _ context: PlanContext) -> Step {
    var statements = [Statement(definition(trigger), lock: .shareRowExclusive)]
    if trigger.enabled != .origin { statements.append(enabling(trigger)) }
    return Step(
      .create, trigger.id, produces: [trigger.id],
      consumes: needs(trigger, context.to, context), statements: statements)
  }

  static func drop(_ trigger: Trigger, _ context: PlanContext) -> Step {
    Step(
      .drop, trigger.id, destroys: [trigger.id], releases: needs(trigger, context.from, context),
      statements: [
        Statement(
          "DROP TRIGGER \(trigger.id.name) ON \(path: trigger.id.relationPath)",
          lock: .accessExclusive)
      ], hazards: [Hazard("BC14", "What trigger \(trigger.id.name) does is no longer done.")])
  }

  static func canAlter(_ old: Trigger, to new: Trigger) -> Bool {
    var old = old
    old.enabled = new.enabled
    return old == new
  }

  static func alter(_ old: Trigger, to new: Trigger, _ context: PlanContext) -> Step {
    if canAlter(old, to: new) {
      return Step(.alter, new.id, produces: [new.id], statements: [enabling(new)])
    }
    var statements = [Statement(definition(new, replaces: true), lock: .shareRowExclusive)]
    // One that is replaced is enabled as a new one is.
    if old.enabled != .origin || new.enabled != .origin { statements.append(enabling(new)) }
    let needed = Set(needs(new, context.to, context))
    return Step(
      .alter, new.id, produces: [new.id], consumes: needed.sorted(), destroys: [new.id],
      releases: Set(needs(old, context.from, context)).subtracting(needed).sorted(),
      statements: statements,
      hazards: [Hazard("BC14", "What trigger \(new.id.name) does is no longer done as it was.")])
  }

  /// Whether it can take the place of the old one, which keeps nobody from reading. The copies on partitions are
  /// left as they were.
  static func canReplace(_ old: Trigger, by new: Trigger, _ context: PlanContext) -> Bool {
    if case .table(let table)? = context.to[new.id.table], table.partitionKey != nil {
      return false
    }
    return context.serverVersion >= 140_000 && old.constraint == nil && new.constraint == nil
  }

  private static func needs(
    _ trigger: Trigger, _ schema: Schema, _ context: PlanContext
  ) -> [ObjectID] {
    var needed = context.needs(.trigger(trigger), in: schema)
    needed += [trigger.id.table, ObjectID(.view, trigger.id.relationPath)]
    for case .update(let columns) in trigger.events {
      needed += columns.map { trigger.id.table.part(.column, $0) }
    }
    return needed + (trigger.from.map { [$0] } ?? [])
  }

  static func words(_ enabled: Trigger.Enabled) -> SQL {
    switch enabled {
    case .origin: "ENABLE"
    case .replica: "ENABLE REPLICA"
    case .always: "ENABLE ALWAYS"
    case .disabled: "DISABLE"
    }
  }

  private static func enabling(_ trigger: Trigger) -> Statement {
    Statement(
      """
      ALTER TABLE \(path: trigger.id.relationPath) \(words(trigger.enabled)) TRIGGER \
      \(trigger.id.name)
      """, lock: .shareRowExclusive)
  }

  private static func definition(_ trigger: Trigger, replaces: Bool = false) -> SQL {
    let kind: SQL =
      trigger.constraint != nil
      ? "CONSTRAINT TRIGGER" : replaces ? "OR REPLACE TRIGGER" : "TRIGGER"
    let timing: SQL =
      switch trigger.timing {
      case .before: "BEFORE"
      case .after: "AFTER"
      case .insteadOf: "INSTEAD OF"
      }
    var sql: SQL = "CREATE \(kind) \(trigger.id.name) \(timing) \(events(trigger))"
    sql += " ON \(path: trigger.id.relationPath)"
    if let other = trigger.from { sql += " FROM \(path: other.path)" }
    switch trigger.constraint {
    case .initiallyImmediate?: sql += " DEFERRABLE"
    case .initiallyDeferred?: sql += " DEFERRABLE INITIALLY DEFERRED"
    case .notDeferrable?, nil: break
    }
    if trigger.oldTable != nil || trigger.newTable != nil { sql += " REFERENCING" }
    if let name = trigger.oldTable { sql += " OLD TABLE AS \(name)" }
    if let name = trigger.newTable { sql += " NEW TABLE AS \(name)" }
    sql += trigger.isForEachRow ? " FOR EACH ROW" : " FOR EACH STATEMENT"
    if let condition = trigger.condition { sql += " WHEN (\(condition))" }
    return sql + " \(trigger.body)"
  }

  private static func events(_ trigger: Trigger) -> SQL {
    trigger.events.map { event -> SQL in
      switch event {
      case .insert: "INSERT"
      case .delete: "DELETE"
      case .truncate: "TRUNCATE"
      case .update(let columns): columns.isEmpty ? "UPDATE" : "UPDATE OF \(columns)"
      }
    }.joined(" OR ")
  }
}
