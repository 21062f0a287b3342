import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readView(_ declaration: Declaration) {
    let id = declaration.id
    var fields = Fields(mark: declaration.pair.value.mark)
    var node: YAMLNode? = declaration.pair.value
    if case .mapping = declaration.pair.value.content {
      fields = nodes.fields(
        declaration.pair.value, SchemaKeys.view, of: "view '\(shown(id))'")
      node = fields["query"]
      readRules(fields["rules"], on: id)
      readTriggers(fields["triggers"], on: id)
      readColumnComments(fields, of: id)
      readColumnGrants(fields["column_grants"], of: id)
      readCommon(fields, of: id)
    }
    guard let node, let text = nodes.text(node, of: "a view's query"),
      let query = expression(SchemaBuilder.withoutSemicolon(text), at: node)
    else { return }
    var view = View(
      id: id, query: query, options: parameters(fields["with"]),
      optionOrder: parameterOrder(fields["with"]))
    if let list = fields["columns"] {
      for (text, item) in nodes.texts(list, of: "'columns'") {
        if let name = name(text, at: item) { view.columnNames.append(name) }
      }
    }
    let result = nodes.pairs(fields["result"], of: "'result'").compactMap { pair in
      resultColumn(pair)
    }
    if !result.isEmpty { view.resultColumns = result }
    for pair in nodes.pairs(fields["column_defaults"], of: "'column_defaults'") {
      guard let column = name(pair.name, at: pair.key),
        let text = nodes.text(pair.value, of: "a default"),
        let value = expression(text, at: pair.value)
      else { continue }
      view.columnDefaults.append(View.ColumnDefault(column: column, value: value))
    }
    objects.append(.view(view))
  }

  private mutating func resultColumn(_ pair: YAMLPair) -> View.ResultColumn? {
    guard let name = name(pair.name, at: pair.key),
      let text = nodes.text(pair.value, of: "a type"), let type = typeName(text, at: pair.value)
    else { return nil }
    return View.ResultColumn(name: name, type: type.canonical)
  }

  /// A view's columns are no objects; what is said of them is.
  mutating func readColumnComments(
    _ fields: Fields, _ key: String = "column_comments", of relation: ObjectID
  ) {
    for pair in nodes.pairs(fields[key], of: "'\(key)'") {
      guard let name = name(pair.name, at: pair.key),
        let text = nodes.text(pair.value, of: "a comment")
      else { continue }
      let comment = Comment(on: relation.part(.column, name), text: text)
      if claim(comment.id, at: pair.key.mark) { objects.append(.comment(comment)) }
    }
  }

  mutating func readColumnGrants(_ node: YAMLNode?, of relation: ObjectID) {
    for pair in nodes.pairs(node, of: "'column_grants'") {
      guard let name = name(pair.name, at: pair.key) else { continue }
      readGrants(pair.value, on: relation.part(.column, name), at: pair.key.mark)
    }
  }

  /// People end a query as they end a statement.
  static func withoutSemicolon(_ text: String) -> String {
    var text = text.trimmingSpace
    while text.utf8.last == UInt8(ascii: ";") {
      text.removeLast()
      text = text.trimmingSpace
    }
    return text
  }
}

extension SchemaWriter {
  func columnComments(
    of relation: ObjectID, _ key: String = "column_comments"
  ) -> [YAMLEntry] {
    guard let columns = viewColumnComments[relation] else { return [] }
    let entries = columns.map { YAMLEntry(name: text($0.name), .text(comments[$0] ?? "")) }
    return [YAMLEntry(key, .mapping(entries))]
  }

  func columnGrants(of relation: ObjectID) -> [YAMLEntry] {
    let columns = privileges.grants.keys.filter {
      $0.kind == .column && $0.relationPath == relation.path
    }
    guard !columns.isEmpty else { return [] }
    let entries = columns.sorted().flatMap { column in
      grants(privileges.grants[column] ?? []).map {
        YAMLEntry(name: text(column.name), $0.value)
      }
    }
    return [YAMLEntry("column_grants", .mapping(entries))]
  }

  func view(_ object: SchemaObject) -> YAMLValue {
    guard case .view(let view) = object else { return .null }
    var entries = [YAMLEntry("query", sql(view.query.text))]
    if !view.columnNames.isEmpty {
      entries.append(YAMLEntry("columns", names(view.columnNames)))
    }
    if circularViews.contains(view.id), let columns = view.resultColumns {
      let types = columns.map {
        YAMLEntry(name: text($0.name), .text(typeText(TypeName($0.type.string))))
      }
      entries.append(YAMLEntry("result", .mapping(types)))
    }
    entries += columnComments(of: view.id) + columnGrants(of: view.id)
    if !view.columnDefaults.isEmpty {
      let defaults = view.columnDefaults.map {
        YAMLEntry(name: text($0.column), sql($0.value.text))
      }
      entries.append(YAMLEntry("column_defaults", .mapping(defaults)))
    }
    entries +=
      parameters(view.options, order: view.optionOrder) + rules(on: view.id) + triggers(on: view.id)
    entries += common(view.id)
    return entries.count == 1 ? sql(view.query.text) : .mapping(entries)
  }
}
