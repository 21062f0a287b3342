import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readDomain(_ declaration: Declaration) {
    let id = declaration.id
    var fields = Fields(mark: declaration.pair.value.mark)
    var node: YAMLNode? = declaration.pair.value
    if case .mapping = declaration.pair.value.content {
      fields = nodes.fields(
        declaration.pair.value, SchemaKeys.domain, of: "domain '\(shown(id))'")
      node = fields["type"]
      readCommon(fields, of: id)
    }
    guard let node, let text = nodes.text(node, of: "a domain"),
      var parsed = columnText(text, at: node)
    else { return }
    mergeKeys(fields, into: &parsed)
    if parsed.identity != nil || parsed.generated != nil {
      nodes.report(node.mark, "a domain has neither identity nor generation")
    }
    guard !parsed.type.isEmpty, let type = typeName(parsed.type, at: node) else {
      if parsed.type.isEmpty { nodes.report(node.mark, "domain '\(shown(id))' has no type") }
      return
    }
    var domain = Domain(id: id, type: type, isNullable: !(parsed.isNotNull ?? false))
    if let collation = parsed.collation, !Collations.isDefault(collation, in: engine) {
      domain.collation = collation
    }
    if let value = parsed.defaultValue, expression(value, at: fields["default"] ?? node) != nil {
      domain.defaultValue = syntax.defaultValue(value, type: type)
    }
    let checks = checks(of: id, inline: parsed, fields, at: node)
    domain.checks = checks.sorted { $0.name < $1.name }
    objects.append(.domain(domain))
  }

  private mutating func checks(
    of id: ObjectID, inline: ColumnText, _ fields: Fields, at node: YAMLNode
  ) -> [DomainCheck] {
    var checks: [DomainCheck] = []
    var unnamed: [(text: String, node: YAMLNode)] = []
    for constraint in inline.constraints {
      guard case .check(let text, _, _) = constraint.body else {
        nodes.report(
          nodes.mark(node, offset: constraint.offset), "a domain has no constraints but checks")
        continue
      }
      if let name = constraint.name, let expression = expression(text, at: node) {
        checks.append(DomainCheck(name: name, expression: expression))
      } else {
        unnamed.append((text, node))
      }
    }
    for (name, value, _) in items(fields["checks"], of: "checks") {
      var inner = Fields(mark: value.mark)
      var place: YAMLNode? = value
      if case .mapping = value.content {
        inner = nodes.fields(value, SchemaKeys.domainCheck, of: "a check of the domain")
        place = inner["expression"]
      }
      guard let place, let text = nodes.text(place, of: "a check") else { continue }
      guard let name else {
        unnamed.append((text, place))
        continue
      }
      readComment(inner, of: id.part(.check, name))
      if checks.contains(where: { $0.name == name }) {
        nodes.report(value.mark, "the check '\(name.raw)' is given twice")
      } else if let expression = expression(text, at: place) {
        checks.append(
          DomainCheck(name: name, expression: expression, isNotValid: inner.flag("not_valid")))
      }
    }
    for (text, place) in unnamed {
      guard let expression = expression(text, at: place) else { continue }
      let name = PostgresNames.free(among: Set(checks.map(\.name))) {
        PostgresNames.make(id.name.raw, nil, "check" + $0)
      }
      checks.append(DomainCheck(name: name, expression: expression))
    }
    return checks
  }
}

extension SchemaWriter {
  func domain(_ object: SchemaObject) -> YAMLValue {
    guard case .domain(let domain) = object else { return .null }
    // A column of the same type reads back alike.
    let column = Column(
      id: domain.id, type: domain.type, isNullable: domain.isNullable,
      defaultValue: domain.defaultValue, collation: domain.collation)
    var entries: [YAMLEntry]
    if case .text(let text) = self.column(column, isPart: false) {
      if domain.checks.isEmpty, !hasCommon(domain.id) { return .text(text) }
      entries = [YAMLEntry("type", .text(text))]
    } else {
      entries = mappingForm(column)
    }
    if !domain.checks.isEmpty {
      let checks = domain.checks.map { check in
        let comment = comments[domain.id.part(.check, check.name)]
        let extras =
          flag("not_valid", check.isNotValid)
          + (comment.map { [YAMLEntry("comment", .text($0))] } ?? [])
        let expression = sql(check.expression.text)
        return YAMLEntry(
          name: text(check.name),
          extras.isEmpty ? expression : .mapping([YAMLEntry("expression", expression)] + extras))
      }
      entries.append(YAMLEntry("checks", .mapping(checks)))
    }
    return .mapping(entries + common(domain.id))
  }
}
