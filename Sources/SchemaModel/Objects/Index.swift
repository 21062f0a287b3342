/// One key part of an index: a column or an expression.
package struct IndexPart: Hashable, Sendable, Codable {
  package enum Subject: Hashable, Sendable, Codable {
    case column(Identifier)
    /// Without outer parentheses.
    case expression(Expression)
  }

  package var subject: Subject
  /// A collation other than the column's own.
  package var collation: ExactText?
  /// An operator class other than the type's default for the method, with parameters in parentheses.
  package var operatorClass: ExactText?
  package var isDescending: Bool
  /// `NULLS FIRST`; by default what the direction implies.
  package var nullsFirst: Bool
  /// PostgreSQL: of an expression, where it is not the default.
  package var statisticsTarget: Int64?

  package init(
    _ subject: Subject, collation: ExactText? = nil, operatorClass: ExactText? = nil,
    isDescending: Bool = false, nullsFirst: Bool? = nil, statisticsTarget: Int64? = nil
  ) {
    self.subject = subject
    self.collation = collation
    self.operatorClass = operatorClass
    self.isDescending = isDescending
    self.nullsFirst = nullsFirst ?? isDescending
    self.statisticsTarget = statisticsTarget
  }

  package var value: FieldValue {
    let name: Identifier?
    let expression: Expression?
    switch subject {
    case .column(let column): (name, expression) = (column, nil)
    case .expression(let text): (name, expression) = (nil, text)
    }
    return .record([
      Field("name", name), Field("expression", expression),
      Field("collate", collation?.string), Field("opclass", operatorClass?.string),
      Field("desc", isDescending), Field("nulls_first", nullsFirst && !isDescending),
      Field("nulls_last", !nullsFirst && isDescending), Field("statistics", statisticsTarget),
    ])
  }
}

/// An index that no constraint owns.
package struct Index: Describable {
  package var id: ObjectID
  package var isUnique: Bool
  /// PostgreSQL: the access method; `btree` on SQLite.
  package var method: ExactText
  package var parts: [IndexPart]
  package var include: [Identifier]
  /// The `WHERE` of a partial index, without outer parentheses.
  package var predicate: Expression?
  package var nullsNotDistinct: Bool
  /// As `name=value`, sorted (`pg_class.reloptions`).
  package var storageParameters: [ExactText]
  /// PostgreSQL: another than the database's own.
  package var tablespace: Identifier?
  /// False after a failed `CREATE INDEX CONCURRENTLY` (`pg_index.indisvalid`).
  package var isValid: Bool
  /// The storage parameters in the order of the catalog, which dumps keep.
  @Incidental package var parameterOrder: [ExactText]?
  /// SQLite: the whole `CREATE INDEX` as `sqlite_schema` has it.
  @Incidental package var source: String?

  package init(
    id: ObjectID, isUnique: Bool = false, method: ExactText = "btree", parts: [IndexPart],
    include: [Identifier] = [], predicate: Expression? = nil, nullsNotDistinct: Bool = false,
    storageParameters: [ExactText] = [], tablespace: Identifier? = nil, isValid: Bool = true,
    parameterOrder: [ExactText]? = nil, source: String? = nil
  ) {
    self.id = id
    self.isUnique = isUnique
    self.method = method
    self.parts = parts
    self.include = include
    self.predicate = predicate
    self.nullsNotDistinct = nullsNotDistinct
    self.storageParameters = storageParameters
    self.tablespace = tablespace
    self.isValid = isValid
    _parameterOrder = Incidental(wrappedValue: parameterOrder)
    _source = Incidental(wrappedValue: source)
  }

  package var requires: [ObjectID] {
    var needed = [id.table]
    for part in parts {
      if case .column(let name) = part.subject { needed.append(id.table.part(.column, name)) }
    }
    return needed + include.map { id.table.part(.column, $0) }
  }

  package var fields: [Field] {
    [
      Field("unique", isUnique), Field("using", method.string),
      Field("on", .list(parts.map(\.value))), Field("include", include),
      Field("where", predicate), Field("nulls_not_distinct", nullsNotDistinct),
      Field("with", .list(storageParameters.map { .text($0) })), Field("valid", isValid),
      Field("tablespace", tablespace),
    ]
  }

  package func mappingExpressions(_ transform: (Expression) -> Expression) -> Index {
    var copy = self
    for index in copy.parts.indices {
      if case .expression(let expression) = copy.parts[index].subject {
        copy.parts[index].subject = .expression(transform(expression))
      }
    }
    copy.predicate = predicate.map(transform)
    return copy
  }

  package func renamed(by names: Renaming) -> Index {
    var copy = self
    copy.id = names(id)
    copy.include = names.columns(include, of: id.table)
    for index in copy.parts.indices {
      switch copy.parts[index].subject {
      case .column(let name):
        copy.parts[index].subject = .column(names.column(name, of: id.table))
      case .expression(let expression):
        copy.parts[index].subject = .expression(
          names.expression(expression, of: id.relationPath))
      }
    }
    copy.predicate = predicate.map { names.expression($0, of: id.relationPath) }
    return copy
  }
}
