import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readTriggers(_ section: YAMLNode?, on relation: ObjectID) {
    for pair in nodes.pairs(section, of: "'triggers'") {
      guard let name = name(pair.name, at: pair.key) else { continue }
      let id = relation.part(.trigger, name)
      guard claim(id, at: pair.key.mark) else { continue }
      let fields = nodes.fields(
        pair.value, SchemaKeys.trigger, of: "trigger '\(name.raw)'")
      readCommon(fields, of: id)
      dependencies[id] = [relation]
      guard let eventsNode = fields["events"], let body = triggerBody(fields) else { continue }
      var trigger = Trigger(
        id: id, timing: timing(fields, on: relation, at: pair),
        events: events(eventsNode, of: relation), isForEachRow: engine == .sqlite, body: body)
      if let place = fields["when"], let text = fields.text("when") {
        trigger.condition = expression(text, at: place)
      }
      if engine == .postgresql { readPostgresParts(fields, into: &trigger) }
      objects.append(.trigger(trigger))
    }
  }

  private mutating func timing(
    _ fields: Fields, on relation: ObjectID, at pair: YAMLPair
  ) -> Trigger.Timing {
    let written = fields.word("timing").flatMap { Trigger.Timing(rawValue: $0) }
    if engine == .postgresql, !fields.given.contains("timing") {
      nodes.report(pair.key.mark, "trigger '\(pair.name)' lacks the key 'timing'")
    }
    let timing = written ?? .before
    if relation.kind == .view, timing != .insteadOf, engine == .sqlite {
      nodes.report(fields.keyMark("timing"), "a trigger on a view is 'instead of'")
    }
    if written != nil, relation.kind == .table, timing == .insteadOf {
      nodes.report(fields.keyMark("timing"), "only a trigger on a view is 'instead of'")
    }
    return timing
  }

  private mutating func triggerBody(_ fields: Fields) -> Expression? {
    switch engine {
    case .sqlite: fields["body"].flatMap { body(fields.text("body") ?? "", at: $0) }
    case .postgresql: fields["execute"].flatMap { call(fields.text("execute") ?? "", at: $0) }
    }
  }

  /// As PostgreSQL prints it under an empty search_path, as far as the function is declared.
  private mutating func call(_ text: String, at node: YAMLNode) -> Expression? {
    do throws(SyntaxProblem) {
      var reader = try ClauseReader(SchemaBuilder.withoutSemicolon(text), syntax: syntax)
      var path = try reader.path("the trigger function")
      guard reader.current?.isSymbol("(") == true,
        reader.closing(reader.position) == reader.tokens.count - 1
      else { throw reader.problem("'execute' is a call: name(), or name('argument')") }
      let arguments = reader.source(reader.position..<reader.tokens.count)
      if path.count == 1, let home = searchPath.first(where: { isFunction([$0, path[0]]) }) {
        path.insert(home, at: 0)
      }
      return syntax.expression("EXECUTE FUNCTION \(Quoting.path(path))\(arguments)")
    } catch {
      report(error, at: node)
      return nil
    }
  }

  /// Whether a function without arguments of that name is declared.
  private func isFunction(_ path: [Identifier]) -> Bool {
    isDeclared(Routine.id(schema: path[0], name: path[1], arguments: []))
  }

  private mutating func readPostgresParts(_ fields: Fields, into trigger: inout Trigger) {
    trigger.isForEachRow = fields.word("for_each") == "row"
    if fields.flag("constraint") { trigger.constraint = deferrability(fields) }
    if let node = fields["from"], let text = fields.text("from"),
      let path = path(text, at: node)
    {
      trigger.from = path.count == 1 ? referencedTable(path) : ObjectID(.table, path)
    }
    if let node = fields["old_table"], let text = fields.text("old_table") {
      trigger.oldTable = name(text, at: node)
    }
    if let node = fields["new_table"], let text = fields.text("new_table") {
      trigger.newTable = name(text, at: node)
    }
    trigger.enabled =
      fields.word("enabled").flatMap { Trigger.Enabled(rawValue: $0) } ?? .origin
  }

  private mutating func body(_ text: String, at node: YAMLNode) -> Expression? {
    let text = SchemaBuilder.withoutSemicolon(text)
    guard let body = expression(text, at: node) else { return nil }
    let tokens = (try? syntax.tokens(of: text)) ?? []
    guard tokens.first?.isWord("begin") == true, tokens.last?.isWord("end") == true else {
      nodes.report(node.mark, "a trigger's body is BEGIN … END")
      return nil
    }
    return body
  }

  private mutating func events(_ node: YAMLNode, of relation: ObjectID) -> [Trigger.Event] {
    var events: [Trigger.Event] = []
    for (text, item) in nodes.texts(node, of: "'events'") {
      do throws(SyntaxProblem) {
        events.append(try event(text, of: relation, at: item))
      } catch {
        report(error, at: item)
      }
    }
    if events.count > 1, engine == .sqlite {
      nodes.report(node.mark, "a trigger of SQLite has one event")
    }
    return events.sorted { SchemaBuilder.rank($0) < SchemaBuilder.rank($1) }
  }

  private static func rank(_ event: Trigger.Event) -> Int {
    switch event {
    case .insert: 0
    case .delete: 1
    case .update: 2
    case .truncate: 3
    }
  }

  private mutating func event(
    _ text: String, of relation: ObjectID, at node: YAMLNode
  ) throws(SyntaxProblem) -> Trigger.Event {
    var reader = try ClauseReader(text, syntax: syntax)
    let event: Trigger.Event
    if reader.take("insert") {
      event = .insert
    } else if reader.take("delete") {
      event = .delete
    } else if reader.take("update") {
      var names: [Identifier] = []
      if reader.take("of") {
        repeat { names.append(try reader.name("a column's name")) } while reader.takeSymbol(",")
      }
      if relation.kind == .table { names = names.filter { hasColumn($0, relation, at: node) } }
      event = .update(of: names)
    } else if engine == .postgresql, reader.take("truncate") {
      event = .truncate
    } else {
      throw reader.problem("an event is insert, delete, update or 'update of COLUMN, …'")
    }
    guard reader.isAtEnd else { throw reader.problem("'\(text)' is no event") }
    return event
  }
}

extension SchemaWriter {
  func triggers(on relation: ObjectID) -> [YAMLEntry] {
    var triggers: [YAMLEntry] = []
    for case .trigger(let trigger) in parts(.trigger, of: relation) {
      let events = trigger.events.map { YAMLValue.text(text($0)) }
      var entries: [YAMLEntry] = []
      if trigger.timing != .before || schema.engine == .postgresql {
        entries.append(YAMLEntry("timing", .text(trigger.timing.rawValue)))
      }
      entries.append(YAMLEntry("events", events.count == 1 ? events[0] : .sequence(events)))
      if let condition = trigger.condition {
        entries.append(YAMLEntry("when", sql(condition.text)))
      }
      switch schema.engine {
      case .sqlite: entries.append(YAMLEntry("body", sql(trigger.body.text)))
      case .postgresql: entries += postgresParts(of: trigger)
      }
      triggers.append(
        YAMLEntry(name: text(trigger.id.name), .mapping(entries + common(trigger.id))))
    }
    return triggers.isEmpty ? [] : [YAMLEntry("triggers", .mapping(triggers))]
  }

  private func postgresParts(of trigger: Trigger) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    if trigger.isForEachRow { entries.append(YAMLEntry("for_each", .word("row"))) }
    if let constraint = trigger.constraint {
      entries += flag("constraint", true) + deferrability(constraint)
    }
    if let from = trigger.from { entries.append(YAMLEntry("from", .text(text(from.path)))) }
    if let table = trigger.oldTable { entries.append(YAMLEntry("old_table", name(table))) }
    if let table = trigger.newTable { entries.append(YAMLEntry("new_table", name(table))) }
    if trigger.enabled != .origin {
      entries.append(YAMLEntry("enabled", .word(trigger.enabled.rawValue)))
    }
    entries.append(YAMLEntry("execute", sql(call(trigger.body))))
    return entries
  }

  /// The call without its keywords, and without the schema where the function is declared.
  private func call(_ body: Expression) -> String {
    guard var reader = try? ClauseReader(body.text, syntax: syntax) else { return body.text }
    if !reader.take("execute", "function") { _ = reader.take("execute", "procedure") }
    let start = reader.position
    guard let path = try? reader.path("a function") else { return body.text }
    let arguments = reader.source(reader.position..<reader.tokens.count)
    let isDeclared =
      path.count == 2 && path[0] == searchPath[0]
      && schema.contains(Routine.id(schema: path[0], name: path[1], arguments: []))
    return isDeclared
      ? text(path[1]) + arguments : reader.source(start..<reader.tokens.count)
  }

  private func text(_ event: Trigger.Event) -> String {
    switch event {
    case .insert: "insert"
    case .delete: "delete"
    case .truncate: "truncate"
    case .update(let columns):
      columns.isEmpty
        ? "update" : "update of " + columns.map { text($0) }.joined(separator: ", ")
    }
  }
}
