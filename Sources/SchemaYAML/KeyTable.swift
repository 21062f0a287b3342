import SchemaModel

/// What may stand as the value of a key. It decides what the reader accepts and what the JSON Schema says.
indirect enum KeyForm: Sendable {
  /// Any text.
  case text
  /// A SQL text; `examples` are for editors.
  case sql(examples: [String])
  /// A SQL identifier, or a qualified one.
  case name
  /// One name or a list of names.
  case names
  case boolean
  case integer
  /// One of these words.
  case word([String])
  /// A word, or something that begins with one (`set null (a, b)`).
  case wordOrText([String])
  case list(KeyForm)
  /// Names of one's own, each with a value.
  case named(KeyForm)
  case object(KeyTable)
  /// Nothing after the key.
  case nothing
  case oneOf([KeyForm])
}

/// A key of a mapping: the one source for the check of unknown keys, for the JSON Schema and for messages.
struct Key: Sendable {
  let name: String
  let form: KeyForm
  let description: String
  /// Nil: both engines know it.
  let engine: EngineName?
  let isRequired: Bool

  init(
    _ name: String, _ form: KeyForm, _ description: String, engine: EngineName? = nil,
    required: Bool = false
  ) {
    self.name = name
    self.form = form
    self.description = description
    self.engine = engine
    isRequired = required
  }

  func isKnown(to other: EngineName?) -> Bool { engine == nil || other == nil || engine == other }
}

/// The keys that a kind of mapping may have, in the order in which they are written.
struct KeyTable: Sendable {
  /// In messages: `table`, `column`.
  let noun: String
  let keys: [Key]
  /// Keys of the design that this version does not read, with what to say about them.
  let unsupported: [String: String]
  let required: [Key]
  private let places: [String: Int]

  init(_ noun: String, _ keys: [Key], unsupported: [String: String] = [:]) {
    self.noun = noun
    self.keys = keys
    self.unsupported = unsupported
    required = keys.filter(\.isRequired)
    places = Dictionary(
      keys.enumerated().map { ($0.element.name, $0.offset) },
      uniquingKeysWith: { first, _ in first })
  }

  subscript(name: String) -> Key? { places[name].map { keys[$0] } }
}

extension KeyForm {
  /// The form in words: "a mapping", "text or a list".
  var words: String {
    switch self {
    case .text: "text"
    case .sql: "SQL text"
    case .name: "a name"
    case .names: "a name or a list of names"
    case .boolean: "true or false"
    case .integer: "a whole number"
    case .word(let words), .wordOrText(let words): KeyForm.choice(words.map { "'\($0)'" })
    case .list: "a list"
    case .named, .object: "a mapping"
    case .nothing: "nothing"
    case .oneOf(let forms):
      KeyForm.choice(
        forms.map(\.words).reduce(into: []) { if !$0.contains($1) { $0.append($1) } })
    }
  }

  private static func choice(_ words: [String]) -> String {
    guard words.count > 1, let last = words.last else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }
}
