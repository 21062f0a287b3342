import SchemaModel

extension SchemaBuilder {
  /// `schemas` and `search_path` of all files, which make one list each.
  mutating func readScope(_ files: [(source: YAMLSource, fields: Fields)]) {
    var paths: (names: [Identifier], place: SourcePlace)?
    for file in files {
      nodes.source = file.source
      if let node = file.fields["search_path"] {
        var names: [Identifier] = []
        for (text, item) in nodes.texts(node, of: "'search_path'") {
          if let name = name(text, at: item) { names.append(name) }
        }
        if let paths, paths.names != names {
          nodes.report(
            node.mark, "another file says something else", suggestion: "see \(paths.place.text)")
        }
        if !names.isEmpty { paths = paths ?? (names, SourcePlace(file.source, node.mark)) }
      }
      if let node = file.fields["schemas"] { readSchemas(node) }
    }
    if let paths { searchPath = paths.names }
  }

  private mutating func readSchemas(_ node: YAMLNode) {
    var names = namespaces ?? []
    if case .mapping(let pairs) = node.content {
      for pair in pairs {
        guard let name = name(pair.name, at: pair.key) else { continue }
        let id = ObjectID.namespace(name)
        guard claim(id, at: pair.key.mark) else { continue }
        names.append(name)
        let fields = nodes.fields(pair.value, SchemaKeys.namespace, of: "schema '\(name.raw)'")
        readCommon(fields, of: id)
      }
    } else {
      for (text, item) in nodes.texts(node, of: "'schemas'") {
        guard let name = name(text, at: item) else { continue }
        if claim(.namespace(name), at: item.mark) { names.append(name) }
      }
    }
    namespaces = names
  }

  /// The schemas themselves: those that are listed, or else those that are mentioned and the default one.
  mutating func addNamespaces() {
    guard engine == .postgresql else { return }
    var names = namespaces ?? []
    if namespaces == nil {
      var seen: Set<Identifier> = []
      var mentioned = declarations.values.flatMap { $0.map { $0.id.path[0] } }
      for object in objects {
        switch object {
        case .function(let routine): mentioned.append(routine.id.path[0])
        case .extension(let value): mentioned.append(value.schema)
        default: continue
        }
      }
      names = (mentioned + [searchPath[0]]).filter { seen.insert($0).inserted }.sorted()
      namespaces = names
    }
    objects += names.map { .namespace(Namespace(id: .namespace($0))) }
  }
}

extension SchemaWriter {
  func namespaces() -> YAMLValue {
    let ids = schema.objects(of: .namespace).map(\.id)
    if !ids.contains(where: hasCommon) { return names(ids.map(\.name)) }
    return .mapping(
      ids.map { id in
        YAMLEntry(name: text(id.name), hasCommon(id) ? .mapping(common(id)) : .null)
      })
  }
}
