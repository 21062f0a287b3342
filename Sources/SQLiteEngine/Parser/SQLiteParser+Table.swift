extension SQLiteParser {
  /// What follows CREATE TABLE.
  mutating func createTable(isTemporary: Bool) throws(SQLiteSyntaxError) -> SQLiteCreateTable {
    let name = try qualifiedName("a table name")
    let start = position
    try expect(symbol: "(")
    var columns: [SQLiteColumnDefinition] = []
    var constraints: [SQLiteTableConstraint] = []
    repeat {
      if isAtTableConstraint {
        constraints = try tableConstraints(&columns)
        break
      }
      columns.append(try columnDefinition())
    } while accept(symbol: ",")
    if columns.isEmpty { throw unexpected("a column") }
    try expect(symbol: ")")
    let body = start..<end
    let firstOption = next
    var isStrict = false
    var isWithoutRowID = false
    // SQLite takes a comma before the first of them, too.
    var hasOption = current != nil && !isAt(symbol: ";")
    if hasOption { _ = accept(symbol: ",") }
    while hasOption {
      if accept("WITHOUT") {
        try expect("ROWID")
        isWithoutRowID = true
      } else {
        try expect("STRICT")
        isStrict = true
      }
      hasOption = accept(symbol: ",")
    }
    var table = SQLiteCreateTable(
      isTemporary: isTemporary, name: name, columns: columns, constraints: constraints,
      isStrict: isStrict, isWithoutRowID: isWithoutRowID, body: body,
      options: firstOption == next ? end..<end : range(of: firstOption..<next))
    table.settleDeferrability()
    return table
  }

  private var isAtTableConstraint: Bool {
    isAt("CONSTRAINT") || isAt("PRIMARY") || isAt("UNIQUE") || isAt("CHECK") || isAt("FOREIGN")
  }

  // MARK: Columns

  private mutating func columnDefinition() throws(SQLiteSyntaxError) -> SQLiteColumnDefinition {
    let name = try name("a column name")
    let type = try typeName()
    var constraints: [SQLiteColumnConstraint] = []
    while let constraint = try columnConstraint() { constraints.append(constraint) }
    return SQLiteColumnDefinition(
      name: name, type: type, constraints: constraints, range: name.range.lowerBound..<end)
  }

  private mutating func typeName() throws(SQLiteSyntaxError) -> Range<Int>? {
    let first = next
    while let token = current {
      switch token.kind {
      case .word where !SQLiteKeywords.isReserved(stream.source[token.range]):
        advance()
        continue
      case .quotedName, .string:
        advance()
        continue
      case .word, .blob, .number, .parameter, .symbol: break
      }
      break
    }
    guard first != next else { return nil }
    guard accept(symbol: "(") else { return withoutGeneratedAlways(range(of: first..<next)) }
    repeat {
      _ = accept(symbol: "+") || accept(symbol: "-")
      guard current?.kind == .number else { throw unexpected("a number") }
      advance()
    } while accept(symbol: ",")
    try expect(symbol: ")")
    return range(of: first..<next)
  }

  /// SQLite's grammar takes GENERATED ALWAYS for words of the type, and its code then cuts off these letters,
  /// with nothing but white space between them (sqlite3AddColumn).
  private func withoutGeneratedAlways(_ type: Range<Int>) -> Range<Int>? {
    guard type.count >= 16, let before = start(of: "always", endingAt: type.upperBound) else {
      return type
    }
    let end = start(of: "generated", endingAt: before) ?? before
    return end > type.lowerBound ? type.lowerBound..<end : nil
  }

  /// Where the text ends without a word that it ends with, and without white space; nil if it does not.
  private func start(of word: StaticString, endingAt end: Int) -> Int? {
    var start = end - word.utf8CodeUnitCount
    guard start >= 0 else { return nil }
    let isThere = word.withUTF8Buffer { word in
      zip(stream.source[start..<end], word).allSatisfy { $0 | 0x20 == $1 }
    }
    guard isThere else { return nil }
    while start > 0, stream.source[start - 1] == 0x20 || 0x09...0x0D ~= stream.source[start - 1] {
      start -= 1
    }
    return start
  }

  private mutating func columnConstraint() throws(SQLiteSyntaxError) -> SQLiteColumnConstraint? {
    let start = position
    let name = try constraintName()
    let kind: SQLiteColumnConstraint.Kind
    if accept("PRIMARY") {
      try expect("KEY")
      let order = sortOrder()
      let conflict = try conflictClause()
      kind = .primaryKey(
        order: order, conflict: conflict, isAutoincrement: accept("AUTOINCREMENT"))
    } else if accept("NOT", "NULL") {
      kind = .notNull(conflict: try conflictClause())
    } else if accept("NULL") {
      kind = .null(conflict: try conflictClause())
    } else if accept("UNIQUE") {
      kind = .unique(conflict: try conflictClause())
    } else if accept("CHECK") {
      kind = .check(try parenthesized())
    } else if accept("DEFAULT") {
      kind = .defaultValue(try defaultValue())
    } else if accept("COLLATE") {
      kind = .collate(try self.name("a collation name"))
    } else if isAt("REFERENCES") {
      kind = .references(try references())
    } else if let deferrability = try deferrability() {
      kind = .deferrability(deferrability)
    } else if isAt("GENERATED", "ALWAYS") || isAt("AS") {
      _ = accept("GENERATED", "ALWAYS")
      try expect("AS")
      let expression = try parenthesized()
      let isStored = accept("STORED")
      if !isStored { _ = accept("VIRTUAL") }
      kind = .generated(expression: expression, isStored: isStored)
    } else if name != nil {
      kind = .nothing
    } else {
      return nil
    }
    return SQLiteColumnConstraint(name: name, kind: kind, range: start..<end)
  }

  /// CONSTRAINT and a name; of several in a row the last one counts.
  private mutating func constraintName() throws(SQLiteSyntaxError) -> SQLiteName? {
    var result: SQLiteName?
    while accept("CONSTRAINT") { result = try name("a constraint name") }
    return result
  }

  private mutating func defaultValue() throws(SQLiteSyntaxError) -> Range<Int> {
    let first = next
    if isAt(symbol: "(") {
      _ = try parenthesized()
      return range(of: first..<next)
    }
    _ = accept(symbol: "+") || accept(symbol: "-")
    guard let token = current, token.kind != .symbol, token.kind != .parameter else {
      throw unexpected("a value")
    }
    advance()
    return range(of: first..<next)
  }

  // MARK: Clauses

  private mutating func sortOrder() -> SQLiteSortOrder? {
    if accept("ASC") { return .ascending }
    return accept("DESC") ? .descending : nil
  }

  private mutating func conflictClause() throws(SQLiteSyntaxError) -> SQLiteConflict? {
    guard accept("ON", "CONFLICT") else { return nil }
    if accept("ROLLBACK") { return .rollback }
    if accept("ABORT") { return .abort }
    if accept("FAIL") { return .fail }
    if accept("IGNORE") { return .ignore }
    if accept("REPLACE") { return .replace }
    throw unexpected("ROLLBACK, ABORT, FAIL, IGNORE or REPLACE")
  }

  private mutating func references() throws(SQLiteSyntaxError) -> SQLiteForeignKeyClause {
    let start = position
    try expect("REFERENCES")
    let table = try name("a table name")
    var clause = SQLiteForeignKeyClause(
      table: table, columns: isAt(symbol: "(") ? try nameList() : [], range: start..<end)
    while true {
      if accept("MATCH") {
        clause.match = try name("a word")
      } else if accept("ON", "DELETE") {
        clause.onDelete = try action()
      } else if accept("ON", "UPDATE") {
        clause.onUpdate = try action()
      } else if accept("ON", "INSERT") {
        _ = try action()  // SQLite reads it and forgets it
      } else {
        break
      }
    }
    clause.deferrability = try deferrability()
    clause.range = start..<end
    return clause
  }

  private mutating func action() throws(SQLiteSyntaxError) -> SQLiteForeignKeyClause.Action {
    if accept("SET", "NULL") { return .setNull }
    if accept("SET", "DEFAULT") { return .setDefault }
    if accept("CASCADE") { return .cascade }
    if accept("RESTRICT") { return .restrict }
    if accept("NO", "ACTION") { return .noAction }
    throw unexpected("SET NULL, SET DEFAULT, CASCADE, RESTRICT or NO ACTION")
  }

  private mutating func deferrability() throws(SQLiteSyntaxError) -> SQLiteDeferrability? {
    let start = position
    let isDeferrable: Bool
    if accept("NOT", "DEFERRABLE") {
      isDeferrable = false
    } else if accept("DEFERRABLE") {
      isDeferrable = true
    } else {
      return nil
    }
    var isInitiallyDeferred: Bool?
    if accept("INITIALLY") {
      isInitiallyDeferred = accept("DEFERRED")
      if isInitiallyDeferred == false { try expect("IMMEDIATE") }
    }
    return SQLiteDeferrability(
      isDeferrable: isDeferrable, isInitiallyDeferred: isInitiallyDeferred, range: start..<end)
  }

  // MARK: Table constraints

  private mutating func tableConstraints(
    _ columns: inout [SQLiteColumnDefinition]
  ) throws(SQLiteSyntaxError) -> [SQLiteTableConstraint] {
    var constraints: [SQLiteTableConstraint] = []
    var hasComma = true
    repeat {
      constraints.append(try tableConstraint(hasComma: hasComma))
      hasComma = accept(symbol: ",")
    } while hasComma || isAtTableConstraint
    return constraints
  }

  private mutating func tableConstraint(
    hasComma: Bool
  ) throws(SQLiteSyntaxError) -> SQLiteTableConstraint {
    let start = position
    let name = try constraintName()
    let kind: SQLiteTableConstraint.Kind
    if accept("PRIMARY") {
      try expect("KEY")
      let (columns, isAutoincrement) = try indexedColumns()
      kind = .primaryKey(
        columns: columns, isAutoincrement: isAutoincrement, conflict: try conflictClause())
    } else if accept("UNIQUE") {
      kind = .unique(columns: try indexedColumns().columns, conflict: try conflictClause())
    } else if accept("CHECK") {
      kind = .check(try parenthesized(), conflict: try conflictClause())
    } else if accept("FOREIGN") {
      try expect("KEY")
      let columns = try nameList()
      kind = .foreignKey(columns: columns, try references())
    } else if name != nil {
      kind = .nothing
    } else {
      throw unexpected("PRIMARY KEY, UNIQUE, CHECK or FOREIGN KEY")
    }
    return SQLiteTableConstraint(name: name, kind: kind, range: start..<end, hasComma: hasComma)
  }

  /// The columns of a key or an index, in parentheses. AUTOINCREMENT stands inside them.
  mutating func indexedColumns() throws(SQLiteSyntaxError) -> (
    columns: [SQLiteIndexedColumn], isAutoincrement: Bool
  ) {
    try expect(symbol: "(")
    var columns: [SQLiteIndexedColumn] = []
    var isAutoincrement = false
    repeat {
      let first = next
      try skip { $0.isAt(symbol: ",") }
      var last = next
      if isWord("AUTOINCREMENT", at: last - 1) {
        isAutoincrement = true
        last -= 1
      }
      columns.append(try indexedColumn(first..<max(first, last)))
    } while accept(symbol: ",")
    try expect(symbol: ")")
    return (columns, isAutoincrement)
  }

  private func indexedColumn(
    _ tokens: Range<Int>
  ) throws(SQLiteSyntaxError) -> SQLiteIndexedColumn {
    guard !tokens.isEmpty else { throw unexpected("a column or an expression") }
    var last = tokens.upperBound
    var order: SQLiteSortOrder?
    if last - tokens.lowerBound > 1 {
      if isWord("ASC", at: last - 1) { order = .ascending }
      if isWord("DESC", at: last - 1) { order = .descending }
      if order != nil { last -= 1 }
    }
    var collation: SQLiteName?
    if last - tokens.lowerBound > 2, isWord("COLLATE", at: last - 2),
      isWhole(tokens.lowerBound..<(last - 2))
    {
      collation = name(at: last - 1)
      if collation != nil { last -= 2 }
    }
    let value: SQLiteIndexedColumn.Value
    if last - tokens.lowerBound == 1, let name = name(at: tokens.lowerBound) {
      value = .column(name)
    } else {
      value = .expression(range(of: tokens.lowerBound..<last))
    }
    return SQLiteIndexedColumn(
      value: value, collation: collation, order: order, range: range(of: tokens))
  }

  /// Whether COLLATE, which binds tighter than any operator, covers all of these tokens: they are
  /// a name, something in parentheses, or a function's call.
  private func isWhole(_ tokens: Range<Int>) -> Bool {
    if tokens.count == 1 { return true }
    let open = isSymbol("(", at: tokens.lowerBound) ? tokens.lowerBound : tokens.lowerBound + 1
    guard isSymbol("(", at: open) else { return false }
    var depth = 0
    for index in open..<tokens.upperBound {
      if isSymbol("(", at: index) { depth += 1 }
      if isSymbol(")", at: index) { depth -= 1 }
      if depth == 0 { return index == tokens.upperBound - 1 }
    }
    return false
  }
}

extension SQLiteCreateTable {
  /// A DEFERRABLE on its own belongs to the last foreign key before it, even one of another column.
  fileprivate mutating func settleDeferrability() {
    var last: (column: Int, constraint: Int)?
    for column in columns.indices {
      for constraint in columns[column].constraints.indices {
        switch columns[column].constraints[constraint].kind {
        case .references: last = (column, constraint)
        case .deferrability(let deferrability):
          guard let last,
            case .references(var clause) = columns[last.column].constraints[last.constraint].kind
          else { continue }
          clause.deferrability = deferrability
          columns[last.column].constraints[last.constraint].kind = .references(clause)
        case .primaryKey, .notNull, .null, .unique, .check, .defaultValue, .collate, .generated,
          .nothing:
          break
        }
      }
    }
  }
}
