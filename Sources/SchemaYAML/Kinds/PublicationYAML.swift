import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func declarePublications(_ fields: Fields) {
    for pair in nodes.pairs(fields["publications"], of: "'publications'") {
      guard let name = name(pair.name, at: pair.key) else { continue }
      let id = ObjectID(.publication, [name])
      guard claim(id, at: pair.key.mark) else { continue }
      declarations[.publication, default: []].append(
        Declaration(id: id, pair: pair, source: nodes.source))
    }
  }

  mutating func readPublication(_ declaration: Declaration) {
    let id = declaration.id
    let fields = nodes.fields(
      declaration.pair.value, SchemaKeys.publication, of: "publication '\(id.name.raw)'")
    readCommon(fields, of: id)
    var publication = Publication(
      id: id, isForAllTables: fields.flag("all_tables"),
      viaRoot: fields.flag("via_partition_root"),
      generatedColumns: fields.word("generated_columns").flatMap {
        $0 == "none" ? nil : ExactText($0)
      })
    if let node = fields["publish"] {
      let given = nodes.texts(node, of: "'publish'").compactMap { text, item in
        operation(text, at: item)
      }
      publication.operations = Publication.Operation.allCases.filter(given.contains)
    }
    publication.members = members(fields["tables"]).sorted { $0.table < $1.table }
    if let node = fields["schemas"] {
      publication.schemas = nodes.texts(node, of: "'schemas'").compactMap { text, item in
        name(text, at: item)
      }.sorted()
    }
    objects.append(.publication(publication))
  }

  private mutating func operation(_ text: String, at node: YAMLNode) -> Publication.Operation? {
    if let operation = Publication.Operation(rawValue: text.asciiLowercased) { return operation }
    nodes.report(
      node.mark, "'\(text)' is nothing that can be published",
      suggestion: "it is insert, update, delete or truncate")
    return nil
  }

  private mutating func publishedTable(_ text: String, at node: YAMLNode) -> ObjectID? {
    guard let path = path(text, at: node) else { return nil }
    let table = referencedTable(path)
    if !isDeclared(table), namespaces?.contains(table.path[0]) != false {
      nodes.report(node.mark, "there is no table '\(text)'")
    }
    return table
  }

  private mutating func members(_ node: YAMLNode?) -> [Publication.Member] {
    guard let node, !node.isNull else { return [] }
    guard case .mapping(let pairs) = node.content else {
      return nodes.texts(node, of: "'tables'").compactMap { text, item in
        publishedTable(text, at: item).map { Publication.Member(table: $0) }
      }
    }
    return pairs.compactMap { pair in
      guard let table = publishedTable(pair.name, at: pair.key) else { return nil }
      let fields = nodes.fields(pair.value, SchemaKeys.published, of: "table '\(pair.name)'")
      var member = Publication.Member(table: table)
      member.columns = columnNames(fields["columns"], of: table, in: "columns").sorted()
      if let place = fields["where"], let text = fields.text("where") {
        member.filter = expression(text, at: place)
      }
      return member
    }
  }
}

extension SchemaWriter {
  func publication(_ object: SchemaObject) -> YAMLValue {
    guard case .publication(let publication) = object else { return .null }
    var entries = flag("all_tables", publication.isForAllTables)
    if publication.operations.count < Publication.Operation.allCases.count {
      let words = publication.operations.map { YAMLValue.word($0.rawValue) }
      entries.append(YAMLEntry("publish", .sequence(words)))
    }
    entries += flag("via_partition_root", publication.viaRoot)
    if let columns = publication.generatedColumns {
      entries.append(YAMLEntry("generated_columns", .text(columns.string)))
    }
    if !publication.members.isEmpty {
      entries.append(YAMLEntry("tables", members(publication)))
    }
    if !publication.schemas.isEmpty {
      entries.append(YAMLEntry("schemas", names(publication.schemas)))
    }
    entries += common(publication.id)
    return entries.isEmpty ? .null : .mapping(entries)
  }

  private func members(_ publication: Publication) -> YAMLValue {
    if publication.members.allSatisfy({ $0.columns.isEmpty && $0.filter == nil }) {
      return .sequence(publication.members.map { .text(text($0.table.path)) })
    }
    return .mapping(
      publication.members.map { member in
        var entries: [YAMLEntry] = []
        if !member.columns.isEmpty { entries.append(YAMLEntry("columns", names(member.columns))) }
        if let filter = member.filter { entries.append(YAMLEntry("where", sql(filter.text))) }
        return YAMLEntry(
          name: text(member.table.path), entries.isEmpty ? .null : .mapping(entries))
      })
  }
}
