/// Puts ids in order. What an inspector or a reader gathers comes in runs of one home (what a path is
/// without its last name), so homes are ranked once, and most comparisons are of numbers.
package struct ObjectOrder {
  private struct Entry {
    /// The kind's rank above the home's.
    let group: UInt64
    let index: Int32
  }

  /// The objects in order of their ids.
  package static func sorted(_ objects: [SchemaObject]) -> [SchemaObject] {
    sortedWithIDs(objects).objects
  }

  static func sortedWithIDs(
    _ objects: [SchemaObject]
  ) -> (objects: [SchemaObject], ids: [ObjectID]) {
    let ids = objects.map(\.id)
    guard let order = order(of: ids) else { return (objects, ids) }
    return (order.map { objects[Int($0)] }, order.map { ids[Int($0)] })
  }

  /// The positions of the ids in order; nil when they are in order already.
  private static func order(of ids: [ObjectID]) -> [Int32]? {
    if isSorted(ids) { return nil }
    var order = ObjectOrder()
    var entries: [Entry] = []
    entries.reserveCapacity(ids.count)
    let depths = uniformDepths(ids)
    for (index, id) in ids.enumerated() {
      let home = depths[id.kind.rank] == nil ? 0 : order.home(of: id)
      entries.append(
        Entry(group: UInt64(id.kind.rank) << 32 | UInt64(home), index: Int32(clamping: index)))
    }
    let ranks = order.ranks()
    entries = entries.map {
      Entry(
        group: ($0.group & ~0xFFFF_FFFF) | ranks[Int($0.group & 0xFFFF_FFFF)], index: $0.index)
    }
    entries.sort { left, right in
      if left.group != right.group { return left.group < right.group }
      let (left, right) = (ids[Int(left.index)], ids[Int(right.index)])
      guard depths[left.kind.rank] != nil, let name = left.path.last, let other = right.path.last
      else { return left.comparePath(to: right.path) < 0 }
      return name < other
    }
    return entries.map(\.index)
  }

  private static func isSorted(_ ids: [ObjectID]) -> Bool {
    for index in ids.indices.dropFirst() where ids[index - 1].compare(to: ids[index]) >= 0 {
      return false
    }
    return true
  }

  /// By the rank of the kind: how long its paths are, where all are of one length. Only then do home and
  /// last name sort like the whole path.
  private static func uniformDepths(_ ids: [ObjectID]) -> [Int?] {
    var depths = [Int?](repeating: nil, count: ObjectKind.allCases.count)
    var isMixed = [Bool](repeating: false, count: depths.count)
    for id in ids {
      let rank = id.kind.rank
      if let depth = depths[rank] {
        if depth != id.path.count { isMixed[rank] = true }
      } else {
        depths[rank] = id.path.count
      }
    }
    return zip(depths, isMixed).map { $1 ? nil : $0 }
  }

  /// The first is the home of what has none, or none that matters.
  private var homes: [ArraySlice<Identifier>] = [[]]
  private var known: [ArraySlice<Identifier>: Int] = [[]: 0]
  private var latest: (id: ObjectID, place: Int)?

  private mutating func home(of id: ObjectID) -> Int {
    if let latest, id.hasSameHome(as: latest.id) { return latest.place }
    let home = id.path.dropLast()
    let place = known[home] ?? homes.count
    if place == homes.count {
      known[home] = place
      homes.append(home)
    }
    latest = (id, place)
    return place
  }

  /// The rank of each home among all.
  private func ranks() -> [UInt64] {
    let sorted = homes.indices.sorted {
      homes[$0].lexicographicallyPrecedes(homes[$1])
    }
    var ranks = [UInt64](repeating: 0, count: homes.count)
    for (rank, home) in sorted.enumerated() { ranks[home] = UInt64(rank) }
    return ranks
  }
}
