import SQLText
import SchemaModel

/// Reads CREATE.
extension Cursor {
  mutating func createStatement() -> StatementNode {
    let isReplace = take("or", "replace")
    let isTemporary = takeTemporary()
    let isUnlogged = take("unlogged")
    _ = take("constraint", "trigger") ? (position -= 1) : ()
    if isAt("table") || isAt("virtual", "table") || isUnlogged || isAt("foreign", "table") {
      return createTable(isTemporary: isTemporary)
    }
    if isAt("index") || isAt("unique") { return createIndex() }
    if isAt("view") || isAt("recursive", "view") || isAt("materialized", "view") {
      return createView(isReplace: isReplace, isTemporary: isTemporary)
    }
    if take("type") { return createType() }
    if take("domain") { return createDomain() }
    if take("function") || take("procedure") || take("aggregate") {
      return createRoutine(isReplace: isReplace)
    }
    if take("trigger") { return createTrigger(isReplace: isReplace) }
    return createOther(isReplace: isReplace)
  }

  private mutating func takeTemporary() -> Bool {
    _ = take("global") || take("local")
    return take("temporary") || take("temp")
  }

  // MARK: Tables

  private mutating func createTable(isTemporary: Bool) -> StatementNode {
    let isVirtual = take("virtual")
    _ = take("foreign")
    guard take("table") else { return .other }
    let ifNotExists = take("if", "not", "exists")
    guard let name = name() else { return .other }
    var table = CreateTable(name: name)
    table.isTemporary = isTemporary
    table.ifNotExists = ifNotExists
    table.isVirtual = isVirtual
    if isVirtual { return .createTable(table) }
    if take("partition", "of") { table.partitionOf = self.name() }
    if let body = parenthesized() { elements(body, of: &table) }
    tail(of: &table)
    return .createTable(table)
  }

  private func elements(_ body: Fragment, of table: inout CreateTable) {
    for part in Cursor.parts(body) {
      var cursor = Cursor(part.tokens, engine: engine)
      if cursor.take("like") {
        if let other = cursor.name() { table.likes.append(other) }
      } else if cursor.isAtTableConstraint {
        if let constraint = cursor.tableConstraint() { table.constraints.append(constraint) }
      } else if let column = cursor.columnDefinition() {
        table.columns.append(column)
      }
    }
  }

  private mutating func tail(of table: inout CreateTable) {
    while !isAtEnd {
      if take("inherits") {
        guard let parents = parenthesized() else { continue }
        var cursor = Cursor(parents.tokens, engine: engine)
        table.inherits = cursor.names { $0.name() }
      } else if take("partition", "by") {
        table.isPartitioned = true
      } else if isAt("default"), table.partitionOf != nil {
        table.isDefaultPartition = true
        position += 1
      } else if take("as") {
        table.isFromQuery = true
        return
      } else if take("strict") {
        table.isStrict = true
      } else if take("without", "rowid") {
        table.isWithoutRowid = true
      } else {
        skipBalanced()
      }
    }
  }

  // MARK: Indexes and views

  private mutating func createIndex() -> StatementNode {
    let isUnique = take("unique")
    guard isAt("index"), let word = next() else { return .other }
    let isConcurrent = take("concurrently")
    let ifNotExists = take("if", "not", "exists")
    let name = isAt("on") ? nil : self.name()
    guard take("on") else { return .other }
    let isOnly = isAt("only")
    guard let table = relation() else { return .other }
    var index = CreateIndex(name: name, table: table, indexWord: word.range)
    index.isUnique = isUnique
    index.isConcurrent = isConcurrent
    index.ifNotExists = ifNotExists
    index.isOnly = isOnly
    if take("using") { _ = simpleName() }
    if let parts = parenthesized() { index.parts = Cursor.parts(parts) }
    while !isAtEnd {
      if take("where") {
        index.predicate = rest()
        break
      }
      skipBalanced()
    }
    return .createIndex(index)
  }

  private mutating func createView(isReplace: Bool, isTemporary: Bool) -> StatementNode {
    let isMaterialized = take("materialized")
    _ = take("recursive")
    _ = take("view")
    _ = take("if", "not", "exists")
    guard let name = name() else { return .other }
    _ = parenthesized()
    let options = fragment { $0.isWord("as") }
    _ = take("as")
    return .createView(
      CreateView(
        name: name, isReplace: isReplace, isMaterialized: isMaterialized, isTemporary: isTemporary,
        withOptions: options, query: rest()))
  }

  // MARK: Types, routines, triggers

  private mutating func createType() -> StatementNode {
    guard let name = name() else { return .other }
    guard take("as", "enum"), let labels = parenthesized() else {
      return .createType(CreateType(name: name, labels: nil))
    }
    return .createType(
      CreateType(name: name, labels: labels.tokens.filter { $0.kind == .string }.map(\.text)))
  }

  private mutating func createDomain() -> StatementNode {
    guard let name = name() else { return .other }
    _ = take("as")
    let baseType = typeText()
    let isConstrained =
      rest().contains(word: "check") || rest().contains(words: ["not", "null"])
    return .createDomain(CreateDomain(name: name, baseType: baseType, isConstrained: isConstrained))
  }

  private mutating func createRoutine(isReplace: Bool) -> StatementNode {
    guard let name = name() else { return .other }
    let rest = rest()
    return .createRoutine(
      CreateRoutine(
        name: name, isReplace: isReplace,
        isSecurityDefiner: rest.contains(words: ["security", "definer"]),
        setsSearchPath: rest.contains(words: ["set", "search_path"])))
  }

  private mutating func createTrigger(isReplace: Bool) -> StatementNode {
    _ = take("if", "not", "exists")
    guard let name = name() else { return .other }
    while !isAtEnd {
      if take("on") {
        guard let table = relation() else { return .other }
        return .createTrigger(CreateTrigger(name: name, table: table, isReplace: isReplace))
      }
      skipBalanced()
    }
    return .other
  }

  private mutating func createOther(isReplace: Bool) -> StatementNode {
    guard let object = objectWord() else {
      return .create(CreateObject(object: nil, isReplace: isReplace, rest: rest()))
    }
    let ifNotExists = take("if", "not", "exists")
    var create = CreateObject(
      object: object, name: name(), isReplace: isReplace, ifNotExists: ifNotExists, rest: rest())
    switch object {
    case .policy:
      if take("on") { create.table = relation() }
    case .rule:
      while !isAtEnd, !take("to") { skipBalanced() }
      create.table = relation()
    default: break
    }
    return .create(create)
  }
}
