import SchemaModel

extension SchemaObject {
  /// The object as a declared schema has it: without the text it came from.
  var withoutSource: SchemaObject {
    switch self {
    case .table(var value):
      value.source = nil
      return .table(value)
    case .column(var value):
      value.source = nil
      return .column(value)
    case .primaryKey(var value):
      value.source = nil
      return .primaryKey(value)
    case .unique(var value):
      value.source = nil
      return .unique(value)
    case .check(var value):
      value.source = nil
      return .check(value)
    case .foreignKey(var value):
      value.source = nil
      return .foreignKey(value)
    case .index(var value):
      value.source = nil
      return .index(value)
    case .view(var value):
      value.source = nil
      return .view(value)
    case .trigger(var value):
      value.source = nil
      return .trigger(value)
    case .virtualTable(var value):
      value.source = nil
      return .virtualTable(value)
    default: return self
    }
  }
}

extension Schema {
  func withoutSources() throws -> Schema {
    try replacing(objects: objects.map(\.withoutSource))
  }
}
