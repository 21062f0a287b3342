import Comparison
import SchemaDiff
import SchemaModel
import Testing
import TestSupport

/// A scratch that knows what each text becomes when it is built; everything else stays as it is.
private struct FixedScratch: Scratch {
  /// Text to what the engine prints of it.
  var prints: [String: String] = [:]
  /// Objects that cannot be built.
  var failures: [ObjectID: String] = [:]
  /// Called with each schema that is built.
  var onBuild: (Schema) -> Void = { _ in }

  mutating func canonical(_ schema: Schema) throws -> ScratchReading {
    onBuild(schema)
    let objects = schema.objects.filter { failures[$0.id] == nil }.map { object -> SchemaObject in
      guard case .check(var check) = object else { return object }
      let printed = prints[check.expression.text] ?? check.expression.text
      check.expression = Make.expression(printed)
      return .check(check)
    }
    return ScratchReading(
      schema: try schema.replacing(objects: objects),
      failures: failures.filter { schema.contains($0.key) })
  }

  mutating func load(script: String) throws -> Schema { .empty(.postgresql) }
}

struct ComparerTests {
  private let id = Make.id("t").part(.check, "c")

  private func schema(_ text: String, _ others: [SchemaObject] = []) throws -> Schema {
    try Make.schema(Make.table("t", "a integer") + [Make.check("t", "c", text)] + others)
  }

  private func compare(
    _ from: Schema, _ to: Schema, _ scratch: FixedScratch?, decidesTexts: Bool = false
  ) throws -> ComparisonResult {
    try Comparer(dialect: PlainDialect(engine: .postgresql, decidesTexts: decidesTexts)) { scratch }
      .compare(
        from: from, to: to)
  }

  @Test func equalTextsNeedNoScratch() throws {
    let comparer = Comparer(dialect: PlainDialect(engine: .postgresql)) {
      Issue.record("the scratch was asked for")
      return nil
    }
    let result = try comparer.compare(from: schema("a > 0"), to: schema("a > 0"))
    #expect(result.difference.isEmpty)
    #expect(result.undecided.isEmpty)
  }

  @Test func partitionsThatAreIgnoredAreLeftAloneToTheLast() throws {
    func partition(_ name: Identifier, of parent: Identifier) -> [SchemaObject] {
      let table = Table(
        id: Make.id(name), partitionKey: "LIST (a)", parents: [Make.id(parent)],
        partitionBound: "DEFAULT")
      return [
        .table(table),
        .check(
          CheckConstraint(id: table.id.part(.check, "c"), expression: Make.expression("a > 0"))),
      ]
    }
    let parent: SchemaObject = .table(Table(id: Make.id("p"), partitionKey: "LIST (a)"))
    let live = try Make.schema([parent] + partition("q", of: "p") + partition("r", of: "q"))
    var declared = try Make.schema([parent])
    let managed = try compare(live, declared, nil, decidesTexts: true)
    #expect(managed.difference.changes.count == 4)
    declared.scope.unmanagedPartitions = [Make.id("p")]
    let ignored = try compare(live, declared, nil, decidesTexts: true)
    #expect(ignored.difference.isEmpty)
    #expect(ignored.notes == ["2 partitions of public.p were left alone"])
  }

  @Test func whereTheTokenizerDecidesATextDiffersForCertain() throws {
    let result = try compare(schema("a > 0"), schema("0 < a"), nil, decidesTexts: true)
    #expect(result.difference.changes.map(\.id) == [id])
    #expect(result.undecided.isEmpty)
  }

  @Test func withoutAScratchATextIsUndecided() throws {
    let result = try compare(schema("a > 0"), schema("0 < a"), nil)
    #expect(result.difference.isEmpty)
    #expect(result.undecided.map(\.id) == [id])
    #expect(result.undecided[0].fields.map(\.name) == ["expression"])
    #expect(result.undecided[0].reason.contains("scratch"))
  }

  @Test func theScratchSaysThatTextsAreTheSame() throws {
    let scratch = FixedScratch(prints: ["a IN (1, 2)": "a = ANY (ARRAY[1, 2])"])
    let live = try schema("a = ANY (ARRAY[1, 2])")
    let result = try compare(live, schema("a IN (1, 2)"), scratch)
    #expect(result.difference.isEmpty)
    #expect(result.undecided.isEmpty)
    #expect(result.to == live, "plans see the text that the database has")
  }

  @Test func theScratchSaysThatTextsDiffer() throws {
    let result = try compare(schema("a > 0"), schema("a > 1"), FixedScratch())
    #expect(result.difference.changes.map(\.id) == [id])
    #expect(result.undecided.isEmpty)
  }

  /// The engine's prints are no fixed points: both sides are built until they stop changing.
  @Test func printsAreBuiltAgainUntilTheyStopChanging() throws {
    let scratch = FixedScratch(prints: ["declared": "p2", "p1": "p2", "p2": "p3"])
    let result = try compare(schema("p1"), schema("declared"), scratch)
    #expect(result.difference.isEmpty)
    #expect(result.undecided.isEmpty)
  }

  @Test func aTextThatNeverSettlesDiffersInTheEnd() throws {
    let scratch = FixedScratch(prints: ["x": "y", "y": "x"])
    let result = try compare(schema("z"), schema("x"), scratch)
    #expect(result.difference.changes.map(\.id) == [id])
  }

  @Test func whatCannotBeBuiltIsUndecidedAndTheRestIsDecided() throws {
    let other = Make.id("t").part(.check, "d")
    let scratch = FixedScratch(
      prints: ["same": "equal"], failures: [id: "function f() does not exist"])
    let result = try compare(
      schema("f(a)", [Make.check("t", "d", "equal")]),
      schema("f((a))", [Make.check("t", "d", "same")]), scratch)
    #expect(result.difference.isEmpty)
    #expect(result.undecided.map(\.id) == [id])
    #expect(result.undecided[0].reason.contains("function f() does not exist"))
    #expect(result.to[other] == result.from[other])
  }

  @Test func onlyWhatTheTextsNeedIsBuilt() throws {
    let far = Make.table("far", "a integer") + [Make.check("far", "same", "a > 0")]
    var scratch = FixedScratch()
    scratch.onBuild = { #expect(!$0.contains(Make.id("far"))) }
    _ = try compare(schema("a > 0", far), schema("a > 1", far), scratch)
  }

  @Test func aPublicationIsCutToTheSchemasThatTheFileDescribes() throws {
    let elsewhere = ObjectID(.table, [Identifier("sales"), Identifier("t")])
    let live: [SchemaObject] = [
      .namespace(Namespace(id: .namespace("sales"))), .table(Table(id: elsewhere)),
      .publication(
        Publication(
          id: ObjectID(.publication, ["both"]),
          members: [.init(table: Make.id("t")), .init(table: elsewhere)], schemas: ["sales"])),
      .publication(
        Publication(id: ObjectID(.publication, ["theirs"]), members: [.init(table: elsewhere)])),
    ]
    var to = try schema(
      "a > 0",
      [
        .publication(
          Publication(
            id: ObjectID(.publication, ["both"]), members: [.init(table: Make.id("t"))]))
      ])
    to.scope.namespaces = ["public"]
    let result = try compare(schema("a > 0", live), to, nil)
    #expect(result.difference.changes == [])
  }

  @Test func otherSchemasThanThoseInScopeAreLeftAlone() throws {
    let sales = ObjectID(.table, ["sales", "orders"])
    let from = try schema("a > 0", [.table(Table(id: sales))])
    var to = try schema("a > 0")
    to.scope.namespaces = ["public"]
    let result = try compare(from, to, nil)
    #expect(result.difference.isEmpty)
    #expect(result.notes.count == 1)
    #expect(result.notes[0].hasPrefix("1 object"))
    to.scope.namespaces = ["public", "sales"]
    #expect(try compare(from, to, nil).difference.changes == [.drop(.table(Table(id: sales)))])
  }

  @Test func hintsOfTheLeftSideAreReadBackwards() throws {
    let live = try Make.schema(Make.table("t", "old"))
    let declared = try Make.schema(
      Make.table("t", "new"), renamedFrom: [Make.column("t", "new"): ["old"]])
    let up = try compare(live, declared, nil)
    let down = try compare(declared, live, nil)
    #expect(
      up.difference.renames == [Rename(from: Make.column("t", "old"), to: Make.column("t", "new"))])
    #expect(down.difference.renames == up.difference.renames.map(\.inverted))
    #expect(up.difference.changes.isEmpty)
    #expect(down.difference.changes.isEmpty)
  }

  @Test func aViewOfARenamedColumnTakesItsNewText() throws {
    let view = ObjectID(.view, ["public", "v"])
    var live = try Make.schema(
      Make.table("t", "old", "other") + [Make.view("v", "SELECT t.old, t.other FROM t")])
    let declared = try Make.schema(
      Make.table("t", "new", "other") + [Make.view("v", "SELECT new AS old, other FROM t")],
      renamedFrom: [Make.column("t", "new"): ["old"]])
    live.dependencies = [view: [Make.column("t", "old"), Make.column("t", "other")]]
    for scratch in [nil, FixedScratch(failures: [view: "column t.old does not exist"])] {
      let result = try compare(live, declared, scratch)
      #expect(result.difference.changes.map(\.id) == [view])
      #expect(result.undecided.isEmpty)
    }
    live.dependencies = [view: [Make.column("t", "other")]]
    #expect(try compare(live, declared, nil).undecided.map(\.id) == [view])
  }

  /// One text the same, another attribute different: the difference is about the attribute alone.
  @Test func aTextThatIsTheSameIsNoPartOfTheDifference() throws {
    func schema(_ text: String, noInherit: Bool) throws -> Schema {
      try Make.schema(
        Make.table("t", "a integer") + [
          .check(
            CheckConstraint(id: id, expression: Make.expression(text), isNoInherit: noInherit))
        ])
    }
    let scratch = FixedScratch(prints: ["a IN (1)": "a = 1"])
    let result = try compare(
      schema("a = 1", noInherit: false), schema("a IN (1)", noInherit: true), scratch)
    guard case .alter(let alteration)? = result.difference.changes.first else {
      Issue.record("no alteration")
      return
    }
    #expect(alteration.fields.map(\.name) == ["no_inherit"])
    let undecided = try compare(
      schema("a = 1", noInherit: false), schema("a IN (1)", noInherit: true), nil)
    #expect(undecided.undecided.map(\.id) == [id])
    guard case .alter(let rest)? = undecided.difference.changes.first else {
      Issue.record("no alteration")
      return
    }
    #expect(rest.fields.map(\.name) == ["no_inherit"])
  }
}
