import SchemaModel

/// The order in which tables are filled: what is referenced first.
struct SeedOrder {
  /// Mostly one at a time; together those whose rows need each other, since no key between them can be empty.
  private(set) var groups: [[SeedTable]] = []
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
      let next = free.map { [waiting[$0].id] } ?? SeedOrder.leastBound(waiting, present, done)
      let group = waiting.filter { next.contains($0.id) }
      waiting.removeAll { next.contains($0.id) }
      for table in group {
        let open = SeedOrder.open(table, present, done)
          .filter { group.count == 1 || $0.isOptional(in: table) || !next.contains($0.table) }
        if !open.isEmpty { postponed[table.id] = open }
      }
      done.formUnion(next)
      groups.append(group)
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

  /// In a cycle: a table whose open references can all be left empty, else the fewest tables that need
  /// nothing but each other.
  private static func leastBound(
    _ waiting: [SeedTable], _ present: Set<ObjectID>, _ done: Set<ObjectID>
  ) -> Set<ObjectID> {
    var needs: [ObjectID: [ObjectID]] = [:]
    for table in waiting {
      needs[table.id] = open(table, present, done).filter { !$0.isOptional(in: table) }.map(\.table)
    }
    if let unbound = waiting.first(where: { needs[$0.id]?.isEmpty == true }) { return [unbound.id] }
    let reached = waiting.map { table in
      var reached: Set<ObjectID> = []
      var open = [table.id]
      while let id = open.popLast() {
        open += (needs[id] ?? []).filter { reached.insert($0).inserted }
      }
      return reached
    }
    return reached.min { $0.count < $1.count } ?? []
  }
}

extension SeedReference {
  /// Whether a row can do without.
  func isOptional(in table: SeedTable) -> Bool {
    columns.contains { name in table.columns.first { $0.name == name }?.isNullable == true }
  }
}
