import SQLText
import SchemaModel

/// Names of declared collations and operator classes inside other objects: written as the database prints
/// them, with their schema, and kept as dependencies.
extension SchemaBuilder {
  mutating func qualifyNames() {
    let collations = unqualified(.collation)
    let classes = unqualified(.operatorClass)
    guard !collations.isEmpty || !classes.isEmpty else { return }
    for index in objects.indices {
      var names = NameQualifier(collations: collations, classes: classes)
      switch objects[index] {
      case .column(var column):
        column.collation = names.collation(column.collation)
        objects[index] = .column(column)
      case .domain(var domain):
        domain.collation = names.collation(domain.collation)
        objects[index] = .domain(domain)
      case .compositeType(var type):
        for part in type.attributes.indices {
          type.attributes[part].collation = names.collation(type.attributes[part].collation)
        }
        objects[index] = .compositeType(type)
      case .index(var value):
        for part in value.parts.indices { names.qualify(&value.parts[part]) }
        objects[index] = .index(value)
      case .exclusion(var value):
        for part in value.elements.indices { names.qualify(&value.elements[part].part) }
        objects[index] = .exclusion(value)
      default: continue
      }
      if !names.found.isEmpty { dependencies[objects[index].id, default: []] += names.found }
    }
  }

  /// The declared objects of a kind, under what may stand for them: the whole name, and the bare one if
  /// the search path leads there.
  private func unqualified(_ kind: ObjectKind) -> [ExactText: ObjectID] {
    var found: [ExactText: ObjectID] = [:]
    let declared =
      (declarations[kind] ?? []).map(\.id)
      + (surroundings?.schema.objects(of: kind).map(\.id) ?? [])
    for id in declared { found[ExactText(QualifiedName.text(Array(id.path.prefix(2))))] = id }
    for schema in searchPath.reversed() {
      for id in declared where id.path[0] == schema {
        found[ExactText(QualifiedName.text([id.path[1]]))] = id
      }
    }
    return found
  }
}

private struct NameQualifier {
  let collations: [ExactText: ObjectID]
  let classes: [ExactText: ObjectID]
  var found: [ObjectID] = []

  mutating func collation(_ name: ExactText?) -> ExactText? {
    guard let name, let id = collations[name] else { return name }
    found.append(id)
    return ExactText(QualifiedName.text(id.path))
  }

  mutating func qualify(_ part: inout IndexPart) {
    part.collation = collation(part.collation)
    guard let name = part.operatorClass else { return }
    // Parameters follow in parentheses.
    let text = name.string
    let end = text.utf8.firstIndex(of: UInt8(ascii: "(")) ?? text.endIndex
    let bare = String(text[..<end]).trimmingSpace
    guard let id = classes[ExactText(bare)] else { return }
    found.append(id)
    let parameters = end == text.endIndex ? "" : " " + text[end...]
    part.operatorClass = ExactText(QualifiedName.text(Array(id.path.prefix(2))) + parameters)
  }
}
