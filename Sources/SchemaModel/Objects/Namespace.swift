/// A schema in the sense of `CREATE SCHEMA`: called namespace here, as in PostgreSQL's catalogs, since
/// `Schema` is the whole model.
package struct Namespace: Describable {
  package var id: ObjectID

  package init(id: ObjectID) { self.id = id }

  package var requires: [ObjectID] { [] }
  package var fields: [Field] { [] }

  package func renamed(by names: Renaming) -> Namespace { Namespace(id: names(id)) }
}
