import SQLText
import SchemaModel

/// What the parts of one table share while they are read.
struct TableScope {
  let id: ObjectID
  /// Names that constraints of the table have taken.
  var constraintNames: Set<Identifier> = []
  var unnamed = UnnamedConstraintNamer()
  var hasPrimaryKey = false
  /// Inline constraints, to be read when every column is known.
  var inline: [(column: Identifier, constraint: ColumnText.InlineConstraint, node: YAMLNode)] = []

  var name: Identifier { id.name }
}

extension SchemaBuilder {
  mutating func readTable(_ declaration: Declaration) {
    let id = declaration.id
    let fields = nodes.fields(declaration.pair.value, SchemaKeys.table, of: "table '\(shown(id))'")
    var scope = TableScope(id: id)
    let columnPairs = nodes.pairs(fields["columns"], of: "'columns'")
    var order: [Identifier] = []
    for pair in columnPairs {
      guard let name = name(pair.name, at: pair.key) else { continue }
      // Nothing but comments and grants is said of it.
      if isOnlyMentioned(pair) { continue }
      guard claim(id.part(.column, name), at: pair.key.mark) else { continue }
      order.append(name)
    }
    var lineage = Table(id: id)
    readLineage(fields, into: &lineage)
    columns[id] = lineage.parents.flatMap { columns(of: $0) ?? [] } + order
    takeNames(fields, &scope)
    for pair in columnPairs {
      guard let name = try? syntax.path(pair.name).first else { continue }
      if isOnlyMentioned(pair) {
        let mentioned = id.part(.column, name)
        if hasColumn(name, id, at: pair.key) {
          readCommon(
            nodes.fields(pair.value, SchemaKeys.column, of: "column '\(name.raw)'"), of: mentioned)
        }
        continue
      }
      if let column = readColumn(name, pair, &scope) {
        objects.append(.column(column))
      }
    }
    for (column, constraint, node) in scope.inline {
      readInline(constraint, of: column, at: node, &scope)
    }
    readKeys(fields, &scope)
    readChecks(fields["checks"], &scope)
    readForeignKeys(fields["foreign_keys"], &scope)
    readExclusions(fields["exclusions"], &scope)
    readIndexes(fields["indexes"], of: id)
    readRules(fields["rules"], on: id)
    readTriggers(fields["triggers"], on: id)
    readPolicies(fields["policies"], of: id)
    readCommon(fields, of: id)
    readPlacement(fields, into: &lineage)
    objects.append(
      .table(
        Table(
          id: id, isStrict: fields.flag("strict"), isWithoutRowid: fields.flag("without_rowid"),
          isUnlogged: fields.flag("unlogged"), hasRowSecurity: fields.flag("row_security"),
          forcesRowSecurity: fields.flag("force_row_security"),
          storageParameters: parameters(fields["with"]),
          partitionKey: lineage.partitionKey, parents: lineage.parents,
          partitionBound: lineage.partitionBound, tablespace: lineage.tablespace,
          accessMethod: lineage.accessMethod, replicaIdentity: lineage.replicaIdentity,
          clusteredOn: lineage.clusteredOn, type: lineage.type, server: lineage.server,
          serverOptions: lineage.serverOptions,
          partitionIndexes: lineage.partitionIndexes,
          partitionTriggers: lineage.partitionTriggers, columnOrder: order,
          parameterOrder: parameterOrder(fields["with"]))))
    if engine == .postgresql { markKeyColumnsNotNull(of: id) }
  }

  /// A column of a parent of which only comments and grants are said.
  private func isOnlyMentioned(_ pair: YAMLPair) -> Bool {
    guard case .mapping(let keys) = pair.value.content else { return false }
    return keys.contains { $0.name == "inherited" } && !keys.contains { $0.name == "type" }
  }

  private mutating func readPlacement(_ fields: Fields, into table: inout Table) {
    table.tablespace = ownName(fields, "tablespace")
    table.clusteredOn = ownName(fields, "clustered_on")
    table.accessMethod = ownName(fields, "access_method")
    if table.accessMethod == Identifier("heap") { table.accessMethod = nil }
    guard let node = fields["replica_identity"], let text = fields.text("replica_identity") else {
      return
    }
    let words = text.split(separator: " ", maxSplits: 1).map(String.init)
    switch (words.first?.asciiLowercased, words.count) {
    case ("full", 1): table.replicaIdentity = .full
    case ("nothing", 1): table.replicaIdentity = .nothing
    case ("index", 2):
      if let name = name(words[1], at: node) { table.replicaIdentity = .index(name) }
    default:
      nodes.report(
        node.mark, "'replica_identity' is full, nothing or 'index NAME', not '\(nodes.shown(text))'"
      )
    }
  }

  /// A key whose value is one name.
  mutating func ownName(_ fields: Fields, _ key: String) -> Identifier? {
    guard let node = fields[key], let text = fields.text(key) else { return nil }
    return name(text, at: node)
  }

  mutating func indexStorage(_ fields: Fields) -> IndexStorage {
    IndexStorage(
      parameters: parameters(fields["with"]), tablespace: ownName(fields, "tablespace"))
  }

  /// `PRIMARY KEY` implies `NOT NULL` on PostgreSQL.
  private mutating func markKeyColumnsNotNull(of table: ObjectID) {
    guard let keys = primaryKeys[table] else { return }
    for index in objects.indices.reversed() {
      guard case .column(var column) = objects[index] else { continue }
      guard column.id.relationPath == table.path else { break }
      if keys.contains(column.id.name) {
        column.isNullable = false
        objects[index] = .column(column)
      }
    }
  }

  /// The names that are given, so that the ones we choose avoid them.
  private mutating func takeNames(_ fields: Fields, _ scope: inout TableScope) {
    for section in ["uniques", "checks", "foreign_keys", "exclusions"] {
      guard case .mapping(let pairs)? = fields[section]?.content else { continue }
      for pair in pairs {
        guard let name = try? syntax.path(pair.name).first else { continue }
        if !scope.constraintNames.insert(name).inserted, engine == .postgresql {
          nodes.report(
            pair.key.mark,
            "table '\(shown(scope.id))' has two constraints of the name '\(name.raw)'")
        }
      }
    }
  }

  /// The id of a constraint: its own name, or the one that the engine or the model gives it.
  mutating func constraintID(
    _ kind: ObjectKind, named name: Identifier?, definition: String, _ scope: inout TableScope,
    at mark: YAMLMark, default make: (_ suffix: String) -> Identifier
  ) -> ObjectID? {
    let chosen: Identifier
    if let name {
      chosen = name
    } else if engine == .sqlite {
      chosen = scope.unnamed.name(kind, definition)
    } else {
      chosen = PostgresNames.free(among: scope.constraintNames, make)
    }
    scope.constraintNames.insert(chosen)
    let id = scope.id.part(kind, chosen)
    guard claim(id, at: mark) else { return nil }
    if engine == .postgresql, kind == .primaryKey || kind == .unique {
      claimRelation([scope.id.path[0], chosen], at: mark)
    }
    return id
  }

  /// The items of a section that is a mapping by name or a list, each with its name and value.
  mutating func items(
    _ node: YAMLNode?, of section: String
  ) -> [(name: Identifier?, value: YAMLNode, mark: YAMLMark)] {
    guard let node, !node.isNull else { return [] }
    switch node.content {
    case .sequence(let items): return items.map { (nil, $0, $0.mark) }
    case .mapping(let pairs):
      return pairs.compactMap { pair in
        name(pair.name, at: pair.key).map { ($0, pair.value, pair.key.mark) }
      }
    case .scalar:
      nodes.report(node.mark, "'\(section)' is a mapping or a list, this is \(node.kindName)")
      return []
    }
  }

  /// The name that an item of a list gives itself.
  mutating func ownName(_ fields: Fields, _ given: Identifier?) -> Identifier? {
    guard let node = fields["name"], let text = fields.text("name") else { return given }
    if given != nil {
      nodes.report(fields.keyMark("name"), "the name is given already, as the key")
      return given
    }
    return name(text, at: node)
  }

  func deferrability(_ fields: Fields) -> Deferrability {
    if fields.flag("initially_deferred") { return .initiallyDeferred }
    return fields.flag("deferrable") ? .initiallyImmediate : .notDeferrable
  }

  func conflict(_ fields: Fields, _ key: String = "on_conflict") -> ConflictClause? {
    fields.word(key).flatMap { ConflictClause(rawValue: $0) }
  }
}

extension SchemaWriter {
  func table(_ object: SchemaObject) -> YAMLValue {
    guard case .table(let table) = object else { return .null }
    var entries = common(table.id)
    let columns = self.columns(of: table)
    if !columns.isEmpty { entries.append(YAMLEntry("columns", .mapping(columns))) }
    entries += primaryKey(of: table.id)
    entries += section("uniques", parts(.unique, of: table.id).compactMap(unique))
    entries += section("checks", parts(.check, of: table.id).compactMap(check))
    entries += section(
      "foreign_keys", parts(.foreignKey, of: table.id).compactMap(foreignKey))
    entries += exclusions(of: table.id)
    let indexes = parts(.index, of: table.id).compactMap(index)
    if !indexes.isEmpty { entries.append(YAMLEntry("indexes", .mapping(indexes))) }
    entries += rules(on: table.id)
    entries += triggers(on: table.id)
    entries += flag("row_security", table.hasRowSecurity)
    entries += flag("force_row_security", table.forcesRowSecurity)
    entries += policies(of: table.id)
    entries += flag("strict", table.isStrict)
    entries += flag("without_rowid", table.isWithoutRowid)
    entries += flag("unlogged", table.isUnlogged)
    entries += lineage(of: table)
    entries += parameters(table.storageParameters, order: table.parameterOrder)
    entries += placement(table.tablespace, table.accessMethod)
    switch table.replicaIdentity {
    case nil: break
    case .full?: entries.append(YAMLEntry("replica_identity", .word("full")))
    case .nothing?: entries.append(YAMLEntry("replica_identity", .word("nothing")))
    case .index(let name)?:
      entries.append(YAMLEntry("replica_identity", .text("index " + text(name))))
    }
    if let index = table.clusteredOn { entries.append(YAMLEntry("clustered_on", name(index))) }
    return .mapping(entries)
  }

  func placement(_ tablespace: Identifier?, _ accessMethod: Identifier? = nil) -> [YAMLEntry] {
    (tablespace.map { [YAMLEntry("tablespace", name($0))] } ?? [])
      + (accessMethod.map { [YAMLEntry("access_method", name($0))] } ?? [])
  }

  func storage(_ storage: IndexStorage) -> [YAMLEntry] {
    parameters(storage.parameters) + placement(storage.tablespace)
  }

  /// In the table's order; what the order does not name follows by name.
  private func columns(of table: Table) -> [YAMLEntry] {
    let all = parts(.column, of: table.id)
    var rank: [Identifier: Int] = [:]
    for (index, name) in (table.columnOrder ?? []).enumerated() { rank[name] = index }
    let sorted = all.enumerated().sorted { left, right in
      (rank[left.element.id.name] ?? .max, left.offset)
        < (rank[right.element.id.name] ?? .max, right.offset)
    }
    let written = sorted.compactMap { item -> YAMLEntry? in
      guard case .column(let column) = item.element else { return nil }
      return YAMLEntry(name: text(column.id.name), self.column(column))
    }
    // Of what comes from a parent only comments and grants are said.
    let mentioned = (mentionedColumns[table.id] ?? []).map { id in
      YAMLEntry(
        name: text(id.name), .mapping([YAMLEntry("inherited", .word("true"))] + common(id)))
    }
    return written + mentioned
  }
}
