import SQLText
import SchemaModel

/// Takes a CREATE TABLE apart into the table, its columns and its constraints.
struct TableDecoder {
  private let statement: SQLiteCreateStatement
  private let id: ObjectID
  private let isAnalyzed: Bool
  private let syntax = SQLiteSyntax()
  private var objects: [SchemaObject] = []
  private var unnamed = UnnamedConstraintNamer()
  private var named: [ObjectID: Int] = [:]
  private var columnNames: Set<Identifier> = []
  private var integers: Set<Identifier> = []
  private var isWithoutRowid = false

  private init(_ statement: SQLiteCreateStatement, id: ObjectID, isAnalyzed: Bool) {
    self.isAnalyzed = isAnalyzed
    self.statement = statement
    self.id = id
  }

  /// The objects of a table, in the order of the text. `id` is the name that the table is to have.
  static func objects(
    of table: SQLiteCreateTable, in statement: SQLiteCreateStatement, id: ObjectID,
    isAnalyzed: Bool = false
  ) throws(DecodingProblem) -> [SchemaObject] {
    var decoder = TableDecoder(statement, id: id, isAnalyzed: isAnalyzed)
    try decoder.decode(table)
    return decoder.objects
  }

  private mutating func decode(_ table: SQLiteCreateTable) throws(DecodingProblem) {
    let order = table.columns.map { SQLiteNames.identifier($0.name) }
    columnNames = Set(order)
    isWithoutRowid = table.isWithoutRowID
    objects.append(
      .table(
        Table(
          id: id, isStrict: table.isStrict, isWithoutRowid: table.isWithoutRowID,
          columnOrder: order, source: statement.text(0..<statement.source.count),
          isAnalyzed: isAnalyzed ? true : nil)))
    for column in table.columns { try decode(column) }
    for constraint in table.constraints { try decode(constraint) }
  }

  // MARK: Columns

  private mutating func decode(_ definition: SQLiteColumnDefinition) throws(DecodingProblem) {
    let name = SQLiteNames.identifier(definition.name)
    var column = Column(
      id: id.part(.column, name), type: try type(of: definition),
      source: statement.text(definition.range))
    for constraint in definition.constraints {
      switch constraint.kind {
      case .notNull(let conflict):
        column.isNullable = false
        column.notNullConflict = conflict.map(Self.conflict)
      case .defaultValue(let range):
        column.defaultValue = syntax.defaultValue(statement.text(range), type: column.type)
      case .collate(let name): column.collation = SQLiteNames.collation(name).map { ExactText($0) }
      case .generated(let expression, let isStored):
        column.generation = Generation(
          expression: syntax.expression(statement.text(expression)),
          storage: isStored ? .stored : .virtual)
      case .primaryKey, .unique, .check, .references, .null, .deferrability, .nothing: break
      }
    }
    objects.append(.column(column))
    if column.type.canonical == "integer" { integers.insert(name) }
    for constraint in definition.constraints { decode(constraint, of: name) }
  }

  private func type(of definition: SQLiteColumnDefinition) throws(DecodingProblem) -> TypeName {
    guard let range = definition.type else { return TypeName("") }
    let text = statement.text(range)
    do {
      return try syntax.typeName(text, in: TypeContext())
    } catch {
      throw DecodingProblem(message: error.message)
    }
  }

  private mutating func decode(_ constraint: SQLiteColumnConstraint, of column: Identifier) {
    let form = SourceForm(
      text: statement.text(constraint.range), inlineIn: column, isNamed: constraint.name != nil)
    switch constraint.kind {
    case .primaryKey(let order, let conflict, let isAutoincrement):
      add(
        PrimaryKey(
          id: constraintID(.primaryKey, constraint.name, ""),
          columns: [KeyColumn(column, isDescending: order == .descending)],
          isAutoincrement: isAutoincrement, conflict: conflict.map(Self.conflict), source: form))
    case .unique(let conflict):
      let columns = [KeyColumn(column)]
      add(unique(columns, constraint.name, conflict, form))
    case .check(let range): add(check(range, constraint.name, nil, form))
    case .references(let clause): add(foreignKey([column], clause, constraint.name, form))
    case .notNull, .null, .defaultValue, .collate, .deferrability, .generated, .nothing: break
    }
  }

  // MARK: Constraints

  private mutating func decode(_ constraint: SQLiteTableConstraint) throws(DecodingProblem) {
    let form = SourceForm(
      text: statement.text(constraint.range), inlineIn: nil, isNamed: constraint.name != nil)
    switch constraint.kind {
    case .primaryKey(let columns, let isAutoincrement, let conflict):
      add(
        PrimaryKey(
          id: constraintID(.primaryKey, constraint.name, ""),
          columns: rowidAlias(try keyColumns(columns)),
          isAutoincrement: isAutoincrement, conflict: conflict.map(Self.conflict), source: form))
    case .unique(let columns, let conflict):
      add(unique(try keyColumns(columns), constraint.name, conflict, form))
    case .check(let range, let conflict): add(check(range, constraint.name, conflict, form))
    case .foreignKey(let columns, let clause):
      add(foreignKey(columns.map(SQLiteNames.identifier), clause, constraint.name, form))
    case .nothing: break
    }
  }

  /// `PRIMARY KEY (id DESC)` over an INTEGER column is the rowid, and DESC says nothing; `INTEGER PRIMARY
  /// KEY DESC` behind the column's type is not (sqlite.org/lang_createtable.html, 5).
  private func rowidAlias(_ columns: [KeyColumn]) -> [KeyColumn] {
    guard columns.count == 1, !isWithoutRowid, integers.contains(columns[0].name) else {
      return columns
    }
    return [KeyColumn(columns[0].name, collation: columns[0].collation)]
  }

  private mutating func add(_ key: PrimaryKey) { objects.append(.primaryKey(key)) }
  private mutating func add(_ key: UniqueConstraint) { objects.append(.unique(key)) }
  private mutating func add(_ check: CheckConstraint) { objects.append(.check(check)) }
  private mutating func add(_ key: ForeignKey) { objects.append(.foreignKey(key)) }

  private mutating func constraintID(
    _ kind: ObjectKind, _ name: SQLiteName?, _ definition: String
  ) -> ObjectID {
    guard let name else { return id.part(kind, unnamed.name(kind, definition)) }
    let first = id.part(kind, SQLiteNames.identifier(name))
    named[first, default: 0] += 1
    // SQLite lets two constraints have one name.
    guard let count = named[first], count > 1 else { return first }
    return id.part(kind, SQLiteNames.identifier("\(name.value) \(count)"))
  }

  private mutating func unique(
    _ columns: [KeyColumn], _ name: SQLiteName?, _ conflict: SQLiteConflict?, _ form: SourceForm
  ) -> UniqueConstraint {
    UniqueConstraint(
      id: constraintID(.unique, name, UnnamedConstraint.definition(ofUnique: columns)),
      columns: columns, conflict: conflict.map(Self.conflict), source: form)
  }

  private mutating func check(
    _ range: Range<Int>, _ name: SQLiteName?, _ conflict: SQLiteConflict?, _ form: SourceForm
  ) -> CheckConstraint {
    let expression = syntax.expression(statement.text(range))
    return CheckConstraint(
      id: constraintID(.check, name, UnnamedConstraint.definition(ofCheck: expression)),
      expression: expression, conflict: conflict.map(Self.conflict), source: form)
  }

  private mutating func foreignKey(
    _ columns: [Identifier], _ clause: SQLiteForeignKeyClause, _ name: SQLiteName?,
    _ form: SourceForm
  ) -> ForeignKey {
    let table = SQLiteNames.identifier(clause.table)
    let referenced = clause.columns.map(SQLiteNames.identifier)
    let definition = UnnamedConstraint.definition(ofForeignKey: columns, to: table, referenced)
    var form = form
    // A DEFERRABLE that stands apart goes with its key.
    if let deferrability = clause.deferrability,
      !clause.range.contains(deferrability.range.lowerBound)
    {
      form.text += " " + statement.text(deferrability.range)
    }
    return ForeignKey(
      id: constraintID(.foreignKey, name, definition), columns: columns,
      referencedTable: SQLiteNames.table(table), referencedColumns: referenced,
      onDelete: Self.action(clause.onDelete), onUpdate: Self.action(clause.onUpdate),
      match: clause.match.flatMap { ForeignKey.Match(rawValue: $0.value.asciiLowercased) }
        ?? .simple,
      deferrability: Self.deferrability(clause.deferrability), source: form)
  }

  private func keyColumns(
    _ columns: [SQLiteIndexedColumn]
  ) throws(DecodingProblem) -> [KeyColumn] {
    var result: [KeyColumn] = []
    for column in columns {
      let part = IndexDecoder.part(column, in: statement, columns: columnNames)
      guard case .column(let name) = part.subject else {
        throw DecodingProblem(message: "a key names an expression: \(statement.text(column.range))")
      }
      result.append(
        KeyColumn(
          name, isDescending: part.isDescending,
          collation: part.collation.map { SQLiteNames.identifier($0.string) }))
    }
    return result
  }

  static func conflict(_ conflict: SQLiteConflict) -> ConflictClause {
    switch conflict {
    case .rollback: .rollback
    case .abort: .abort
    case .fail: .fail
    case .ignore: .ignore
    case .replace: .replace
    }
  }

  private static func action(_ action: SQLiteForeignKeyClause.Action?) -> ForeignKey.Action {
    switch action {
    case nil, .noAction: .noAction
    case .restrict: .restrict
    case .setNull: .setNull
    case .setDefault: .setDefault
    case .cascade: .cascade
    }
  }

  private static func deferrability(_ clause: SQLiteDeferrability?) -> Deferrability {
    guard let clause, clause.isDeferrable else { return .notDeferrable }
    return clause.isDeferred ? .initiallyDeferred : .initiallyImmediate
  }
}
