import SQLiteEngine

/// Compares what the parser reads in `sqlite_schema` with what the engine says of the same objects.
struct ParserAgainstEngine: ~Copyable {
  let database: SQLiteConnection
  var problems: [String] = []
  var statements = 0

  init(_ database: consuming SQLiteConnection) { self.database = database }

  struct Row: Hashable { var type, name, table, sql: String }

  mutating func check() throws {
    let rows = try database.query(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
    ) { row throws(SQLiteError) in
      Row(
        type: try row.text(0), name: try row.text(1), table: try row.text(2), sql: try row.text(3))
    }
    for row in rows {
      statements += 1
      do throws(SQLiteSyntaxError) {
        let parsed = try SQLiteParser.parse(row.sql)
        try? check(parsed, row)
      } catch {
        problems.append("\(row.name): \(error) in \(row.sql)")
      }
    }
  }

  private mutating func expect<Value: Equatable>(
    _ parsed: Value, _ engine: Value, _ what: String, _ row: Row
  ) {
    if parsed != engine {
      problems.append("\(row.name) \(what): parsed \(parsed), engine \(engine) in \(row.sql)")
    }
  }

  private mutating func check(_ parsed: SQLiteCreateStatement, _ row: Row) throws {
    do {
      switch parsed.value {
      case .table(let table):
        expect(table.name.value, row.name, "name", row)
        expect(row.type, "table", "type", row)
        try check(table, parsed, row)
      case .index(let index):
        expect(index.name.value, row.name, "name", row)
        expect(
          SQLiteKeywords.folded(index.table.value), SQLiteKeywords.folded(row.table), "table", row)
        try check(index, parsed, row)
      case .view(let view):
        expect(view.name.value, row.name, "name", row)
        // Of a view over something that is not there the engine names none.
        if let columns = view.columns, let names = try? columnNames(row.name) {
          expect(columns.map(\.value), names, "columns", row)
        }
      case .trigger(let trigger):
        expect(trigger.name.value, row.name, "name", row)
        expect(
          SQLiteKeywords.folded(trigger.table.value), SQLiteKeywords.folded(row.table), "table", row
        )
      case .virtualTable(let table): expect(table.name.value, row.name, "name", row)
      }
    } catch {
      problems.append("\(row.name): \(error)")
      throw error
    }
  }

  private func columnNames(_ table: String) throws -> [String] {
    try database.query("SELECT name FROM pragma_table_xinfo(?)", [.text(table)]) {
      row throws(SQLiteError) in try row.text(0)
    }
  }

  struct Column: Hashable {
    var name, type: String
    var isNotNull: Bool
    var defaultValue: String?
    var key: Int
    var hidden: Int
  }

  private mutating func check(
    _ table: SQLiteCreateTable, _ statement: SQLiteCreateStatement, _ row: Row
  ) throws {
    let engine = try database.query(
      "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?)",
      [.text(row.name)]
    ) { row throws(SQLiteError) in
      Column(
        name: try row.text(0), type: SQLiteKeywords.folded(try row.text(1)), isNotNull: row.bool(2),
        defaultValue: try row.optionalText(3), key: row.int(4), hidden: row.int(5))
    }
    var columns = table.columns.map { Self.column(of: $0, statement) }
    // Of a quoted word and others behind it the engine makes something different in each version.
    for index in columns.indices
    where index < engine.count && Self.isQuotedAndMore(table.columns[index], statement) {
      columns[index].type = engine[index].type
    }
    try checkKeys(table, statement, &columns, row)
    expect(columns, engine, "columns", row)
    try checkForeignKeys(table, row)
    let flags = try database.query(
      "SELECT wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ?",
      [.text(row.name)]
    ) { row in [row.bool(0), row.bool(1)] }
    expect([[table.isWithoutRowID, table.isStrict]], flags, "options", row)
    try checkReassembly(table, statement, engine, row)
  }

  private static func isQuotedAndMore(
    _ definition: SQLiteColumnDefinition, _ statement: SQLiteCreateStatement
  ) -> Bool {
    guard let range = definition.type, let byte = statement.source[range].first else {
      return false
    }
    let tokens = try? SQLiteTokenizer.tokenize(statement.text(range)).tokens
    return "\"'`[".utf8.contains(byte) && (tokens?.count ?? 0) > 1
  }

  /// As the engine reports it: a quoted word loses its quotes.
  private static func typeName(
    of definition: SQLiteColumnDefinition, _ statement: SQLiteCreateStatement
  ) -> String {
    guard let range = definition.type else { return "" }
    let text = statement.text(range)
    guard let first = try? SQLiteTokenizer.tokenize(text).tokens.first, first.kind != .word else {
      return text
    }
    return SQLiteKeywords.unquoted(Array(text.utf8)[first.range])
  }

  private static func column(
    of definition: SQLiteColumnDefinition, _ statement: SQLiteCreateStatement
  ) -> Column {
    var column = Column(
      name: definition.name.value,
      type: SQLiteKeywords.folded(typeName(of: definition, statement)), isNotNull: false,
      key: 0, hidden: 0)
    for constraint in definition.constraints {
      switch constraint.kind {
      case .notNull: column.isNotNull = true
      case .defaultValue(let range):
        var text = statement.text(range)
        if text.utf8.first == UInt8(ascii: "(") {
          text = String(text.dropFirst().dropLast())
          let isSpace: (Character) -> Bool = { $0.isWhitespace }
          text = String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
        }
        column.defaultValue = text
      case .generated(_, let isStored): column.hidden = isStored ? 3 : 2
      case .primaryKey, .null, .unique, .check, .collate, .references, .deferrability, .nothing:
        break
      }
    }
    return column
  }

  private mutating func checkKeys(
    _ table: SQLiteCreateTable, _ statement: SQLiteCreateStatement, _ columns: inout [Column],
    _ row: Row
  ) throws {
    var uniques: [[String]] = []
    var key: [String] = []
    for definition in table.columns {
      for constraint in definition.constraints {
        if case .primaryKey = constraint.kind { key = [definition.name.value] }
        if case .unique = constraint.kind { uniques.append([definition.name.value]) }
      }
    }
    for constraint in table.constraints {
      if case .primaryKey(let columns, _, _) = constraint.kind {
        key = Self.names(columns, statement)
      }
      if case .unique(let columns, _) = constraint.kind {
        uniques.append(Self.names(columns, statement))
      }
    }
    for (position, name) in key.enumerated() {
      for index in columns.indices
      where SQLiteKeywords.folded(columns[index].name) == SQLiteKeywords.folded(name) {
        if columns[index].key == 0 { columns[index].key = position + 1 }
        let isRowid = key.count == 1 && columns[index].type == "integer"
        if table.isWithoutRowID || (table.isStrict && !isRowid) { columns[index].isNotNull = true }
      }
    }
    let indexes = try database.query(
      "SELECT name FROM pragma_index_list(?) WHERE origin = 'u'", [.text(row.name)]
    ) { row throws(SQLiteError) in try row.text(0) }
    var engine: [[String]] = []
    for index in indexes {
      engine.append(
        try database.query("SELECT name FROM pragma_index_info(?)", [.text(index)]) {
          row throws(SQLiteError) in SQLiteKeywords.folded(try row.text(0))
        })
    }
    let folded = uniques.map { $0.map(SQLiteKeywords.folded) }
    for columns in engine where !folded.contains(columns) {
      problems.append("\(row.name): the engine has UNIQUE \(columns) in \(row.sql)")
    }
    let foldedKey = key.map(SQLiteKeywords.folded)
    for columns in folded where !engine.contains(columns) && Set(columns) != Set(foldedKey) {
      problems.append("\(row.name): the parser has UNIQUE \(columns) in \(row.sql)")
    }
  }

  private static func lonelyName(_ text: String) -> String? {
    guard let stream = try? SQLiteTokenizer.tokenize(text) else { return nil }
    let tokens = stream.tokens.filter { $0.kind != .symbol }
    guard tokens.count == 1 else { return nil }
    let bytes = stream.source[tokens[0].range]
    return tokens[0].kind == .word
      ? String(decoding: bytes, as: UTF8.self) : SQLiteKeywords.unquoted(bytes)
  }

  private static func names(
    _ columns: [SQLiteIndexedColumn], _ statement: SQLiteCreateStatement
  ) -> [String] {
    columns.map { column in
      switch column.value {
      case .column(let name): name.value
      // The engine looks through parentheses.
      case .expression(let range):
        lonelyName(statement.text(range)) ?? "?"
      }
    }
  }

  struct ForeignKey: Hashable {
    var table: String
    var from: [String]
    var to: [String]
    var onUpdate, onDelete, match: String
  }

  private mutating func checkForeignKeys(_ table: SQLiteCreateTable, _ row: Row) throws {
    struct Part {
      var id: Int
      var key: ForeignKey
    }
    let parts = try database.query(
      """
      SELECT id, "table", "from", "to", on_update, on_delete, "match"
      FROM pragma_foreign_key_list(?) ORDER BY id, seq
      """, [.text(row.name)]
    ) { row throws(SQLiteError) in
      Part(
        id: row.int(0),
        key: ForeignKey(
          table: try row.text(1), from: [try row.text(2)],
          to: try row.optionalText(3).map { [$0] } ?? [], onUpdate: try row.text(4),
          onDelete: try row.text(5), match: try row.text(6)))
    }
    var engine: [Int: ForeignKey] = [:]
    for part in parts {
      if engine[part.id] == nil {
        engine[part.id] = part.key
      } else {
        engine[part.id]?.from += part.key.from
        engine[part.id]?.to += part.key.to
      }
    }
    var parsed: [ForeignKey] = []
    for column in table.columns {
      for constraint in column.constraints {
        if case .references(let clause) = constraint.kind {
          parsed.append(Self.foreignKey([column.name], clause))
        }
      }
    }
    for constraint in table.constraints {
      if case .foreignKey(let columns, let clause) = constraint.kind {
        parsed.append(Self.foreignKey(columns, clause))
      }
    }
    // The engine lists the last one first, and the names of its own columns.
    expect(
      parsed.reversed().map(Self.folded),
      engine.keys.sorted().compactMap { engine[$0] }.map(Self.folded),
      "foreign keys", row)
  }

  private static func folded(_ key: ForeignKey) -> ForeignKey {
    var key = key
    key.from = key.from.map(SQLiteKeywords.folded)
    return key
  }

  private static func foreignKey(_ columns: [SQLiteName], _ clause: SQLiteForeignKeyClause)
    -> ForeignKey
  {
    func text(_ action: SQLiteForeignKeyClause.Action?) -> String {
      switch action {
      case nil, .noAction: "NO ACTION"
      case .restrict: "RESTRICT"
      case .setNull: "SET NULL"
      case .setDefault: "SET DEFAULT"
      case .cascade: "CASCADE"
      }
    }
    return ForeignKey(
      table: clause.table.value, from: columns.map(\.value), to: clause.columns.map(\.value),
      onUpdate: text(clause.onUpdate), onDelete: text(clause.onDelete), match: "NONE")
  }

  /// The parts, put together again, make the same table.
  private mutating func checkReassembly(
    _ table: SQLiteCreateTable, _ statement: SQLiteCreateStatement, _ engine: [Column], _ row: Row
  ) throws {
    let parts =
      table.columns.map { statement.text($0.range) }
      + table.constraints.map { statement.text($0.range) }
    let sql =
      "CREATE TABLE again(" + parts.joined(separator: ",") + ")" + statement.text(table.options)
    let other = try SQLiteConnection.open(.memory)
    try other.execute(sql)
    let columns = try other.query(
      "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo('again')"
    ) { row throws(SQLiteError) in
      Column(
        name: try row.text(0), type: SQLiteKeywords.folded(try row.text(1)), isNotNull: row.bool(2),
        defaultValue: try row.optionalText(3), key: row.int(4), hidden: row.int(5))
    }
    expect(columns, engine, "reassembled", row)
  }

  private mutating func check(
    _ index: SQLiteCreateIndex, _ statement: SQLiteCreateStatement, _ row: Row
  ) throws {
    struct Key: Hashable {
      var name: String?
      var isDescending: Bool
    }
    struct Collated {
      var key: Key
      var collation: String
    }
    let engine = try database.query(
      "SELECT name, \"desc\", coll FROM pragma_index_xinfo(?) WHERE key = 1", [.text(row.name)]
    ) { row throws(SQLiteError) in
      Collated(
        key: Key(
          name: try row.optionalText(0).map(SQLiteKeywords.folded), isDescending: row.bool(1)),
        collation: SQLiteKeywords.folded(try row.text(2)))
    }
    let parsed = index.columns.map { column -> Key in
      var name: String?
      if case .column(let value) = column.value { name = SQLiteKeywords.folded(value.value) }
      return Key(name: name, isDescending: column.order == .descending)
    }
    // A column in redundant parentheses is an expression to the parser only, and what no column is called
    // is a string to the engine only.
    let compared = zip(engine, parsed).filter { $0.key.name != nil && $1.name != nil }
    expect(compared.map(\.1.name), compared.map(\.0.key.name), "index columns", row)
    expect(parsed.map(\.isDescending), engine.map(\.key.isDescending), "index orders", row)
    for (column, answer) in zip(index.columns, engine) {
      if let collation = column.collation {
        expect(SQLiteKeywords.folded(collation.value), answer.collation, "collation", row)
      }
    }
    let flags = try database.query(
      "SELECT \"unique\", partial FROM pragma_index_list(?) WHERE name = ?",
      [.text(row.table), .text(row.name)]
    ) { row in [row.bool(0), row.bool(1)] }
    expect([[index.isUnique, index.predicate != nil]], flags, "index flags", row)
  }
}
