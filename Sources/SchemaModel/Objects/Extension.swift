/// An extension. What it brings along is its own and not modelled.
package struct Extension: Describable {
  package var id: ObjectID
  /// Where its objects live.
  package var schema: Identifier
  /// What is installed; a database takes the newest that its server has.
  @Incidental package var version: String?

  package init(id: ObjectID, schema: Identifier, version: String? = nil) {
    self.id = id
    self.schema = schema
    _version = Incidental(wrappedValue: version)
  }

  package var requires: [ObjectID] { [.namespace(schema)] }
  package var fields: [Field] { [Field("schema", schema)] }

  package func renamed(by names: Renaming) -> Extension {
    var copy = self
    copy.schema = names(.namespace(schema)).name
    return copy
  }
}
