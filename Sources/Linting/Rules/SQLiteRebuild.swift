import SQLText
import SchemaModel

/// The way in which SQLite's tables are changed: a new table is made, filled and takes the old one's name.
struct SQLiteRebuild {
  /// The table that is replaced.
  let table: Name
  /// The table that takes its place, under its first name.
  let replacement: Name
  let definition: CreateTable?
  let dropIndex: Int
  let renameIndex: Int

  /// The rebuilds of a file, by the statement that renames.
  static func all(in statements: [ParsedStatement], _ key: (Name) -> RelationKey) -> [SQLiteRebuild]
  {
    statements.enumerated().compactMap { index, statement in
      guard let alter = statement.alteration, case .renameTo(let name)? = alter.actions.first?.kind
      else { return nil }
      let drop = statements[..<index].lastIndex { statement in
        guard case .drop(let drop) = statement.node, drop.object == .table else { return false }
        return drop.names.contains { $0.last == name.last }
      }
      guard let drop else { return nil }
      let definition = statements[..<index].compactMap { statement -> CreateTable? in
        guard case .createTable(let table) = statement.node, key(table.name) == key(alter.name)
        else { return nil }
        return table
      }.last
      return SQLiteRebuild(
        table: name, replacement: alter.name, definition: definition, dropIndex: drop,
        renameIndex: index)
    }
  }

  /// Statements that drop a table which the file makes anew under its own name, as some tools rebuild.
  static func recreations(
    in statements: [ParsedStatement], _ key: (Name) -> RelationKey
  ) -> [(drop: Int, table: Name)] {
    statements.enumerated().compactMap { index, statement in
      guard case .drop(let drop) = statement.node, drop.object == .table,
        let name = drop.names.first
      else { return nil }
      let comesBack = statements[(index + 1)...].contains { later in
        guard case .createTable(let table) = later.node else { return false }
        return key(table.name) == key(name)
      }
      return comesBack ? (index, name) : nil
    }
  }

  /// Whether the table is dropped only because another takes its place.
  static func isRebuilt(_ name: Name, in context: LintContext) -> Bool {
    guard context.file.engine == .sqlite else { return false }
    return all(in: context.file.statements, context.key).contains { rebuild in
      rebuild.table.last == name.last && rebuild.dropIndex == context.index
        && rebuild.definition != nil
    }
  }
}
