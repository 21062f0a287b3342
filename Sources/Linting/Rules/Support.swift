import Planning
import SQLText
import SchemaModel

/// What many rules need.
extension LintContext {
  /// What the test finds among the actions of an ALTER TABLE of an old table.
  func actions(_ find: (AlterStatement, AlterAction) -> Violation?) -> [Violation] {
    guard let alter = alterOfOldTable else { return [] }
    return alter.actions.compactMap { find(alter, $0) }
  }

  /// The columns that the statement makes, in new tables and in old ones.
  var newColumns: [ColumnDefinition] {
    switch node {
    case .createTable(let table): table.columns
    case .alter(let alter):
      alter.actions.compactMap { action in
        if case .addColumn(let column, _) = action.kind { column } else { nil }
      }
    default: []
    }
  }

  func key(_ name: Name) -> RelationKey { catalog.key(name) }

  /// The statement's last byte, before the semicolon.
  var end: Int { statement.range.upperBound }

  /// Another statement behind this one.
  func appending(_ sql: String) -> Edit { .insert(";\n" + sql, at: end) }

  /// Another statement before this one.
  func prepending(_ sql: String) -> Edit { .insert(sql + ";\n", at: statement.range.lowerBound) }

  func text(_ range: Range<Int>) -> String { file.source.text(range) }

  /// Edits that make sense only where each statement runs on its own.
  func ifAutocommit(_ edits: [Edit]) -> [Edit] { isInTransaction ? [] : edits }

  /// The bytes of the first such word.
  func range(ofWord word: String) -> Range<Int>? {
    statement.tokens.first { $0.isWord(word) }?.range
  }

  var isConcurrently: Bool { statement.tokens.contains { $0.isWord("concurrently") } }
}

extension FileContext {
  var last: LintContext? { statements.last }

  func tables(_ find: (LintContext, CreateTable) -> Violation?) -> [Violation] {
    statements.compactMap { context in
      guard case .createTable(let table) = context.node else { return nil }
      return find(context, table)
    }
  }
}

extension ParsedStatement {
  /// The ALTER TABLE actions with the table; nothing for other statements.
  var alteration: AlterStatement? {
    if case .alter(let alter) = node, alter.object == .table { alter } else { nil }
  }
}
