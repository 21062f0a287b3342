import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readForeignKeys(_ section: YAMLNode?, _ scope: inout TableScope) {
    for (name, value, mark) in items(section, of: "foreign_keys") {
      let subject = name.map { "foreign key '\($0.raw)'" } ?? "a foreign key"
      guard case .mapping = value.content else {
        nodes.report(
          value.mark, "\(subject) is a mapping, this is \(value.kindName)",
          suggestion: "write {columns: [a], references: t(b)}")
        continue
      }
      let fields = nodes.fields(value, SchemaKeys.foreignKey, of: subject)
      let columns = columnNames(fields["columns"], of: scope.id, in: "columns")
      guard !columns.isEmpty, let node = fields["references"],
        let target = reference(fields.text("references") ?? "", at: node)
      else { continue }
      var key = ForeignKey(
        id: scope.id, columns: columns, referencedTable: scope.id,
        referencedColumns: target.columns)
      readActions(fields, of: scope.id, into: &key)
      let id = add(
        key, to: target.table, isUndeclared: fields.flag("undeclared"),
        named: ownName(fields, name), at: mark, reference: node.mark, &scope)
      if let id { readCommon(fields, of: id) }
    }
  }

  private mutating func reference(_ text: String, at node: YAMLNode) -> ReferenceText? {
    do throws(SyntaxProblem) {
      var reader = try ClauseReader(text, syntax: syntax)
      let reference = try ReferenceText(&reader, allowsActions: false)
      guard reader.isAtEnd else {
        throw reader.problem(
          "'references' is TABLE(COLUMN, …); actions have keys of their own, such as 'on_delete'")
      }
      return reference
    } catch {
      report(error, at: node)
      return nil
    }
  }

  private mutating func readActions(
    _ fields: Fields, of table: ObjectID, into key: inout ForeignKey
  ) {
    if let node = fields["on_delete"], let text = fields.text("on_delete") {
      do throws(SyntaxProblem) {
        var reader = try ClauseReader(text, syntax: syntax)
        key.onDelete = try ReferenceText.action(&reader)
        let columns = try reader.columnList() ?? []
        if !columns.isEmpty,
          key.onDelete != .setNull && key.onDelete != .setDefault
            || engine == .sqlite
        {
          throw SyntaxProblem("only 'set null' and 'set default' of PostgreSQL name columns")
        }
        key.setColumns = columns.filter { hasColumn($0, table, at: node) }
        guard reader.isAtEnd else { throw reader.problem("'\(text)' is no action") }
      } catch {
        let nearest = nearestName(
          to: text, among: ForeignKey.Action.allCases.map(\.rawValue))
        nodes.report(
          nodes.mark(node, offset: error.offset), error.message,
          suggestion: nearest.map { "did you mean '\($0)'?" })
      }
    }
    key.onUpdate = fields.word("on_update").flatMap { ForeignKey.Action(rawValue: $0) } ?? .noAction
    key.match = fields.word("match").flatMap { ForeignKey.Match(rawValue: $0) } ?? .simple
    if key.match == .partial, engine == .postgresql {
      nodes.report(fields.keyMark("match"), "PostgreSQL does not implement 'match: partial'")
    }
    key.deferrability = deferrability(fields)
    key.isNotValid = fields.flag("not_valid")
    key.isNotEnforced = fields.flag("not_enforced")
    key.isTemporal = fields.flag("period")
  }

  /// The key waits until every table is known; its name does not.
  mutating func add(
    _ key: ForeignKey, to target: [Identifier], isUndeclared: Bool, named name: Identifier?,
    at mark: YAMLMark, reference: YAMLMark, _ scope: inout TableScope
  ) -> ObjectID? {
    guard target.count <= 2 else {
      nodes.report(reference, "the referenced table has too many names")
      return nil
    }
    let table = scope.name
    guard
      let id = constraintID(
        .foreignKey, named: name,
        definition: UnnamedConstraint.definition(
          ofForeignKey: key.columns, to: target[target.count - 1], key.referencedColumns),
        &scope, at: mark,
        default: { PostgresNames.foreignKey(table: table, columns: key.columns, suffix: $0) })
    else { return nil }
    var key = key
    key.id = id
    key.referencedTable = referencedTable(target)
    pendingForeignKeys.append(
      PendingForeignKey(key: key, isUndeclared: isUndeclared, source: nodes.source, mark: reference)
    )
    return id
  }

  /// The declared table that the name means along the search path, else the one in its first schema.
  func referencedTable(_ path: [Identifier]) -> ObjectID {
    if path.count == 2 { return ObjectID(.table, path) }
    let candidates = searchPath.map { ObjectID(.table, [$0, path[0]]) }
    return candidates.first(where: isDeclared) ?? candidates[0]
  }

  mutating func resolveForeignKeys() {
    for pending in pendingForeignKeys {
      nodes.source = pending.source
      var key = pending.key
      if resolve(&key, pending) { objects.append(.foreignKey(key)) }
    }
  }

  private mutating func resolve(_ key: inout ForeignKey, _ pending: PendingForeignKey) -> Bool {
    let target = key.referencedTable
    guard let known = columns(of: target) else {
      let isElsewhere =
        engine == .postgresql && namespaces?.contains(target.path[0]) == false
      if isElsewhere, !key.referencedColumns.isEmpty || pending.isUndeclared { return true }
      if pending.isUndeclared { return true }
      if isElsewhere {
        nodes.report(
          pending.mark, "the referenced columns cannot be looked up in another file's schema",
          suggestion: "write \(shown(target))(COLUMN)")
      } else {
        reportMissing(target, at: pending.mark)
      }
      return false
    }
    for column in key.referencedColumns where !known.contains(column) && !pending.isUndeclared {
      let nearest = nearestName(to: column.raw, among: known.map(\.raw))
      nodes.report(
        pending.mark, "the table '\(shown(target))' has no column '\(column.raw)'",
        suggestion: nearest.map { "did you mean '\($0)'?" })
      return false
    }
    if key.referencedColumns.isEmpty, !pending.isUndeclared {
      guard let primary = primaryKey(of: target) else {
        nodes.report(
          pending.mark, "the table '\(shown(target))' has no primary key",
          suggestion: "write the referenced columns, \(shown(target))(COLUMN)")
        return false
      }
      // SQLite's text names no columns, and keeps it so.
      if engine == .postgresql { key.referencedColumns = primary }
      if primary.count != key.columns.count {
        nodes.report(
          pending.mark,
          "a key of \(key.columns.count.counting("column")) refers to a "
            + "primary key of \(primary.count)")
        return false
      }
    } else if !key.referencedColumns.isEmpty, key.referencedColumns.count != key.columns.count {
      nodes.report(
        pending.mark,
        "the numbers of columns differ: \(key.columns.count) and \(key.referencedColumns.count)")
      return false
    }
    return true
  }
}

extension SchemaWriter {
  func foreignKey(
    _ object: SchemaObject
  ) -> (id: ObjectID, short: YAMLValue?, entries: [YAMLEntry])? {
    guard case .foreignKey(let key) = object else { return nil }
    var target = text(key.referencedTable.path)
    if !key.referencedColumns.isEmpty {
      target += "(" + key.referencedColumns.map { text($0) }.joined(separator: ", ") + ")"
    }
    var entries = [
      YAMLEntry("columns", names(key.columns)), YAMLEntry("references", .text(target)),
    ]
    entries += flag("undeclared", !isDeclared(key))
    if key.onDelete != .noAction {
      let columns =
        key.setColumns.isEmpty
        ? "" : " (" + key.setColumns.map { text($0) }.joined(separator: ", ") + ")"
      entries.append(YAMLEntry("on_delete", .text(key.onDelete.rawValue + columns)))
    }
    if key.onUpdate != .noAction {
      entries.append(YAMLEntry("on_update", .text(key.onUpdate.rawValue)))
    }
    if key.match != .simple { entries.append(YAMLEntry("match", .text(key.match.rawValue))) }
    entries += deferrability(key.deferrability) + flag("not_valid", key.isNotValid)
    entries += flag("not_enforced", key.isNotEnforced) + flag("period", key.isTemporal)
    return (key.id, nil, entries + common(key.id))
  }

  /// Whether the schema has what the key refers to. SQLite does not ask; PostgreSQL's target may be of
  /// a kind that is not modelled, or in a schema that was not read.
  private func isDeclared(_ key: ForeignKey) -> Bool {
    let target = key.referencedTable
    guard schema.contains(target) else { return false }
    guard key.referencedColumns.isEmpty else {
      return key.referencedColumns.count == key.columns.count
        && key.referencedColumns.allSatisfy { schema.contains(target.part(.column, $0)) }
    }
    for case .primaryKey(let primary) in schema.objects(of: .primaryKey, under: target.path) {
      return primary.columns.count == key.columns.count
    }
    return false
  }
}
