import SQLText
package import SchemaModel

extension Catalog {
  /// What a schema says before the first statement.
  package init(_ schema: Schema) {
    self.init(engine: schema.engine)
    if !schema.scope.searchPath.isEmpty { searchPath = schema.scope.searchPath }
    for object in schema.objects { add(object) }
  }

  private func key(of id: ObjectID) -> RelationKey {
    let path = id.relationPath
    guard path.count > 1 else {
      return RelationKey(Identifier("main", in: engine), path.first ?? Identifier(""))
    }
    return RelationKey(path[0], path[1])
  }

  private func key(ofType id: ObjectID) -> RelationKey {
    RelationKey(id.path.first ?? Identifier(""), id.name)
  }

  private mutating func add(_ object: SchemaObject) {
    let relation = key(of: object.id)
    switch object {
    case .table(let table):
      var entry = relations[relation] ?? Relation()
      entry.isComplete = true
      entry.isStrict = table.isStrict
      entry.isPartitioned = table.partitionKey != nil
      if table.partitionBound != nil { entry.parent = table.parents.first.map { key(of: $0) } }
      entry.isDefaultPartition = table.partitionBound?.string.asciiLowercased == "default"
      relations[relation] = entry
      if table.partitionBound == nil {
        for parent in table.parents { inherit(relation, from: key(of: parent)) }
      }
    case .column(let column):
      relations[relation, default: Relation()].columns[column.id.name] = Column(
        type: column.type.canonical.string, isNotNull: !column.isNullable,
        generation: column.generation.map { $0.storage == .stored ? .stored : .virtual })
    case .check(let check):
      let tokens = (try? Lexer.tokens(of: check.expression.text, rules: rules)) ?? []
      add(
        check.id.name, kind: Self.checkKind(Fragment(tokens)),
        isValid: !check.isNotValid && !check.isNotEnforced, to: relation)
      relations[relation]?.constraints[check.id.name]?.isNotEnforced = check.isNotEnforced
    case .foreignKey(let foreignKey):
      add(
        foreignKey.id.name,
        kind: .foreignKey(foreignKey.columns, references: key(of: foreignKey.referencedTable)),
        isValid: !foreignKey.isNotValid && !foreignKey.isNotEnforced, to: relation)
      relations[relation]?.constraints[foreignKey.id.name]?.isNotEnforced =
        foreignKey.isNotEnforced
      relations[relation]?.constraints[foreignKey.id.name]?.referencedColumns =
        foreignKey.referencedColumns
    case .primaryKey(let primaryKey):
      add(primaryKey.id.name, kind: .primaryKey(primaryKey.columns.map(\.name)), to: relation)
    case .unique(let unique):
      add(unique.id.name, kind: .unique(unique.columns.map(\.name)), to: relation)
    case .exclusion(let exclusion):
      add(exclusion.id.name, kind: .exclusion, to: relation)
    case .index(let index): add(index, of: relation)
    case .view(let view):
      relations[key(of: object.id)] = Relation(kind: .view, words: words(view.query.text))
    case .materializedView(let view):
      relations[key(of: object.id)] = Relation(
        kind: .materializedView, words: words(view.query.text))
    case .sequence: relations[key(ofType: object.id)] = Relation(kind: .sequence)
    case .enumType: types[key(ofType: object.id)] = UserType(isEnum: true, isConstrained: false)
    case .domain(let domain):
      types[key(ofType: object.id)] = UserType(
        isEnum: false, isConstrained: !domain.isNullable || !domain.checks.isEmpty,
        baseType: domain.type.canonical.string)
    case .namespace, .trigger, .comment, .extension, .compositeType, .function, .policy,
      .virtualTable, .owner, .grant, .defaultPrivileges, .rule, .statistics, .publication, .defined:
      return
    }
  }

  private var rules: LexicalRules { engine == .postgresql ? .postgresql : .sqlite }

  private func words(_ text: String) -> Set<String> {
    Fragment((try? Lexer.tokens(of: text, rules: rules)) ?? []).words
  }

  private mutating func add(
    _ name: Identifier, kind: Constraint.Kind, isValid: Bool = true, to relation: RelationKey
  ) {
    relations[relation, default: Relation()].constraints[name] = Constraint(
      kind: kind, isValid: isValid)
  }

  private mutating func add(_ index: SchemaModel.Index, of table: RelationKey) {
    var columns: [Identifier]? = []
    var words: Set<String> = []
    for part in index.parts {
      switch part.subject {
      case .column(let name):
        columns?.append(name)
        words.insert(name.raw)
      case .expression(let expression):
        columns = nil
        words.formUnion(self.words(expression.text))
      }
    }
    let key = RelationKey(table.schema, index.id.name)
    indexNames[table, default: []].append(key)
    indexes[key] = Index(
      table: table, isUnique: index.isUnique, columns: columns, isPartial: index.predicate != nil,
      words: words)
  }
}
