import Planning
import SQLText
import SchemaModel

/// Partitions come and go without locking their parent for those who use it.
extension Online {
  /// Whether a default partition would have to be read or locked.
  private func hasDefault(_ parent: ObjectID) -> Bool {
    defaultPartition(of: parent) != nil
      || (context.newChildren[parent] ?? []).contains { isDefault($0, in: context.to) }
  }

  private func defaultPartition(of parent: ObjectID) -> ObjectID? {
    (context.children[parent] ?? []).first { isDefault($0, in: context.from) }
  }

  private func isDefault(_ id: ObjectID, in schema: Schema) -> Bool {
    guard case .table(let table)? = schema[id] else { return false }
    return table.partitionBound == "DEFAULT"
  }

  // MARK: - Leaving

  /// The steps of a dropped partition, which leaves its parent first.
  func dropPartition(_ table: Table, _ plain: [Step]) -> [Step] {
    guard table.partitionBound != nil, let parent = table.parents.first, standing(parent) != nil,
      !hasDefault(parent), var drop = plain.last
    else { return plain }
    let gone = ObjectID.milestone("detached", of: table.id)
    let detach = Step(
      .drop, table.id, produces: [gone], statements: [detaching(table, parent)],
      hazards: [
        Hazard(
          "DL01", "Partition \(table.id.name) leaves \(parent.name), to be dropped.",
          needsPermission: true)
      ], reversibility: .structureOnly, stage: .early)
    drop.consumes.append(gone)
    return [detach] + plain.dropLast() + [drop]
  }

  private func detaching(_ table: Table, _ parent: ObjectID) -> Statement {
    Online.concurrently(
      "ALTER TABLE \(path: parent.path) DETACH PARTITION \(path: table.id.path) CONCURRENTLY",
      on: parent, work: .metadata)
  }

  /// A partition that becomes a table of its own; nil where it only stays or moves.
  func detach(_ old: Table, _ new: Table) -> [Step]? {
    guard old.partitionBound != nil, new.partitionBound == nil, new.parents.isEmpty,
      let parent = old.parents.first, standing(parent) != nil, standing(new.id) != nil,
      !hasDefault(parent)
    else { return nil }
    let gone = ObjectID.milestone("detached", of: new.id)
    let detach = Step(
      .alter, new.id, produces: [gone], destroys: [PlanContext.place(of: old.id)],
      statements: [detaching(old, parent)], stage: .early)
    var rest = TableSteps.alter(old, to: new, context)
    rest.statements.removeAll { $0.sql.text.contains(" DETACH PARTITION ") }
    // PostgreSQL leaves the bound behind as a check.
    rest.statements.insert(
      Statement(
        "ALTER TABLE \(path: new.id.path) DROP CONSTRAINT IF EXISTS \(leftCheck(old))",
        lock: .accessExclusive), at: 0)
    rest.consumes.append(gone)
    return [detach, rest]
  }

  /// What the check is called (`ChooseConstraintName`).
  private func leftCheck(_ table: Table) -> Identifier {
    var columns: Set<Identifier> = []
    var taken: Set<Identifier> = []
    var next: Table? = table
    while let here = next {
      for kind in [ObjectKind.check, .foreignKey, .primaryKey, .unique, .exclusion] {
        taken.formUnion(context.from.objects(of: kind, under: here.id.path).map(\.id.name))
      }
      next = nil
      if here.partitionBound != nil, let parent = here.parents.first,
        case .table(let above)? = context.from[parent]
      {
        columns.formUnion(keyWords(above))
        next = above
      }
    }
    let column = columns.count == 1 ? columns.first : nil
    return PostgresNames.free(among: taken) { suffix in
      PostgresNames.make(table.id.name.raw, column?.raw, "check" + suffix)
    }
  }

  /// The columns that a partition key mentions.
  private func keyWords(_ table: Table) -> Set<Identifier> {
    guard let key = table.partitionKey,
      let tokens = try? Lexer.tokens(of: key.string, rules: .postgresql)
    else { return [] }
    let words = tokens.filter { $0.kind == .word || $0.kind == .quotedName }.map {
      PostgresSyntax().identifier($0)
    }
    return Set(words.filter { context.from.contains(table.id.part(.column, $0)) })
  }

  // MARK: - Coming

  /// A table that becomes a partition: that its rows fit is proven before, and its indexes are built.
  func attach(_ old: Table, _ new: Table) -> [Step]? {
    guard old.parents.isEmpty, let bound = new.partitionBound, let parent = new.parents.first,
      standing(new.id) != nil, standing(parent) != nil, !Joining.lacksColumns(new, context),
      case .table(let above)? = context.to[parent],
      let condition = PartitionBound.condition(bound.string, key: above.partitionKey?.string ?? "")
    else { return nil }
    var attach = TableSteps.alter(old, to: new, context)
    // Both are said where it is proven.
    attach.hazards.removeAll { $0.code == "LK33" || $0.code == "DD08" }
    var steps: [Step] = []
    prove(condition, of: new.id, for: new, &steps, &attach)
    if let other = defaultPartition(of: parent), other != new.id {
      prove("NOT (\(condition))", of: other, for: new, &steps, &attach)
    }
    if new.partitionKey == nil {
      buildIndexes(of: new, &steps, &attach)
      for inherited in PartitionIndexes.inherited(by: new, in: context.to) {
        guard let (build, key) = key(inherited, ofComing: new) else { continue }
        steps += [build, key]
        attach.consumes += key.produces
      }
    }
    return steps + [attach]
  }

  private func prove(
    _ condition: SQL, of table: ObjectID, for partition: Table, _ steps: inout [Step],
    _ attach: inout Step
  ) {
    let name = PostgresNames.make(table.name.raw, partition.id.name.raw, "bound__kedge")
    let (added, proven) = (
      ObjectID.milestone("bounded", of: table.part(.check, name)),
      ObjectID.milestone("proven", of: table.part(.check, name))
    )
    steps.append(
      Step(
        .alter, partition.id, produces: [added],
        statements: [
          Statement(
            "ALTER TABLE \(path: table.path) ADD CONSTRAINT \(name) CHECK (\(condition)) NOT VALID",
            lock: .accessExclusive, on: [table])
        ],
        hazards: [
          Hazard("DD08", "Rows of \(table.name) that do not belong there stop the change.")
        ]))
    var validate = Online.validation(
      of: name, on: table, subject: partition.id, after: [added])
    validate.produces = [proven]
    steps.append(validate)
    attach.consumes.append(proven)
    attach.statements.append(
      Statement(
        "ALTER TABLE \(path: table.path) DROP CONSTRAINT \(name)", lock: .accessExclusive,
        on: [table]))
  }

  /// Those of the parent that the table has not got yet.
  private func buildIndexes(of table: Table, _ steps: inout [Step], _ attach: inout Step) {
    for inherited in PartitionIndexes.inherited(by: table, in: context.to) {
      guard case .index(var index) = inherited.model, context.from.contains(index.id),
        !context.from.objects(of: .index, under: table.id.path).contains(where: {
          $0.fields == inherited.model.fields
        }), let name = PartitionIndexes.usual(of: table.id, for: inherited.model)
      else { continue }
      index.id = table.id.part(.index, name)
      guard !isTaken([index.id.path[0], name]) else { continue }
      let built = ObjectID.milestone("built", of: index.id)
      steps.append(
        Step(
          .create, table.id, produces: [built],
          statements: [
            Online.concurrently(
              IndexSteps.definition(index, concurrently: true), on: table.id)
          ], stage: .early))
      attach.consumes.append(built)
    }
  }

  /// A new partition is made beside its parent and attached: that locks the parent for other changes alone.
  func createPartition(_ table: Table, parts: [SchemaObject], _ plain: [Step]) -> [Step] {
    guard let bound = table.partitionBound, let parent = table.parents.first,
      standing(parent) != nil, parts.isEmpty, table.partitionKey == nil, table.server == nil,
      var step = plain.first, plain.count == 1,
      case .table(let above)? = context.to[parent], above.type == nil,
      context.to.parts(of: parent).allSatisfy({ context.change[$0.id] == nil })
    else { return plain }
    let condition = PartitionBound.condition(bound.string, key: above.partitionKey?.string ?? "")
    let other = defaultPartition(of: parent).flatMap(standing)
    if hasDefault(parent), other == nil || condition == nil { return plain }
    let kind: SQL = table.isUnlogged ? "CREATE UNLOGGED TABLE" : "CREATE TABLE"
    var sql: SQL = """
      \(kind) \(path: table.id.path) (LIKE \(path: parent.path) INCLUDING DEFAULTS \
      INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING INDEXES INCLUDING STORAGE \
      INCLUDING COMPRESSION)
      """
    if let method = table.accessMethod { sql += " USING \(method)" }
    if !table.storageParameters.isEmpty {
      let sorted = TableSteps.ordered(table.storageParameters, by: table.parameterOrder)
      sql += " WITH (\(TableSteps.parameters(sorted)))"
    }
    if let space = table.tablespace { sql += " TABLESPACE \(space)" }
    step.statements.replaceSubrange(
      0..<1,
      with: [
        Statement(sql, lock: .accessShare, on: [parent]),
        Statement(
          "ALTER TABLE \(path: parent.path) ATTACH PARTITION \(path: table.id.path) \(.verbatim(bound.string))",
          lock: .shareUpdateExclusive, on: [parent]),
      ])
    // That its rows stay where they are is proven before, not while it is locked.
    var steps: [Step] = []
    if let other, let condition {
      prove("NOT (\(condition))", of: other, for: table, &steps, &step)
    }
    return steps + [step]
  }
}

/// What a partition's bound says of its rows, as a condition from which PostgreSQL can tell that they fit.
enum PartitionBound {
  /// Nil for more than one column, for expressions, and for hashes, which no condition proves.
  static func condition(_ bound: String, key: String) -> SQL? {
    guard let keyTokens = try? Lexer.tokens(of: key, rules: .postgresql), keyTokens.count == 4,
      keyTokens[2].kind == .word || keyTokens[2].kind == .quotedName,
      let tokens = try? Lexer.tokens(of: bound, rules: .postgresql)
    else { return nil }
    let column: SQL = "\(PostgresSyntax().identifier(keyTokens[2]))"
    let lists = parentheses(tokens, in: bound)
    if keyTokens[0].isWord("range"), lists.count == 2 {
      var parts: [SQL] = ["\(column) IS NOT NULL"]
      for (text, sign) in zip(lists, [">=", "<"] as [SQL]) {
        let word = text.trimmingSpace.asciiLowercased
        if word == "minvalue" || word == "maxvalue" { continue }
        if text.contains(",") { return nil }
        parts.append("\(column) \(sign) \(.verbatim(text))")
      }
      return parts.joined(" AND ")
    }
    if keyTokens[0].isWord("list"), lists.count == 1, !tokens.contains(where: { $0.isWord("null") })
    {
      return "\(column) IS NOT NULL AND \(column) IN (\(.verbatim(lists[0])))"
    }
    return nil
  }

  /// What stands between the outer parentheses.
  private static func parentheses(_ tokens: [Token], in text: String) -> [String] {
    let bytes = Array(text.utf8)
    var found: [String] = []
    var depth = 0
    var start = 0
    for token in tokens {
      if token.isSymbol("(") {
        if depth == 0 { start = token.range.upperBound }
        depth += 1
      } else if token.isSymbol(")") {
        depth -= 1
        if depth == 0 {
          found.append(String(decoding: bytes[start..<token.range.lowerBound], as: UTF8.self))
        }
      }
    }
    return found
  }
}
