import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// What the indexes are called that partitions have for those of their parents.
enum PartitionIndexes {
  /// The name that PostgreSQL gives (`ChooseIndexName`), with the number that makes it free.
  static func usual(
    of table: Identifier, kind: ObjectKind, parts: [IndexPart], include: [Identifier],
    suffix: String = ""
  ) -> Identifier {
    if kind == .primaryKey { return PostgresNames.make(table.raw, nil, "pkey" + suffix) }
    let label = kind == .unique ? "key" : kind == .exclusion ? "excl" : "idx"
    return PostgresNames.index(
      table: table, parts: parts.map(columnName) + include, label: label, suffix: suffix)
  }

  static func isUsual(
    _ name: Identifier, of table: Identifier, kind: ObjectKind, parts: [IndexPart],
    include: [Identifier]
  ) -> Bool {
    (0...9).contains { number in
      name
        == usual(
          of: table, kind: kind, parts: parts, include: include,
          suffix: number == 0 ? "" : String(number))
    }
  }

  /// The name of the part as a column of the index: of a call its function.
  private static func columnName(_ part: IndexPart) -> Identifier {
    switch part.subject {
    case .column(let name): return name
    case .expression(let text):
      guard let tokens = try? Lexer.tokens(of: text.text, rules: .postgresql),
        let open = tokens.firstIndex(where: { $0.isSymbol("(") }), open > 0,
        tokens[..<open].allSatisfy({
          $0.kind == .word || $0.kind == .quotedName || $0.isSymbol(".")
        }),
        tokens[tokens.count - 1].isSymbol(")")
      else { return Identifier("expr") }
      return PostgresSyntax().identifier(tokens[open - 1])
    }
  }

  /// What the partition's index for this one of the parent's would be called if nobody named it.
  static func usual(of table: ObjectID, for model: SchemaObject) -> Identifier? {
    switch model {
    case .primaryKey: usual(of: table.name, kind: .primaryKey, parts: [], include: [])
    case .unique(let key):
      usual(
        of: table.name, kind: .unique, parts: key.columns.map { IndexPart(.column($0.name)) },
        include: key.include)
    case .exclusion(let constraint):
      usual(
        of: table.name, kind: .exclusion, parts: constraint.elements.map(\.part),
        include: constraint.include)
    case .index(let index):
      usual(of: table.name, kind: .index, parts: index.parts, include: index.include)
    default: nil
    }
  }

  /// An index of an ancestor, and what it is called on the partition's parent.
  struct Inherited {
    let model: SchemaObject
    let parentName: Identifier

    /// The name that the partition is to have its own under.
    func wanted(of table: Table) -> Identifier? {
      table.partitionIndexes.first { $0.parentName == parentName }?.name
        ?? PartitionIndexes.usual(of: table.id, for: model)
    }

    /// The name that it has there.
    func present(on table: Table) -> Identifier? {
      let named = table.partitionIndexes + (table.attachedIndexes ?? [])
      return named.first { $0.parentName == parentName }?.name
        ?? PartitionIndexes.usual(of: table.id, for: model)
    }
  }

  static func inherited(by table: Table, in schema: Schema) -> [Inherited] {
    guard table.partitionBound != nil, let parent = table.parents.first,
      case .table(let above)? = schema[parent]
    else { return [] }
    let own = [ObjectKind.primaryKey, .unique, .exclusion, .index].flatMap {
      schema.objects(of: $0, under: parent.path)
    }
    return own.map { Inherited(model: $0, parentName: $0.id.name) }
      + inherited(by: above, in: schema).compactMap { index in
        index.present(on: above).map { Inherited(model: index.model, parentName: $0) }
      }
  }

  /// Renames, once the partition has its index.
  static func steps(_ context: PlanContext, remade: Set<ObjectID>) -> [Step] {
    var steps: [Step] = []
    for case .table(let table) in context.to.objects(of: .table) where table.partitionBound != nil {
      var old: Table?
      if case .table(let before)? = context.from[table.id] { old = before }
      // A table that joins brings indexes along under names of its own.
      let brings = old.map { $0.parents != table.parents } ?? false
      if !brings, table.partitionIndexes.isEmpty, old?.partitionIndexes.isEmpty ?? true { continue }
      for index in inherited(by: table, in: context.to) {
        guard let wanted = index.wanted(of: table),
          let present = present(of: table, old, for: index, context, remade), present != wanted
        else { continue }
        steps.append(
          Step(
            .alter, table.id, consumes: [table.id, index.model.id] + index.model.requires,
            statements: [
              Statement(
                "ALTER INDEX \(path: [table.id.path[0], present]) RENAME TO \(wanted)",
                lock: .shareUpdateExclusive)
            ]))
      }
    }
    return steps
  }

  /// With the type of a column PostgreSQL makes the partitions' indexes anew, under names of its own.
  private static func isBuiltAnew(_ model: SchemaObject, _ context: PlanContext) -> Bool {
    for name in PlanContext.ownColumns(model) {
      let change = context.change[model.id.table.part(.column, name)]
      guard case .alter(let alteration)? = change, case .column(let old) = alteration.from,
        case .column(let new) = alteration.to
      else { continue }
      if !TypeChange.isMetadataOnly(old.type, new.type) { return true }
    }
    return false
  }

  /// What the index is called after the other steps.
  private static func present(
    of table: Table, _ old: Table?, for index: Inherited, _ context: PlanContext,
    _ remade: Set<ObjectID>
  ) -> Identifier? {
    let usual = usual(of: table.id, for: index.model)
    guard let old, !remade.contains(table.id) else { return usual }
    if old.parents != table.parents || old.partitionBound == nil {
      // An index of its own that fits is taken.
      let own = context.from.objects(of: index.model.kind, under: table.id.path)
      return own.first { $0.fields == index.model.fields }?.id.name ?? usual
    }
    guard let before = context.from[index.model.id], !remade.contains(before.id),
      !isBuiltAnew(before, context)
    else { return usual }
    return inherited(by: old, in: context.from).first { $0.model.id == before.id }?
      .present(on: old) ?? usual
  }
}

/// Triggers that partitions have from their parents and that fire otherwise there: what is done to the
/// parent's is done to them too, so it is said again.
enum PartitionTriggers {
  static func steps(_ context: PlanContext, remade: Set<ObjectID>) -> [Step] {
    var steps: [Step] = []
    for case .table(let table) in context.to.objects(of: .table) where table.partitionBound != nil {
      var old: [PartitionTrigger] = []
      if case .table(let before)? = context.from[table.id], before.parents == table.parents {
        old = before.partitionTriggers
      }
      if table.partitionTriggers.isEmpty, old.isEmpty { continue }
      let names = Set(table.partitionTriggers.map(\.name)).union(old.map(\.name))
      for name in names.sorted() {
        guard let origin = origin(of: name, on: table, in: context.to) else { continue }
        let own = table.partitionTriggers.first { $0.name == name }
        let isTouched = context.change[origin.id] != nil || remade.contains(origin.id)
        guard own != old.first(where: { $0.name == name }) || (own != nil && isTouched) else {
          continue
        }
        steps.append(
          Step(
            .alter, table.id, consumes: [table.id, origin.id],
            statements: [
              Statement(
                "ALTER TABLE \(path: table.id.path) \(TriggerSteps.words(own?.enabled ?? origin.enabled)) TRIGGER \(name)",
                lock: .shareRowExclusive)
            ]))
      }
    }
    return steps
  }

  /// The trigger of the nearest ancestor that has it of its own.
  private static func origin(
    of name: Identifier, on table: Table, in schema: Schema
  ) -> Trigger? {
    var parent = table.parents.first
    var depth = 0
    while let id = parent, depth < 64 {
      if case .trigger(let trigger)? = schema[id.part(.trigger, name)] { return trigger }
      guard case .table(let next)? = schema[id] else { return nil }
      parent = next.parents.first
      depth += 1
    }
    return nil
  }
}
