extension SQLiteParser {
  /// What follows CREATE [UNIQUE] INDEX.
  mutating func createIndex(isUnique: Bool) throws(SQLiteSyntaxError) -> SQLiteCreateIndex {
    let name = try qualifiedName("an index name")
    try expect("ON")
    let table = try self.name("a table name")
    let columns = try indexedColumns().columns
    var predicate: Range<Int>?
    if accept("WHERE") { predicate = try rest("an expression") }
    return SQLiteCreateIndex(
      isUnique: isUnique, name: name, table: table, columns: columns, predicate: predicate)
  }

  /// What follows CREATE VIEW.
  mutating func createView(isTemporary: Bool) throws(SQLiteSyntaxError) -> SQLiteCreateView {
    let name = try qualifiedName("a view name")
    let columns = isAt(symbol: "(") ? try nameList() : nil
    try expect("AS")
    return SQLiteCreateView(
      isTemporary: isTemporary, name: name, columns: columns, query: try rest("a query"))
  }

  /// Everything up to the end of the statement.
  private mutating func rest(_ role: String) throws(SQLiteSyntaxError) -> Range<Int> {
    let first = next
    try skip { $0.isAt(symbol: ";") }
    if first == next { throw unexpected(role) }
    return range(of: first..<next)
  }

  /// What follows CREATE TRIGGER.
  mutating func createTrigger(isTemporary: Bool) throws(SQLiteSyntaxError) -> SQLiteCreateTrigger {
    let name = try qualifiedName("a trigger name")
    var time: SQLiteCreateTrigger.Time?
    if accept("BEFORE") {
      time = .before
    } else if accept("AFTER") {
      time = .after
    } else if accept("INSTEAD", "OF") {
      time = .insteadOf
    }
    let event: SQLiteCreateTrigger.Event
    var columns: [SQLiteName] = []
    if accept("DELETE") {
      event = .delete
    } else if accept("INSERT") {
      event = .insert
    } else {
      try expect("UPDATE")
      event = .update
      if accept("OF") {
        repeat { columns.append(try self.name("a column name")) } while accept(symbol: ",")
      }
    }
    try expect("ON")
    let table = try qualifiedName("a table name")
    let isForEachRow = isAt("FOR", "EACH")
    if isForEachRow {
      next(by: 2)
      try expect("ROW")
    }
    var condition: Range<Int>?
    if accept("WHEN") {
      let first = next
      try skip { $0.next > first && $0.isAt("BEGIN") }
      condition = range(of: first..<next)
    }
    let body = try triggerBody()
    return SQLiteCreateTrigger(
      isTemporary: isTemporary, name: name, time: time, event: event, columns: columns,
      table: table, isForEachRow: isForEachRow, condition: condition, body: body)
  }

  /// BEGIN, statements, END. Only a CASE has an END of its own, and the last END is the trigger's.
  private mutating func triggerBody() throws(SQLiteSyntaxError) -> Range<Int> {
    let first = next
    try expect("BEGIN")
    var lastEnd = next
    while current != nil {
      if isAt("END") { lastEnd = next }
      advance()
    }
    while isSymbol(";", at: next - 1), next - 1 > lastEnd { next(by: -1) }
    guard isWord("END", at: next - 1) else { throw unexpected("END") }
    return range(of: first..<next)
  }

  private mutating func next(by count: Int) { move(to: next + count) }

  /// What follows CREATE VIRTUAL TABLE.
  mutating func createVirtualTable() throws(SQLiteSyntaxError) -> SQLiteCreateVirtualTable {
    let name = try qualifiedName("a table name")
    try expect("USING")
    let module = try self.name("a module name")
    var arguments: [Range<Int>]?
    if accept(symbol: "(") {
      var list: [Range<Int>] = []
      repeat {
        let first = next
        try skip { $0.isAt(symbol: ",") }
        list.append(range(of: first..<next))
      } while accept(symbol: ",")
      try expect(symbol: ")")
      arguments = list.count == 1 && list[0].isEmpty ? [] : list
    }
    return SQLiteCreateVirtualTable(name: name, module: module, arguments: arguments)
  }
}
