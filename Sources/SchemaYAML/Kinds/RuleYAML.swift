import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readRules(_ section: YAMLNode?, on relation: ObjectID) {
    for pair in nodes.pairs(section, of: "'rules'") {
      guard let name = name(pair.name, at: pair.key) else { continue }
      let id = relation.part(.rule, name)
      guard claim(id, at: pair.key.mark) else { continue }
      let fields = nodes.fields(pair.value, SchemaKeys.rule, of: "rule '\(name.raw)'")
      readCommon(fields, of: id)
      dependencies[id] = [relation]
      guard let event = fields.word("on").flatMap({ Rule.Event(rawValue: $0) }),
        let node = fields["do"], let text = fields.text("do"),
        let commands = expression(SchemaBuilder.withoutSemicolon(text), at: node)
      else { continue }
      var rule = Rule(
        id: id, event: event, isInstead: fields.flag("instead"), commands: commands,
        enabled: fields.word("enabled").flatMap { Trigger.Enabled(rawValue: $0) } ?? .origin)
      if let place = fields["where"], let text = fields.text("where") {
        rule.condition = expression(text, at: place)
      }
      objects.append(.rule(rule))
    }
  }
}

extension SchemaWriter {
  func rules(on relation: ObjectID) -> [YAMLEntry] {
    var rules: [YAMLEntry] = []
    for case .rule(let rule) in parts(.rule, of: relation) {
      var entries = [YAMLEntry("on", .text(rule.event.rawValue))]
      if let condition = rule.condition { entries.append(YAMLEntry("where", sql(condition.text))) }
      entries += flag("instead", rule.isInstead)
      entries.append(YAMLEntry("do", sql(rule.commands.text)))
      if rule.enabled != .origin {
        entries.append(YAMLEntry("enabled", .word(rule.enabled.rawValue)))
      }
      rules.append(YAMLEntry(name: text(rule.id.name), .mapping(entries + common(rule.id))))
    }
    return rules.isEmpty ? [] : [YAMLEntry("rules", .mapping(rules))]
  }
}
