import SchemaModel

extension SchemaBuilder {
  mutating func readEnum(_ declaration: Declaration) {
    let subject = "enum '\(shown(declaration.id))'"
    var list = declaration.pair.value
    if case .mapping = list.content {
      let fields = nodes.fields(list, SchemaKeys.enumType, of: subject)
      readCommon(fields, of: declaration.id)
      guard let values = fields["values"] else { return }
      list = values
    }
    guard case .sequence(let items) = list.content else {
      nodes.report(
        list.mark, "\(subject) is a list of values or a mapping, this is \(list.kindName)")
      return
    }
    var values: [ExactText] = []
    var seen: Set<ExactText> = []
    for item in items {
      guard let value = enumValue(item, of: declaration.id) else { continue }
      if seen.insert(value).inserted {
        values.append(value)
      } else {
        nodes.report(item.mark, "\(subject) has the value '\(value.string)' twice")
      }
    }
    objects.append(.enumType(EnumType(id: declaration.id, values: values)))
  }

  private mutating func enumValue(_ item: YAMLNode, of id: ObjectID) -> ExactText? {
    guard case .mapping = item.content else {
      return nodes.text(item, of: "an enum value").map { ExactText($0) }
    }
    let fields = nodes.fields(item, SchemaKeys.enumValue, of: "an enum value")
    guard let value = fields.text("value") else { return nil }
    if let node = fields["renamed_from"] {
      // Values are texts, not names: nothing folds.
      let old = nodes.texts(node, of: "'renamed_from'").map { Identifier($0.text) }
      renamedFrom[ObjectID(.enumType, id.path + [Identifier(value)])] = old
    }
    return ExactText(value)
  }
}

extension SchemaWriter {
  func enumType(_ object: SchemaObject) -> YAMLValue {
    guard case .enumType(let type) = object else { return .null }
    let values = YAMLValue.sequence(
      type.values.map { value in
        let id = ObjectID(.enumType, type.id.path + [Identifier(value.string)])
        guard let old = schema.renamedFrom[id] else { return .text(value.string) }
        return .mapping([
          YAMLEntry("value", .text(value.string)),
          YAMLEntry(
            "renamed_from",
            old.count == 1 ? .text(old[0].raw) : .sequence(old.map { .text($0.raw) })),
        ])
      })
    guard hasCommon(type.id) else { return values }
    return .mapping([YAMLEntry("values", values)] + common(type.id))
  }
}
