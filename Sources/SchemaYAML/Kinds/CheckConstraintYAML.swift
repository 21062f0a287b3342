import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readChecks(_ section: YAMLNode?, _ scope: inout TableScope) {
    for (name, value, mark) in items(section, of: "checks") {
      var fields = Fields(mark: value.mark)
      var node: YAMLNode? = value
      if case .mapping = value.content {
        fields = nodes.fields(
          value, SchemaKeys.check, of: name.map { "check '\($0.raw)'" } ?? "a check")
        node = fields["expression"]
      }
      guard let node, let text = nodes.text(node, of: "a check"),
        let expression = expression(text, at: node)
      else { continue }
      let check = CheckConstraint(
        id: scope.id, expression: expression, isNoInherit: fields.flag("no_inherit"),
        isNotValid: fields.flag("not_valid"), isNotEnforced: fields.flag("not_enforced"),
        conflict: conflict(fields))
      if let id = add(check, named: ownName(fields, name), at: mark, &scope) {
        readCommon(fields, of: id)
      }
    }
  }

  mutating func add(
    _ check: CheckConstraint, named name: Identifier?, at mark: YAMLMark,
    _ scope: inout TableScope
  ) -> ObjectID? {
    let table = scope.name
    let column = onlyColumn(in: check.expression.text, of: scope.id)
    guard
      let id = constraintID(
        .check, named: name, definition: UnnamedConstraint.definition(ofCheck: check.expression),
        &scope, at: mark,
        default: { PostgresNames.make(table.raw, column?.raw, "check" + $0) })
    else { return nil }
    var check = check
    check.id = id
    objects.append(.check(check))
    return id
  }

  /// The column that an expression mentions, if it is one: PostgreSQL puts it into a check's name.
  private func onlyColumn(in text: String, of table: ObjectID) -> Identifier? {
    let known = Set(columns[table] ?? [])
    var found: Set<Identifier> = []
    for token in (try? syntax.tokens(of: text)) ?? [] {
      guard token.kind == .word || token.kind == .quotedName else { continue }
      let name = syntax.identifier(token)
      if known.contains(name) { found.insert(name) }
    }
    return found.count == 1 ? found.first : nil
  }
}

extension SchemaWriter {
  func check(
    _ object: SchemaObject
  ) -> (id: ObjectID, short: YAMLValue?, entries: [YAMLEntry])? {
    guard case .check(let check) = object else { return nil }
    var entries = [YAMLEntry("expression", sql(check.expression.text))]
    entries += flag("no_inherit", check.isNoInherit) + flag("not_valid", check.isNotValid)
    entries += flag("not_enforced", check.isNotEnforced)
    entries += conflict(check.conflict) + common(check.id)
    return (check.id, entries.count == 1 ? sql(check.expression.text) : nil, entries)
  }
}
