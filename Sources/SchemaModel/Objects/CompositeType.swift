/// A composite type (`CREATE TYPE … AS (…)`); the order of its attributes is part of the meaning.
package struct CompositeType: Describable {
  package struct Attribute: Hashable, Sendable, Codable {
    package var name: Identifier
    package var type: TypeName
    /// A collation other than the type's own.
    package var collation: ExactText?

    package init(name: Identifier, type: TypeName, collation: ExactText? = nil) {
      self.name = name
      self.type = type
      self.collation = collation
    }

    package var value: FieldValue {
      .record([
        Field("name", name), Field("type", type), Field("collation", collation?.string),
      ])
    }
  }

  package var id: ObjectID
  package var attributes: [Attribute]

  package init(id: ObjectID, attributes: [Attribute]) {
    self.id = id
    self.attributes = attributes
  }

  package var requires: [ObjectID] {
    (id.namespace.map { [.namespace($0)] } ?? []) + attributes.compactMap(\.type.object)
  }

  package var fields: [Field] { [Field("attributes", .list(attributes.map(\.value)))] }

  package func renamed(by names: Renaming) -> CompositeType {
    var copy = self
    copy.id = names(id)
    for index in copy.attributes.indices {
      copy.attributes[index].type = names.type(copy.attributes[index].type)
    }
    return copy
  }
}
