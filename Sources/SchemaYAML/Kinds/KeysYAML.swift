import SQLText
import SchemaModel

/// Primary keys and unique constraints.
extension SchemaBuilder {
  mutating func readKeys(_ tableFields: Fields, _ scope: inout TableScope) {
    if let node = tableFields["primary_key"], !node.isNull {
      readPrimaryKey(node, at: tableFields.keyMark("primary_key"), &scope)
    }
    for (name, value, mark) in items(tableFields["uniques"], of: "uniques") {
      readUnique(value, named: name, at: mark, &scope)
    }
  }

  private mutating func readPrimaryKey(
    _ node: YAMLNode, at mark: YAMLMark, _ scope: inout TableScope
  ) {
    var fields = Fields(mark: node.mark)
    var columnsNode: YAMLNode? = node
    if case .mapping = node.content {
      fields = nodes.fields(node, SchemaKeys.primaryKey, of: "'primary_key'")
      columnsNode = fields["columns"]
    }
    let columns = keyColumns(columnsNode, of: scope.id, in: "primary_key")
    guard !columns.isEmpty else { return }
    var key = PrimaryKey(id: scope.id, columns: columns)
    key.include = columnNames(fields["include"], of: scope.id, in: "include")
    key.deferrability = deferrability(fields)
    key.isAutoincrement = fields.flag("autoincrement")
    key.conflict = conflict(fields)
    key.isWithoutOverlaps = fields.flag("without_overlaps")
    key.storage = indexStorage(fields)
    if key.isAutoincrement, columns.count > 1 {
      nodes.report(
        fields.keyMark("autoincrement"), "'autoincrement' is for a key of one integer column")
    }
    if let id = add(key, named: ownName(fields, nil), at: mark, &scope) {
      readCommon(fields, of: id)
      readComment(fields, "index_comment", of: id.indexBehind)
    }
  }

  /// Gives the key its name, and reports a second primary key.
  private mutating func add(
    _ key: PrimaryKey, named name: Identifier?, at mark: YAMLMark, _ scope: inout TableScope
  ) -> ObjectID? {
    if scope.hasPrimaryKey {
      nodes.report(mark, "table '\(shown(scope.id))' has a primary key already")
      return nil
    }
    scope.hasPrimaryKey = true
    let table = scope.name
    guard
      let id = constraintID(
        .primaryKey, named: name, definition: "", &scope, at: mark,
        default: { PostgresNames.make(table.raw, nil, "pkey" + $0) })
    else { return nil }
    var key = key
    key.id = id
    objects.append(.primaryKey(key))
    primaryKeys[scope.id] = key.columns.map(\.name)
    return id
  }

  private mutating func readUnique(
    _ node: YAMLNode, named name: Identifier?, at mark: YAMLMark, _ scope: inout TableScope
  ) {
    var fields = Fields(mark: node.mark)
    var columnsNode: YAMLNode? = node
    if case .mapping = node.content {
      fields = nodes.fields(
        node, SchemaKeys.unique,
        of: name.map { "unique constraint '\($0.raw)'" } ?? "a unique constraint")
      columnsNode = fields["columns"]
    }
    let columns = keyColumns(columnsNode, of: scope.id, in: "uniques")
    guard !columns.isEmpty else { return }
    var unique = UniqueConstraint(id: scope.id, columns: columns)
    unique.include = columnNames(fields["include"], of: scope.id, in: "include")
    unique.deferrability = deferrability(fields)
    unique.nullsNotDistinct = fields.flag("nulls_not_distinct")
    unique.conflict = conflict(fields)
    unique.isWithoutOverlaps = fields.flag("without_overlaps")
    unique.storage = indexStorage(fields)
    if let id = add(unique, named: ownName(fields, name), at: mark, &scope) {
      readCommon(fields, of: id)
      readComment(fields, "index_comment", of: id.indexBehind)
    }
  }

  private mutating func add(
    _ unique: UniqueConstraint, named name: Identifier?, at mark: YAMLMark,
    _ scope: inout TableScope
  ) -> ObjectID? {
    let table = scope.name
    let columns = unique.columns.map(\.name)
    guard
      let id = constraintID(
        .unique, named: name, definition: UnnamedConstraint.definition(ofUnique: unique.columns),
        &scope, at: mark,
        default: { PostgresNames.unique(table: table, columns: columns, suffix: $0) })
    else { return nil }
    var unique = unique
    unique.id = id
    objects.append(.unique(unique))
    return id
  }

  /// Column names; on SQLite with `collate NAME` and `desc`.
  private mutating func keyColumns(
    _ node: YAMLNode?, of table: ObjectID, in key: String
  ) -> [KeyColumn] {
    guard let node else { return [] }
    var columns: [KeyColumn] = []
    let texts = nodes.texts(node, of: "'\(key)'")
    for (text, item) in texts {
      do throws(SyntaxProblem) {
        let column = try keyColumn(text)
        guard hasColumn(column.name, table, at: item) else { continue }
        if engine == .postgresql, columns.contains(where: { $0.name == column.name }) {
          nodes.report(item.mark, "the column '\(column.name.raw)' is named twice")
          continue
        }
        columns.append(column)
      } catch {
        report(error, at: item)
      }
    }
    if case .sequence(let items) = node.content, items.isEmpty {
      nodes.report(node.mark, "'\(key)' names no column")
    }
    // A key of the columns that were understood would be another key.
    return columns.count == texts.count ? columns : []
  }

  private func keyColumn(_ text: String) throws(SyntaxProblem) -> KeyColumn {
    if text.isPlainWord { return KeyColumn(Identifier(text, in: engine)) }
    var reader = try ClauseReader(text, syntax: syntax)
    var column = KeyColumn(try reader.name("a column's name"))
    if engine == .sqlite {
      if reader.take("collate") {
        // BINARY counts here: the column's own collation may be another.
        column.collation = Identifier(try reader.collation().string, in: engine)
      }
      column.isDescending = reader.take("desc")
      if !column.isDescending { _ = reader.take("asc") }
    }
    guard reader.isAtEnd else { throw reader.problem("'\(text)' is no column") }
    return column
  }

  /// A constraint in a column's scalar form.
  mutating func readInline(
    _ constraint: ColumnText.InlineConstraint, of column: Identifier, at node: YAMLNode,
    _ scope: inout TableScope
  ) {
    let mark = nodes.mark(node, offset: constraint.offset)
    switch constraint.body {
    case .primaryKey(let isDescending, let conflict, let isAutoincrement):
      let key = PrimaryKey(
        id: scope.id, columns: [KeyColumn(column, isDescending: isDescending)],
        isAutoincrement: isAutoincrement, conflict: conflict)
      _ = add(key, named: constraint.name, at: mark, &scope)
    case .unique(let nullsNotDistinct, let conflict):
      let unique = UniqueConstraint(
        id: scope.id, columns: [KeyColumn(column)], nullsNotDistinct: nullsNotDistinct,
        conflict: conflict)
      _ = add(unique, named: constraint.name, at: mark, &scope)
    case .check(let text, let isNoInherit, let conflict):
      guard let expression = expression(text, at: node) else { return }
      let check = CheckConstraint(
        id: scope.id, expression: expression, isNoInherit: isNoInherit,
        conflict: conflict)
      _ = add(check, named: constraint.name, at: mark, &scope)
    case .foreignKey(let reference):
      let key = ForeignKey(
        id: scope.id, columns: [column], referencedTable: scope.id,
        referencedColumns: reference.columns, onDelete: reference.onDelete,
        onUpdate: reference.onUpdate, setColumns: reference.setColumns, match: reference.match,
        deferrability: reference.deferrability)
      _ = add(
        key, to: reference.table, isUndeclared: false, named: constraint.name, at: mark,
        reference: mark, &scope)
    }
  }
}

extension SchemaWriter {
  func primaryKey(of table: ObjectID) -> [YAMLEntry] {
    for case .primaryKey(let key) in parts(.primaryKey, of: table) {
      var entries = [YAMLEntry("columns", keyColumns(key.columns))]
      let isUsual =
        schema.engine == .postgresql
        ? key.id.name == PostgresNames.primaryKey(table: table.name)
        : UnnamedConstraint.isUnnamed(key.id)
      if !isUsual { entries.insert(YAMLEntry("name", name(key.id.name)), at: 0) }
      if !key.include.isEmpty { entries.append(YAMLEntry("include", names(key.include))) }
      entries += deferrability(key.deferrability)
      entries += flag("without_overlaps", key.isWithoutOverlaps) + storage(key.storage)
      entries += flag("autoincrement", key.isAutoincrement)
      entries += conflict(key.conflict) + common(key.id) + indexComment(key.id)
      let isShort = isUsual && entries.count == 1
      return [
        YAMLEntry("primary_key", isShort ? keyColumns(key.columns) : .mapping(entries))
      ]
    }
    return []
  }

  func unique(
    _ object: SchemaObject
  ) -> (id: ObjectID, short: YAMLValue?, entries: [YAMLEntry])? {
    guard case .unique(let unique) = object else { return nil }
    var entries = [YAMLEntry("columns", keyColumns(unique.columns))]
    if !unique.include.isEmpty { entries.append(YAMLEntry("include", names(unique.include))) }
    entries += deferrability(unique.deferrability)
    entries += flag("nulls_not_distinct", unique.nullsNotDistinct)
    entries += flag("without_overlaps", unique.isWithoutOverlaps) + storage(unique.storage)
    entries += conflict(unique.conflict) + common(unique.id) + indexComment(unique.id)
    return (unique.id, entries.count == 1 ? keyColumns(unique.columns) : nil, entries)
  }

  private func keyColumns(_ columns: [KeyColumn]) -> YAMLValue {
    .sequence(
      columns.map { column in
        var words = text(column.name)
        if let collation = column.collation { words += " collate \(text(collation))" }
        if column.isDescending { words += " desc" }
        return .text(words)
      })
  }
}
