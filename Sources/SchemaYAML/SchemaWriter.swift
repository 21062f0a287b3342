import SQLText
package import SchemaModel

/// A schema as the text of a schema.yaml.
package struct SchemaText: Sendable {
  package var text: String
  /// Sentences on what the text does not carry, or does not give back when it is read.
  package var losses: [String]
}

/// Writes a schema as YAML. The order is that of the ids, columns in the table's own order.
package struct SchemaWriter: Sendable {
  let schema: Schema
  let syntax: any EngineSyntax
  let searchPath: [Identifier]
  let types: TypeContext
  let comments: [ObjectID: String]
  /// The commented columns of each view, in order.
  let viewColumnComments: [ObjectID: [ObjectID]]
  /// The commented and granted columns of tables that are no objects, in order.
  let mentionedColumns: [ObjectID: [ObjectID]]
  /// Columns that are written as `serial`, and the sequences that go with them.
  let serials: [ObjectID: SerialType]
  let serialSequences: Set<ObjectID>
  let managing: Management
  let privileges: WrittenPrivileges
  /// On PostgreSQL, what is `NOT NULL` because of its primary key.
  let keyColumns: Set<ObjectID>
  var cache = WritingCache()
  /// Views that need themselves, if only through others.
  let circularViews: Set<ObjectID>

  /// The text is read back; what does not come back equal is among the losses.
  ///
  /// Owners and grants are written where they are asked for; by default where a declaration has them.
  package static func write(
    _ schema: Schema, managing: Management? = nil,
    schemaReference: String = "./kedge.schema.json"
  ) -> SchemaText {
    let declared = schema.scope.isDeclared ? schema.scope.management : nil
    let writer = SchemaWriter(schema, managing: managing ?? declared ?? .nothing)
    return writer.text(under: "# yaml-language-server: $schema=\(schemaReference)\n")
  }

  init(_ whole: Schema, managing: Management) {
    let schema = SchemaWriter.part(of: whole, managing: managing)
    self.schema = schema
    self.managing = managing
    privileges = WrittenPrivileges(schema, isPartial: managing.isPartial)
    let syntax: any EngineSyntax =
      switch schema.engine {
      case .postgresql: PostgresSyntax()
      case .sqlite: SQLiteSyntax()
      }
    let searchPath =
      schema.scope.searchPath.isEmpty
      ? [Identifier(schema.engine.defaultNamespace, in: schema.engine)] : schema.scope.searchPath
    self.syntax = syntax
    self.searchPath = searchPath
    types = TypeContext(
      searchPath: searchPath,
      types: Set(TypeContext.kinds.flatMap { schema.objects(of: $0).map(\.id) }),
      companions: SchemaWriter.multiranges(in: schema))
    var comments: [ObjectID: String] = [:]
    for case .comment(let comment) in schema.objects(of: .comment) {
      if let target = comment.id.attachmentTarget { comments[target] = comment.text.string }
    }
    self.comments = comments
    var ofViews: [ObjectID: [ObjectID]] = [:]
    for target in comments.keys.sorted() where target.kind == .column {
      for kind in [ObjectKind.view, .materializedView, .compositeType] {
        let view = ObjectID(kind, target.relationPath)
        if schema.contains(view) { ofViews[view, default: []].append(target) }
      }
    }
    viewColumnComments = ofViews
    keyColumns = SchemaWriter.keyColumns(of: schema)
    circularViews = CircularViews.all(in: schema)
    let said = Set(comments.keys).union(privileges.grants.keys)
    var mentioned: [ObjectID: [ObjectID]] = [:]
    for target in said.sorted()
    where target.kind == .column && !schema.contains(target) && schema.contains(target.table) {
      mentioned[target.table, default: []].append(target)
    }
    mentionedColumns = mentioned
    (serials, serialSequences) = SchemaWriter.serials(in: schema, said: said)
  }

  private static func keyColumns(of schema: Schema) -> Set<ObjectID> {
    var columns: Set<ObjectID> = []
    guard schema.engine == .postgresql else { return columns }
    for case .primaryKey(let key) in schema.objects(of: .primaryKey) {
      let table = key.id.table
      for column in key.columns { columns.insert(table.part(.column, column.name)) }
    }
    return columns
  }

  /// The schema without what the file is not to speak of.
  private static func part(of schema: Schema, managing: Management) -> Schema {
    // Nothing depends on what is left out.
    schema.removing { object in
      switch object.kind {
      case .owner: !managing.owners
      case .grant, .defaultPrivileges: !managing.grants
      case .namespace, .extension, .language, .accessMethod, .collation, .enumType, .baseType,
        .domain, .compositeType, .rangeType, .sequence, .function, .operator, .operatorFamily,
        .operatorClass, .cast, .conversion, .transform, .textSearchParser, .textSearchTemplate,
        .textSearchDictionary, .textSearchConfiguration, .foreignDataWrapper, .server,
        .userMapping, .table, .column, .primaryKey, .unique, .check, .exclusion, .foreignKey,
        .index, .statistics, .virtualTable, .view, .materializedView, .rule, .trigger, .policy,
        .publication, .subscription, .eventTrigger, .comment:
        false
      }
    }
  }

  /// What is said of the whole file.
  func header(schemas: YAMLValue) -> [YAMLEntry] {
    var entries = [
      YAMLEntry("kedge", .word("1")), YAMLEntry("engine", .word(schema.engine.rawValue)),
    ]
    if schema.engine == .postgresql {
      entries.append(YAMLEntry("schemas", schemas))
      if searchPath != [Identifier("public")] {
        entries.append(YAMLEntry("search_path", .sequence(searchPath.map { name($0) })))
      }
    }
    return entries + management()
  }

  /// Everything but the tables: what precedes them, and what follows.
  func entriesAroundTables() -> (before: [YAMLEntry], after: [YAMLEntry]) {
    var entries = header(schemas: namespaces())
    if !schema.objects(of: .extension).isEmpty {
      entries.append(YAMLEntry("extensions", extensions()).spaced())
    }
    let before: [(String, [YAMLEntry])] =
      [
        ("enums", schema.objects(of: .enumType).map { entry($0.id, enumType($0)) }),
        ("domains", schema.objects(of: .domain).map { entry($0.id, domain($0)) }),
        (
          "composite_types",
          schema.objects(of: .compositeType).map { entry($0.id, compositeType($0)) }
        ),
      ] + DefinedSection.types.map { ($0.key, defined($0)) } + [
        (
          "sequences",
          schema.objects(of: .sequence).filter { !serialSequences.contains($0.id) }
            .map { entry($0.id, sequence($0)) }
        )
      ]
    let after: [(String, [YAMLEntry])] =
      [
        (
          "virtual_tables",
          schema.objects(of: .virtualTable).map { entry($0.id, virtualTable($0)) }
        ),
        ("views", spaced(schema.objects(of: .view).map { entry($0.id, view($0)) })),
        (
          "materialized_views",
          spaced(
            schema.objects(of: .materializedView).map { entry($0.id, materializedView($0)) })
        ),
        ("functions", spaced(routines(isProcedure: false))),
        ("procedures", spaced(routines(isProcedure: true))),
        ("statistics", schema.objects(of: .statistics).map { entry($0.id, statistics($0)) }),
      ] + DefinedSection.others.map { ($0.key, defined($0)) } + [
        ("publications", schema.objects(of: .publication).map { entry($0.id, publication($0)) })
      ]
    return (entries + nonEmpty(before), nonEmpty(after) + defaultPrivileges())
  }

  private func nonEmpty(_ sections: [(String, [YAMLEntry])]) -> [YAMLEntry] {
    sections.filter { !$0.1.isEmpty }.map { YAMLEntry($0.0, .mapping($0.1)).spaced() }
  }

  private static func multiranges(in schema: Schema) -> [[Identifier]: ObjectID] {
    var found: [[Identifier]: ObjectID] = [:]
    for case .defined(let object) in schema.objects(of: .rangeType) {
      let given = object["multirange_type_name"]?.name?.path
      found[given ?? PostgresNames.multirange(object.id.path)] = object.id
    }
    return found
  }

  private func spaced(_ entries: [YAMLEntry]) -> [YAMLEntry] {
    entries.enumerated().map { $0.offset == 0 ? $0.element : $0.element.spaced() }
  }

  // MARK: Shared by the kinds

  /// A name as a SQL identifier that reads back as the same name.
  func text(_ name: Identifier) -> String {
    if name.raw.isPlainWord { return name.raw }
    if let tokens = try? syntax.tokens(of: name.raw), tokens.count == 1,
      tokens[0].kind == .word, syntax.identifier(tokens[0]).raw.hasSameBytes(as: name.raw)
    {
      return name.raw
    }
    return quoted(name)
  }

  func quoted(_ name: Identifier) -> String {
    "\""
      + name.raw.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  /// A relation's or type's path, without the schema that is understood.
  func text(_ path: [Identifier]) -> String {
    let path = path.first == searchPath[0] && path.count > 1 ? Array(path.dropFirst()) : path
    return path.map { text($0) }.joined(separator: ".")
  }

  func name(_ name: Identifier) -> YAMLValue { .text(text(name)) }

  func names(_ names: [Identifier]) -> YAMLValue { .sequence(names.map { name($0) }) }

  func entry(_ id: ObjectID, _ value: YAMLValue) -> YAMLEntry {
    YAMLEntry(name: text(id.path), value)
  }

  func parts(_ kind: ObjectKind, of relation: ObjectID) -> ArraySlice<SchemaObject> {
    cache.parts(kind, of: relation, in: schema)
  }

  /// `comment` and `renamed_from`, where there are any.
  func common(_ id: ObjectID) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    if let comment = comments[id] { entries.append(YAMLEntry("comment", .text(comment))) }
    entries += ownerAndGrants(id)
    if let old = schema.renamedFrom[id], let first = old.first {
      entries.append(
        YAMLEntry("renamed_from", old.count == 1 ? name(first) : names(old)))
    }
    return entries + conversion(id)
  }

  func indexComment(_ constraint: ObjectID) -> [YAMLEntry] {
    comments[constraint.indexBehind].map { [YAMLEntry("index_comment", .text($0))] } ?? []
  }

  func hasCommon(_ id: ObjectID) -> Bool {
    comments[id] != nil || schema.renamedFrom[id] != nil || schema.conversions[id] != nil
      || privileges.says(id)
  }

  /// A SQL text, whose white space at the end says nothing: the block then needs no chomping mark.
  func sql(_ text: String) -> YAMLValue {
    .text(text.utf8.contains(0x0A) && text.utf8.last != 0x0A ? text + "\n" : text)
  }

  func flag(_ key: String, _ isSet: Bool) -> [YAMLEntry] {
    isSet ? [YAMLEntry(key, .word("true"))] : []
  }

  func parameters(
    _ parameters: [ExactText], _ key: String = "with", order: [ExactText]? = nil
  ) -> [YAMLEntry] {
    guard !parameters.isEmpty else { return [] }
    let pairs = ordered(parameters, by: order).map { parameter in
      let parts = parameter.string.split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? String(parts[1]) : ""
      return YAMLEntry(name: String(parts[0]), scalar(value))
    }
    return [YAMLEntry(key, .mapping(pairs))]
  }

  func ordered(_ list: [ExactText], by order: [ExactText]?) -> [ExactText] {
    guard let order else { return list }
    return list.sorted {
      (order.firstIndex(of: $0) ?? .max, $0) < (order.firstIndex(of: $1) ?? .max, $1)
    }
  }

  /// Numbers and booleans that stand for themselves are written bare: they are read as text anyway.
  func scalar(_ text: String) -> YAMLValue {
    Int64(text) != nil || text == "true" || text == "false" ? .word(text) : .text(text)
  }

  func deferrability(_ deferrability: Deferrability) -> [YAMLEntry] {
    switch deferrability {
    case .notDeferrable: []
    case .initiallyImmediate: [YAMLEntry("deferrable", .word("true"))]
    case .initiallyDeferred: [YAMLEntry("initially_deferred", .word("true"))]
    }
  }

  func conflict(_ conflict: ConflictClause?, _ key: String = "on_conflict") -> [YAMLEntry] {
    conflict.map { [YAMLEntry(key, .word($0.rawValue))] } ?? []
  }

  /// A section by name; a list as soon as one of its constraints has no name.
  func section(
    _ key: String, _ items: [(id: ObjectID, short: YAMLValue?, entries: [YAMLEntry])]
  ) -> [YAMLEntry] {
    guard !items.isEmpty else { return [] }
    let hasUnnamed = items.contains { UnnamedConstraint.isUnnamed($0.id) }
    if schema.engine == .postgresql || !hasUnnamed {
      return [
        YAMLEntry(
          key,
          .mapping(
            items.map { item in
              YAMLEntry(name: text(item.id.name), item.short ?? .mapping(item.entries))
            }))
      ]
    }
    return [
      YAMLEntry(
        key,
        .sequence(
          items.map { item in
            if UnnamedConstraint.isUnnamed(item.id) { return item.short ?? .mapping(item.entries) }
            return .mapping([YAMLEntry("name", name(item.id.name))] + item.entries)
          }))
    ]
  }
}
