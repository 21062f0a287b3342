package import SchemaModel

/// Short forms of objects, for tests that are about something else.
package enum Make {
  /// A table of the schema `public` with columns as `name type`.
  package static func table(_ name: Identifier, _ columns: String...) -> [SchemaObject] {
    let id = ObjectID(.table, ["public", name])
    var objects: [SchemaObject] = []
    var order: [Identifier] = []
    for column in columns {
      let words = column.split(separator: " ", maxSplits: 1).map(String.init)
      order.append(Identifier(words[0]))
      objects.append(
        .column(
          Column(
            id: id.part(.column, Identifier(words[0])),
            type: TypeName(words.count > 1 ? words[1] : "text"))))
    }
    return [.table(Table(id: id, columnOrder: order))] + objects
  }

  package static func id(_ table: Identifier) -> ObjectID { ObjectID(.table, ["public", table]) }

  package static func column(_ table: Identifier, _ name: Identifier) -> ObjectID {
    id(table).part(.column, name)
  }

  /// The text is its own canonical form.
  package static func expression(_ text: String) -> Expression {
    Expression(text: text, canonical: text)
  }

  package static func view(_ name: Identifier, _ query: String) -> SchemaObject {
    .view(View(id: ObjectID(.view, ["public", name]), query: expression(query)))
  }

  package static func check(
    _ table: Identifier, _ name: Identifier, _ text: String
  ) -> SchemaObject {
    .check(CheckConstraint(id: id(table).part(.check, name), expression: expression(text)))
  }

  package static func index(
    _ table: Identifier, _ name: Identifier, on columns: Identifier...
  ) -> SchemaObject {
    .index(
      Index(
        id: id(table).part(.index, name), parts: columns.map { IndexPart(.column($0)) }))
  }

  package static func schema(
    _ objects: [SchemaObject], renamedFrom: [ObjectID: [Identifier]] = [:],
    engine: EngineName = .postgresql
  ) throws -> Schema {
    try Schema(engine: engine, objects: objects, renamedFrom: renamedFrom)
  }
}

/// Random schemas of tables, columns and views, the same for the same seed.
package struct RandomSchemas {
  private var generator: SeededGenerator

  package init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  package mutating func next() throws -> Schema {
    var objects: [SchemaObject] = []
    for table in 0..<Int.random(in: 0...6, using: &generator) where Bool.random(using: &generator) {
      let id = ObjectID(.table, ["public", Identifier("t\(table)")])
      var order: [Identifier] = []
      for column in 0..<5 where Bool.random(using: &generator) {
        let name = Identifier("c\(column)")
        order.append(name)
        objects.append(
          .column(
            Column(
              id: id.part(.column, name),
              type: TypeName(Bool.random(using: &generator) ? "text" : "integer"),
              isNullable: Bool.random(using: &generator),
              defaultValue: Bool.random(using: &generator) ? Make.expression("0") : nil)))
      }
      order.shuffle(using: &generator)
      objects.append(
        .table(
          Table(id: id, isUnlogged: Bool.random(using: &generator), columnOrder: order)))
      if Bool.random(using: &generator) {
        objects.append(
          .comment(Comment(on: id, text: "\(Int.random(in: 0...2, using: &generator))")))
      }
    }
    objects.shuffle(using: &generator)
    return try Schema(engine: .postgresql, objects: objects)
  }
}
