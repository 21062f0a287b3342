import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readPolicies(_ section: YAMLNode?, of table: ObjectID) {
    for pair in nodes.pairs(section, of: "'policies'") {
      guard let name = name(pair.name, at: pair.key) else { continue }
      let id = table.part(.policy, name)
      guard claim(id, at: pair.key.mark) else { continue }
      let fields = nodes.fields(pair.value, SchemaKeys.policy, of: "policy '\(name.raw)'")
      readCommon(fields, of: id)
      var policy = Policy(
        id: id, isPermissive: !fields.flag("restrictive"),
        command: fields.word("for").flatMap { Policy.Command(rawValue: $0) } ?? .all)
      if let node = fields["to"] {
        for (text, item) in nodes.texts(node, of: "'to'") {
          guard let role = self.name(text, at: item), role != Identifier("public") else { continue }
          if !policy.roles.contains(role) { policy.roles.append(role) }
        }
        policy.roles.sort()
      }
      if let node = fields["using"], let text = fields.text("using") {
        policy.using = expression(text, at: node)
      }
      if let node = fields["check"], let text = fields.text("check") {
        policy.check = expression(text, at: node)
      }
      objects.append(.policy(policy))
    }
  }
}

extension SchemaWriter {
  func policies(of table: ObjectID) -> [YAMLEntry] {
    var policies: [YAMLEntry] = []
    for case .policy(let policy) in parts(.policy, of: table) {
      var entries = flag("restrictive", !policy.isPermissive)
      if policy.command != .all {
        entries.append(YAMLEntry("for", .word(policy.command.rawValue)))
      }
      if !policy.roles.isEmpty { entries.append(YAMLEntry("to", names(policy.roles))) }
      if let using = policy.using { entries.append(YAMLEntry("using", sql(using.text))) }
      if let check = policy.check { entries.append(YAMLEntry("check", sql(check.text))) }
      policies.append(
        YAMLEntry(name: text(policy.id.name), .mapping(entries + common(policy.id))))
    }
    return policies.isEmpty ? [] : [YAMLEntry("policies", .mapping(policies))]
  }
}
