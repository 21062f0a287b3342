import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readMaterializedView(_ declaration: Declaration) {
    let id = declaration.id
    var fields = Fields(mark: declaration.pair.value.mark)
    var node: YAMLNode? = declaration.pair.value
    if case .mapping = declaration.pair.value.content {
      fields = nodes.fields(
        declaration.pair.value, SchemaKeys.materializedView,
        of: "materialized view '\(shown(id))'")
      node = fields["query"]
      readIndexes(fields["indexes"], of: id)
      readColumnComments(fields, of: id)
      readColumnGrants(fields["column_grants"], of: id)
      readCommon(fields, of: id)
    }
    guard let node, let text = nodes.text(node, of: "a view's query"),
      let query = expression(SchemaBuilder.withoutSemicolon(text), at: node)
    else { return }
    var settings: [ResultColumnSettings] = []
    for pair in nodes.pairs(fields["column_settings"], of: "'column_settings'") {
      guard let name = name(pair.name, at: pair.key) else { continue }
      let inner = nodes.fields(
        pair.value, SchemaKeys.resultColumn, of: "column '\(name.raw)' of '\(shown(id))'")
      settings.append(ResultColumnSettings(column: name, settings: valueSettings(inner)))
    }
    objects.append(
      .materializedView(
        MaterializedView(
          id: id, query: query, storageParameters: parameters(fields["with"]),
          tablespace: ownName(fields, "tablespace"),
          accessMethod: ownName(fields, "access_method"),
          clusteredOn: ownName(fields, "clustered_on"),
          columnSettings: settings.filter { $0.settings != .usual })))
  }
}

extension SchemaWriter {
  func materializedView(_ object: SchemaObject) -> YAMLValue {
    guard case .materializedView(let view) = object else { return .null }
    var entries = [YAMLEntry("query", sql(view.query.text))]
    let indexes = parts(.index, of: view.id).compactMap(index)
    if !indexes.isEmpty { entries.append(YAMLEntry("indexes", .mapping(indexes))) }
    entries += columnComments(of: view.id) + columnGrants(of: view.id)
    if !view.columnSettings.isEmpty {
      let columns = view.columnSettings.map {
        YAMLEntry(name: text($0.column), .mapping(settings($0.settings)))
      }
      entries.append(YAMLEntry("column_settings", .mapping(columns)))
    }
    entries += parameters(view.storageParameters) + placement(view.tablespace, view.accessMethod)
    if let index = view.clusteredOn { entries.append(YAMLEntry("clustered_on", name(index))) }
    entries += common(view.id)
    return entries.count == 1 ? sql(view.query.text) : .mapping(entries)
  }
}
