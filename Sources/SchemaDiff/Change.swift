package import SchemaModel

/// One attribute that differs.
package struct FieldChange: Hashable, Sendable {
  package let name: String
  package let from: FieldValue
  package let to: FieldValue

  package init(name: String, from: FieldValue, to: FieldValue) {
    self.name = name
    self.from = from
    self.to = to
  }

  /// Whether only the texts of expressions differ, so that the engine must say what they mean.
  package var isTextual: Bool { from.differsOnlyInExpressions(from: to) }
}

/// An object that both sides have, with what differs.
package struct Alteration: Hashable, Sendable {
  package let from: SchemaObject
  package let to: SchemaObject
  package let fields: [FieldChange]

  package init(from: SchemaObject, to: SchemaObject, fields: [FieldChange]) {
    self.from = from
    self.to = to
    self.fields = fields
  }

  package var id: ObjectID { to.id }
  /// Whether only texts differ.
  package var isTextual: Bool { fields.allSatisfy(\.isTextual) }

  package func changes(_ name: String) -> Bool { fields.contains { $0.name == name } }
}

/// One difference of one object.
package enum Change: Hashable, Sendable {
  case create(SchemaObject)
  case drop(SchemaObject)
  case alter(Alteration)

  package var id: ObjectID {
    switch self {
    case .create(let object), .drop(let object): object.id
    case .alter(let alteration): alteration.id
    }
  }
}

/// An object under a new name. Both ids are whole paths: `from` as it is before any rename of the plan,
/// `to` as it is after all of them.
package struct Rename: Hashable, Sendable {
  package let from: ObjectID
  package let to: ObjectID

  package init(from: ObjectID, to: ObjectID) {
    self.from = from
    self.to = to
  }

  package var inverted: Rename { Rename(from: to, to: from) }
}

/// Everything that turns one schema into another.
package struct Difference: Hashable, Sendable {
  /// Carried out first; the changes speak of the new names.
  package var renames: [Rename]
  /// In order of id.
  package var changes: [Change]
  /// Sentences about what is outside equality: the order of columns.
  package var information: [String]

  package init(renames: [Rename] = [], changes: [Change] = [], information: [String] = []) {
    self.renames = renames
    self.changes = changes
    self.information = information
  }

  package var isEmpty: Bool { renames.isEmpty && changes.isEmpty }
}
