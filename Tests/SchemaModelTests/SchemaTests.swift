import Digest
import SchemaModel
import Testing
import TestSupport

struct SchemaTests {
  private static let table = SchemaObject.table(Table(id: Samples.table))
  private static let id = SchemaObject.column(
    Column(id: Samples.table.part(.column, "id"), type: TypeName("bigint")))

  @Test func aDuplicateIsRefusedByName() {
    #expect(throws: Schema.Problem.duplicate(Samples.table)) {
      try Schema(engine: .postgresql, objects: [Self.table, Self.id, Self.table])
    }
  }

  @Test(arguments: Samples.objects.filter { $0.kind.isPartOfRelation })
  func aPartWithoutItsRelationIsRefused(_ part: SchemaObject) {
    #expect(throws: Schema.Problem.orphan(part.id, missing: part.id.table)) {
      try Schema(engine: .postgresql, objects: [part])
    }
  }

  @Test func aTriggerMayStandOnAView() throws {
    let trigger = Trigger(
      id: Samples.view.part(.trigger, "t"), timing: .insteadOf, events: [.insert],
      body: Expression(text: "", canonical: ""))
    let view = View(id: Samples.view, query: Expression(text: "", canonical: ""))
    _ = try Schema(engine: .sqlite, objects: [.trigger(trigger), .view(view)])
  }

  @Test func theOrderOfAdmissionDoesNotMatter() throws {
    let objects = Samples.objects
    let reference = try Schema(engine: .postgresql, objects: objects)
    #expect(reference.objects.map(\.id) == objects.map(\.id).sorted())
    for seed in 1...10 as ClosedRange<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let shuffled = try Schema(
        engine: .postgresql, objects: objects.shuffled(using: &generator))
      #expect(shuffled == reference)
      #expect(CanonicalEncoding(shuffled).bytes == CanonicalEncoding(reference).bytes)
    }
  }

  @Test func objectsAreFoundByKindAndPath() throws {
    let schema = try Schema(engine: .postgresql, objects: Samples.objects)
    #expect(schema.objects(of: .column).count == 3)
    #expect(schema.objects(of: .column, under: Samples.table.path).count == 3)
    #expect(schema.objects(of: .column, under: ["public", "order"]).isEmpty)
    #expect(schema.objects(of: .column, under: Samples.users.path).isEmpty)
    #expect(schema.parts(of: Samples.table).count == 12)
    for object in Samples.objects { #expect(schema[object.id] == object) }
    #expect(schema[Samples.users] == nil)
  }

  @Test func theEmptySchemaIsEmpty() {
    for engine in EngineName.allCases {
      #expect(
        Schema.empty(engine).objects.map(\.id)
          == (engine == .postgresql ? [.namespace(Identifier("public"))] : []))
      #expect(Schema.empty(engine).engine == engine)
    }
  }

  @Test(arguments: Samples.objects)
  func everyObjectCountsInTheFingerprint(_ object: SchemaObject) throws {
    let all = Samples.objects
    // Without a table its parts would be orphans.
    guard object.kind != .table else { return }
    let whole = try Schema(engine: .postgresql, objects: all)
    let less = try Schema(engine: .postgresql, objects: all.filter { $0.id != object.id })
    #expect(fingerprint(whole) != fingerprint(less))
  }

  @Test func theEngineCountsInTheFingerprint() {
    #expect(fingerprint(.empty(.postgresql)) != fingerprint(.empty(.sqlite)))
  }

  @Test func namesCannotFlowIntoEachOtherInTheFingerprint() throws {
    func schema(_ namespace: Identifier, _ name: Identifier) throws -> Schema {
      try Schema(
        engine: .postgresql, objects: [.table(Table(id: ObjectID(.table, [namespace, name])))])
    }
    #expect(try fingerprint(schema("ab", "c")) != fingerprint(schema("a", "bc")))
    #expect(try fingerprint(schema("1:a", "b")) != fingerprint(schema("1", ":ab")))
  }

  private func fingerprint(_ schema: Schema) -> String {
    SHA256Digest(of: CanonicalEncoding(schema).bytes).hexadecimal
  }
}

struct DigestTests {
  /// The examples of FIPS 180-2, appendix B.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  ])
  func knownAnswers(_ input: String, _ digest: String) {
    #expect(SHA256Digest(of: input.utf8).hexadecimal == digest)
  }
}
