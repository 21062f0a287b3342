import SQLText
import SchemaModel

/// Objects that a name and attributes say everything about.
extension SchemaBuilder {
  /// Finds the objects of a section, before anything that may name them is read.
  mutating func declareDefined(_ section: DefinedSection, _ fields: Fields) {
    for pair in nodes.pairs(fields[section.key], of: "'\(section.key)'") {
      guard let id = identify(pair, in: section), claim(id, at: pair.key.mark) else { continue }
      declarations[section.kind, default: []].append(
        Declaration(id: id, pair: pair, source: nodes.source))
      if section.kind == .rangeType { declareMultirange(of: id, pair.value) }
    }
  }

  mutating func readDefined(_ declaration: Declaration, _ section: DefinedSection) {
    let id = declaration.id
    let subject = "\(id.kind.displayName) '\(shown(id))'"
    let fields = nodes.fields(declaration.pair.value, section.table, of: subject)
    readCommon(fields, of: id)
    var object = DefinedObject(id: id)
    for attribute in section.attributes {
      guard let node = fields[attribute.key.name] else { continue }
      object.attributes[attribute.key.name] = value(node, attribute.form, of: attribute.key.name)
    }
    if id.kind == .rangeType,
      object["multirange_type_name"]?.name?.path == PostgresNames.multirange(id.path)
    {
      object.attributes["multirange_type_name"] = nil
    }
    if id.kind == .operatorClass,
      object["family"]?.name?.path == Array(id.path.prefix(2))
    {
      object.attributes["family"] = nil
    }
    if id.kind == .userMapping {
      dependencies[id, default: []].append(ObjectID(.server, [id.path[0]]))
    }
    objects.append(.defined(object))
  }

  // MARK: Keys

  private mutating func identify(_ pair: YAMLPair, in section: DefinedSection) -> ObjectID? {
    let node = pair.key
    switch section.naming {
    case .qualified: return qualifiedPath(pair.name, at: node).map { ObjectID(section.kind, $0) }
    case .global: return name(pair.name, at: node).map { ObjectID(section.kind, [$0]) }
    case .operands, .method, .cast, .transform, .mapping: break
    }
    do throws(SyntaxProblem) {
      var reader = try ClauseReader(pair.name, syntax: syntax)
      switch section.naming {
      case .method: return try methodKey(&reader, section, at: node)
      case .operands: return try operatorKey(&reader, at: node)
      case .cast: return try pairKey(&reader, section, word: "as", example: "integer as text")
      case .transform:
        return try pairKey(&reader, section, word: "language", example: "hstore language plperl")
      case .mapping, .qualified, .global: return try mappingKey(&reader)
      }
    } catch {
      report(error, at: node)
      return nil
    }
  }

  private mutating func methodKey(
    _ reader: inout ClauseReader, _ section: DefinedSection, at node: YAMLNode
  ) throws(SyntaxProblem) -> ObjectID? {
    let path = try reader.path("a name")
    guard reader.take("using") else {
      throw reader.problem("the name is followed by 'using' and an access method")
    }
    let method = try reader.name("an access method")
    guard reader.isAtEnd else { throw reader.problem("nothing follows the access method") }
    return qualifiedPath(QualifiedName.text(path), at: node).map {
      ObjectID(section.kind, $0 + [method])
    }
  }

  private mutating func operatorKey(
    _ reader: inout ClauseReader, at node: YAMLNode
  ) throws(SyntaxProblem) -> ObjectID? {
    let usage = "an operator is named with its operands: '=== (integer, integer)'"
    var schema = searchPath[0]
    if let token = reader.current, token.kind != .symbol {
      schema = try reader.name("a schema")
      guard reader.takeSymbol(".") else { throw reader.problem(usage) }
    }
    guard let symbol = reader.current, symbol.kind == .symbol, reader.peek(1)?.isSymbol("(") == true
    else { throw reader.problem(usage) }
    reader.position += 1
    let operands = try reader.parenthesised(after: symbol.text)
    var types: [String] = []
    for text in RoutineText.commaSeparated(operands, syntax: syntax) {
      if text.asciiLowercased == "none" {
        types.append("NONE")
      } else {
        types.append(try RoutineText(syntax: syntax, types: self.types).type(text).canonical.string)
      }
    }
    guard types.count == 2, reader.isAtEnd else { throw reader.problem(usage) }
    let id = ObjectID(
      .operator, [schema, Identifier(symbol.text), Identifier(types.joined(separator: ", "))])
    for text in Set(RoutineText.commaSeparated(operands, syntax: syntax)).sorted() {
      addType(text, to: id)
    }
    return id
  }

  /// `SOURCE as TARGET`, `TYPE language NAME`: the schema is that of the first type of one's own.
  private mutating func pairKey(
    _ reader: inout ClauseReader, _ section: DefinedSection, word: String, example: String
  ) throws(SyntaxProblem) -> ObjectID? {
    let split = reader.tokens.lastIndex { $0.isWord(word) }
    guard let split, split > 0, split + 1 < reader.tokens.count else {
      throw SyntaxProblem("it is named with '\(word)' between two names: '\(example)'")
    }
    let routine = RoutineText(syntax: syntax, types: types)
    let first = try routine.type(reader.source(0..<split))
    let rest = reader.source((split + 1)..<reader.tokens.count)
    var home = schema(of: first)
    let second: String
    var needed = [first.object]
    if section.kind == .cast {
      let target = try routine.type(rest)
      second = target.canonical.string
      home = home ?? schema(of: target)
      needed.append(target.object)
    } else {
      second = QualifiedName.text(try syntax.path(rest))
    }
    let name = "\(first.canonical) \(word.uppercased()) \(second)"
    let id = ObjectID(section.kind, (home.map { [$0] } ?? []) + [Identifier(name)])
    let objects = needed.compactMap(\.self)
    if !objects.isEmpty { dependencies[id] = objects }
    return id
  }

  /// The schema of a type that is none of PostgreSQL's own.
  private func schema(of type: TypeName) -> Identifier? {
    guard let tokens = try? syntax.tokens(of: type.canonical.string), tokens.count > 2,
      tokens[1].isSymbol(".")
    else { return nil }
    let name = syntax.identifier(tokens[0])
    return name == Identifier("pg_catalog") ? nil : name
  }

  private mutating func mappingKey(
    _ reader: inout ClauseReader
  ) throws(SyntaxProblem) -> ObjectID? {
    let user = try reader.name("a user")
    guard reader.take("server") else {
      throw reader.problem("a user mapping is named 'USER server NAME'")
    }
    let server = try reader.name("a server")
    guard reader.isAtEnd else { throw reader.problem("nothing follows the server") }
    return ObjectID(.userMapping, [server, user])
  }

  private mutating func addType(_ text: String, to id: ObjectID) {
    guard let object = try? syntax.typeName(text, in: types).object else { return }
    dependencies[id, default: []].append(object)
  }

  /// The multirange's name is a type's as well.
  private mutating func declareMultirange(of id: ObjectID, _ value: YAMLNode) {
    var path = PostgresNames.multirange(id.path)
    if case .mapping(let pairs) = value.content,
      let text = pairs.first(where: { $0.name == "multirange_type_name" })?.value.scalarText,
      let given = try? syntax.path(text)
    {
      path = given.count == 1 ? [searchPath[0], given[0]] : given
    }
    multiranges[path] = id
  }

  // MARK: Values

  private mutating func value(
    _ node: YAMLNode, _ form: AttributeForm, of key: String
  ) -> DefinedObject.Value? {
    switch form {
    case .flag: return node.scalarText?.asciiLowercased == "true" ? .flag : nil
    case .text: return nodes.text(node, of: "'\(key)'").map { .text(ExactText($0)) }
    case .word: return node.scalarText.map { .text(ExactText($0.asciiLowercased)) }
    case .name(let kind):
      guard let text = nodes.text(node, of: "'\(key)'") else { return nil }
      return reference(text, kind, at: node).map { .name($0) }
    case .type:
      guard let text = nodes.text(node, of: "'\(key)'") else { return nil }
      return typeName(text, at: node).map { .type($0) }
    case .sql:
      guard let text = nodes.text(node, of: "'\(key)'") else { return nil }
      return signatureText(text, at: node).map { .expression($0) }
    case .list(let element):
      guard case .sequence(let items) = node.content else {
        return value(node, element, of: key).map { .list([$0]) }
      }
      return .list(items.compactMap { value($0, element, of: key) })
    case .set:
      return .set(.init(nodes.texts(node, of: "'\(key)'").map { ExactText($0.text) }))
    case .options(let form, let keepsOrder):
      let options = nodes.pairs(node, of: "'\(key)'").compactMap { pair in
        optionName(pair).flatMap { name in
          value(pair.value, form, of: pair.name).map {
            DefinedObject.Option(name: name, value: $0)
          }
        }
      }
      guard !options.isEmpty else { return nil }
      return .options(keepsOrder ? options : options.sorted { $0.name < $1.name })
    case .members:
      guard case .sequence(let items) = node.content else { return nil }
      let members = items.compactMap { item in
        nodes.text(item, of: "an element of '\(key)'").flatMap { expression($0, at: item) }
      }
      return members.isEmpty ? nil : .list(DefinedObject.sortedMembers(members))
    }
  }

  private mutating func optionName(_ pair: YAMLPair) -> Identifier? {
    // Options such as `use_remote_estimate` and tokens such as `url_path` need no quotes.
    (try? syntax.path(pair.name))?.first ?? Identifier(pair.name)
  }

  /// `name(types)`, spelled as PostgreSQL prints it.
  private mutating func signatureText(_ text: String, at node: YAMLNode) -> Expression? {
    do throws(SyntaxProblem) {
      let routine = RoutineText(syntax: syntax, types: types)
      let signature = try routine.signature(text)
      let list = signature.arguments.map(\.type.canonical.string).joined(separator: ",")
      let path = resolved(signature.path, .function)
      return syntax.expression("\(QualifiedName.text(path))(\(list))")
    } catch {
      report(error, at: node)
      return nil
    }
  }

  private mutating func reference(
    _ text: String, _ kind: ObjectKind, at node: YAMLNode
  ) -> ObjectID? {
    if kind == .operator { return operatorReference(text, at: node) }
    guard let path = path(text, at: node) else { return nil }
    return ObjectID(kind, resolved(path, kind))
  }

  private mutating func operatorReference(_ text: String, at node: YAMLNode) -> ObjectID? {
    let tokens = (try? syntax.tokens(of: text)) ?? []
    guard let symbol = tokens.last, symbol.kind == .symbol, tokens.count == 1 || tokens.count == 3
    else {
      nodes.report(node.mark, "'\(text)' is no operator")
      return nil
    }
    var path = [Identifier(symbol.text)]
    if tokens.count == 3 { path.insert(syntax.identifier(tokens[0]), at: 0) }
    return ObjectID(.operator, resolved(path, .operator))
  }

  /// The path with the schema in which the object is declared; without one in `pg_catalog`, where
  /// everything else is taken to be.
  private mutating func resolved(_ path: [Identifier], _ kind: ObjectKind) -> [Identifier] {
    if path.count == 2, path[0] == Identifier("pg_catalog") { return [path[1]] }
    guard path.count == 1, ObjectID(kind, path).namespace != nil || kind.hasSignature else {
      return path
    }
    let home = searchPath.first { definedNames(kind).contains([$0, path[0]]) }
    if kind == .rangeType { return [home ?? searchPath[0], path[0]] }
    return home.map { [$0, path[0]] } ?? path
  }

  /// Schema and name of every declared object of the kind.
  private mutating func definedNames(_ kind: ObjectKind) -> Set<[Identifier]> {
    if let known = declaredNames[kind] { return known }
    let around = surroundings?.schema.objects(of: kind).map(\.id) ?? []
    let names = Set(
      (places.keys.filter { $0.kind == kind } + around).map { Array($0.path.prefix(2)) })
    declaredNames[kind] = names
    return names
  }
}

extension SchemaWriter {
  func defined(_ section: DefinedSection) -> [YAMLEntry] {
    schema.objects(of: section.kind).compactMap { object in
      guard case .defined(let object) = object else { return nil }
      var entries: [YAMLEntry] = []
      for attribute in section.attributes {
        guard let value = object[attribute.key.name] else { continue }
        entries.append(YAMLEntry(attribute.key.name, yaml(value)))
      }
      entries += common(object.id)
      return YAMLEntry(
        name: key(of: object.id, section.naming), entries.isEmpty ? .null : .mapping(entries))
    }
  }

  private func key(of id: ObjectID, _ naming: DefinedSection.Naming) -> String {
    let last = id.path[id.path.count - 1]
    switch naming {
    case .qualified, .global: return text(id.path)
    case .method: return "\(text(Array(id.path.prefix(2)))) using \(text(last))"
    case .operands:
      let schema = id.path[0] == searchPath[0] ? "" : text(id.path[0]) + "."
      return "\(schema)\(id.name.raw) (\(last.raw))"
    case .cast, .transform: return last.raw
    case .mapping: return "\(text(last)) server \(text(id.path[0]))"
    }
  }

  private func yaml(_ value: DefinedObject.Value) -> YAMLValue {
    switch value {
    case .flag: return .word("true")
    case .text(let text): return scalar(text.string)
    case .name(let id): return .text(text(of: id))
    case .type(let type): return .text(typeText(type))
    case .expression(let expression): return sql(expression.text)
    case .list(let values): return .sequence(values.map { yaml($0) })
    case .set(let set): return .sequence(set.texts.map { .text($0.string) })
    case .options(let options):
      return .mapping(options.map { YAMLEntry(name: text($0.name), yaml($0.value)) })
    }
  }

  /// A name that is read as the same one: without its schema only where the object is declared there.
  private func text(of id: ObjectID) -> String {
    let isDeclared =
      id.path.count == 2 && id.path[0] == searchPath[0]
      && (schema.contains(id) || !schema.objects(of: id.kind, under: id.path).isEmpty
        || id.kind == .rangeType)
    if id.kind == .operator {
      let symbol = id.path[id.path.count - 1].raw
      return id.path.count == 1 || isDeclared ? symbol : "\(text(id.path[0])).\(symbol)"
    }
    if id.path.count == 1 || isDeclared { return text(id.path[id.path.count - 1]) }
    return id.path.map { text($0) }.joined(separator: ".")
  }
}
