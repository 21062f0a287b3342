/// What every modelled object can say of itself.
package protocol Describable: Hashable, Sendable, Codable {
  var id: ObjectID { get set }
  /// What must exist before this can, as far as the object's own parts tell (a column's table, a
  /// foreign key's target). What its SQL texts mention is in `Schema.dependencies`.
  var requires: [ObjectID] { get }
  /// Every attribute that takes part in equality, in a fixed order.
  var fields: [Field] { get }
  /// The same object after renames of it or of what it names.
  func renamed(by names: Renaming) -> Self
  /// The same object with every expression among its fields put through `transform`.
  func mappingExpressions(_ transform: (Expression) -> Expression) -> Self
}

extension Describable {
  package func mappingExpressions(_ transform: (Expression) -> Expression) -> Self { self }
}

/// Renames of objects, to be applied to whatever mentions them.
package struct Renaming: Sendable {
  /// Old id to new last name.
  package let names: [ObjectID: Identifier]
  private let engine: EngineName
  /// Renamed columns by the old path of their relation.
  private let columnsByRelation: [[Identifier]: [(old: Identifier, new: Identifier)]]
  private let relations: [(old: Identifier, new: Identifier)]

  package init(_ names: [ObjectID: Identifier], in engine: EngineName) {
    self.names = names
    self.engine = engine
    let sorted = names.sorted { $0.key < $1.key }
    var columns: [[Identifier]: [(old: Identifier, new: Identifier)]] = [:]
    for (id, name) in sorted where id.kind == .column {
      columns[id.relationPath, default: []].append((id.name, name))
    }
    columnsByRelation = columns
    relations = sorted.filter {
      $0.key.kind == .table || $0.key.kind == .view || $0.key.kind == .materializedView
        || $0.key.kind == .virtualTable
    }
    .map { ($0.key.name, $0.value) }
  }

  package var isEmpty: Bool { names.isEmpty }

  /// The id after the renames of the object and of what holds it.
  package func callAsFunction(_ id: ObjectID) -> ObjectID {
    if let target = id.attachmentTarget {
      if id.kind == .owner { return .owner(of: self(target)) }
      return id.kind == .grant
        ? .grant(on: self(target), to: id.name) : .comment(on: self(target))
    }
    var path = id.path
    if id.kind.isPartOfRelation, path.count == 3 {
      for kind in [ObjectKind.table, .view, .materializedView] {
        if let name = names[ObjectID(kind, Array(id.path.prefix(2)))] { path[1] = name }
      }
    }
    if let name = names[id] {
      path[id.kind.hasSignature ? min(1, path.count - 1) : path.count - 1] = name
    }
    if id.kind == .userMapping, let name = names[ObjectID(.server, [path[0]])] { path[0] = name }
    if path.count > 1, id.namespace != nil, let name = names[.namespace(id.path[0])] {
      path[0] = name
    }
    return ObjectID(id.kind, path)
  }

  /// As above, of an id that names a function or operator without its signature, or anything without its
  /// schema.
  package func partial(_ id: ObjectID) -> ObjectID {
    guard id.kind.hasSignature, id.path.count == 2 else { return self(id) }
    let renamed = names.keys.filter { $0.kind == id.kind && $0.path.starts(with: id.path) }
    guard let old = renamed.min() else { return self(id) }
    return ObjectID(id.kind, Array(self(old).path.prefix(2)))
  }

  /// A column's name after the renames, given its table's old id.
  package func column(_ name: Identifier, of table: ObjectID) -> Identifier {
    names[table.part(.column, name)] ?? name
  }

  package func columns(_ list: [Identifier], of table: ObjectID) -> [Identifier] {
    list.map { column($0, of: table) }
  }

  /// The name after the renames of an index, or of the key that one carries, given its relation's old id.
  package func index(_ name: Identifier, of relation: ObjectID) -> Identifier {
    for kind in [ObjectKind.index, .primaryKey, .unique, .exclusion] {
      if let new = names[relation.part(kind, name)] { return new }
    }
    return name
  }

  /// An expression over the columns of one relation (its old id).
  package func expression(_ expression: Expression, of relation: [Identifier]) -> Expression {
    replacing(columnsByRelation[relation] ?? [], in: expression)
  }

  /// A query or body that mentions whole relations. Columns stay: a view keeps the names of its result.
  package func query(_ expression: Expression) -> Expression {
    replacing(relations, in: expression)
  }

  private func replacing(
    _ words: [(old: Identifier, new: Identifier)], in expression: Expression
  ) -> Expression {
    guard !words.isEmpty else { return expression }
    return Expression(
      text: WordReplacement.replace(words, in: expression.text, engine: engine),
      canonical: WordReplacement.replace(words, in: expression.canonical.string, engine: engine))
  }

  package func type(_ type: TypeName) -> TypeName {
    guard let object = type.object else { return type }
    let new = self(object)
    guard new != object else { return type }
    // The canonical text spells the type's name; an array keeps its brackets.
    let suffix = type.canonical.string.hasSuffix("[]") ? "[]" : ""
    return TypeName(QualifiedName.text(new.path) + suffix, object: new)
  }
}

/// Qualified names as text.
package enum QualifiedName {
  /// `schema.name`, quoted where the name is not plain lower case.
  package static func text(_ path: [Identifier]) -> String {
    path.map { quoted($0.raw) }.joined(separator: ".")
  }

  private static func quoted(_ name: String) -> String {
    let plain = name.utf8.enumerated().allSatisfy { index, byte in
      byte == 95 || (byte >= 97 && byte <= 122) || (index > 0 && byte >= 48 && byte <= 57)
    }
    if plain, !name.isEmpty { return name }
    return "\""
      + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
