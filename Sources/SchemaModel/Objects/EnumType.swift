/// An enum type; the order of its values is part of the meaning.
package struct EnumType: Describable {
  package var id: ObjectID
  package var values: [ExactText]

  package init(id: ObjectID, values: [ExactText]) {
    self.id = id
    self.values = values
  }

  package var requires: [ObjectID] { id.namespace.map { [.namespace($0)] } ?? [] }
  package var fields: [Field] { [Field("values", .list(values.map { .text($0) }))] }

  package func renamed(by names: Renaming) -> EnumType {
    EnumType(id: names(id), values: values)
  }
}
