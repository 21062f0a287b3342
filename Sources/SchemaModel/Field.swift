/// One attribute of an object, for reports, field-level differences and the fingerprint.
package struct Field: Hashable, Sendable {
  /// As in schema.yaml and in JSON reports: `not_null`, `on_delete` …
  package let name: String
  package let value: FieldValue

  package init(_ name: String, _ value: FieldValue) {
    self.name = name
    self.value = value
  }

  package init(_ name: String, _ flag: Bool) { self.init(name, .flag(flag)) }
  package init(_ name: String, _ text: String?) {
    self.init(name, text.map { .text(ExactText($0)) } ?? .absent)
  }
  package init(_ name: String, _ number: Int64?) {
    self.init(name, number.map { .text(ExactText(String($0))) } ?? .absent)
  }
  package init(_ name: String, _ identifier: Identifier?) {
    self.init(name, identifier.map { .text(ExactText($0.key)) } ?? .absent)
  }
  package init(_ name: String, _ id: ObjectID?) {
    self.init(
      name, id.map { .list($0.path.map { .text(ExactText($0.key)) }) } ?? .absent)
  }
  package init(_ name: String, _ expression: Expression?) {
    self.init(name, expression.map { .expression($0) } ?? .absent)
  }
  package init(_ name: String, _ type: TypeName) {
    self.init(name, .text(type.canonical))
  }
  /// Absent when there are none.
  package init(_ name: String, texts: [ExactText]) {
    self.init(name, texts.isEmpty ? .absent : .list(texts.map { .text($0) }))
  }
  package init(_ name: String, _ names: [Identifier]) {
    self.init(name, .list(names.map { .text(ExactText($0.key)) }))
  }
}

/// What an attribute is.
package indirect enum FieldValue: Hashable, Sendable, CustomStringConvertible {
  case absent
  case flag(Bool)
  case text(ExactText)
  /// SQL text, whose sameness an engine may have to decide.
  case expression(Expression)
  case list([FieldValue])
  /// Attributes of a part (an index column, a key column), in order.
  case record([Field])

  /// The value on one line, as a report shows it.
  package var description: String {
    switch self {
    case .absent: "none"
    case .flag(let flag): flag ? "yes" : "no"
    case .text(let text): text.string
    case .expression(let expression): expression.text
    case .list(let values): values.map(\.description).joined(separator: ", ")
    case .record(let fields): FieldValue.describe(fields)
    }
  }

  /// Whether replacing every expression by a blank makes the two equal: then only an engine can say
  /// whether they differ.
  package func differsOnlyInExpressions(from other: FieldValue) -> Bool {
    switch (self, other) {
    case (.expression, .expression): true
    case (.list(let left), .list(let right)):
      left.count == right.count
        && zip(left, right).allSatisfy { $0 == $1 || $0.differsOnlyInExpressions(from: $1) }
    case (.record(let left), .record(let right)):
      left.count == right.count
        && zip(left, right).allSatisfy {
          $0.name == $1.name && ($0 == $1 || $0.value.differsOnlyInExpressions(from: $1.value))
        }
    case (.absent, _), (.flag, _), (.text, _), (.expression, _), (.list, _), (.record, _): false
    }
  }

  /// The expressions of both values, side by side, where they differ only in these.
  package func expressionPairs(with other: FieldValue) -> [(Expression, Expression)] {
    switch (self, other) {
    case (.expression(let left), .expression(let right)): return [(left, right)]
    case (.list(let left), .list(let right)):
      return zip(left, right).flatMap { $0.expressionPairs(with: $1) }
    case (.record(let left), .record(let right)):
      return zip(left, right).flatMap { $0.value.expressionPairs(with: $1.value) }
    case (.absent, _), (.flag, _), (.text, _), (.expression, _), (.list, _), (.record, _):
      return []
    }
  }

  private static func describe(_ fields: [Field]) -> String {
    fields.compactMap { field -> String? in
      switch field.value {
      case .absent, .flag(false): nil
      case .flag(true): field.name
      case .expression(let expression): expression.text
      case .text(let text) where field.name == "name": text.string
      case .text, .list, .record: "\(field.name) \(field.value)"
      }
    }.joined(separator: " ")
  }
}
