import SQLText
import SchemaModel

/// Builds the model from the trees of one or more files. Each kind's part is in `Kinds/`.
struct SchemaBuilder: Sendable {
  /// A declared relation or type, found before anything in it is read.
  struct Declaration: Sendable {
    var id: ObjectID
    var pair: YAMLPair
    var source: YAMLSource
  }

  /// A foreign key whose target is looked up when every table is known.
  struct PendingForeignKey: Sendable {
    var key: ForeignKey
    var isUndeclared: Bool
    var source: YAMLSource
    /// Where the reference stands.
    var mark: YAMLMark
  }

  let engine: EngineName
  let syntax: any EngineSyntax
  var nodes: NodeReader
  var searchPath: [Identifier]
  /// The file's own schemas; nil until something says so.
  var namespaces: [Identifier]?
  var objects: [SchemaObject] = []
  var places: [ObjectID: SourcePlace] = [:]
  var renamedFrom: [ObjectID: [Identifier]] = [:]
  var conversions: [ObjectID: Schema.Conversion] = [:]
  var dependencies: [ObjectID: [ObjectID]] = [:]
  /// PostgreSQL's one name space for tables, views, sequences and indexes of a schema.
  var relationNames: [[Identifier]: SourcePlace] = [:]
  var declarations: [ObjectKind: [Declaration]] = [:]
  var types = TypeContext()
  /// Columns repeat each other: what their texts say, so that it is found out once.
  var columnTexts: [ExactText: ColumnText] = [:]
  var typeNames: [ExactText: TypeName] = [:]
  /// The columns of every table, in order.
  var columns: [ObjectID: [Identifier]] = [:]
  var primaryKeys: [ObjectID: [Identifier]] = [:]
  var pendingForeignKeys: [PendingForeignKey] = []
  var privileges = PrivilegeScope()
  var unmanagedPartitions: [ObjectID] = []
  /// The range types behind multirange types.
  var multiranges: [[Identifier]: ObjectID] = [:]
  /// Schemas and names of what is declared, by kind, once somebody asks.
  var declaredNames: [ObjectKind: Set<[Identifier]>] = [:]
  /// What is declared besides, when a part of a file is read.
  var surroundings: Surroundings?

  init(engine: EngineName, source: YAMLSource) {
    self.engine = engine
    syntax =
      switch engine {
      case .postgresql: PostgresSyntax()
      case .sqlite: SQLiteSyntax()
      }
    nodes = NodeReader(source: source, engine: engine)
    searchPath = [Identifier(engine.defaultNamespace, in: engine)]
  }

  /// Nil when something was wrong; `nodes.problems` says what.
  mutating func build(_ files: [(source: YAMLSource, root: YAMLNode)]) -> DeclaredSchema? {
    gather(files)
    addDependencies()
    return finish()
  }

  /// Fills `objects`.
  mutating func gather(_ files: [(source: YAMLSource, root: YAMLNode)]) {
    var read: [(source: YAMLSource, fields: Fields)] = []
    for file in files {
      nodes.source = file.source
      read.append((file.source, nodes.fields(file.root, SchemaKeys.file, of: "the file")))
    }
    readScope(read)
    for file in read {
      nodes.source = file.source
      readManagement(file.fields)
      readExtensions(file.fields["extensions"])
      declare(file.fields, "enums", .enumType)
      declare(file.fields, "domains", .domain)
      declare(file.fields, "composite_types", .compositeType)
      for section in DefinedSection.all where !section.needsTypes {
        declareDefined(section, file.fields)
      }
      declare(file.fields, "sequences", .sequence)
      declare(file.fields, "tables", .table)
      declare(file.fields, "virtual_tables", .virtualTable)
      declare(file.fields, "views", .view)
      declare(file.fields, "materialized_views", .materializedView)
      declare(file.fields, "statistics", .statistics)
      declarePublications(file.fields)
    }
    types =
      surroundings?.types
      ?? TypeContext(
        searchPath: searchPath,
        types: Set(TypeContext.kinds.flatMap { (declarations[$0] ?? []).map(\.id) }),
        companions: multiranges)
    for file in read {
      nodes.source = file.source
      for section in DefinedSection.all where section.needsTypes {
        declareDefined(section, file.fields)
      }
      readRoutines(file.fields["functions"], isProcedure: false)
      readRoutines(file.fields["procedures"], isProcedure: true)
    }
    addNamespaces()
    sortTablesByParents()
    forEach(.enumType) { $0.readEnum($1) }
    forEach(.domain) { $0.readDomain($1) }
    forEach(.compositeType) { $0.readCompositeType($1) }
    forEach(.sequence) { $0.readSequence($1) }
    forEach(.table) { $0.readTable($1) }
    forEach(.virtualTable) { $0.readVirtualTable($1) }
    forEach(.view) { $0.readView($1) }
    forEach(.materializedView) { $0.readMaterializedView($1) }
    forEach(.statistics) { $0.readStatistics($1) }
    forEach(.publication) { $0.readPublication($1) }
    for section in DefinedSection.all {
      forEach(section.kind) { $0.readDefined($1, section) }
    }
    resolveForeignKeys()
    qualifyNames()
    finishPrivileges()
  }

  mutating func forEach(
    _ kind: ObjectKind, _ body: (inout SchemaBuilder, Declaration) -> Void
  ) {
    for declaration in declarations[kind] ?? [] {
      nodes.source = declaration.source
      body(&self, declaration)
    }
  }

  private mutating func declare(_ fields: Fields, _ section: String, _ kind: ObjectKind) {
    for pair in nodes.pairs(fields[section], of: "'\(section)'") {
      guard let path = qualifiedPath(pair.name, at: pair.key) else { continue }
      let id = ObjectID(kind, path)
      guard claim(id, at: pair.key.mark) else { continue }
      if kind != .enumType, kind != .domain, kind != .statistics {
        claimRelation(path, at: pair.key.mark)
      }
      declarations[kind, default: []].append(
        Declaration(id: id, pair: pair, source: nodes.source))
    }
  }

  private mutating func finish() -> DeclaredSchema? {
    if nodes.problems.isEmpty, places.count != objects.count { reportForgotten() }
    guard nodes.problems.isEmpty else { return nil }
    let scope = Schema.Scope(
      namespaces: engine == .postgresql ? namespaces : nil, searchPath: searchPath,
      isDeclared: true, management: privileges.management,
      unmanagedPartitions: unmanagedPartitions.isEmpty ? nil : unmanagedPartitions)
    do throws(Schema.Problem) {
      var schema = try Schema(
        engine: engine, objects: objects, dependencies: dependencies, renamedFrom: renamedFrom,
        scope: scope)
      schema.conversions = conversions
      return DeclaredSchema(schema: schema, places: places)
    } catch {
      let (id, what) =
        switch error {
        case .duplicate(let id): (id, "is declared twice")
        case .orphan(let id, let missing): (id, "belongs to \(missing), which is not declared")
        }
      let place = places[id]
      nodes.report(
        YAMLMark(line: place?.line ?? 1, column: place?.column ?? 1), "\(id) \(what)")
      return nil
    }
  }

  /// Whatever was declared became an object or a problem; this catches what became neither.
  private mutating func reportForgotten() {
    let known = Set(objects.map(\.id))
    for (id, place) in places.sorted(by: { $0.key < $1.key }) where !known.contains(id) {
      nodes.problems.add(
        YAMLProblem(
          file: place.file, mark: YAMLMark(line: place.line, column: place.column),
          message: "\(id.kind.displayName) '\(shown(id))' is not understood"))
    }
  }

  // MARK: Shared by the kinds

  /// Takes an id for an object; a second one is reported with both places.
  mutating func claim(_ id: ObjectID, at mark: YAMLMark) -> Bool {
    let place = SourcePlace(nodes.source, mark)
    if let first = places[id] {
      nodes.report(
        mark, "\(id.kind.displayName) '\(shown(id))' was declared before, at \(first.text)")
      return false
    }
    places[id] = place
    return true
  }

  /// Takes a name that tables, views, sequences and indexes of a schema share.
  mutating func claimRelation(_ path: [Identifier], at mark: YAMLMark) {
    if let first = relationNames[path] {
      nodes.report(
        mark, "the name '\(path[path.count - 1].raw)' is taken already, at \(first.text)",
        suggestion: "tables, views, sequences and indexes of a schema share one set of names")
    } else {
      relationNames[path] = SourcePlace(nodes.source, mark)
    }
  }

  /// The object's name as the file would write it.
  func shown(_ id: ObjectID) -> String {
    var path = id.path
    if path.count > 1, path[0] == searchPath[0] || engine == .sqlite { path.removeFirst() }
    return QualifiedName.text(path)
  }

  /// What every mapping form may carry.
  mutating func readCommon(_ fields: Fields, of id: ObjectID) {
    readComment(fields, of: id)
    readOwner(fields, of: id)
    readGrants(fields["grants"], on: id, at: fields.keyMark("grants"))
    if let node = fields["renamed_from"] { readOldNames(node, of: id) }
  }

  mutating func readComment(_ fields: Fields, _ key: String = "comment", of id: ObjectID) {
    // Only the schema public has a comment from the beginning, which can be taken from it.
    guard let text = fields.text(key), !text.isEmpty || id == .namespace(Identifier("public"))
    else { return }
    let comment = Comment(on: id, text: text)
    objects.append(.comment(comment))
    places[comment.id] = SourcePlace(nodes.source, fields.keyMark(key))
  }

  mutating func readOldNames(_ node: YAMLNode, of id: ObjectID) {
    var names: [Identifier] = []
    for (text, item) in nodes.texts(node, of: "'renamed_from'") {
      guard let path = path(text, at: item) else { continue }
      if path.count > 1, Array(path.dropLast()) != Array(id.path.dropLast().suffix(path.count - 1))
      {
        nodes.report(
          item.mark, "'\(text)' is somewhere else: a rename keeps the schema and the table")
        continue
      }
      names.append(path[path.count - 1])
    }
    renamedFrom[id] = names
  }

  mutating func report(_ problem: SyntaxProblem, at node: YAMLNode) {
    // A plain text may have lost its end to a comma or a '#' of YAML's.
    let isCut =
      node.isPlain
      && (problem.message.hasSuffix("never closed") || problem.message.hasSuffix("no partner"))
    nodes.report(
      nodes.mark(node, offset: problem.offset), problem.message,
      suggestion: isCut ? "put the whole text in quotes, or on a line of its own" : nil)
  }

  /// A name with what qualifies it.
  mutating func path(_ text: String, at node: YAMLNode) -> [Identifier]? {
    do throws(SyntaxProblem) {
      return try syntax.path(text)
    } catch {
      report(error, at: node)
      return nil
    }
  }

  /// The two names of a relation or type, unqualified ones in the first schema of the search path.
  mutating func qualifiedPath(_ text: String, at node: YAMLNode) -> [Identifier]? {
    guard let names = path(text, at: node) else { return nil }
    if names.count > 2 || (engine == .sqlite && names.count == 2 && names[0] != searchPath[0]) {
      nodes.report(node.mark, "'\(text)' has too many names")
      return nil
    }
    let path = names.count == 2 ? names : [searchPath[0], names[0]]
    if engine == .postgresql, let namespaces, !namespaces.contains(path[0]) {
      nodes.report(
        node.mark, "the schema '\(path[0].raw)' is not among the 'schemas' of the file",
        suggestion: names.count == 1
          ? "qualify the name, or begin 'search_path' with the schema that is meant" : nil)
      return nil
    }
    return path
  }

  /// One name that nothing may qualify.
  mutating func name(_ text: String, at node: YAMLNode) -> Identifier? {
    guard let names = path(text, at: node) else { return nil }
    if names.count > 1 {
      nodes.report(
        node.mark, "'\(text)' is a qualified name",
        suggestion: "if the dot belongs to the name, write '\"\(text)\"'")
      return nil
    }
    return names[0]
  }

  /// Names of columns of a table; those that it does not have are reported.
  mutating func columnNames(_ node: YAMLNode?, of table: ObjectID, in key: String) -> [Identifier] {
    guard let node else { return [] }
    var names: [Identifier] = []
    for (text, item) in nodes.texts(node, of: "'\(key)'") {
      guard let name = name(text, at: item), hasColumn(name, table, at: item) else { continue }
      names.append(name)
    }
    if case .sequence(let items) = node.content, items.isEmpty {
      nodes.report(node.mark, "'\(key)' is empty")
    }
    return names
  }

  /// Whether the table has the column; if not, that is reported.
  mutating func hasColumn(_ name: Identifier, _ table: ObjectID, at node: YAMLNode) -> Bool {
    // What a view's columns are called only its query knows.
    guard let known = columns(of: table) else { return true }
    if known.contains(name) { return true }
    let nearest = nearestName(to: name.raw, among: known.map(\.raw))
    nodes.report(
      node.mark, "the table '\(shown(table))' has no column '\(name.raw)'",
      suggestion: nearest.map { "did you mean '\($0)'?" })
    return false
  }

  /// A SQL expression, its quotes and brackets checked.
  mutating func expression(
    _ text: String, at node: YAMLNode, type: TypeName? = nil
  ) -> Expression? {
    do throws(SyntaxProblem) {
      try syntax.checkBalance(of: text)
    } catch {
      report(error, at: node)
      return nil
    }
    if text.trimmingSpace.isEmpty {
      nodes.report(node.mark, "an expression is missing")
      return nil
    }
    return syntax.expression(text, type: type)
  }

  /// `name=value` of a mapping, sorted.
  mutating func parameters(_ node: YAMLNode?) -> [ExactText] {
    var parameters: [ExactText] = []
    for pair in nodes.pairs(node, of: "'with'") {
      guard let value = nodes.text(pair.value, of: "'\(pair.name)'") else { continue }
      parameters.append(ExactText("\(pair.name.asciiLowercased)=\(value)"))
    }
    return parameters.sorted()
  }

  /// The same in the order of the file.
  func parameterOrder(_ node: YAMLNode?) -> [ExactText]? {
    guard case .mapping(let pairs)? = node?.content else { return nil }
    return pairs.compactMap { pair in
      pair.value.scalarText.map { ExactText("\(pair.name.asciiLowercased)=\($0)") }
    }
  }
}

extension YAMLNode {
  fileprivate var isPlain: Bool {
    if case .scalar(_, .plain) = content { true } else { false }
  }
}
