import SQLText
import SchemaModel

/// Turns the rows of `sqlite_schema` into a schema. A row is taken apart alone, so that all processors can
/// share them; only indexes and triggers have to know what their relations are.
struct SchemaTableReader {
  let shadows: Set<Identifier>
  let analyzed: Set<Identifier>

  /// What a row says.
  private struct Reading: Sendable {
    var objects: [SchemaObject] = []
    var gap: Coverage.Gap?
    /// The relation that an index or a trigger can be on.
    var relation: Relation?
  }

  /// A table with its columns, or a view.
  private enum Relation {
    case table(Identifier, columns: Set<Identifier>)
    case view(Identifier)
  }

  private struct Relations: Sendable {
    var columns: [Identifier: Set<Identifier>] = [:]
    var views: Set<Identifier> = []
  }

  func schema(of rows: [SchemaRow], coverage: Coverage) throws(Schema.Problem) -> Schema {
    let isRelation: (SchemaRow) -> Bool = { $0.type == "table" || $0.type == "view" }
    var readings = readings(of: rows.filter(isRelation), Relations())
    var relations = Relations()
    for reading in readings {
      switch reading.relation {
      case .table(let name, let columns): relations.columns[name] = columns
      case .view(let name): relations.views.insert(name)
      case nil: break
      }
    }
    readings += self.readings(of: rows.filter { !isRelation($0) }, relations)
    var coverage = coverage
    coverage.gaps += readings.compactMap(\.gap)
    var schema = try Schema(
      engine: .sqlite, objects: readings.flatMap(\.objects), coverage: coverage,
      serverVersion: SQLiteConnection.libraryVersionNumber)
    schema.dependencies = SQLiteDependencies.all(in: schema)
    return schema
  }

  private func readings(of rows: [SchemaRow], _ relations: Relations) -> [Reading] {
    Parallel.map(rows) { rows in rows.map { reading(of: $0, relations) } }.flatMap(\.self)
  }

  private func reading(of row: SchemaRow, _ relations: Relations) -> Reading {
    let owner = SQLiteNames.identifier(row.table)
    if shadows.contains(owner) { return Reading() }
    func gap(_ reason: String) -> Reading {
      Reading(gap: .init(subject: "\(row.type) \(row.name)", reason: reason))
    }
    do throws(SQLiteSyntaxError) {
      let statement = try SQLiteParser.parse(row.sql)
      do throws(DecodingProblem) {
        return try reading(of: statement, owner: owner, relations)
      } catch {
        return gap(error.message)
      }
    } catch {
      return gap("its definition cannot be read: \(error)")
    }
  }

  private func reading(
    of statement: SQLiteCreateStatement, owner: Identifier, _ relations: Relations
  ) throws(DecodingProblem) -> Reading {
    switch statement.value {
    case .table(let table):
      let parts = try TableDecoder.objects(
        of: table, in: statement, id: SQLiteNames.table(owner),
        isAnalyzed: analyzed.contains(owner))
      let columns = Set(table.columns.map { SQLiteNames.identifier($0.name) })
      return Reading(objects: parts, relation: .table(owner, columns: columns))
    case .virtualTable(let table):
      let table = VirtualTableDecoder.table(table, in: statement, name: owner)
      return Reading(objects: [.virtualTable(table)])
    case .view(let view):
      return Reading(
        objects: [.view(ViewDecoder.view(view, in: statement))], relation: .view(owner))
    case .index(let index):
      guard let columns = relations.columns[owner] else { throw unread(owner) }
      let index = IndexDecoder.index(
        index, in: statement, table: SQLiteNames.table(owner), columns: columns)
      return Reading(objects: [.index(index)])
    case .trigger(let trigger):
      guard relations.columns[owner] != nil || relations.views.contains(owner) else {
        throw unread(owner)
      }
      return Reading(objects: [.trigger(TriggerDecoder.trigger(trigger, in: statement))])
    }
  }

  private func unread(_ table: Identifier) -> DecodingProblem {
    DecodingProblem(message: "its table \(table.raw) could not be read")
  }
}
