import Planning
import SQLText
import SchemaModel
import Testing
import TestSupport

struct OrderTests {
  private static let a = Make.id("a")
  private static let b = Make.id("b")
  private static let c = Make.id("c")

  private static func step(
    _ operation: Step.Operation, _ subject: ObjectID, _ name: String, produces: [ObjectID] = [],
    consumes: [ObjectID] = [], destroys: [ObjectID] = [], releases: [ObjectID] = []
  ) -> Step {
    Step(
      operation, subject, produces: produces, consumes: consumes, destroys: destroys,
      releases: releases, statements: [Statement(.verbatim(name))])
  }

  private func order(_ steps: [Step]) throws -> [String] {
    try Order.sorted(steps).map { $0.statements[0].sql.text }
  }

  @Test func whatIsMadeComesBeforeItsUse() throws {
    let steps = [
      Self.step(.create, Self.a, "foreign key", consumes: [Self.a, Self.c]),
      Self.step(.create, Self.c, "table c", produces: [Self.c]),
      Self.step(.create, Self.a, "table a", produces: [Self.a]),
    ]
    #expect(try order(steps) == ["table a", "table c", "foreign key"])
  }

  @Test func whatLetsGoComesBeforeTheRemoval() throws {
    let steps = [
      Self.step(.drop, Self.a, "drop a", destroys: [Self.a]),
      Self.step(.alter, Self.c, "drop key", releases: [Self.a]),
    ]
    #expect(try order(steps) == ["drop key", "drop a"])
  }

  @Test func removedBeforeMadeAgain() throws {
    let steps = [
      Self.step(.create, Self.a, "create", produces: [Self.a]),
      Self.step(.rebuild, Self.b, "drop", destroys: [Self.a]),
    ]
    #expect(try order(steps) == ["drop", "create"])
  }

  /// An alteration destroys and produces: dependents go before it and come back after it.
  @Test func dependentsAreTakenAwayAroundAnAlteration() throws {
    let view = ObjectID(.view, ["public", "v"])
    let steps = [
      Self.step(.create, view, "create v", produces: [view], consumes: [Self.a]),
      Self.step(.alter, Self.a, "alter a", produces: [Self.a], destroys: [Self.a]),
      Self.step(.drop, view, "drop v", destroys: [view], releases: [Self.a]),
    ]
    #expect(try order(steps) == ["drop v", "alter a", "create v"])
  }

  @Test func twoAlterationsOfOneObjectAreNoCycle() throws {
    let steps = [
      Self.step(.alter, Self.a, "second", produces: [Self.a], destroys: [Self.a]),
      Self.step(.alter, Self.a, "first", produces: [Self.a], destroys: [Self.a]),
    ]
    #expect(try order(steps) == ["first", "second"])
  }

  /// What uses an extension cannot be told from texts.
  @Test func extensionsComeFirstAndGoLast() throws {
    let old = ObjectID(.extension, ["old"])
    let new = ObjectID(.extension, ["new"])
    let home = ObjectID(.namespace, ["home"])
    var build = Self.step(.create, ObjectID(.index, ["public", "a", "i"]), "build")
    build.stage = .early
    var drop = Self.step(.drop, ObjectID(.index, ["public", "a", "j"]), "drop index")
    drop.stage = .late
    let steps = [
      Self.step(.drop, old, "drop extension", destroys: [old]), drop, build,
      Self.step(.alter, Self.a, "alter"),
      Self.step(.create, new, "create extension", produces: [new], consumes: [home]),
      Self.step(.create, home, "create schema", produces: [home]),
    ]
    #expect(
      try order(steps) == [
        "create schema", "create extension", "alter", "build", "drop index", "drop extension",
      ])
  }

  @Test func renamesStayFirstInTheOrderGiven() throws {
    let steps = [
      Self.step(.create, Self.a, "create", produces: [Self.a]),
      Self.step(.rename, Self.c, "rename 1"), Self.step(.rename, Self.b, "rename 2"),
    ]
    #expect(try order(steps) == ["rename 1", "rename 2", "create"])
  }

  @Test func freeStepsGoByKindAndNameAndDropsTheOtherWayRound() throws {
    let index = Self.a.part(.index, "i")
    let steps = [
      Self.step(.create, Self.c, "create c"), Self.step(.create, index, "create i"),
      Self.step(.create, Self.a, "create a"), Self.step(.drop, Self.b, "drop b"),
      Self.step(.drop, Self.b.part(.index, "j"), "drop j"),
    ]
    #expect(try order(steps) == ["drop j", "drop b", "create a", "create c", "create i"])
  }

  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func theOrderOfTheInputDoesNotMatter(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let ids = (0..<40).map { Make.id(Identifier("t\($0)")) }
    var steps: [Step] = []
    for (index, id) in ids.enumerated() {
      let needs = ids[..<index].filter { _ in Int.random(in: 0..<6, using: &generator) == 0 }
      steps.append(
        Self.step(
          .create, id, "create \(index)", produces: [id], consumes: Array(needs)))
      if Bool.random(using: &generator) {
        steps.append(Self.step(.drop, id, "drop \(index)", destroys: [id], releases: Array(needs)))
      }
    }
    let reference = try order(steps)
    #expect(reference.count == steps.count)
    for _ in 0..<5 { #expect(try order(steps.shuffled(using: &generator)) == reference) }
    try expectEdges(Order.sorted(steps))
  }

  private func expectEdges(_ ordered: [Step]) throws {
    for (position, step) in ordered.enumerated() {
      for later in ordered[(position + 1)...] {
        #expect(Set(step.consumes).isDisjoint(with: later.produces))
        #expect(Set(step.destroys).isDisjoint(with: later.releases))
        #expect(Set(step.produces).isDisjoint(with: later.destroys))
      }
    }
  }

  @Test func theMembersOfACycleAreNamed() {
    let steps = [
      Self.step(.create, Self.a, "a", produces: [Self.a], consumes: [Self.b]),
      Self.step(.create, Self.b, "b", produces: [Self.b], consumes: [Self.a]),
      Self.step(.create, Self.c, "c", produces: [Self.c], consumes: [Self.a]),
    ]
    for shuffled in [steps, steps.reversed()] {
      let error = #expect(throws: PlanningError.self) { try Order.sorted(shuffled) }
      guard case .cycle(let members)? = error else {
        Issue.record("no cycle")
        return
      }
      #expect(members.sorted() == [Self.a, Self.b])
    }
  }

  /// A step may need what it makes itself.
  @Test func aStepDoesNotWaitForItself() throws {
    let step = Self.step(.create, Self.a, "a", produces: [Self.a], consumes: [Self.a])
    #expect(try order([step]) == ["a"])
  }

  @Test func tenThousandStepsAreNothing() throws {
    let ids = (0..<10_000).map { Make.id(Identifier("t\($0)")) }
    let steps = ids.enumerated().map { index, id in
      Self.step(
        .create, id, "t\(index)", produces: [id], consumes: index > 0 ? [ids[index - 1]] : [])
    }
    let started = ContinuousClock.now
    let ordered = try order(steps.reversed())
    let time = started.duration(to: .now)
    #expect(ordered == (0..<10_000).map { "t\($0)" })
    #expect(time < .seconds(20))
  }
}
