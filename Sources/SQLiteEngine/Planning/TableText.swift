import SQLText
import SchemaModel

/// Writes a CREATE TABLE so that nothing is rewritten that did not change: the table's own source, else
/// the source of each element that still holds, else the model.
struct TableText {
  private let table: Table
  private let to: Schema
  private let from: Schema?
  /// The constraints that no element has taken yet.
  private var open: [Constraint]

  private init(_ table: Table, to: Schema, from: Schema?) {
    self.table = table
    self.to = to
    self.from = from
    open = to.constraints(of: table.id)
  }

  /// `name` replaces the table's own; `from` is where else sources may come from.
  static func create(
    _ table: Table, named name: Identifier? = nil, to: Schema, from: Schema? = nil
  ) -> SQL {
    let objects =
      [SchemaObject.table(table)] + to.columns(of: table.id).map { .column($0) }
      + to.constraints(of: table.id).map(\.object)
    for case let source? in [table.source, from?.table(table.id)?.source] {
      if let sql = SourceText.table(source, making: objects, named: name) { return sql }
    }
    var text = TableText(table, to: to, from: from)
    return text.byElements(named: name ?? table.id.name)
  }

  /// A column's definition for ALTER TABLE ADD COLUMN, with these constraints in it.
  static func addition(
    _ column: Column, with constraints: [Constraint], table: Table, to: Schema
  ) -> SQL {
    var text = TableText(table, to: to, from: nil)
    text.open = constraints
    let source = text.columnSource(column)
    if let source, text.open.isEmpty { return source }
    return ElementText.column(column, inline: constraints.map { $0.text(inline: true) })
  }

  private mutating func byElements(named name: Identifier) -> SQL {
    var elements: [SQL] = []
    let columns = to.orderedColumns(of: table.id)
    // Sources first: they say which constraints they hold.
    let sources = columns.map { columnSource($0) }
    for (column, source) in zip(columns, sources) {
      elements.append(source ?? ElementText.column(column, inline: inlineConstraints(of: column)))
    }
    for constraint in inOrderOfText(open) { elements.append(tableConstraint(constraint)) }
    return "CREATE TABLE \(name) (\n  \(elements.joined(",\n  "))\n)\(ElementText.options(table))"
  }

  // MARK: Columns

  /// The source of a column, if it says what the model says, with constraints that are there.
  private mutating func columnSource(_ column: Column) -> SQL? {
    let old = from?.column(column.id)
    for case let source? in [column.source, old == column ? old?.source : nil] {
      guard
        let made = SourceText.tableObjects(
          "CREATE TABLE t(\(SourceText.closed(source)))",
          id: table.id), made.contains(.column(column))
      else { continue }
      guard let rest = without(made.compactMap(Constraint.init), inline: column.id.name) else {
        continue
      }
      open = rest
      return .verbatim(SourceText.closed(source))
    }
    return nil
  }

  /// The open constraints without these, each taken once; nil when one of them is not open.
  private func without(_ taken: [Constraint], inline column: Identifier) -> [Constraint]? {
    var rest = open
    for constraint in taken {
      let matches = rest.indices.filter { rest[$0].means(constraint) }
      guard let match = matches.first(where: { rest[$0].form?.inlineIn == column }) ?? matches.first
      else { return nil }
      rest.remove(at: match)
    }
    return rest
  }

  /// What a column that is written from the model takes behind its type.
  private mutating func inlineConstraints(of column: Column) -> [SQL] {
    let name = column.id.name
    var texts: [SQL] = []
    var rest: [Constraint] = []
    for constraint in open {
      let form = constraint.form ?? oldForm(constraint)
      let isKey = form == nil && constraint.id.kind == .primaryKey && constraint.columns == [name]
      if isKey || form?.inlineIn == name, constraint.canBeInline(in: name) {
        texts.append(constraint.text(inline: true))
      } else {
        rest.append(constraint)
      }
    }
    open = rest
    return texts
  }

  private func oldForm(_ constraint: Constraint) -> SourceForm? {
    from?[constraint.id].flatMap(Constraint.init)?.form
  }

  // MARK: Table constraints

  private func tableConstraint(_ constraint: Constraint) -> SQL {
    let names = to.columns(of: table.id).map { Quoting.name($0.id.name.raw) }
    for case let form? in [constraint.form, oldForm(constraint)] where form.inlineIn == nil {
      let text = SourceText.closed(form.text)
      let made = SourceText.tableObjects(
        "CREATE TABLE t(\(names.joined(separator: ", ")), \(text))", id: table.id)
      let constraints = (made ?? []).compactMap(Constraint.init)
      if constraints.count == 1, constraints[0].means(constraint) { return .verbatim(text) }
    }
    return constraint.text(inline: false)
  }

  /// As in the source, and by id where that does not tell.
  private func inOrderOfText(_ constraints: [Constraint]) -> [Constraint] {
    let sources = [table.source, from?.table(table.id)?.source].compactMap { $0 }
    let order = sources.lazy.compactMap { SourceText.tableObjects($0, id: table.id) }.first ?? []
    var position: [ObjectID: Int] = [:]
    for (index, object) in order.enumerated() { position[object.id] = index }
    return constraints.enumerated().sorted { left, right in
      let a = position[left.element.id] ?? Int.max
      let b = position[right.element.id] ?? Int.max
      return a != b ? a < b : left.offset < right.offset
    }.map(\.element)
  }
}
