import SQLText
package import SchemaModel

/// Makes random schemas that an engine accepts, and random changes of them. The same seed makes the same.
package struct SchemaGenerator {
  package var random: SeededGenerator
  package let engine: EngineName
  let syntax: any EngineSyntax

  package init(seed: UInt64, engine: EngineName) {
    random = SeededGenerator(seed: seed)
    self.engine = engine
    switch engine {
    case .postgresql: syntax = PostgresSyntax()
    case .sqlite: syntax = SQLiteSyntax()
    }
  }

  /// The schema after one to four random changes.
  package mutating func mutated(_ draft: SchemaDraft) throws -> SchemaDraft {
    var draft = draft
    for _ in 0..<number(1, 4) { mutate(&draft) }
    return draft
  }

  /// Two to five tables with what belongs to them.
  package mutating func draft() throws -> SchemaDraft {
    var draft = SchemaDraft(engine: engine)
    if engine == .postgresql {
      draft.namespaces = ["public"] + (chance(30) ? ["sales"] : [])
      for index in 0..<number(0, 2) { draft.enums.append(enumType(index)) }
      for index in 0..<number(0, 1) { draft.sequences.append(sequence(index)) }
    }
    for index in 0..<number(2, 5) { draft.tables.append(table(index, in: draft)) }
    for index in draft.tables.indices { addForeignKeys(toTable: index, in: &draft) }
    addViews(to: &draft)
    return draft
  }

  // MARK: Chance

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
  mutating func number(_ low: Int, _ high: Int) -> Int {
    Int.random(in: low...max(low, high), using: &random)
  }
  mutating func pick<T>(_ items: [T]) -> T {
    items[Int.random(in: 0..<items.count, using: &random)]
  }

  func identifier(_ name: String) -> Identifier { Identifier(name, in: engine) }

  // MARK: Parts

  /// Mostly tame names, sometimes ones that need quotes.
  mutating func name(_ stem: String, _ index: Int) -> String {
    guard chance(15) else { return "\(stem)_\(index)" }
    return pick(["My \(stem)", "\(stem)\"q", "select \(stem)", "Grüße \(stem)", "\(stem).dot"])
      + "\(index)"
  }

  private mutating func enumType(_ index: Int) -> EnumType {
    let values = (0..<number(1, 4)).map { ExactText("v'\($0)") }
    return EnumType(
      id: ObjectID(.enumType, [identifier("public"), identifier(name("mood", index))]),
      values: values)
  }

  private mutating func sequence(_ index: Int) -> SchemaModel.Sequence {
    var options = SequenceOptions.defaults(type: pick(["integer", "bigint"]))
    if chance(50) { options.increment = Int64(number(2, 9)) }
    if chance(50) { options.cache = 5 }
    return SchemaModel.Sequence(
      id: ObjectID(.sequence, [identifier("public"), identifier(name("counter", index))]),
      options: options)
  }

  mutating func table(_ index: Int, in draft: SchemaDraft) -> TableDraft {
    let namespace = engine == .sqlite ? "main" : pick(draft.namespaces)
    let id = ObjectID(.table, [identifier(namespace), identifier(name("table", index))])
    var table = TableDraft(table: Table(id: id))
    if engine == .sqlite, chance(15) { table.table.isStrict = true }
    table.columns = [keyColumn(of: table)]
    for index in 1...number(1, 6) { table.columns.append(column(index, of: table, in: draft)) }
    addKeys(to: &table)
    addChecksAndIndexes(to: &table)
    if engine == .postgresql, chance(30) { table.comments = [id: "a table's comment"] }
    return table
  }

  private mutating func keyColumn(of table: TableDraft) -> Column {
    let id = table.table.id.part(.column, identifier("id"))
    switch engine {
    case .sqlite:
      return Column(id: id, type: type("INTEGER"), isNullable: !chance(20))
    case .postgresql:
      var column = Column(id: id, type: type(pick(["integer", "bigint"])), isNullable: false)
      if chance(50) {
        column.identity = Identity(
          mode: pick([.always, .byDefault]),
          options: .defaults(type: column.type.canonical.string))
      }
      return column
    }
  }

  func type(_ text: String) -> TypeName {
    let context = TypeContext(searchPath: [identifier("public")])
    return (try? syntax.typeName(text, in: context)) ?? TypeName(text)
  }

  mutating func column(_ index: Int, of table: TableDraft, in draft: SchemaDraft) -> Column {
    let id = table.table.id.part(.column, identifier(name("column", index)))
    if engine == .postgresql, let type = draft.enums.first, chance(15) {
      return Column(
        id: id, type: TypeName(QualifiedName.text(type.id.path), object: type.id))
    }
    let (typeText, defaults) = pick(
      table.table.isStrict ? Vocabulary.strict : Vocabulary.types(engine))
    var column = Column(id: id, type: type(typeText), isNullable: chance(60))
    if chance(40) {
      column.defaultValue = syntax.defaultValue(pick(defaults), type: column.type)
    }
    if column.defaultValue == nil, chance(10), let first = table.columns.first {
      let source = Quoting.name(first.id.name.raw)
      column = Column(
        id: id, type: type(engine == .sqlite ? "INTEGER" : "bigint"),
        generation: Generation(
          expression: syntax.expression("\(source) * 2"),
          storage: engine == .sqlite ? pick([.stored, .virtual]) : .stored))
    }
    return column
  }

  private mutating func addKeys(to table: inout TableDraft) {
    let id = table.table.id
    if chance(85) {
      let name =
        engine == .sqlite
        ? UnnamedConstraint.name(kind: .primaryKey, canonicalDefinition: "", ordinal: 1)
        : identifier("\(id.name.raw)_pkey")
      table.parts.append(
        .primaryKey(
          PrimaryKey(
            id: id.part(.primaryKey, name), columns: [KeyColumn(identifier("id"))],
            isAutoincrement: engine == .sqlite && chance(30))))
      if engine == .sqlite, !isAutoincrement(table), chance(15) {
        table.table.isWithoutRowid = true
      }
    }
    let plain = table.columns.filter { $0.generation == nil }.map(\.id.name)
    if chance(30) {
      table.parts.append(
        .unique(
          UniqueConstraint(
            id: id.part(.unique, identifier("\(id.name.raw)_key")),
            columns: [KeyColumn(pick(plain))])))
    }
  }

  private func isAutoincrement(_ table: TableDraft) -> Bool {
    table.parts.contains {
      if case .primaryKey(let key) = $0 { key.isAutoincrement } else { false }
    }
  }

  private mutating func addChecksAndIndexes(to table: inout TableDraft) {
    let id = table.table.id
    let key = Quoting.name("id")
    if chance(40) {
      table.parts.append(
        .check(
          CheckConstraint(
            id: id.part(.check, identifier("\(id.name.raw)_check")),
            expression: syntax.expression("\(key) > \(number(0, 9))"))))
    }
    for index in 0..<number(0, 2) { table.parts.append(.index(self.index(index, of: table))) }
  }

  mutating func index(_ index: Int, of table: TableDraft) -> Index {
    let id = table.table.id
    let plain = table.columns.filter { $0.generation == nil && $0.type.canonical != "jsonb" }
    var part = IndexPart(.column(pick(plain).id.name), isDescending: chance(25))
    if chance(20) {
      part = IndexPart(.expression(syntax.expression("\(Quoting.name("id")) + \(number(1, 5))")))
    }
    var index = Index(
      id: id.part(.index, identifier("\(id.name.raw)_index_\(index)")), isUnique: chance(20),
      parts: [part])
    if chance(25) {
      index.predicate = syntax.expression("\(Quoting.name("id")) > \(number(0, 9))")
    }
    if engine == .postgresql, chance(20) {
      index.include = [identifier("id")]
    }
    return index
  }

  mutating func addForeignKeys(toTable index: Int, in draft: inout SchemaDraft) {
    guard chance(40) else { return }
    let targets = draft.tables.filter { table in
      table.parts.contains { $0.kind == .primaryKey }
        && (engine == .sqlite || table.columns[0].type == draft.tables[index].columns[0].type)
    }
    guard !targets.isEmpty else { return }
    let target = pick(targets)
    let table = draft.tables[index].table.id
    draft.tables[index].parts.append(
      .foreignKey(
        ForeignKey(
          id: table.part(.foreignKey, identifier("\(table.name.raw)_fkey")),
          columns: [identifier("id")], referencedTable: target.table.id,
          referencedColumns: [identifier("id")], onDelete: pick([.noAction, .cascade, .restrict]),
          onUpdate: pick([.noAction, .cascade]),
          deferrability: pick([.notDeferrable, .notDeferrable, .initiallyDeferred]))))
  }

  mutating func addViews(to draft: inout SchemaDraft) {
    for (index, table) in draft.tables.enumerated() where chance(30) {
      let path = table.table.id.path
      let columns = table.columns.map { Quoting.name($0.id.name.raw) }.joined(separator: ", ")
      let from = engine == .sqlite ? Quoting.name(table.table.id.name.raw) : Quoting.path(path)
      let id = ObjectID(.view, [path[0], identifier(name("view", index))])
      draft.views.append(
        View(id: id, query: syntax.expression("SELECT \(columns) FROM \(from)")))
      draft.dependencies[id] = [table.table.id] + table.columns.map(\.id)
    }
  }
}

/// Types and defaults that each engine prints as they stand here.
enum Vocabulary {
  static func types(_ engine: EngineName) -> [(String, [String])] {
    switch engine {
    case .sqlite: sqlite
    case .postgresql: postgresql
    }
  }

  static let strict: [(String, [String])] = [
    ("INTEGER", ["0", "-1"]), ("TEXT", ["'it''s'", "''"]), ("REAL", ["1.5"]), ("ANY", ["NULL"]),
    ("BLOB", ["x'00ff'"]),
  ]

  private static let sqlite: [(String, [String])] =
    strict + [
      ("VARCHAR(20)", ["'a b'"]), ("NUMERIC", ["10"]), ("DATETIME", ["CURRENT_TIMESTAMP"]),
      ("", ["1"]),
      ("DECIMAL(10,2)", ["(1 + 1)"]),
    ]

  private static let postgresql: [(String, [String])] = [
    ("integer", ["0", "42"]), ("bigint", ["7"]), ("text", ["'it''s'::text", "''::text"]),
    ("character varying(20)", ["'a b'::character varying"]), ("numeric(10,2)", ["1.50"]),
    ("boolean", ["true", "false"]), ("timestamp with time zone", ["now()"]),
    ("date", ["CURRENT_DATE"]), ("jsonb", ["'{}'::jsonb"]), ("uuid", ["gen_random_uuid()"]),
    ("integer[]", ["'{}'::integer[]"]), ("double precision", ["'0'::double precision"]),
  ]
}
