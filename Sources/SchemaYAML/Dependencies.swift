import SQLText
import SchemaModel

extension SchemaBuilder {
  /// What the SQL texts mention, as far as tokens tell.
  mutating func addDependencies() {
    let scanner = TextScanner(objects, syntax: syntax, searchPath: searchPath)
    let columns = engine == .postgresql ? ColumnScanner(objects, syntax: syntax) : nil
    for object in objects {
      var found = dependencies[object.id] ?? []
      func add(_ id: ObjectID) {
        // A view may read itself.
        if id != object.id || id.kind == .view, !found.contains(id) { found.append(id) }
      }
      for text in SchemaBuilder.texts(of: object) {
        let references = scanner.references(in: text)
        for id in references { add(id) }
        if let columns, !SchemaBuilder.isPlainColumn(object) {
          var tables = references.filter { $0.kind == .table }
          if object.kind.isPartOfRelation, !tables.contains(object.id.table) {
            tables.append(object.id.table)
          }
          for id in columns.columns(in: text, of: tables) { add(id) }
        }
      }
      if case .defined(let defined) = object {
        for id in scanner.objects(namedBy: defined) { add(id) }
      }
      if case .function(let routine) = object {
        let types = routine.arguments.map(\.type) + (routine.returns.map { [$0] } ?? [])
        for type in types where type.object == nil {
          if let view = scanner.view(namedLike: type) { add(view) }
        }
      }
      if !found.isEmpty { dependencies[object.id] = found }
    }
  }

  /// A default cannot mention columns.
  private static func isPlainColumn(_ object: SchemaObject) -> Bool {
    if case .column(let column) = object { column.generation == nil } else { false }
  }

  /// Texts whose names the engine looks up when the object is made; the body of a function in a string
  /// is looked up when it runs.
  private static func texts(of object: SchemaObject) -> [String] {
    let expressions: [Expression?]
    switch object {
    case .view(let view): expressions = [view.query]
    case .materializedView(let view): expressions = [view.query]
    case .trigger(let trigger): expressions = [trigger.body, trigger.condition]
    case .column(let column): expressions = [column.defaultValue, column.generation?.expression]
    case .check(let check): expressions = [check.expression]
    case .domain(let domain):
      expressions = [domain.defaultValue] + domain.checks.map(\.expression)
    case .policy(let policy): expressions = [policy.using, policy.check]
    case .rule(let rule): expressions = [rule.condition, rule.commands]
    case .statistics(let statistics): expressions = statistics.expressions
    case .publication(let publication): expressions = publication.members.map(\.filter)
    case .defined(let object): expressions = object.expressions
    case .index(let index): expressions = [index.predicate] + index.parts.map(expression)
    case .exclusion(let constraint):
      expressions = [constraint.predicate] + constraint.elements.map { expression($0.part) }
    case .function(let routine):
      var texts = routine.arguments.map(\.defaultValue)
      if case .standard(let body) = routine.body { texts.append(body) }
      expressions = texts
    case .namespace, .extension, .enumType, .compositeType, .sequence, .table, .primaryKey, .unique,
      .foreignKey, .virtualTable, .comment, .owner, .grant, .defaultPrivileges:
      expressions = []
    }
    return expressions.compactMap { $0?.text }
  }

  private static func expression(_ part: IndexPart) -> Expression? {
    if case .expression(let text) = part.subject { text } else { nil }
  }
}

/// Finds declared relations and functions in texts.
private struct TextScanner {
  private let relations: ReferenceScanner
  private let syntax: any EngineSyntax
  private let searchPath: [Identifier]
  /// By schema and name: every overload.
  private var functions: [[Identifier]: [ObjectID]] = [:]
  /// By kind, schema and name: what has a signature, and by name alone what else attributes name.
  private var named: [ObjectID: [ObjectID]] = [:]
  private var operators: [String: [ObjectID]] = [:]
  private var views: Set<ObjectID> = []

  init(_ objects: [SchemaObject], syntax: any EngineSyntax, searchPath: [Identifier]) {
    var relations: Set<ObjectID> = []
    for object in objects {
      switch object.kind {
      case .table, .virtualTable, .sequence: relations.insert(object.id)
      case .view, .materializedView:
        relations.insert(object.id)
        views.insert(object.id)
      case .function:
        functions[Array(object.id.path.prefix(2)), default: []].append(object.id)
        named[ObjectID(.function, Array(object.id.path.prefix(2))), default: []].append(object.id)
      case .operator:
        operators[object.id.name.raw, default: []].append(object.id)
      case .namespace, .extension, .language, .accessMethod, .collation, .enumType, .baseType,
        .domain, .compositeType, .rangeType, .operatorFamily, .operatorClass, .cast,
        .conversion, .transform, .textSearchParser, .textSearchTemplate, .textSearchDictionary,
        .textSearchConfiguration, .foreignDataWrapper, .server, .userMapping, .column, .primaryKey,
        .unique, .check, .exclusion, .foreignKey, .index, .statistics, .rule, .trigger, .policy,
        .publication, .subscription, .eventTrigger, .comment, .owner, .grant, .defaultPrivileges:
        continue
      }
    }
    self.relations = ReferenceScanner(
      syntax: syntax, relations: relations, searchPath: searchPath)
    self.syntax = syntax
    self.searchPath = searchPath
  }

  func references(in text: String) -> [ObjectID] {
    relations.references(in: text) + (functions.isEmpty ? [] : calls(in: text))
      + (operators.isEmpty ? [] : operators(in: text))
  }

  /// What the attributes of an object name, overloads included; an operator does not need its commutator
  /// and negator, which are made as shells.
  func objects(namedBy object: DefinedObject) -> [ObjectID] {
    var found = object.requires.flatMap { named[$0] ?? [] }
    if object.id.kind == .operatorClass {
      let family = object["family"]?.name?.path ?? Array(object.id.path.prefix(2))
      found.append(ObjectID(.operatorFamily, family + object.id.path.suffix(1)))
    }
    return found
  }

  /// Symbols that are declared operators, whatever their operands.
  private func operators(in text: String) -> [ObjectID] {
    guard let tokens = try? syntax.tokens(of: text) else { return [] }
    return tokens.filter { $0.kind == .symbol }.flatMap { operators[$0.text] ?? [] }
  }

  /// Names that a parenthesis follows.
  private func calls(in text: String) -> [ObjectID] {
    guard let tokens = try? syntax.tokens(of: text) else { return [] }
    var found: [ObjectID] = []
    for index in tokens.indices.dropLast() where tokens[index + 1].isSymbol("(") {
      guard tokens[index].kind == .word || tokens[index].kind == .quotedName else { continue }
      let name = syntax.identifier(tokens[index])
      if index > 1, tokens[index - 1].isSymbol(".") {
        found += functions[[syntax.identifier(tokens[index - 2]), name]] ?? []
      } else if let home = searchPath.first(where: { functions[[$0, name]] != nil }) {
        found += functions[[home, name]] ?? []
      }
    }
    return found
  }

  /// The view whose rows are the type.
  func view(namedLike type: TypeName) -> ObjectID? {
    guard !views.isEmpty, var tokens = try? syntax.tokens(of: type.canonical.string) else {
      return nil
    }
    while let last = tokens.last, last.isSymbol("[") || last.isSymbol("]") { tokens.removeLast() }
    let path = tokens.filter { !$0.isSymbol(".") }.map { syntax.identifier($0) }
    return relations.resolve(path).flatMap { views.contains($0) ? $0 : nil }
  }
}
