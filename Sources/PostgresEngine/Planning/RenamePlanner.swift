import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// Puts renames into an order in which no name is taken twice; a swap goes through a name of its own.
struct RenamePlanner {
  private let renames: [Rename]
  private let from: Schema

  init(_ renames: [Rename], from: Schema) {
    self.renames = renames
    self.from = from
  }

  /// Schemas, then what is in them, then what is in relations: a part is named by its relation's new name.
  func steps() -> [Step] {
    var steps: [Step] = []
    for level in 1...3 {
      let here = renames.filter { $0.from.path.count == level && $0.from.name != $0.to.name }
      steps += ordered(here)
    }
    return steps
  }

  private func ordered(_ renames: [Rename]) -> [Step] {
    var waiting = renames
    var steps: [Step] = []
    while !waiting.isEmpty {
      let free = waiting.firstIndex { rename in
        !waiting.contains {
          $0.from != rename.from && sharesNames($0, rename) && $0.from.name == rename.to.name
        }
      }
      if let free {
        let rename = waiting.remove(at: free)
        steps.append(
          step(rename, from: rename.to.renamed(to: rename.from.name), to: rename.to.name))
        continue
      }
      // All that is left are circles: one of them steps aside.
      let rename = waiting.removeFirst()
      let aside = Identifier(
        String(decoding: rename.from.name.raw.utf8.prefix(50), as: UTF8.self) + "__kedge")
      steps.append(step(rename, from: rename.to.renamed(to: rename.from.name), to: aside))
      waiting.append(
        Rename(
          from: ObjectID(rename.from.kind, rename.from.path.dropLast() + [aside]), to: rename.to))
    }
    return steps
  }

  /// Relations and indexes of a schema share their names, constraints those of their table.
  private func sharesNames(_ left: Rename, _ right: Rename) -> Bool {
    left.from.path.dropLast() == right.from.path.dropLast()
      || (left.from.path.first == right.from.path.first && left.from.kind.hasIndex
        && right.from.kind.hasIndex)
  }

  /// `old` is the path with everything that holds the object already renamed.
  private func step(_ rename: Rename, from old: ObjectID, to name: Identifier) -> Step {
    let sql: SQL
    let table = Array(old.path.prefix(2))
    switch old.kind {
    case .namespace: sql = "ALTER SCHEMA \(old.name) RENAME TO \(name)"
    case .enumType: sql = "ALTER TYPE \(path: old.path) RENAME TO \(name)"
    case .sequence: sql = "ALTER SEQUENCE \(path: old.path) RENAME TO \(name)"
    case .table: sql = "ALTER TABLE \(path: old.path) RENAME TO \(name)"
    case .view: sql = "ALTER VIEW \(path: old.path) RENAME TO \(name)"
    case .column: sql = "ALTER TABLE \(path: table) RENAME COLUMN \(old.name) TO \(name)"
    case .domain: sql = "ALTER DOMAIN \(path: old.path) RENAME TO \(name)"
    case .compositeType: sql = "ALTER TYPE \(path: old.path) RENAME TO \(name)"
    case .function: sql = "ALTER ROUTINE \(RoutineSteps.signature(old)) RENAME TO \(name)"
    case .materializedView:
      sql = "ALTER MATERIALIZED VIEW \(path: old.path) RENAME TO \(name)"
    case .policy: sql = "ALTER POLICY \(old.name) ON \(path: table) RENAME TO \(name)"
    case .primaryKey, .unique, .check, .exclusion, .foreignKey:
      sql = "ALTER TABLE \(path: table) RENAME CONSTRAINT \(old.name) TO \(name)"
    case .index: sql = "ALTER INDEX \(path: [old.path[0], old.name]) RENAME TO \(name)"
    case .trigger: sql = "ALTER TRIGGER \(old.name) ON \(path: table) RENAME TO \(name)"
    case .rule: sql = "ALTER RULE \(old.name) ON \(path: table) RENAME TO \(name)"
    case .statistics: sql = "ALTER STATISTICS \(path: old.path) RENAME TO \(name)"
    case .publication: sql = "ALTER PUBLICATION \(old.name) RENAME TO \(name)"
    case .language, .accessMethod, .collation, .baseType, .rangeType, .operator, .operatorFamily,
      .operatorClass, .conversion, .textSearchParser, .textSearchTemplate, .textSearchDictionary,
      .textSearchConfiguration, .foreignDataWrapper, .server, .subscription, .eventTrigger:
      let kind = DefinedKind.of(old.kind)
      sql = kind.map { "ALTER \($0.words) \($0.name(old)) RENAME TO \(name)" } ?? .empty
    case .comment, .extension, .cast, .transform, .userMapping, .virtualTable, .owner, .grant,
      .defaultPrivileges:
      sql = .empty
    }
    let hazards: [Hazard] =
      switch old.kind {
      case .column: [Hazard("BC01", "Programs that use column \(old.name) by its old name fail.")]
      case .table, .view: [Hazard("BC02", "Programs that use \(old.name) by its old name fail.")]
      case .function: [Hazard("BC12", "Programs that call \(old.name) fail.")]
      case .materializedView:
        [Hazard("BC02", "Programs that use \(old.name) by its old name fail.")]
      case .namespace, .extension, .language, .accessMethod, .collation, .enumType, .baseType,
        .domain, .compositeType, .rangeType, .sequence, .operator, .operatorFamily, .operatorClass,
        .cast, .conversion, .transform, .textSearchParser, .textSearchTemplate,
        .textSearchDictionary, .textSearchConfiguration, .foreignDataWrapper, .server,
        .userMapping, .primaryKey, .unique, .check, .exclusion, .foreignKey, .index, .statistics,
        .virtualTable, .rule, .trigger, .policy, .publication, .subscription, .eventTrigger,
        .comment, .owner, .grant, .defaultPrivileges:
        []
      }
    return Step(
      .rename, rename.to, produces: [rename.to], destroys: [rename.from],
      statements: [
        Statement(sql, lock: old.kind == .index ? .shareUpdateExclusive : .accessExclusive)
      ], hazards: hazards)
  }
}
