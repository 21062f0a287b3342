import SQLText
import SchemaModel

/// What a statement changes in what is known.
extension Catalog {
  /// `transaction` names the transaction in which the statement runs.
  package mutating func apply(_ statement: ParsedStatement, transaction: Int?) {
    switch statement.node {
    case .createTable(let table): create(table, transaction)
    case .createIndex(let index): create(index)
    case .createView(let view):
      let key = key(view.name)
      let wasThere = relations[key] != nil
      relations[key] = Relation(
        kind: view.isMaterialized ? .materializedView : .view, isNew: !wasThere,
        isTemporary: view.isTemporary, words: view.query.words)
    case .createType(let type):
      types[key(type.name)] = UserType(
        isEnum: type.labels != nil, isConstrained: false, isNew: true, transaction: transaction)
    case .createDomain(let domain):
      types[key(domain.name)] = UserType(
        isEnum: false, isConstrained: domain.isConstrained,
        baseType: domain.baseType?.canonical, isNew: true, transaction: transaction)
    case .create(let object):
      if object.object == .sequence, let name = object.name {
        relations[key(name)] = Relation(kind: .sequence, isNew: true)
      }
    case .drop(let drop): remove(drop)
    case .alter(let alter): change(alter, transaction)
    case .set(let set) where set.name == "search_path":
      if let values = set.values {
        searchPath = values.flatMap { $0.split(separator: ",") }.map { part in
          Identifier(String(part.drop { $0 == " " }), in: engine)
        }.filter { !$0.raw.isEmpty && $0.raw != "$user" }
      } else {
        searchPath = [Identifier("public")]
      }
    default: return
    }
  }

  // MARK: Create

  private mutating func create(_ table: CreateTable, _ transaction: Int?) {
    let key = key(table.name)
    if table.ifNotExists, relations[key] != nil { return }
    var relation = Relation(isNew: true, isTemporary: table.isTemporary)
    relation.isPartitioned = table.isPartitioned
    relation.isStrict = table.isStrict
    relation.parent = table.partitionOf.map { self.key($0) }
    relation.isDefaultPartition = table.isDefaultPartition
    relation.isComplete = !table.isFromQuery && table.inherits.isEmpty
    for source in table.likes + table.inherits + [table.partitionOf].compactMap({ $0 }) {
      guard let other = self.relation(source) else {
        relation.isComplete = false
        continue
      }
      relation.columns.merge(other.columns) { old, _ in old }
    }
    for column in table.columns { add(column, to: &relation, of: key, transaction) }
    for constraint in table.constraints { add(constraint, to: &relation, of: key, transaction) }
    relations[key] = relation
    for parent in table.inherits.map({ self.key($0) }) where relations[parent] != nil {
      inherit(key, from: parent)
    }
    for column in table.columns where column.isSerial || column.isIdentity {
      let name = Identifier(key.name.raw + "_" + column.name.last.raw + "_seq")
      relations[RelationKey(key.schema, name)] = Relation(kind: .sequence, isNew: true)
    }
  }

  private mutating func create(_ index: CreateIndex) {
    let table = key(index.table)
    let name = index.name?.last ?? generatedName(index, table)
    let key = RelationKey(table.schema, name)
    if index.ifNotExists, indexes[key] != nil { return }
    indexNames[table, default: []].append(key)
    indexes[key] = Index(
      table: table, isUnique: index.isUnique, columns: index.columns,
      isPartial: index.predicate != nil,
      words: index.parts.reduce(into: index.predicate?.words ?? []) { $0.formUnion($1.words) },
      isNew: true)
  }

  /// What PostgreSQL calls an index without a name: `t_a_b_idx`, with a number when that is taken.
  private func generatedName(_ index: CreateIndex, _ table: RelationKey) -> Identifier {
    let parts = [table.name] + (index.columns ?? [Identifier("expr")])
    let base = parts.map(\.raw).joined(separator: "_") + "_idx"
    var name = Identifier(base, in: engine)
    var number = 0
    while indexes[RelationKey(table.schema, name)] != nil {
      number += 1
      name = Identifier(base + String(number), in: engine)
    }
    return name
  }

  private func add(
    _ column: ColumnDefinition, to relation: inout Relation, of key: RelationKey,
    _ transaction: Int?
  ) {
    let name = column.name.last
    relation.columns[name] = Column(
      type: column.type?.canonical,
      isNotNull: column.isNotNull || column.isIdentity || column.isSerial,
      generation: column.generated.map { generated in
        generated.isStored.map { $0 ? .stored : .virtual } ?? .unknown
      }, isNew: true)
    for constraint in column.constraints {
      let kind: Constraint.Kind
      let suffix: String
      var referenced: [Identifier] = []
      switch constraint.kind {
      case .check(let expression):
        kind = Self.checkKind(expression)
        suffix = name.raw + "_check"
      case .unique: (kind, suffix) = (.unique([name]), name.raw + "_key")
      case .primaryKey: (kind, suffix) = (.primaryKey([name]), "pkey")
      case .references(let reference):
        kind = .foreignKey([name], references: self.key(reference.table))
        suffix = name.raw + "_fkey"
        referenced = reference.columns
      case .notNull, .null, .default, .generated, .identity, .collate: continue
      }
      let constraintName =
        constraint.name?.last ?? Identifier(key.name.raw + "_" + suffix, in: engine)
      relation.constraints[constraintName] = Constraint(
        kind: kind, isValid: !constraint.isNotValid && !constraint.isNotEnforced,
        isNotEnforced: constraint.isNotEnforced, transaction: transaction,
        referencedColumns: referenced)
    }
  }

  private func add(
    _ constraint: TableConstraint, to relation: inout Relation, of key: RelationKey,
    _ transaction: Int?
  ) {
    let kind: Constraint.Kind
    let suffix: String
    var referenced: [Identifier] = []
    func joined(_ columns: [Identifier]) -> String { columns.map(\.raw).joined(separator: "_") }
    let indexed = constraint.usingIndex.flatMap {
      indexes[RelationKey(key.schema, $0.last)]?.columns
    }
    switch constraint.kind {
    case .check(let expression):
      kind = Self.checkKind(expression)
      suffix = "check"
    case .unique(let named):
      let columns = indexed ?? named
      (kind, suffix) = (.unique(columns), joined(columns) + "_key")
    case .primaryKey(let named):
      let columns = indexed ?? named
      (kind, suffix) = (.primaryKey(columns), "pkey")
      for column in columns { relation.columns[column]?.isNotNull = true }
    case .foreignKey(let columns, let reference):
      kind = .foreignKey(columns, references: self.key(reference.table))
      suffix = joined(columns) + "_fkey"
      referenced = reference.columns
    case .exclusion: (kind, suffix) = (.exclusion, "excl")
    case .notNull(let column):
      (kind, suffix) = (.notNull(column), column.raw + "_not_null")
    }
    let name =
      constraint.name?.last ?? constraint.usingIndex?.last
      ?? Identifier(key.name.raw + "_" + suffix, in: engine)
    relation.constraints[name] = Constraint(
      kind: kind, isValid: !constraint.isNotValid && !constraint.isNotEnforced,
      isNotEnforced: constraint.isNotEnforced, transaction: transaction,
      referencedColumns: referenced)
  }

  /// `a IS NOT NULL`, alone or as a conjunct, is what proves a NOT NULL.
  static func checkKind(_ expression: Fragment) -> Constraint.Kind {
    var columns: [Identifier] = []
    var depth = 0
    var conjunct: [Token] = []
    func close() {
      var part = conjunct[...]
      while part.first?.isSymbol("(") == true, part.last?.isSymbol(")") == true {
        part = part.dropFirst().dropLast()
      }
      if part.count == 4, let first = part.first,
        zip(part.dropFirst(), ["is", "not", "null"]).allSatisfy({ $0.isWord($1) })
      {
        columns.append(PostgresSyntax().identifier(first))
      }
      conjunct = []
    }
    for token in expression.tokens {
      if token.isSymbol("(") { depth += 1 }
      if token.isSymbol(")") { depth -= 1 }
      if depth == 0, token.isWord("or") {
        return .check(words: expression.words, notNull: [])
      }
      if depth == 0, token.isWord("and") { close() } else { conjunct.append(token) }
    }
    close()
    return .check(words: expression.words, notNull: columns)
  }

  // MARK: Drop

  private mutating func remove(_ drop: DropStatement) {
    for name in drop.names {
      let key = key(name)
      switch drop.object {
      case .table, .foreignTable, .view, .materializedView, .sequence:
        relations[key] = nil
        dropped.insert(key)
        for index in indexNames[key] ?? [] { indexes[index] = nil }
        indexNames[key] = nil
      case .index: indexes[key] = nil
      case .type, .domain:
        types[key] = nil
        dropped.insert(key)
      case .schema:
        relations.removeAll { $0.schema == name.last }
        indexes.removeAll { $0.schema == name.last }
        types.removeAll { $0.schema == name.last }
      default: continue
      }
    }
  }

  // MARK: Alter

  private mutating func change(_ alter: AlterStatement, _ transaction: Int?) {
    let key = key(alter.name)
    switch alter.object {
    case .table, .foreignTable, .view, .materializedView, .sequence:
      if relations[key] == nil, alter.object == .table, indexes[key] == nil {
        relations[key] = Relation()
      }
      for action in alter.actions { apply(action, to: key, transaction) }
    case .index:
      for action in alter.actions {
        if case .renameTo(let name) = action.kind {
          guard let index = indexes.removeValue(forKey: key) else { continue }
          let new = RelationKey(key.schema, name.last)
          indexes[new] = index
          indexNames[index.table, default: []].append(new)
        }
      }
    case .type, .domain:
      for action in alter.actions {
        if case .renameTo(let name) = action.kind {
          types[RelationKey(key.schema, name.last)] = types.removeValue(forKey: key)
        }
      }
      if case .addConstraint? = alter.domainChange { types[key]?.isConstrained = true }
      if case .setNotNull? = alter.domainChange { types[key]?.isConstrained = true }
    default: return
    }
  }

  private mutating func apply(_ action: AlterAction, to key: RelationKey, _ transaction: Int?) {
    switch action.kind {
    case .addColumn(let column, let ifNotExists):
      guard var relation = relations[key] else { return }
      if ifNotExists, relation.columns[column.name.last] != nil { return }
      add(column, to: &relation, of: key, transaction)
      relations[key] = relation
    case .dropColumn(let name, _):
      relations[key]?.columns[name.last] = nil
      drop(constraintsOn: name.last, of: key)
    case .columnType(let name, let type, _, _):
      relations[key]?.columns[name.last, default: Column(isNotNull: false)].type = type.canonical
    case .setNotNull(let name):
      relations[key]?.columns[name.last, default: Column(isNotNull: true)].isNotNull = true
    case .dropNotNull(let name): relations[key]?.columns[name.last]?.isNotNull = false
    case .addConstraint(let constraint):
      guard var relation = relations[key] else { return }
      add(constraint, to: &relation, of: key, transaction)
      relations[key] = relation
    case .dropConstraint(let name, _): relations[key]?.constraints[name.last] = nil
    case .validateConstraint(let name):
      relations[key]?.constraints[name.last]?.isValid = true
    case .alterConstraint(let name, let change):
      guard change.contains(word: "enforced") else { return }
      let isEnforced = !change.contains(words: ["not", "enforced"])
      relations[key]?.constraints[name.last]?.isValid = isEnforced
      relations[key]?.constraints[name.last]?.isNotEnforced = !isEnforced
    case .dropExpression(let name):
      relations[key]?.columns[name.last]?.generation = nil
    case .renameColumn(let old, let new):
      if let column = relations[key]?.columns.removeValue(forKey: old.last) {
        relations[key]?.columns[new.last] = column
      }
    case .renameConstraint(let old, let new):
      if let constraint = relations[key]?.constraints.removeValue(forKey: old.last) {
        relations[key]?.constraints[new.last] = constraint
      }
    case .renameTo(let name): move(key, to: RelationKey(key.schema, name.last))
    case .setSchema(let schema): move(key, to: RelationKey(schema.last, key.name))
    case .attachPartition(let name, let bound):
      let child = self.key(name)
      relations[child, default: Relation()].parent = key
      relations[child]?.isDefaultPartition = bound.contains(word: "default")
      relations[key]?.isPartitioned = true
    case .detachPartition(let name, _, _): relations[self.key(name)]?.parent = nil
    case .setDefault, .dropDefault, .addIdentity, .setIdentity, .dropIdentity, .setExpression,
      .setStatistics, .setColumnOptions, .setStorage, .setCompression, .ownerTo, .attachIndex,
      .mergeOrSplitPartitions, .inherit, .noInherit,
      .enableTrigger, .disableTrigger, .enableOrDisableRule, .rowSecurity, .replicaIdentity,
      .clusterOn, .setWithoutCluster, .setLogged, .setTablespace, .setAccessMethod, .setOptions,
      .other:
      return
    }
  }

  private mutating func drop(constraintsOn column: Identifier, of key: RelationKey) {
    guard let relation = relations[key] else { return }
    relations[key]?.constraints = relation.constraints.filter { entry in
      switch entry.value.kind {
      case .unique(let columns), .primaryKey(let columns), .foreignKey(let columns, _):
        !columns.contains(column)
      case .check(let words, _): !words.contains(column.raw)
      case .notNull(let other): other != column
      case .exclusion: true
      }
    }
    for index in indexNames[key] ?? []
    where indexes[index]?.table == key && indexes[index]?.words.contains(column.raw) == true {
      indexes[index] = nil
    }
  }

  private mutating func move(_ old: RelationKey, to new: RelationKey) {
    if let relation = relations.removeValue(forKey: old) { relations[new] = relation }
    for index in indexNames[old] ?? [] where indexes[index]?.table == old {
      indexes[index]?.table = new
      indexNames[new, default: []].append(index)
    }
    indexNames[old] = nil
    for other in relations.keys {
      if relations[other]?.parent == old { relations[other]?.parent = new }
      for (name, constraint) in relations[other]?.constraints ?? [:] {
        if case .foreignKey(let columns, let target) = constraint.kind, target == old {
          relations[other]?.constraints[name]?.kind = .foreignKey(columns, references: new)
        }
      }
    }
  }
}
