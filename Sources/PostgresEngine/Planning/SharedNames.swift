import Planning
import SchemaDiff
import SchemaModel

/// Names that two objects cannot have at once, or that would mean the wrong one.
extension StepEmitter {
  /// Tables, views, sequences, types and indexes of a schema share their names: what goes makes place for
  /// what comes under the same name as another kind of thing or on another table.
  mutating func freeNames() {
    var gone: [[Identifier]: [ObjectID]] = [:]
    for step in emitted {
      for id in step.destroys where !context.isAltered(id) {
        if let name = StepEmitter.sharedName(id) { gone[name, default: []].append(id) }
      }
    }
    guard !gone.isEmpty else { return }
    for index in emitted.indices {
      for id in emitted[index].produces {
        guard let name = StepEmitter.sharedName(id) else { continue }
        for other in gone[name] ?? [] where other != id && !emitted[index].destroys.contains(other)
        {
          emitted[index].produces.append(other)
        }
      }
    }
  }

  /// What calls a new function waits until others of its name have gone: it could mean one of these as well.
  mutating func awaitOverloads() {
    var gone: [[Identifier]: [ObjectID]] = [:]
    for id in context.dropped where id.kind == .function {
      gone[Array(id.path.dropLast()), default: []].append(id)
    }
    guard !gone.isEmpty else { return }
    for index in emitted.indices {
      let step = emitted[index]
      let calls = step.consumes.filter { $0.kind == .function && context.created.contains($0) }
      let others = Set(calls.flatMap { gone[Array($0.path.dropLast())] ?? [] })
        .subtracting(step.destroys)
      if others.isEmpty { continue }
      let held = others.intersection(step.releases)
      if !held.isEmpty {
        // A default lets go before it calls the other.
        guard let step = DefaultSteps.taken(off: step.subject, context) else { continue }
        emitted[index].releases.removeAll(where: held.contains)
        emitted.append(step)
      }
      emitted[index].produces += others.sorted()
    }
  }

  private static func sharedName(_ id: ObjectID) -> [Identifier]? {
    switch id.kind {
    case .table, .view, .materializedView, .sequence, .enumType, .domain, .compositeType,
      .rangeType, .baseType:
      id.path
    case .index, .primaryKey, .unique, .exclusion: [id.path[0], id.name]
    case .namespace, .extension, .language, .accessMethod, .collation, .function, .operator,
      .operatorFamily, .operatorClass, .cast, .conversion, .transform, .textSearchParser,
      .textSearchTemplate, .textSearchDictionary, .textSearchConfiguration, .foreignDataWrapper,
      .server, .userMapping, .column, .check, .foreignKey, .statistics, .virtualTable, .rule,
      .trigger, .policy, .publication, .subscription, .eventTrigger, .comment, .owner, .grant,
      .defaultPrivileges:
      nil
    }
  }
}
