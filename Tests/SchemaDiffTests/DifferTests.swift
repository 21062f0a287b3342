import SchemaDiff
import SchemaModel
import Testing
import TestSupport

struct DifferTests {
  private func difference(_ from: Schema, _ to: Schema) throws -> Difference {
    try Differ.difference(from: from, to: to, renames: [])
  }

  @Test func aSchemaDoesNotDifferFromItself() throws {
    let schema = try Make.schema(Samples.objects)
    let difference = try difference(schema, schema)
    #expect(difference.isEmpty)
    #expect(difference.information.isEmpty)
  }

  @Test(arguments: Samples.objects)
  func everyKindIsCreatedAndDropped(_ object: SchemaObject) throws {
    // Parts bring the relation that they need, on both sides.
    let base: [SchemaObject] =
      object.kind.isPartOfRelation ? [.table(Table(id: object.id.table))] : []
    let without = try Make.schema(base)
    let with = try Make.schema(base + [object])
    #expect(try difference(without, with).changes == [.create(object)])
    #expect(try difference(with, without).changes == [.drop(object)])
  }

  @Test func attributesThatOneSideHasAloneAreComparedByName() {
    let id = ObjectID(.server, ["films"])
    let from = DefinedObject(id: id, attributes: ["type": .text("a"), "version": .text("1")])
    let to = DefinedObject(id: id, attributes: ["version": .text("1"), "wrapper": .text("w")])
    let changes = Differ.fieldChanges(from: .defined(from), to: .defined(to))
    #expect(
      changes == [
        FieldChange(name: "type", from: .text("a"), to: .absent),
        FieldChange(name: "wrapper", from: .absent, to: .text("w")),
      ])
  }

  @Test func anAlterationNamesTheAttributes() throws {
    let id = Make.column("t", "a")
    let from = Column(id: id, type: TypeName("integer"), isNullable: true)
    var to = from
    to.type = TypeName("bigint")
    to.isNullable = false
    let table = SchemaObject.table(Table(id: Make.id("t")))
    let changes = try difference(
      Make.schema([table, .column(from)]), Make.schema([table, .column(to)])
    ).changes
    guard case .alter(let alteration)? = changes.first else {
      Issue.record("no alteration")
      return
    }
    #expect(changes.count == 1)
    #expect(alteration.fields.map(\.name) == ["type", "not_null"])
    #expect(alteration.changes("type"))
    #expect(!alteration.changes("default"))
    #expect(!alteration.isTextual)
  }

  @Test func textsAreToldFromTheRest() throws {
    let table = Make.table("t", "a integer")
    let from = try Make.schema(table + [Make.check("t", "c", "a > 0")])
    let to = try Make.schema(table + [Make.check("t", "c", "0 < a")])
    guard case .alter(let alteration)? = try difference(from, to).changes.first else {
      Issue.record("no alteration")
      return
    }
    #expect(alteration.isTextual)
  }

  @Test func theOrderOfColumnsIsInformation() throws {
    let from = try Make.schema(Make.table("t", "a integer", "b integer", "c integer"))
    let moved = try Make.schema(Make.table("t", "b integer", "a integer", "c integer"))
    let added = try Make.schema(Make.table("t", "a integer", "x integer", "b integer", "c integer"))
    let difference = try difference(from, moved)
    #expect(difference.isEmpty)
    #expect(difference.information.count == 1)
    #expect(try self.difference(from, added).information.isEmpty)
  }

  /// A schema with the difference applied to it is the other schema.
  @Test(arguments: 1...200 as ClosedRange<UInt64>)
  func theChangesLeadFromOneSideToTheOther(_ seed: UInt64) throws {
    var schemas = RandomSchemas(seed: seed)
    let (from, to) = (try schemas.next(), try schemas.next())
    let changes = try difference(from, to).changes
    #expect(changes.map(\.id) == changes.map(\.id).sorted(), "in order of id")
    var objects = Dictionary(uniqueKeysWithValues: from.objects.map { ($0.id, $0) })
    for change in changes {
      switch change {
      case .create(let object):
        #expect(objects.updateValue(object, forKey: object.id) == nil)
      case .drop(let object):
        #expect(objects.removeValue(forKey: object.id) == object)
      case .alter(let alteration):
        #expect(!alteration.fields.isEmpty)
        #expect(objects.updateValue(alteration.to, forKey: alteration.id) == alteration.from)
      }
    }
    #expect(try Make.schema(Array(objects.values)) == to)
    let back = try difference(to, from).changes
    #expect(back.count == changes.count)
    #expect(try difference(from, from).isEmpty)
  }

  @Test func renamesComeFirstAndChangesSpeakOfTheNewNames() throws {
    let from = try Make.schema(Make.table("t", "a integer", "b text"))
    let to = try Make.schema(Make.table("u", "x bigint", "b text"))
    let renames = [
      Rename(from: Make.id("t"), to: Make.id("u")),
      Rename(from: Make.column("t", "a"), to: Make.column("u", "x")),
    ]
    let difference = try Differ.difference(from: from, to: to, renames: renames)
    #expect(difference.renames == renames)
    #expect(difference.changes.map(\.id) == [Make.column("u", "x")])
  }

  @Test func dependenciesMoveWithRenames() throws {
    let view = ObjectID(.view, ["public", "v"])
    var schema = try Make.schema(Make.table("t", "a") + [Make.view("v", "SELECT a FROM t")])
    schema.dependencies = [view: [Make.id("t"), Make.column("t", "a")]]
    let renamed = try schema.applying([
      Rename(from: Make.id("t"), to: Make.id("u")),
      Rename(from: view, to: ObjectID(.view, ["public", "w"])),
    ])
    #expect(
      renamed.dependencies == [
        ObjectID(.view, ["public", "w"]): [Make.id("u"), Make.column("u", "a")]
      ])
  }
}
