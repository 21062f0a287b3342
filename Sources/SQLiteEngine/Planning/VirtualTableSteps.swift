import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// Makes, drops and replaces virtual tables. A module cannot change its arguments, so a change is a new
/// table: its rows are copied where the columns are known, or made again from the content table.
struct VirtualTableSteps {
  let from: Schema
  let to: Schema

  func steps(_ change: Change) -> [Step] {
    switch change {
    case .create(.virtualTable(let table)): [create(table)]
    case .drop(.virtualTable(let table)): [drop(table)]
    case .alter(let alteration):
      if case .virtualTable(let old) = alteration.from,
        case .virtualTable(let new) = alteration.to
      {
        [replace(old, by: new)]
      } else {
        []
      }
    case .create, .drop: []
    }
  }

  private func create(_ table: VirtualTable) -> Step {
    Step(
      .create, table.id, produces: [table.id], consumes: content(of: table),
      statements: [Statement(Self.text(table, named: nil))] + refill(table, isNew: true))
  }

  private func drop(_ table: VirtualTable) -> Step {
    Step(
      .drop, table.id, destroys: [table.id],
      statements: [Statement("DROP TABLE \(table.id.name)", lock: .exclusive)],
      hazards: loss(of: table),
      reversibility: ModuleArguments(table).content.isExternal ? .exact : .structureOnly)
  }

  private func replace(_ old: VirtualTable, by new: VirtualTable) -> Step {
    var statements: [Statement]
    var hazards: [Hazard]
    let (before, after) = (ModuleArguments(old), ModuleArguments(new))
    if before.content == .own, after.content == .own, old.module == new.module,
      let kept = keptColumns(before, after)
    {
      let copy = SQLiteNames.identifier("_kedge_new_" + new.id.name.raw)
      let rowID: [Identifier] =
        old.module.key.hasPrefix("fts") ? [SQLiteNames.identifier("rowid")] : []
      statements = [
        Statement(Self.text(new, named: copy)),
        Statement(
          """
          INSERT INTO \(copy) (\(rowID + kept))
          SELECT \(rowID + kept) FROM \(old.id.name)
          """, lock: .exclusive),
        Statement("DROP TABLE \(old.id.name)", lock: .exclusive),
        Statement("PRAGMA legacy_alter_table = ON"),
        Statement("ALTER TABLE \(copy) RENAME TO \(new.id.name)", lock: .exclusive),
        Statement("PRAGMA legacy_alter_table = OFF"),
      ]
      hazards = (before.columns ?? []).filter { !kept.contains($0) }.map {
        Hazards.dropColumn(old.id.part(.column, $0))
      }
    } else {
      statements = [
        Statement("DROP TABLE \(old.id.name)", lock: .exclusive),
        Statement(Self.text(new, named: nil)),
      ]
      statements += refill(new, isNew: false)
      hazards = loss(of: old)
    }
    return Step(
      .rebuild, new.id, produces: [new.id], consumes: content(of: new), destroys: [old.id],
      statements: statements, hazards: hazards,
      reversibility: hazards.contains(where: \.needsPermission) ? .structureOnly : .exact)
  }

  /// The columns of both, nil where they cannot be told or there are none.
  private func keptColumns(
    _ before: ModuleArguments, _ after: ModuleArguments
  ) -> [Identifier]? {
    guard let old = before.columns, let new = after.columns else { return nil }
    let kept = new.filter(old.contains)
    return kept.isEmpty ? nil : kept
  }

  /// The index of what the content table holds already.
  private func refill(_ table: VirtualTable, isNew: Bool) -> [Statement] {
    guard case .external(let name) = ModuleArguments(table).content else { return [] }
    let isThere =
      from.contains(SQLiteNames.table(name)) || from.contains(SQLiteNames.view(name)) || !isNew
    return isThere ? [Self.rebuild(table)] : []
  }

  static func rebuild(_ table: VirtualTable) -> Statement {
    let name = table.id.name
    return Statement("INSERT INTO \(name) (\(name)) VALUES ('rebuild')", lock: .exclusive)
  }

  private func content(of table: VirtualTable) -> [ObjectID] {
    guard case .external(let name) = ModuleArguments(table).content else { return [] }
    return [SQLiteNames.table(name), SQLiteNames.view(name)]
  }

  private func loss(of table: VirtualTable) -> [Hazard] {
    let name = table.id.name
    switch ModuleArguments(table).content {
    case .external: return []
    case .own:
      return [
        Hazard(
          "DL01", "every row of the virtual table \(name) is lost", needsPermission: true)
      ]
    case .none:
      return [
        Hazard(
          "DL01", "the index of \(name) is lost, and it has no content to be made again from",
          needsPermission: true)
      ]
    }
  }

  /// The source where it still holds, else the model.
  static func text(_ table: VirtualTable, named name: Identifier?) -> SQL {
    if let source = table.source, let rest = rest(of: source, making: table) {
      guard let name else { return .verbatim(SourceText.closed(source)) }
      return "CREATE VIRTUAL TABLE \(name)\(.verbatim(SourceText.closed(rest)))"
    }
    var sql: SQL = "CREATE VIRTUAL TABLE \(name ?? table.id.name) USING \(table.module)"
    if !table.arguments.isEmpty {
      sql += " (\(table.arguments.map { ObjectText.verbatim($0) }.joined(", ")))"
    }
    return sql
  }

  /// What follows the name, if the text makes just this table.
  private static func rest(of source: String, making table: VirtualTable) -> String? {
    guard let statement = try? SQLiteParser.parse(source),
      case .virtualTable(let create) = statement.value,
      VirtualTableDecoder.table(
        create, in: statement, name: SQLiteNames.identifier(create.name)) == table
    else { return nil }
    return statement.text(create.name.range.upperBound..<statement.source.count)
  }
}

extension ModuleArguments.Content {
  var isExternal: Bool { if case .external = self { true } else { false } }
}
