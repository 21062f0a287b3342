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
    objects.append(
      .materializedView(
        MaterializedView(
          id: id, query: query, storageParameters: parameters(fields["with"]),
          tablespace: ownName(fields, "tablespace"),
          accessMethod: ownName(fields, "access_method"),
          clusteredOn: ownName(fields, "clustered_on"))))
  }
}

extension SchemaWriter {
  func materializedView(_ object: SchemaObject) -> YAMLValue {
    guard case .materializedView(let view) = object else { return .null }
    var entries = [YAMLEntry("query", sql(view.query.text))]
    let indexes = parts(.index, of: view.id).compactMap(index)
    if !indexes.isEmpty { entries.append(YAMLEntry("indexes", .mapping(indexes))) }
    entries += columnComments(of: view.id) + columnGrants(of: view.id)
    entries += parameters(view.storageParameters) + placement(view.tablespace, view.accessMethod)
    if let index = view.clusteredOn { entries.append(YAMLEntry("clustered_on", name(index))) }
    entries += common(view.id)
    return entries.count == 1 ? sql(view.query.text) : .mapping(entries)
  }
}
