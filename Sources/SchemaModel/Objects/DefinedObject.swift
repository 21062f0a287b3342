/// An object that its name and a few attributes say everything about: a collation, an operator, a cast, a
/// text search dictionary, a server … Its kind says which attributes there are; they have the names of the
/// keys of schema.yaml.
package struct DefinedObject: Describable {
  package indirect enum Value: Hashable, Sendable, Codable {
    /// The attribute is there; one that is not has no value at all.
    case flag
    case text(ExactText)
    /// Another object by its name. Of a function or operator without the types of its arguments; of what
    /// lives in `pg_catalog` without the schema.
    case name(ObjectID)
    case type(TypeName)
    case expression(Expression)
    case list([Value])
    /// Texts whose order says nothing.
    case set(TextSet)
    case options([Option])
  }

  /// Equal to another in any order; written in its own, which dumps show.
  package struct TextSet: Hashable, Sendable, Codable {
    package var texts: [ExactText]

    package init(_ texts: [ExactText]) { self.texts = texts }

    package static func == (left: TextSet, right: TextSet) -> Bool {
      left.texts.sorted() == right.texts.sorted()
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(texts.sorted()) }

    package init(from decoder: any Decoder) throws { texts = try [ExactText](from: decoder) }
    package func encode(to encoder: any Encoder) throws { try texts.encode(to: encoder) }
  }

  package struct Option: Hashable, Sendable, Codable {
    package var name: Identifier
    package var value: Value

    package init(name: Identifier, value: Value) {
      self.name = name
      self.value = value
    }
  }

  package var id: ObjectID
  package var attributes: [String: Value]

  package init(id: ObjectID, attributes: [String: Value?] = [:]) {
    self.id = id
    self.attributes = attributes.compactMapValues(\.self)
  }

  package subscript(attribute: String) -> Value? { attributes[attribute] }

  package var requires: [ObjectID] {
    (id.namespace.map { [.namespace($0)] } ?? [])
      + attributes.keys.sorted().flatMap { attributes[$0]?.objects ?? [] }
  }

  package var fields: [Field] {
    attributes.keys.sorted().map { Field($0, attributes[$0]?.field ?? .absent) }
  }

  package func mappingExpressions(_ transform: (Expression) -> Expression) -> DefinedObject {
    var copy = self
    copy.attributes = attributes.mapValues { $0.mappingExpressions(transform) }
    return copy
  }

  package func renamed(by names: Renaming) -> DefinedObject {
    var copy = self
    copy.id = names(id)
    copy.attributes = attributes.mapValues { $0.renamed(by: names) }
    return copy
  }
}

extension DefinedObject {
  private enum CodingKeys: CodingKey { case id, attributes }

  /// The attributes in order, so that one object is always the same bytes.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    var entries = container.nestedContainer(keyedBy: NameKey.self, forKey: .attributes)
    for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
      try entries.encode(value, forKey: NameKey(stringValue: name))
    }
  }
}

/// A key that is a name from a schema.
private struct NameKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension DefinedObject.Value {
  package var text: ExactText? { if case .text(let text) = self { text } else { nil } }
  package var name: ObjectID? { if case .name(let id) = self { id } else { nil } }
  package var type: TypeName? { if case .type(let type) = self { type } else { nil } }
  /// The elements of a list; a single value is a list of one.
  package var elements: [DefinedObject.Value] {
    if case .list(let values) = self { values } else { [self] }
  }
  package var texts: [ExactText] { if case .set(let set) = self { set.texts } else { [] } }
  package var options: [DefinedObject.Option] {
    if case .options(let options) = self { options } else { [] }
  }

  /// What it names, as far as the name tells.
  var objects: [ObjectID] {
    switch self {
    case .flag, .text, .expression, .set: []
    case .name(let id): [id]
    case .type(let type): type.object.map { [$0] } ?? []
    case .list(let values): values.flatMap(\.objects)
    case .options(let options): options.flatMap(\.value.objects)
    }
  }

  var field: FieldValue {
    switch self {
    case .flag: .flag(true)
    case .text(let text): .text(text)
    case .name(let id): .text(ExactText(QualifiedName.text(id.path)))
    case .type(let type): .text(type.canonical)
    case .expression(let expression): .expression(expression)
    case .list(let values): .list(values.map(\.field))
    case .set(let set): .list(set.texts.sorted().map { .text($0) })
    case .options(let options):
      .list(
        options.map { .record([Field("name", $0.name), Field("value", $0.value.field)]) })
    }
  }

  func mappingExpressions(_ transform: (Expression) -> Expression) -> DefinedObject.Value {
    switch self {
    case .flag, .text, .name, .type, .set: self
    case .expression(let expression): .expression(transform(expression))
    case .list(let values): .list(values.map { $0.mappingExpressions(transform) })
    case .options(let options):
      .options(
        options.map { .init(name: $0.name, value: $0.value.mappingExpressions(transform)) })
    }
  }

  func renamed(by names: Renaming) -> DefinedObject.Value {
    switch self {
    case .flag, .text, .expression, .set: self
    case .name(let id): .name(names.partial(id))
    case .type(let type): .type(names.type(type))
    case .list(let values): .list(values.map { $0.renamed(by: names) })
    case .options(let options):
      .options(options.map { .init(name: $0.name, value: $0.value.renamed(by: names)) })
    }
  }
}

extension DefinedObject {
  package var expressions: [Expression] {
    attributes.keys.sorted().flatMap { attributes[$0]?.expressions ?? [] }
  }

  /// Entries of an operator class or family, whose order says nothing: operators before functions, each by
  /// number.
  package static func sortedMembers(_ members: [Expression]) -> [Value] {
    func rank(_ member: Expression) -> (Int, Int) {
      let words = member.canonical.string.split(separator: " ", maxSplits: 2)
      let number = words.count > 1 ? Int(words[1]) ?? 0 : 0
      return (words.first == "operator" ? 0 : 1, number)
    }
    return members.sorted { left, right in
      let (a, b) = (rank(left), rank(right))
      return a == b ? left.canonical < right.canonical : a < b
    }.map { .expression($0) }
  }
}

extension DefinedObject.Value {
  var expressions: [Expression] {
    switch self {
    case .flag, .text, .name, .type, .set: []
    case .expression(let expression): [expression]
    case .list(let values): values.flatMap(\.expressions)
    case .options(let options): options.flatMap(\.value.expressions)
    }
  }
}
