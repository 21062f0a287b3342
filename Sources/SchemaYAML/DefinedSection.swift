import SchemaModel

/// How an attribute of a defined object is written.
indirect enum AttributeForm: Sendable {
  case flag
  case text
  case word([String])
  /// The name of another object, looked up among the declared ones.
  case name(ObjectKind)
  case type
  case sql(examples: [String])
  case list(AttributeForm)
  /// Texts whose order says nothing.
  case set
  /// A mapping of names of one's own, whose order counts or not.
  case options(AttributeForm, keepsOrder: Bool = false)
  /// Entries of an operator class or family, in any order.
  case members

  var keyForm: KeyForm {
    switch self {
    case .flag: .boolean
    case .text: .text
    case .word(let words): .word(words)
    case .name(.operator): .text
    case .name: .name
    case .type: .sql(examples: ["integer"])
    case .sql(let examples): .sql(examples: examples)
    case .list(.name), .set: .names
    case .list(let element): .list(element.keyForm)
    case .options(let value, _): .named(value.keyForm)
    case .members: .list(.sql(examples: ["OPERATOR 1 <(integer, integer)"]))
    }
  }
}

/// An attribute by its key.
struct AttributeKey: Sendable {
  let key: Key
  let form: AttributeForm

  init(
    _ name: String, _ form: AttributeForm, _ description: String, required: Bool = false
  ) {
    key = Key(name, form.keyForm, description, required: required)
    self.form = form
  }
}

/// A section of schema.yaml whose objects are a name and attributes: the one source for reading, writing
/// and the JSON Schema.
struct DefinedSection: Sendable {
  /// What the key of an object is.
  enum Naming: Sendable {
    /// `[schema.]name`.
    case qualified
    /// A name outside of schemas.
    case global
    /// `[schema.]=== (integer, integer)`; the left type of a prefix operator is `none`.
    case operands
    /// `[schema.]name using METHOD`.
    case method
    /// `SOURCE as TARGET`.
    case cast
    /// `TYPE language NAME`.
    case transform
    /// `USER server NAME`.
    case mapping
  }

  let kind: ObjectKind
  let key: String
  let naming: Naming
  let description: String
  let attributes: [AttributeKey]
  let table: KeyTable

  init(
    _ kind: ObjectKind, _ key: String, _ naming: Naming, _ description: String,
    _ attributes: [AttributeKey]
  ) {
    self.kind = kind
    self.key = key
    self.naming = naming
    self.description = description
    self.attributes = attributes
    table = KeyTable(
      kind.displayName, attributes.map(\.key) + DefinedSection.common(kind, naming))
  }

  /// What can be said of objects of the kind besides their attributes.
  private static func common(_ kind: ObjectKind, _ naming: Naming) -> [Key] {
    var keys: [Key] = kind == .userMapping ? [] : [SchemaKeys.comment]
    switch naming {
    case .cast, .transform, .mapping: return keys
    case .qualified, .global, .operands, .method: break
    }
    if kind.isOwned { keys.append(SchemaKeys.owner) }
    if [.rangeType, .baseType, .language, .foreignDataWrapper, .server].contains(kind) {
      keys.append(SchemaKeys.grants)
    }
    return keys + [SchemaKeys.renamedFrom]
  }

  var fileKey: Key {
    Key(
      key, .named(.oneOf([.nothing, .object(table)])), description, engine: .postgresql)
  }

  /// Whether the key of an object holds types of other sections.
  var needsTypes: Bool {
    switch naming {
    case .operands, .cast, .transform: true
    case .qualified, .global, .method, .mapping: false
    }
  }

  /// Types, which other sections mention.
  static let types = [collations, rangeTypes, baseTypes]

  /// The rest, in the order of the file.
  static let others = [
    operators, operatorFamilies, operatorClasses, casts, conversions, transforms, languages,
    accessMethods, textSearchParsers, textSearchTemplates, textSearchDictionaries,
    textSearchConfigurations, foreignDataWrappers, servers, userMappings, subscriptions,
    eventTriggers,
  ]

  static let all = types + others
}
