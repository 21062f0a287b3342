import Planning
import SQLText
import SchemaModel

extension RowChecks {
  /// Existing rows that a new constraint would refuse; nothing where a query cannot tell.
  func violation(of constraint: Constraint) -> [RowCheck] {
    switch constraint.value {
    case .primaryKey(let key): repetition(key.columns, constraint)
    case .unique(let key): repetition(key.columns, constraint)
    case .check(let value): violation(of: value, constraint)
    case .foreignKey(let key): violation(of: key)
    }
  }

  func violation(of key: ForeignKey) -> [RowCheck] {
    wasChecked(key) ? newOrphans(of: key) : orphans(of: key)
  }

  /// Whether SQLite could check before what a foreign key says.
  private func wasChecked(_ key: ForeignKey) -> Bool {
    guard case .foreignKey(let old)? = from[key.id] else { return false }
    return old.columns == key.columns && old.referencedTable == key.referencedTable
      && ForeignKeyTarget.columns(of: old, in: from) == ForeignKeyTarget.columns(of: key, in: to)
      && ForeignKeyTarget.isUnique(of: old, in: from)
  }

  /// Keys and checks that stay, and unique indexes, over columns that come to hold or to compare something
  /// else. Of foreign keys `ForeignKeyGuard` knows which those are.
  func keptConstraints(except new: Set<ObjectID>) -> [RowCheck] {
    let moved = to.columns(of: table).filter { from.column($0.id) != nil && !rows.keepsValues($0) }
      .map(\.id.name)
    guard !moved.isEmpty else { return [] }
    var checks: [RowCheck] = []
    for constraint in to.constraints(of: table) where !new.contains(constraint.id) {
      switch constraint.value {
      case .primaryKey, .unique:
        if constraint.columns.contains(where: moved.contains) {
          checks += violation(of: constraint)
        }
      case .check(let value):
        if moved.contains(where: { Mentions.of($0, in: value.expression.text) }) {
          checks += violation(of: constraint)
        }
      case .foreignKey: break
      }
    }
    for index in to.indexes(of: table)
    where index.isUnique && from[index.id] == .index(index)
      && moved.contains(where: { mentions($0, index) })
    {
      checks += violation(of: index)
    }
    return checks
  }

  private func mentions(_ column: Identifier, _ index: Index) -> Bool {
    index.parts.contains { part in
      switch part.subject {
      case .column(let name): name == column
      case .expression(let expression): Mentions.of(column, in: expression.text)
      }
    } || index.predicate.map { Mentions.of(column, in: $0.text) } == true
  }

  // MARK: Keys

  private func repetition(_ columns: [KeyColumn], _ constraint: Constraint) -> [RowCheck] {
    let parts = columns.map {
      OldRows.KeyPart(value: "\($0.name)", column: $0.name, collation: $0.collation)
    }
    let names = columns.map(\.name)
    // Nulls are different from each other.
    guard !names.contains(where: rows.isNull),
      let query = rows.repetitions(of: parts, mentioned: names, where: nil)
    else { return [] }
    return [check(Hazards.new(constraint), repeated(names.map(\.raw)), query)]
  }

  private func repeated(_ parts: [String]) -> String {
    "\(table.name.raw) repeats (\(parts.joined(separator: ", ")))"
  }

  func violation(of index: Index) -> [RowCheck] {
    var parts: [OldRows.KeyPart] = []
    var labels: [String] = []
    var names: Set<Identifier> = []
    for part in index.parts {
      let collation = part.collation.map { Identifier($0.string) }
      switch part.subject {
      case .column(let name):
        parts.append(OldRows.KeyPart(value: "\(name)", column: name, collation: collation))
        labels.append(name.raw)
        names.insert(name)
      case .expression(let expression):
        guard let mentioned = mentioned(in: expression) else { return [] }
        parts.append(
          OldRows.KeyPart(
            value: "(\(ObjectText.verbatim(expression)))", column: nil,
            collation: collation ?? Self.collation(of: expression)))
        labels.append(Self.onOneLine(expression))
        names.formUnion(mentioned)
      }
    }
    guard !parts.contains(where: { $0.column.map(rows.isNull) == true }),
      let mentioned = mentioned(in: index.predicate),
      let query = rows.repetitions(
        of: parts, mentioned: names.union(mentioned).sorted(),
        where: index.predicate.map { "(\(ObjectText.verbatim($0)))" })
    else { return [] }
    return [check(Hazards.new(index), repeated(labels), query)]
  }

  /// An index compares an expression as BINARY, whatever its columns say, unless COLLATE is the last to be
  /// applied in it; that it brings along.
  private static func collation(of expression: Expression) -> Identifier? {
    let binary = SQLiteNames.identifier("BINARY")
    guard let tokens = try? SQLiteSyntax().tokens(of: expression.text) else { return binary }
    let inner = Normalizer.withoutOuterParentheses(tokens)
    guard inner.count > 2, inner[inner.count - 2].text.asciiLowercased == "collate" else {
      return binary
    }
    let operand = inner.dropLast(2).drop { token in ["-", "+", "~"].contains(where: token.isSymbol)
    }
    // A name, a value, something in parentheses or a function's call; not the last operand of an operator.
    let call = operand.first?.kind == .word ? operand.dropFirst() : operand
    return operand.count == 1 || isInParentheses(Array(call)) ? nil : binary
  }

  private static func isInParentheses(_ tokens: [Token]) -> Bool {
    tokens.count == 2 && tokens[0].isSymbol("(") && tokens[1].isSymbol(")")
      || Normalizer.withoutOuterParentheses(tokens).count < tokens.count
  }

  // MARK: Checks

  private func violation(of value: CheckConstraint, _ constraint: Constraint) -> [RowCheck] {
    guard let columns = mentioned(in: value.expression),
      let query = rows.query(
        columns: columns, where: "NOT (\(ObjectText.verbatim(value.expression)))")
    else { return [] }
    let name = constraint.isNamed ? " \(constraint.id.name.raw)" : ""
    return [
      check(
        Hazards.new(constraint),
        "\(table.name.raw) violates the check\(name) (\(Self.onOneLine(value.expression)))", query)
    ]
  }

  static func onOneLine(_ expression: Expression) -> String {
    expression.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// The columns that an expression names, with the names of the implicit rowid; nil where it asks elsewhere.
  private func mentioned(in expression: Expression?) -> [Identifier]? {
    guard let expression else { return [] }
    let columns = to.columns(of: table).map(\.id.name)
    let select = SQLiteNames.identifier("select")
    if !columns.contains(select), Mentions.of(select, in: expression.text) { return nil }
    let names = columns + RowID.names.filter { !columns.contains($0) }
    return names.filter { Mentions.of($0, in: expression.text) }
  }

  // MARK: Foreign keys

  /// Rows that point at nothing once columns of either side have changed; those that did so before may stay.
  private func newOrphans(of key: ForeignKey) -> [RowCheck] {
    guard case .foreignKey(let old)? = from[key.id], hasMoved(key) else { return [] }
    let before = RowChecks(table, from: from, to: from, renames: rows.renames).orphans(of: old)
    return orphans(of: key).map { check in
      var check = check
      for old in before {
        check.query = """
          SELECT key FROM (\(check.query)) WHERE key NOT IN (SELECT key FROM (\(old.query)))
          """
      }
      return check
    }
  }

  private func hasMoved(_ key: ForeignKey) -> Bool {
    let parents = OldRows(key.referencedTable, from: from, to: to, renames: rows.renames)
    let targets = ForeignKeyTarget.columns(of: key, in: to).map {
      key.referencedTable.part(.column, $0)
    }
    return key.columns.contains { name in
      to.column(table.part(.column, name)).map { !rows.keepsValues($0) } ?? false
    } || targets.contains { to.column($0).map { !parents.keepsValues($0) } ?? false }
  }

  /// The comparison is that of a foreign key: by affinity and collation of the parent's column
  /// (sqlite.org/foreignkeys.html, 3).
  private func orphans(of key: ForeignKey) -> [RowCheck] {
    let parent = key.referencedTable
    let parentKey = ForeignKeyTarget.columns(of: key, in: to)
    guard parentKey.count == key.columns.count, to.table(parent) != nil,
      !key.columns.contains(where: rows.isNull), let children = rows.values(of: key.columns)
    else { return [] }
    var conditions = key.columns.map { name -> SQL in "c.\(name) IS NOT NULL" }
    if from.table(parent) != nil {
      guard let condition = isOrphan(Array(zip(key.columns, parentKey)), of: parent) else {
        return []
      }
      conditions.append(condition)
    }
    let columns = key.columns.map(\.raw).joined(separator: ", ")
    return [
      check(
        Hazards.new(key), "\(table.name.raw) (\(columns)) points at no row of \(parent.name.raw)",
        "SELECT c._kedge_key AS key FROM \(children) AS c WHERE \(conditions.joined(" AND "))")
    ]
  }

  private func isOrphan(
    _ pairs: [(child: Identifier, parent: Identifier)], of parent: ObjectID
  ) -> SQL? {
    let parents = OldRows(parent, from: from, to: to, renames: rows.renames)
    let targets = pairs.compactMap { to.column(parent.part(.column, $0.parent)) }
    guard targets.count == pairs.count else { return nil }
    if targets.allSatisfy({ $0.generation == nil && parents.keepsValues($0) }) {
      let matches = pairs.map { child, name -> SQL in "p.\(parents.old(name)) = +c.\(child)" }
      return """
        NOT EXISTS
          (SELECT 1 FROM \(parents.oldTable.name) AS p WHERE \(matches.joined(" AND ")))
        """
    }
    // No column is there that compares as the parent's will: the child's value is made what it would be.
    let names = targets.map(\.id.name)
    guard let values = parents.values(of: names) else { return nil }
    let own = zip(pairs, targets).map { pair, target -> SQL in
      parents.affinity(of: target, in: to).stored("+c.\(pair.child)")
        + " COLLATE \(parents.ownCollation(target.id.name))"
    }
    let present = names.map { name -> SQL in "p.\(name) IS NOT NULL" }
    return """
      (\(own.joined(", "))) NOT IN
        (SELECT \(names.map { name -> SQL in "p.\(name)" }.joined(", ")) FROM \(values) AS p
        WHERE \(present.joined(" AND ")))
      """
  }
}
