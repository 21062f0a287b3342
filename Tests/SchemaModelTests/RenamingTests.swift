import SchemaModel
import Testing
import TestSupport

struct RenamingTests {
  private let orders = Samples.table

  private func renamed(_ object: SchemaObject, _ names: [ObjectID: Identifier]) -> SchemaObject {
    object.renamed(by: Renaming(names, in: .postgresql))
  }

  private func sample(_ kind: ObjectKind) throws -> SchemaObject {
    try #require(Samples.objects.first { $0.kind == kind })
  }

  @Test func aTableTakesItsPartsAlong() throws {
    for object in Samples.objects where object.kind.isPartOfRelation {
      let moved = renamed(object, [orders: "purchases"])
      #expect(moved.id == ObjectID(object.kind, ["public", "purchases", object.id.name]))
    }
    #expect(
      renamed(try sample(.comment), [orders: "purchases"]).id
        == .comment(on: ObjectID(.column, ["public", "purchases", "total"])))
  }

  @Test func aSchemaTakesEverythingAlong() {
    for object in Samples.objects {
      // Extensions, servers, publications … are outside of schemas.
      guard let namespace = object.id.namespace else { continue }
      let moved = renamed(object, [.namespace(namespace): "shop"])
      #expect(moved.id.namespace == "shop", "\(object.id)")
    }
  }

  @Test func aSchemaAndATableAndAColumnAtOnce() {
    let names: [ObjectID: Identifier] = [
      .namespace("public"): "shop", orders: "purchases", orders.part(.column, "total"): "amount",
    ]
    let id = Renaming(names, in: .postgresql)(orders.part(.column, "total"))
    #expect(id == ObjectID(.column, ["shop", "purchases", "amount"]))
  }

  @Test func aForeignKeyFollowsBothOfItsEnds() throws {
    let moved = renamed(
      try sample(.foreignKey),
      [
        Samples.users: "people", Samples.users.part(.column, "id"): "number",
        orders.part(.column, "user_id"): "person_id",
      ])
    guard case .foreignKey(let key) = moved else { return }
    #expect(key.referencedTable == ObjectID(.table, ["public", "people"]))
    #expect(key.referencedColumns == ["number", "region"])
    #expect(key.columns == ["person_id", "region"])
    #expect(key.setColumns == ["person_id"])
  }

  @Test func keysAndIndexesFollowTheirColumns() throws {
    let names = [orders.part(.column, "total"): Identifier("amount")]
    if case .unique(let key) = renamed(try sample(.unique), names) {
      #expect(key.columns.map(\.name) == ["amount", "id"])
    }
    if case .primaryKey(let key) = renamed(try sample(.primaryKey), names) {
      #expect(key.include == ["amount"])
    }
    if case .index(let index) = renamed(try sample(.index), names) {
      #expect(index.parts[0].subject == .column("amount"))
    }
    if case .sequence(let sequence) = renamed(try sample(.sequence), names) {
      #expect(sequence.ownedBy == orders.part(.column, "amount"))
    }
    if case .table(let table) = renamed(try sample(.table), names) {
      #expect(table.columnOrder == ["id", "amount", "state"])
    }
  }

  @Test func aTriggerFollowsTheColumnsOfItsEvents() throws {
    let names = [orders.part(.column, "total"): Identifier("amount")]
    guard case .trigger(let trigger) = renamed(try sample(.trigger), names) else { return }
    #expect(trigger.events == [.insert, .update(of: ["amount", "id"]), .delete])
  }

  @Test func anIdentityKeepsTheNameOfItsSequence() {
    func name(_ sequence: Identifier?, _ names: [ObjectID: Identifier]) -> Identifier? {
      let column = Column(
        id: orders.part(.column, "id"), type: TypeName("bigint"),
        identity: Identity(mode: .always, options: .defaults(), sequenceName: sequence))
      return column.renamed(by: Renaming(names, in: .postgresql)).identity?.sequenceName
    }
    #expect(name(nil, [orders: "purchases"]) == "orders_id_seq")
    #expect(name(nil, [orders.part(.column, "id"): "number"]) == "orders_id_seq")
    #expect(name("purchases_id_seq", [orders: "purchases"]) == nil)
    #expect(name("own", [orders: "purchases"]) == "own")
    #expect(name(nil, [.namespace("public"): "shop"]) == nil)
    #expect(name(nil, [:]) == nil)
  }

  @Test func aTypeKeepsItsBracketsAndModifier() {
    let status = ObjectID(.enumType, ["sales", "status"])
    let renaming = Renaming([status: "state"], in: .postgresql)
    #expect(
      renaming.type(TypeName("sales.status[]", object: status)) == TypeName("sales.state[]"))
    #expect(renaming.type(TypeName("sales.status", object: status)) == TypeName("sales.state"))
    #expect(renaming.type(TypeName("sales.status")) == TypeName("sales.status"))
  }
}
