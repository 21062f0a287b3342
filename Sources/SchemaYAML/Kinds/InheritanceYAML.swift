import SQLText
import SchemaModel

/// Partitioned tables, partitions and children by inheritance.
extension SchemaBuilder {
  /// Parents first: a child's keys and indexes may name columns that only its parents declare.
  mutating func sortTablesByParents() {
    guard let tables = declarations[.table], engine == .postgresql else { return }
    var parents: [ObjectID: [ObjectID]] = [:]
    for declaration in tables { parents[declaration.id] = declaredParents(declaration) }
    func depth(_ id: ObjectID, _ limit: Int) -> Int {
      guard limit > 0 else { return 0 }
      return 1 + ((parents[id] ?? []).map { depth($0, limit - 1) }.max() ?? -1)
    }
    guard parents.values.contains(where: { !$0.isEmpty }) else { return }
    declarations[.table] = tables.enumerated().sorted { left, right in
      let (a, b) = (depth(left.element.id, 32), depth(right.element.id, 32))
      return a == b ? left.offset < right.offset : a < b
    }.map(\.element)
  }

  /// As far as they can be read; problems are reported when the table is.
  func declaredParents(_ declaration: Declaration) -> [ObjectID] {
    guard case .mapping(let pairs) = declaration.pair.value.content else { return [] }
    var names: [String] = []
    for pair in pairs where pair.name == "inherits" || pair.name == "partition_of" {
      switch pair.value.content {
      case .scalar(let text, _): names.append(text)
      case .sequence(let items):
        names += items.compactMap { item -> String? in
          guard case .scalar(let text, _) = item.content else { return nil }
          return text
        }
      case .mapping: continue
      }
    }
    return names.compactMap { name in
      (try? syntax.path(name)).map { referencedTable($0) }
    }
  }

  /// `name=value` in the letters of the wrapper, sorted.
  mutating func serverOptions(_ node: YAMLNode?) -> [ExactText] {
    nodes.pairs(node, of: "'server_options'").compactMap { pair in
      nodes.text(pair.value, of: "'\(pair.name)'").map { ExactText("\(pair.name)=\($0)") }
    }.sorted()
  }

  mutating func readLineage(_ fields: Fields, into table: inout Table) {
    if let text = fields.text("partition_by") {
      table.partitionKey = ExactText(PartitionText.canonical(text))
    }
    if fields.word("partitions") == "ignored" {
      unmanagedPartitions.append(table.id)
      if fields["partition_by"] == nil {
        nodes.report(fields.keyMark("partitions"), "only a partitioned table has 'partitions'")
      }
    }
    if let text = fields.text("partition_bound") {
      table.partitionBound = ExactText(PartitionText.canonical(text))
    }
    if let node = fields["partition_of"], let text = fields.text("partition_of"),
      let path = path(text, at: node)
    {
      let parent = referencedTable(path)
      table.parents.append(parent)
      if leavesPartitionsAlone(of: parent) {
        nodes.report(
          node.mark, "the partitions of '\(text)' are ignored, so none can be declared",
          suggestion: "say 'partitions: managed' there, or leave this table out")
      }
    }
    for pair in nodes.pairs(fields["partition_indexes"], of: "'partition_indexes'") {
      guard let parent = name(pair.name, at: pair.key),
        let text = nodes.text(pair.value, of: "'\(pair.name)'"),
        let name = name(text, at: pair.value)
      else { continue }
      table.partitionIndexes.append(AttachedIndex(name: name, parentName: parent))
    }
    table.partitionIndexes.sort { $0.parentName < $1.parentName }
    for pair in nodes.pairs(fields["partition_triggers"], of: "'partition_triggers'") {
      guard let name = name(pair.name, at: pair.key),
        let word = nodes.text(pair.value, of: "'\(pair.name)'")?.asciiLowercased,
        let enabled = Trigger.Enabled(rawValue: word)
      else { continue }
      table.partitionTriggers.append(PartitionTrigger(name: name, enabled: enabled))
    }
    table.partitionTriggers.sort { $0.name < $1.name }
    if let node = fields["of"], let text = fields.text("of") {
      table.type = typeName(text, at: node)?.object
      if table.type?.kind != .compositeType {
        nodes.report(node.mark, "there is no composite type '\(text)'")
      }
    }
    table.server = ownName(fields, "server")
    table.serverOptions = serverOptions(fields["server_options"])
    if let node = fields["inherits"] {
      for (text, item) in nodes.texts(node, of: "'inherits'") {
        if let path = path(text, at: item) { table.parents.append(referencedTable(path)) }
      }
    }
  }
}

extension SchemaWriter {
  func lineage(of table: Table) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    if let type = table.type { entries.append(YAMLEntry("of", .text(text(type.path)))) }
    if let server = table.server { entries.append(YAMLEntry("server", name(server))) }
    entries += parameters(table.serverOptions, "server_options")
    if let key = table.partitionKey { entries.append(YAMLEntry("partition_by", sql(key.string))) }
    if schema.scope.leavesPartitionsAlone(of: table.id) {
      entries.append(YAMLEntry("partitions", .word("ignored")))
    }
    let parents = table.parents.map { YAMLValue.text(text($0.path)) }
    if let bound = table.partitionBound {
      if let parent = parents.first { entries.append(YAMLEntry("partition_of", parent)) }
      entries.append(YAMLEntry("partition_bound", sql(bound.string)))
      let indexes = table.partitionIndexes.map {
        YAMLEntry(name: text($0.parentName), name($0.name))
      }
      if !indexes.isEmpty { entries.append(YAMLEntry("partition_indexes", .mapping(indexes))) }
      let triggers = table.partitionTriggers.map {
        YAMLEntry(name: text($0.name), .word($0.enabled.rawValue))
      }
      if !triggers.isEmpty { entries.append(YAMLEntry("partition_triggers", .mapping(triggers))) }
    } else if !parents.isEmpty {
      entries.append(YAMLEntry("inherits", .sequence(parents)))
    }
    return entries
  }
}
