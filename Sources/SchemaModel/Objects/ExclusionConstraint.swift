/// `EXCLUDE USING method (… WITH operator, …)`.
package struct ExclusionConstraint: Describable {
  package struct Element: Hashable, Sendable, Codable {
    package var part: IndexPart
    /// `&&`, or `OPERATOR(schema.&&)` outside of pg_catalog.
    package var operatorName: ExactText

    package init(part: IndexPart, operatorName: ExactText) {
      self.part = part
      self.operatorName = operatorName
    }

    package var value: FieldValue {
      .record([Field("part", part.value), Field("with", operatorName.string)])
    }
  }

  package var id: ObjectID
  package var method: ExactText
  package var elements: [Element]
  package var include: [Identifier]
  package var predicate: Expression?
  package var deferrability: Deferrability
  package var storage: IndexStorage

  package init(
    id: ObjectID, method: ExactText = "gist", elements: [Element], include: [Identifier] = [],
    predicate: Expression? = nil, deferrability: Deferrability = .notDeferrable,
    storage: IndexStorage = .usual
  ) {
    self.id = id
    self.method = method
    self.elements = elements
    self.include = include
    self.predicate = predicate
    self.deferrability = deferrability
    self.storage = storage
  }

  package var requires: [ObjectID] {
    var needed = [id.table]
    for element in elements {
      if case .column(let name) = element.part.subject {
        needed.append(id.table.part(.column, name))
      }
    }
    return needed + include.map { id.table.part(.column, $0) }
  }

  package var fields: [Field] {
    [
      Field("using", method.string), Field("elements", .list(elements.map(\.value))),
      Field("include", include), Field("where", predicate),
      Field("deferrable", deferrability.rawValue),
    ] + storage.fields
  }

  package func mappingExpressions(
    _ transform: (Expression) -> Expression
  ) -> ExclusionConstraint {
    var copy = self
    copy.predicate = predicate.map(transform)
    for index in copy.elements.indices {
      if case .expression(let text) = copy.elements[index].part.subject {
        copy.elements[index].part.subject = .expression(transform(text))
      }
    }
    return copy
  }

  package func renamed(by names: Renaming) -> ExclusionConstraint {
    var copy = self
    copy.id = names(id)
    copy.include = names.columns(include, of: id.table)
    for index in copy.elements.indices {
      if case .column(let name) = copy.elements[index].part.subject {
        copy.elements[index].part.subject = .column(names.column(name, of: id.table))
      }
    }
    return copy
  }
}
