import SQLText
import SchemaModel

/// Tables that get their rows together, since each row needs one of the others: a cycle of foreign keys none of
/// which can be empty. Mostly just one table.
struct SeedCycle {
  private struct Place: Hashable {
    let table: Int
    let column: Identifier
  }

  let tables: [SeedTable]
  /// Columns that must agree in one set of rows; those that are pointed to come first.
  private var classes: [[Place]] = []

  init(_ tables: [SeedTable]) {
    self.tables = tables
    for (index, table) in tables.enumerated() {
      for reference in table.references where isInner(reference, of: table) {
        guard let other = tables.firstIndex(where: { $0.id == reference.table }) else { continue }
        for (column, key) in zip(reference.columns, reference.referencedColumns) {
          unite(Place(table: other, column: key), Place(table: index, column: column))
        }
      }
    }
  }

  private mutating func unite(_ key: Place, _ column: Place) {
    var united = [key, column]
    for members in classes where members.contains(key) || members.contains(column) {
      united += members
    }
    classes.removeAll { $0.contains(key) || $0.contains(column) }
    var seen: Set<Place> = []
    classes.append(united.filter { seen.insert($0).inserted })
  }

  /// Whether the key points from one row of the set to another one of it.
  func isInner(_ reference: SeedReference, of table: SeedTable) -> Bool {
    reference.table != table.id && !reference.isOptional(in: table)
      && tables.contains { $0.id == reference.table }
  }

  /// Makes the rows point to each other: by what other tables decide, else by the keys that they have.
  func join(_ drafts: inout [RowDraft], number: Int) {
    for places in classes {
      let source = places.first { drafts[$0.table].isPointed($0.column) } ?? places[0]
      guard let value = drafts[source.table].settle(source.column, number: number) else { continue }
      for place in places where place != source {
        drafts[place.table].set(place.column, to: value)
      }
    }
  }

  // MARK: - Statements

  /// What writes the rows. PostgreSQL looks at the keys when a statement is over, so that one does for all;
  /// SQLite waits for the end of the transaction when it is told to.
  static func statements(for drafts: [RowDraft], _ engine: EngineName) -> [String] {
    let inserts = drafts.map { insert($0, engine) }
    guard inserts.count > 1, let last = inserts.last else { return inserts }
    switch engine {
    case .sqlite: return ["PRAGMA defer_foreign_keys = ON"] + inserts
    case .postgresql:
      let others = inserts.dropLast().enumerated().map { "row_\($0) AS (\($1))" }
      return ["WITH \(others.joined(separator: ", ")) \(last)"]
    }
  }

  private static func insert(_ draft: RowDraft, _ engine: EngineName) -> String {
    let table = Quoting.path(draft.table.id.path)
    let assignments = draft.assignments
    guard !assignments.isEmpty else { return "INSERT INTO \(table) DEFAULT VALUES" }
    let columns = assignments.map { Quoting.name($0.column.raw) }.joined(separator: ", ")
    let values = assignments.map(\.constant).joined(separator: ", ")
    // GENERATED ALWAYS takes no value otherwise.
    let overriding =
      engine == .postgresql && draft.overridesCounter ? "OVERRIDING SYSTEM VALUE " : ""
    return "INSERT INTO \(table) (\(columns)) \(overriding)VALUES (\(values))"
  }
}
