import SQLText
import SchemaModel

extension SchemaGenerator {
  /// One random change; what would leave something dangling takes that with it.
  mutating func mutate(_ draft: inout SchemaDraft) {
    switch number(0, 11) {
    case 0:
      let table = table(draft.tables.count + 10, in: draft)
      guard !draft.tables.contains(where: { $0.table.id == table.table.id }) else { return }
      draft.tables.append(table)
    case 1 where draft.tables.count > 1:
      drop(tableAt: number(0, draft.tables.count - 1), from: &draft)
    case 2, 3: addColumn(to: &draft)
    case 4, 5: dropColumn(from: &draft)
    case 6: changeNullability(in: &draft)
    case 7: changeDefault(in: &draft)
    case 8: changePart(in: &draft)
    case 9: addIndex(to: &draft)
    case 10 where !draft.views.isEmpty:
      draft.views.remove(at: number(0, draft.views.count - 1))
    default: addEnumValue(to: &draft)
    }
  }

  private mutating func drop(tableAt index: Int, from draft: inout SchemaDraft) {
    let id = draft.tables.remove(at: index).table.id
    for other in draft.tables.indices {
      draft.tables[other].parts.removeAll {
        if case .foreignKey(let key) = $0 { key.referencedTable == id } else { false }
      }
    }
    dropViews(needing: id, from: &draft)
  }

  private func dropViews(needing id: ObjectID, from draft: inout SchemaDraft) {
    draft.views.removeAll { draft.dependencies[$0.id]?.contains(id) == true }
  }

  private mutating func addColumn(to draft: inout SchemaDraft) {
    let index = number(0, draft.tables.count - 1)
    let table = draft.tables[index]
    let column = column(table.columns.count + 20, of: table, in: draft)
    guard !table.columns.contains(where: { $0.id == column.id }) else { return }
    draft.tables[index].columns.append(column)
  }

  private mutating func dropColumn(from draft: inout SchemaDraft) {
    let index = number(0, draft.tables.count - 1)
    guard draft.tables[index].columns.count > 2 else { return }
    let place = number(1, draft.tables[index].columns.count - 1)
    let id = draft.tables[index].columns.remove(at: place).id
    draft.tables[index].parts.removeAll { $0.requires.contains(id) }
    draft.tables[index].comments[id] = nil
    dropViews(needing: id, from: &draft)
  }

  private mutating func changeNullability(in draft: inout SchemaDraft) {
    let index = number(0, draft.tables.count - 1)
    let place = number(1, draft.tables[index].columns.count - 1)
    if draft.tables[index].columns[place].generation == nil {
      draft.tables[index].columns[place].isNullable.toggle()
    }
  }

  private mutating func changeDefault(in draft: inout SchemaDraft) {
    let index = number(0, draft.tables.count - 1)
    let place = number(1, draft.tables[index].columns.count - 1)
    let column = draft.tables[index].columns[place]
    guard column.generation == nil else { return }
    let choices = Vocabulary.types(engine).first { $0.0 == column.type.text }?.1 ?? []
    draft.tables[index].columns[place].defaultValue =
      column.defaultValue != nil || choices.isEmpty
      ? nil : syntax.defaultValue(pick(choices), type: column.type)
  }

  /// Drops a key, check, foreign key or index, and what needs it.
  private mutating func changePart(in draft: inout SchemaDraft) {
    let index = number(0, draft.tables.count - 1)
    guard !draft.tables[index].parts.isEmpty else { return }
    let place = number(0, draft.tables[index].parts.count - 1)
    let part = draft.tables[index].parts[place]
    if part.kind == .primaryKey {
      let id = draft.tables[index].table.id
      let isReferenced = draft.tables.contains { table in
        table.parts.contains {
          if case .foreignKey(let key) = $0 { key.referencedTable == id } else { false }
        }
      }
      // WITHOUT ROWID needs its key, and dropping a key leaves NOT NULL behind on PostgreSQL.
      guard !isReferenced, !draft.tables[index].table.isWithoutRowid else { return }
    }
    draft.tables[index].parts.remove(at: place)
  }

  private mutating func addIndex(to draft: inout SchemaDraft) {
    let index = number(0, draft.tables.count - 1)
    let table = draft.tables[index]
    let added = SchemaObject.index(self.index(table.parts.count + 20, of: table))
    guard !table.parts.contains(where: { $0.id == added.id }) else { return }
    draft.tables[index].parts.append(added)
  }

  private mutating func addEnumValue(to draft: inout SchemaDraft) {
    guard !draft.enums.isEmpty else { return }
    let index = number(0, draft.enums.count - 1)
    let place = number(0, draft.enums[index].values.count)
    let value = ExactText("new \(draft.enums[index].values.count)")
    guard !draft.enums[index].values.contains(value) else { return }
    draft.enums[index].values.insert(value, at: place)
  }
}
