import SchemaModel

/// The order in which tables are filled: what is referenced first.
struct SeedOrder {
  private(set) var tables: [SeedTable] = []
  /// Foreign keys of a cycle, by table: left empty at first and set afterwards.
  private(set) var postponed: [ObjectID: [SeedReference]] = [:]

  init(_ all: [SeedTable]) {
    var waiting = all
    var done: Set<ObjectID> = []
    let present = Set(all.map(\.id))
    while !waiting.isEmpty {
      let free = waiting.firstIndex { table in
        SeedOrder.open(table, present, done).isEmpty
      }
      let index = free ?? SeedOrder.leastBound(waiting, present, done)
      let table = waiting.remove(at: index)
      let open = SeedOrder.open(table, present, done)
      if !open.isEmpty { postponed[table.id] = open }
      done.insert(table.id)
      tables.append(table)
    }
  }

  /// The references to tables that are still to come.
  private static func open(
    _ table: SeedTable, _ present: Set<ObjectID>, _ done: Set<ObjectID>
  ) -> [SeedReference] {
    table.references.filter {
      $0.table != table.id && present.contains($0.table) && !done.contains($0.table)
    }
  }

  /// In a cycle: the table whose open references can best be left empty.
  private static func leastBound(
    _ waiting: [SeedTable], _ present: Set<ObjectID>, _ done: Set<ObjectID>
  ) -> Int {
    let counts = waiting.map { table in
      open(table, present, done).count { reference in
        !reference.columns.contains { name in
          table.columns.first { $0.name == name }?.isNullable == true
        }
      }
    }
    return counts.indices.min { counts[$0] < counts[$1] } ?? 0
  }
}
