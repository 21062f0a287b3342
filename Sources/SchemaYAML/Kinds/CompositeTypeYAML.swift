import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readCompositeType(_ declaration: Declaration) {
    let id = declaration.id
    let fields = nodes.fields(
      declaration.pair.value, SchemaKeys.compositeType, of: "composite type '\(shown(id))'")
    if declaration.pair.value.isNull {
      nodes.report(declaration.pair.key.mark, "composite type '\(shown(id))' has no attributes")
    }
    readCommon(fields, of: id)
    var attributes: [CompositeType.Attribute] = []
    for pair in nodes.pairs(fields["attributes"], of: "'attributes'") {
      guard let name = name(pair.name, at: pair.key),
        let text = nodes.text(pair.value, of: "an attribute's type"),
        let attribute = attribute(name, text, at: pair.value)
      else { continue }
      if attributes.contains(where: { $0.name == name }) {
        nodes.report(pair.key.mark, "the attribute '\(name.raw)' is given twice")
      } else {
        attributes.append(attribute)
      }
    }
    readColumnComments(fields, "attribute_comments", of: id)
    objects.append(.compositeType(CompositeType(id: id, attributes: attributes)))
  }

  private mutating func attribute(
    _ name: Identifier, _ text: String, at node: YAMLNode
  ) -> CompositeType.Attribute? {
    guard let parsed = columnText(text, at: node), let type = typeName(parsed.type, at: node)
    else { return nil }
    if parsed.isNotNull != nil || parsed.defaultValue != nil || parsed.identity != nil
      || parsed.generated != nil || !parsed.constraints.isEmpty
    {
      nodes.report(node.mark, "an attribute has a type and a collation, nothing else")
    }
    let collation = parsed.collation.flatMap { Collations.isDefault($0, in: engine) ? nil : $0 }
    return CompositeType.Attribute(name: name, type: type, collation: collation)
  }
}

extension SchemaWriter {
  func compositeType(_ object: SchemaObject) -> YAMLValue {
    guard case .compositeType(let type) = object else { return .null }
    let attributes = type.attributes.map { attribute in
      let collation = attribute.collation.map { " collate \($0)" } ?? ""
      return YAMLEntry(
        name: text(attribute.name), .text(typeText(attribute.type) + collation))
    }
    return .mapping(
      [YAMLEntry("attributes", .mapping(attributes))]
        + columnComments(of: type.id, "attribute_comments") + common(type.id))
  }
}
