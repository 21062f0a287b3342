import SQLText
import SchemaModel

/// What a whole file declares, for reading a part of it.
struct Surroundings: Sendable {
  let schema: Schema
  let types: TypeContext

  /// In no particular order, those of the parents included.
  fileprivate func columns(of table: ObjectID, depth: Int = 0) -> [Identifier]? {
    guard case .table(let known)? = schema[table], depth < 32 else { return nil }
    let inherited = known.parents.flatMap { columns(of: $0, depth: depth + 1) ?? [] }
    return inherited + schema.objects(of: .column, under: table.path).map(\.id.name)
  }

  fileprivate func primaryKey(of table: ObjectID) -> [Identifier]? {
    for case .primaryKey(let key) in schema.objects(of: .primaryKey, under: table.path) {
      return key.columns.map(\.name)
    }
    return nil
  }
}

extension SchemaBuilder {
  func isDeclared(_ id: ObjectID) -> Bool {
    places[id] != nil || surroundings?.schema.contains(id) == true
  }

  /// Nil for what is no declared table.
  func columns(of table: ObjectID) -> [Identifier]? {
    columns[table] ?? surroundings?.columns(of: table)
  }

  func primaryKey(of table: ObjectID) -> [Identifier]? {
    primaryKeys[table] ?? surroundings?.primaryKey(of: table)
  }

  func leavesPartitionsAlone(of table: ObjectID) -> Bool {
    unmanagedPartitions.contains(table)
      || surroundings?.schema.scope.leavesPartitionsAlone(of: table) == true
  }
}
