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
      guard let eventsNode = fields["events"], let bodyNode = fields["body"],
        let body = body(fields.text("body") ?? "", at: bodyNode)
      else { continue }
      let timing = fields.word("timing").flatMap { Trigger.Timing(rawValue: $0) } ?? .before
      if relation.kind == .view, timing != .insteadOf {
        nodes.report(fields.keyMark("timing"), "a trigger on a view is 'instead of'")
      }
      if relation.kind == .table, timing == .insteadOf {
        nodes.report(fields.keyMark("timing"), "only a trigger on a view is 'instead of'")
      }
      var trigger = Trigger(
        id: id, timing: timing, events: events(eventsNode, of: relation), body: body)
      if let place = fields["when"], let text = fields.text("when") {
        trigger.condition = expression(text, at: place)
      }
      objects.append(.trigger(trigger))
    }
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
    return events
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
    for case .trigger(let trigger) in schema.objects(of: .trigger, under: relation.path) {
      let events = trigger.events.map { YAMLValue.text(text($0)) }
      var entries: [YAMLEntry] = []
      if trigger.timing != .before {
        entries.append(YAMLEntry("timing", .text(trigger.timing.rawValue)))
      }
      entries.append(YAMLEntry("events", events.count == 1 ? events[0] : .sequence(events)))
      if let condition = trigger.condition {
        entries.append(YAMLEntry("when", sql(condition.text)))
      }
      entries.append(YAMLEntry("body", sql(trigger.body.text)))
      triggers.append(
        YAMLEntry(name: text(trigger.id.name), .mapping(entries + common(trigger.id))))
    }
    return triggers.isEmpty ? [] : [YAMLEntry("triggers", .mapping(triggers))]
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
