import SQLText
import SchemaModel

/// Puts steps into an order in which what a step needs is there and what it removes is no longer needed.
package enum Order {
  /// Renames stay first, in the order given. The rest: made before used, let go before removed, removed
  /// before made again; ties by operation, kind and name, so that the order is the same on every run.
  package static func sorted(_ steps: [Step]) throws(PlanningError) -> [Step] {
    let renames = steps.filter { $0.operation == .rename }
    let rest = steps.filter { $0.operation != .rename }.sorted(by: precedes)
    return renames + (try byEdges(rest))
  }

  private static func precedes(_ left: Step, _ right: Step) -> Bool {
    let (a, b) = (weight(left), weight(right))
    if a != b { return a < b }
    // Drops undo the order of kinds in which things are made.
    let isDrop = left.operation == .drop
    let kinds = left.subject.kind.rank - right.subject.kind.rank
    if kinds != 0 { return isDrop ? kinds > 0 : kinds < 0 }
    let paths = left.subject.comparePath(to: right.subject.path)
    if paths != 0 { return paths < 0 }
    return left.statements.lexicographicallyPrecedes(right.statements) {
      $0.sql.text.bytesPrecede($1.sql.text)
    }
  }

  private static func weight(_ step: Step) -> Int {
    switch step.operation {
    case .rename: 0
    case .drop: 1
    case .alter, .create, .rebuild: 2
    }
  }

  /// Kahn's algorithm; steps come in the order of preference, and the first that is free goes first. A
  /// stage goes on as long as it can, so that few transactions are needed.
  private static func byEdges(_ steps: [Step]) throws(PlanningError) -> [Step] {
    let (followers, needs) = edges(steps)
    var waiting = needs
    var free = Step.Stage.allCases.map { stage in
      Heap(steps.indices.filter { waiting[$0] == 0 && steps[$0].stage == stage })
    }
    var stage = 0
    var ordered: [Step] = []
    ordered.reserveCapacity(steps.count)
    while true {
      if free[stage].isEmpty {
        guard let other = free.firstIndex(where: { !$0.isEmpty }) else { break }
        stage = other
      }
      guard let next = free[stage].popSmallest() else { break }
      ordered.append(steps[next])
      for follower in followers[next] {
        waiting[follower] -= 1
        if waiting[follower] == 0 { free[steps[follower].stage.rawValue].insert(follower) }
      }
    }
    guard ordered.count == steps.count else {
      throw .cycle(Cycle.members(followers: followers, waiting: waiting).map { steps[$0].subject })
    }
    return ordered
  }

  /// For each step the steps that must follow it, and for each the number of those it follows.
  private static func edges(_ steps: [Step]) -> (followers: [Set<Int>], needs: [Int]) {
    var producers: [ObjectID: [Int]] = [:]
    var destroyers: [ObjectID: [Int]] = [:]
    for (index, step) in steps.enumerated() {
      for id in step.produces { producers[id, default: []].append(index) }
      for id in step.destroys { destroyers[id, default: []].append(index) }
    }
    var followers = [Set<Int>](repeating: [], count: steps.count)
    for (index, step) in steps.enumerated() {
      for id in step.consumes {
        for producer in producers[id] ?? [] where producer != index {
          followers[producer].insert(index)
        }
      }
      for id in step.releases {
        for destroyer in destroyers[id] ?? [] where destroyer != index {
          followers[index].insert(destroyer)
        }
      }
      for id in step.destroys {
        for producer in producers[id] ?? [] where producer != index {
          // A step that alters the same object both destroys and produces it: no order between those.
          if destroyers[id]?.contains(producer) != true { followers[index].insert(producer) }
        }
      }
    }
    for (first, then) in aroundPackages(steps, producers) { followers[first].insert(then) }
    var needs = [Int](repeating: 0, count: steps.count)
    for set in followers { for follower in set { needs[follower] += 1 } }
    return (followers, needs)
  }

  /// What a text uses of a package only the engine's own records tell. Without them whatever is made in
  /// another stage waits for the packages that come, and one that goes waits until everything else has let go.
  private static func aroundPackages(
    _ steps: [Step], _ producers: [ObjectID: [Int]]
  ) -> [(first: Int, then: Int)] {
    var edges: [(first: Int, then: Int)] = []
    for (index, step) in steps.enumerated() where step.subject.kind.isPackage {
      for (other, user) in steps.enumerated() where user.subject.kind.canUsePackages {
        switch (step.operation, user.operation) {
        case (.create, .create), (.create, .rebuild), (.alter, .create), (.alter, .rebuild):
          if user.stage != step.stage { edges.append((index, other)) }
        case (.drop, .drop), (.drop, .alter), (.drop, .rebuild):
          // One that comes back has those that use it around it.
          if producers[step.subject] == nil { edges.append((other, index)) }
        default: continue
        }
      }
    }
    return edges
  }
}

/// A binary heap of indices, smallest first.
struct Heap {
  private var items: [Int] = []

  var isEmpty: Bool { items.isEmpty }

  init(_ items: [Int]) { for item in items { insert(item) } }

  mutating func insert(_ item: Int) {
    items.append(item)
    var child = items.count - 1
    while child > 0, items[child] < items[(child - 1) / 2] {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popSmallest() -> Int? {
    guard let smallest = items.first, let last = items.popLast() else { return nil }
    guard !items.isEmpty else { return smallest }
    items[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < items.count && items[child] < items[least] { least = child }
      if least == parent { return smallest }
      items.swapAt(parent, least)
      parent = least
    }
  }
}

/// Names the members of a cycle.
enum Cycle {
  /// One cycle among the steps that never became free.
  static func members(followers: [Set<Int>], waiting: [Int]) -> [Int] {
    let stuck = waiting.indices.filter { waiting[$0] > 0 }
    var before: [Int: [Int]] = [:]
    for index in stuck {
      for follower in followers[index].sorted() where waiting[follower] > 0 {
        before[follower, default: []].append(index)
      }
    }
    guard var current = stuck.first(where: { before[$0] != nil }) else { return stuck }
    var seen: [Int] = []
    while !seen.contains(current) {
      seen.append(current)
      guard let previous = before[current]?.first else { return stuck }
      current = previous
    }
    guard let start = seen.firstIndex(of: current) else { return stuck }
    return seen[start...].reversed()
  }
}
