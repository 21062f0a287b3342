import SQLText
import SchemaModel

extension SchemaBuilder {
  /// What the SQL texts mention, as far as tokens tell.
  mutating func addDependencies() {
    var relations: Set<ObjectID> = []
    for object in objects {
      switch object {
      case .table, .view, .sequence: relations.insert(object.id)
      default: continue
      }
    }
    let scanner = ReferenceScanner(
      syntax: syntax, relations: relations, searchPath: searchPath)
    for object in objects {
      let texts: [Expression?] =
        switch object {
        case .view(let view): [view.query]
        case .trigger(let trigger): [trigger.body, trigger.condition]
        case .column(let column): [column.defaultValue, column.generation?.expression]
        default: []
        }
      var found = dependencies[object.id] ?? []
      for text in texts.compactMap({ $0?.text }) {
        for id in scanner.references(in: text) where id != object.id && !found.contains(id) {
          found.append(id)
        }
      }
      if !found.isEmpty { dependencies[object.id] = found }
    }
  }
}
