import SQLText
package import SchemaModel

/// Reads a database's schema.
package enum SQLiteInspector {
  /// The schema, read in one transaction. What cannot be read is named in its coverage.
  package static func inspect(_ connection: borrowing SQLiteConnection) throws -> Schema {
    let isOuter = connection.isInAutocommit
    if isOuter { try connection.execute("BEGIN") }
    do {
      let rows = try SchemaRow.read(connection)
      let shadows = try ShadowTables.read(connection, rows)
      let analyzed = try analyzedTables(connection)
      if isOuter { try connection.execute("COMMIT") }
      var reading = Reading(rows, shadows: shadows.names, analyzed: analyzed)
      reading.coverage.notes += shadows.notes
      if connection.isImmutable {
        reading.coverage.notes.append(
          "the database was opened as immutable, since its folder cannot be written; "
            + "what another process changes meanwhile is not seen")
      }
      return try reading.schema()
    } catch {
      if isOuter { try? connection.execute("ROLLBACK") }
      throw error
    }
  }
}

extension SQLiteInspector {
  /// The tables that ANALYZE has gathered statistics of.
  private static func analyzedTables(
    _ connection: borrowing SQLiteConnection
  ) throws(SQLiteError) -> Set<Identifier> {
    guard
      try connection.firstValue("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'") != nil
    else { return [] }
    return Set(
      try connection.query("SELECT DISTINCT tbl FROM sqlite_stat1 WHERE tbl IS NOT NULL") {
        row throws(SQLiteError) in SQLiteNames.identifier(try row.text(0))
      })
  }
}

/// One row of `sqlite_schema`.
struct SchemaRow: Sendable {
  let type: String
  let name: String
  let table: String
  let sql: String

  static func read(_ connection: borrowing SQLiteConnection) throws(SQLiteError) -> [SchemaRow] {
    // Objects without text are the indexes of keys; names like sqlite_% are SQLite's own.
    try connection.query(
      """
      SELECT type, name, tbl_name, sql FROM sqlite_master
      WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid
      """
    ) { row throws(SQLiteError) in
      SchemaRow(
        type: try row.text(0), name: try row.text(1), table: try row.text(2),
        sql: try row.text(3))
    }
  }
}

/// Turns the rows into a schema.
struct Reading {
  private let rows: [SchemaRow]
  private let shadows: Set<Identifier>
  private let analyzed: Set<Identifier>
  private var objects: [SchemaObject] = []
  private var columns: [Identifier: Set<Identifier>] = [:]
  private var views: Set<Identifier> = []
  var coverage = Coverage()

  init(_ rows: [SchemaRow], shadows: Set<Identifier>, analyzed: Set<Identifier>) {
    self.analyzed = analyzed
    self.rows = rows
    self.shadows = shadows
  }

  mutating func schema() throws(Schema.Problem) -> Schema {
    for row in rows where row.type == "table" || row.type == "view" { read(row) }
    for row in rows where row.type != "table" && row.type != "view" { read(row) }
    var schema = try Schema(
      engine: .sqlite, objects: objects, coverage: coverage,
      serverVersion: SQLiteConnection.libraryVersionNumber)
    schema.dependencies = SQLiteDependencies.all(in: schema)
    return schema
  }

  private mutating func read(_ row: SchemaRow) {
    let owner = SQLiteNames.identifier(row.table)
    if shadows.contains(owner) { return }
    do throws(SQLiteSyntaxError) {
      let statement = try SQLiteParser.parse(row.sql)
      do throws(DecodingProblem) {
        try add(statement, owner: owner)
      } catch {
        gap(row, error.message)
      }
    } catch {
      gap(row, "its definition cannot be read: \(error)")
    }
  }

  private mutating func gap(_ row: SchemaRow, _ reason: String) {
    coverage.gaps.append(.init(subject: "\(row.type) \(row.name)", reason: reason))
  }

  private mutating func add(
    _ statement: SQLiteCreateStatement, owner: Identifier
  ) throws(DecodingProblem) {
    switch statement.value {
    case .table(let table):
      let parts = try TableDecoder.objects(
        of: table, in: statement, id: SQLiteNames.table(owner),
        isAnalyzed: analyzed.contains(owner))
      objects += parts
      columns[owner] = Set(table.columns.map { SQLiteNames.identifier($0.name) })
    case .virtualTable(let table):
      objects.append(
        .virtualTable(VirtualTableDecoder.table(table, in: statement, name: owner)))
    case .view(let view):
      views.insert(owner)
      objects.append(.view(ViewDecoder.view(view, in: statement)))
    case .index(let index):
      guard let columns = columns[owner] else {
        throw DecodingProblem(message: "its table \(owner.raw) could not be read")
      }
      objects.append(
        .index(
          IndexDecoder.index(
            index, in: statement, table: SQLiteNames.table(owner), columns: columns)))
    case .trigger(let trigger):
      guard columns[owner] != nil || views.contains(owner) else {
        throw DecodingProblem(message: "its table \(owner.raw) could not be read")
      }
      objects.append(.trigger(TriggerDecoder.trigger(trigger, in: statement)))
    }
  }
}
