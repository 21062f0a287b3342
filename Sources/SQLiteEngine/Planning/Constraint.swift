import SQLText
import SchemaModel

/// A constraint of any of SQLite's four kinds, for the questions that are the same for all of them.
struct Constraint {
  enum Value {
    case primaryKey(PrimaryKey)
    case unique(UniqueConstraint)
    case check(CheckConstraint)
    case foreignKey(ForeignKey)
  }

  let object: SchemaObject
  let value: Value
  let form: SourceForm?
  /// The columns that it names; a check names none.
  let columns: [Identifier]

  init?(_ object: SchemaObject) {
    self.object = object
    if case .primaryKey(let key) = object {
      (value, form, columns) = (.primaryKey(key), key.source, key.columns.map(\.name))
    } else if case .unique(let key) = object {
      (value, form, columns) = (.unique(key), key.source, key.columns.map(\.name))
    } else if case .check(let check) = object {
      (value, form, columns) = (.check(check), check.source, [])
    } else if case .foreignKey(let key) = object {
      (value, form, columns) = (.foreignKey(key), key.source, key.columns)
    } else {
      return nil
    }
  }

  var id: ObjectID { object.id }
  var isNamed: Bool { !UnnamedConstraint.isUnnamed(id) }

  /// Whether the two are the same but for the ordinals of their made-up names.
  func means(_ other: Constraint) -> Bool {
    guard id.kind == other.id.kind, isNamed == other.isNamed,
      !isNamed || id.name == other.id.name
    else { return false }
    return object.fields == other.object.fields
  }

  /// From the model. `inline`: as part of its column's definition.
  func text(inline: Bool) -> SQL {
    switch value {
    case .primaryKey(let key): ElementText.primaryKey(key, inline: inline)
    case .unique(let key): ElementText.unique(key, inline: inline)
    case .check(let check): ElementText.check(check, inline: inline)
    case .foreignKey(let key): ElementText.foreignKey(key, inline: inline)
    }
  }

  /// Whether the model's form of it can stand behind a column's type.
  func canBeInline(in column: Identifier) -> Bool {
    switch value {
    case .primaryKey(let key): columns == [column] && key.columns[0].collation == nil
    case .unique(let key):
      columns == [column] && key.columns[0].collation == nil && !key.columns[0].isDescending
    case .check(let check): check.conflict == nil
    case .foreignKey: columns == [column]
    }
  }
}

extension Schema {
  /// A table's constraints, in order of id.
  func constraints(of table: ObjectID) -> [Constraint] {
    [ObjectKind.primaryKey, .unique, .check, .foreignKey].flatMap {
      objects(of: $0, under: table.path).compactMap(Constraint.init)
    }
  }

  func columns(of table: ObjectID) -> [Column] {
    objects(of: .column, under: table.path).compactMap {
      if case .column(let column) = $0 { column } else { nil }
    }
  }

  func table(_ id: ObjectID) -> Table? {
    if case .table(let table)? = self[id] { table } else { nil }
  }

  func column(_ id: ObjectID) -> Column? {
    if case .column(let column)? = self[id] { column } else { nil }
  }

  func primaryKey(of table: ObjectID) -> PrimaryKey? {
    if case .primaryKey(let key)? = objects(of: .primaryKey, under: table.path).first {
      key
    } else {
      nil
    }
  }

  func indexes(of table: ObjectID) -> [Index] {
    objects(of: .index, under: table.path).compactMap {
      if case .index(let index) = $0 { index } else { nil }
    }
  }

  func triggers(of relation: ObjectID) -> [Trigger] {
    objects(of: .trigger, under: relation.path).compactMap {
      if case .trigger(let trigger) = $0 { trigger } else { nil }
    }
  }

  /// Columns in the order of the text or of the catalog; by name where nothing tells.
  func orderedColumns(of table: ObjectID) -> [Column] {
    let columns = columns(of: table)
    guard let order = self.table(table)?.columnOrder else { return columns }
    var position: [Identifier: Int] = [:]
    for (index, name) in order.enumerated() where position[name] == nil { position[name] = index }
    return columns.enumerated().sorted { left, right in
      let a = position[left.element.id.name] ?? order.count
      let b = position[right.element.id.name] ?? order.count
      return a != b ? a < b : left.offset < right.offset
    }.map(\.element)
  }
}
