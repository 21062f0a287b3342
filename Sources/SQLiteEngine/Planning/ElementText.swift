import SQLText
import SchemaModel

/// Writes the elements of a CREATE TABLE from the model.
enum ElementText {
  /// `inline` are the constraints to be written behind the type.
  static func column(_ column: Column, inline: [SQL]) -> SQL {
    var sql: SQL = "\(column.id.name)"
    if !column.type.text.isEmpty { sql += " \(.verbatim(SourceText.closed(column.type.text)))" }
    for constraint in inline { sql += " \(constraint)" }
    if !column.isNullable { sql += " NOT NULL\(conflict(column.notNullConflict))" }
    if let value = column.defaultValue { sql += " DEFAULT \(defaultValue(value))" }
    if let collation = column.collation { sql += " COLLATE \(Identifier(collation.string))" }
    if let generation = column.generation {
      sql += " GENERATED ALWAYS AS (\(ObjectText.verbatim(generation.expression)))"
      sql += generation.storage == .stored ? " STORED" : " VIRTUAL"
    }
    return sql
  }

  /// A literal, a signed number or a word stands as it is; everything else takes parentheses
  /// (sqlite.org/lang_createtable.html, 3.2).
  static func defaultValue(_ value: Expression) -> SQL {
    isPlain(value) || isParenthesized(value.text)
      ? .verbatim(value.text) : "(\(ObjectText.verbatim(value)))"
  }

  /// A default as an expression in a query, where a bare word would be a column.
  static func value(_ value: Expression) -> SQL {
    value.canonical.string.utf8.first == UInt8(ascii: "'")
      ? .verbatim(value.canonical.string) : defaultValue(value)
  }

  /// Whether the default is one that needs no parentheses.
  static func isPlain(_ value: Expression) -> Bool {
    guard let tokens = try? SQLiteSyntax().tokens(of: value.text) else { return false }
    let isSigned = tokens.first.map { $0.isSymbol("-") || $0.isSymbol("+") } ?? false
    guard let last = tokens.last, tokens.count == (isSigned ? 2 : 1) else { return false }
    switch last.kind {
    case .number, .string: return true
    case .word, .quotedName: return !isSigned
    case .symbol, .parameter: return false
    }
  }

  private static func isParenthesized(_ text: String) -> Bool {
    guard let tokens = try? SQLiteSyntax().tokens(of: text) else { return false }
    return Normalizer.withoutOuterParentheses(tokens).count < tokens.count
  }

  // MARK: Constraints

  /// `inline`: behind the type of its only column.
  static func primaryKey(_ key: PrimaryKey, inline: Bool) -> SQL {
    var sql = name(of: key.id, form: key.source) + "PRIMARY KEY"
    if inline {
      if key.columns.first?.isDescending == true { sql += " DESC" }
      sql += conflict(key.conflict)
      return key.isAutoincrement ? sql + " AUTOINCREMENT" : sql
    }
    sql += " (\(key.columns.map(keyColumn).joined(", "))"
    sql += key.isAutoincrement ? " AUTOINCREMENT)" : ")"
    return sql + conflict(key.conflict)
  }

  static func unique(_ key: UniqueConstraint, inline: Bool) -> SQL {
    let columns: SQL = inline ? "" : " (\(key.columns.map(keyColumn).joined(", ")))"
    return name(of: key.id, form: key.source) + "UNIQUE" + columns + conflict(key.conflict)
  }

  static func check(_ check: CheckConstraint, inline: Bool) -> SQL {
    name(of: check.id, form: check.source) + "CHECK (\(ObjectText.verbatim(check.expression)))"
      + (inline ? "" : conflict(check.conflict))
  }

  static func foreignKey(_ key: ForeignKey, inline: Bool) -> SQL {
    var sql = name(of: key.id, form: key.source)
    if !inline { sql += "FOREIGN KEY (\(key.columns)) " }
    sql += "REFERENCES \(key.referencedTable.name)"
    if !key.referencedColumns.isEmpty { sql += " (\(key.referencedColumns))" }
    if key.onDelete != .noAction { sql += " ON DELETE \(action(key.onDelete))" }
    if key.onUpdate != .noAction { sql += " ON UPDATE \(action(key.onUpdate))" }
    switch key.match {
    case .simple: break
    case .full: sql += " MATCH FULL"
    case .partial: sql += " MATCH PARTIAL"
    }
    switch key.deferrability {
    case .notDeferrable: break
    case .initiallyImmediate: sql += " DEFERRABLE"
    case .initiallyDeferred: sql += " DEFERRABLE INITIALLY DEFERRED"
    }
    return sql
  }

  static func options(_ table: Table) -> SQL {
    switch (table.isWithoutRowid, table.isStrict) {
    case (false, false): ""
    case (true, false): " WITHOUT ROWID"
    case (false, true): " STRICT"
    case (true, true): " STRICT, WITHOUT ROWID"
    }
  }

  private static func name(of id: ObjectID, form: SourceForm?) -> SQL {
    UnnamedConstraint.isUnnamed(id) && form?.isNamed != true ? "" : "CONSTRAINT \(id.name) "
  }

  private static func keyColumn(_ column: KeyColumn) -> SQL {
    var sql: SQL = "\(column.name)"
    if let collation = column.collation { sql += " COLLATE \(collation)" }
    return column.isDescending ? sql + " DESC" : sql
  }

  private static func conflict(_ clause: ConflictClause?) -> SQL {
    switch clause {
    case nil: ""
    case .rollback: " ON CONFLICT ROLLBACK"
    case .abort: " ON CONFLICT ABORT"
    case .fail: " ON CONFLICT FAIL"
    case .ignore: " ON CONFLICT IGNORE"
    case .replace: " ON CONFLICT REPLACE"
    }
  }

  private static func action(_ action: ForeignKey.Action) -> SQL {
    switch action {
    case .noAction: "NO ACTION"
    case .restrict: "RESTRICT"
    case .cascade: "CASCADE"
    case .setNull: "SET NULL"
    case .setDefault: "SET DEFAULT"
    }
  }
}
