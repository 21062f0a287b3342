import SQLText
import SchemaModel

/// Turns the rows of `sqlite_schema` into a schema. A row is taken apart alone, so that all processors can
/// share them; only indexes and triggers have to know what their relations are.
struct SchemaTableReader {
  let shadows: Set<Identifier>
  let analyzed: Set<Identifier>

  /// What a row says.
  private struct Reading: Sendable {
    /// The name of the relation that it is, or is on.
    let owner: Identifier
    /// In order.
    var objects: [SchemaObject] = []
    var gap: Coverage.Gap?
    /// The columns of a table.
    var columns: Set<Identifier>?
    /// Of an index or a trigger: where its relation stands among all.
    var place = 0
  }

  private struct Relation: Sendable {
    let place: Int
    /// nil: a view.
    let columns: Set<Identifier>?
  }

  private typealias Relations = [Identifier: Relation]

  func schema(of rows: [SchemaRow], coverage: Coverage) throws(Schema.Problem) -> Schema {
    let isRelation: (SchemaRow) -> Bool = { $0.type == "table" || $0.type == "view" }
    let relations = readings(of: rows.filter(isRelation), [:]).sorted { $0.owner < $1.owner }
    var known: Relations = [:]
    known.reserveCapacity(relations.count)
    for (place, reading) in relations.enumerated() {
      guard let first = reading.objects.first, first.kind != .virtualTable else { continue }
      known[reading.owner] = Relation(place: place, columns: reading.columns)
    }
    let others = readings(of: rows.filter { !isRelation($0) }, known)
    var coverage = coverage
    coverage.gaps += (relations + others).compactMap(\.gap)
    var schema = try Schema(
      engine: .sqlite, objects: Self.objects(of: relations, others), coverage: coverage,
      serverVersion: SQLiteConnection.libraryVersionNumber)
    schema.dependencies = SQLiteDependencies.all(in: schema)
    return schema
  }

  /// All objects in order, which is cheap here: relations are, and so are the objects of each reading.
  private static func objects(of relations: [Reading], _ others: [Reading]) -> [SchemaObject] {
    let others = others.filter { !$0.objects.isEmpty }.sorted { left, right in
      left.place != right.place
        ? left.place < right.place : left.objects[0].id < right.objects[0].id
    }
    var kinds = [[SchemaObject]](repeating: [], count: ObjectKind.allCases.count)
    for readings in [relations, others] {
      for reading in readings {
        for object in reading.objects { kinds[object.kind.rank].append(object) }
      }
    }
    return kinds.flatMap(\.self)
  }

  private func readings(of rows: [SchemaRow], _ relations: Relations) -> [Reading] {
    Parallel.map(rows) { rows in rows.map { reading(of: $0, relations) } }.flatMap(\.self)
  }

  private func reading(of row: SchemaRow, _ relations: Relations) -> Reading {
    let owner = SQLiteNames.identifier(row.table)
    if shadows.contains(owner) { return Reading(owner: owner) }
    func gap(_ reason: String) -> Reading {
      Reading(owner: owner, gap: .init(subject: "\(row.type) \(row.name)", reason: reason))
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
      return Reading(
        owner: owner, objects: parts.sorted { $0.id < $1.id }, columns: columns)
    case .virtualTable(let table):
      let table = VirtualTableDecoder.table(table, in: statement, name: owner)
      return Reading(owner: owner, objects: [.virtualTable(table)])
    case .view(let view):
      return Reading(owner: owner, objects: [.view(ViewDecoder.view(view, in: statement))])
    case .index(let index):
      guard let relation = relations[owner], let columns = relation.columns else {
        throw unread(owner)
      }
      let index = IndexDecoder.index(
        index, in: statement, table: SQLiteNames.table(owner), columns: columns)
      return Reading(owner: owner, objects: [.index(index)], place: relation.place)
    case .trigger(let trigger):
      guard let relation = relations[owner] else { throw unread(owner) }
      let trigger = TriggerDecoder.trigger(trigger, in: statement)
      return Reading(owner: owner, objects: [.trigger(trigger)], place: relation.place)
    }
  }

  private func unread(_ table: Identifier) -> DecodingProblem {
    DecodingProblem(message: "its table \(table.raw) could not be read")
  }
}
