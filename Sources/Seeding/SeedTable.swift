import SQLText
package import SchemaModel

/// A column that rows are written for.
struct SeedColumn {
  let name: Identifier
  var type: SeedType
  /// SQLite's words for the type; PostgreSQL's canonical name.
  let typeName: String
  var isNullable: Bool
  /// A sequence, an identity or the rowid gives the value: it is left out, so that the counter runs.
  let isCounted: Bool
  let hasDefault: Bool
  /// The checks of its domains by name.
  let domainChecks: Set<Identifier>
  var candidates: [Candidate]
}

/// Columns that no two rows may share their values of.
struct SeedKey {
  let name: Identifier
  let columns: [Identifier]
}

/// A foreign key.
struct SeedReference {
  let name: Identifier
  let columns: [Identifier]
  let table: ObjectID
  let referencedColumns: [Identifier]
}

/// A check, exclusion or the like by its columns.
struct SeedRule {
  let name: Identifier
  /// What SQLite prints of one without a name.
  let text: String
  let columns: Set<Identifier>
}

/// What must be known of a table to write rows into it.
struct SeedTable {
  let id: ObjectID
  var columns: [SeedColumn]
  var keys: [SeedKey]
  var references: [SeedReference]
  var rules: [SeedRule]
  /// Checks of a later schema, which the engine does not hold yet.
  var demands: [SeedRule] = []
  /// Of a partitioned table.
  let partitionColumns: Set<Identifier>
  let isStrict: Bool

  init(_ table: Table, in schema: Schema) {
    id = table.id
    isStrict = table.isStrict
    let scan = TableScan(table, in: schema)
    columns = scan.columns
    keys = scan.keys
    references = scan.references
    rules = scan.rules
    partitionColumns = scan.partitionColumns
  }

  func index(of column: Identifier) -> Int? { columns.firstIndex { $0.name == column } }
}

extension Schema {
  /// The columns of a table in their order, those that it has from its parents and from its type included.
  package func allColumns(of table: Table) -> [Column] {
    var seen: Set<Identifier> = []
    return allColumns(of: table, depth: 0).filter { seen.insert($0.id.name).inserted }
  }

  private func allColumns(of table: Table, depth: Int) -> [Column] {
    var columns = objects(of: .column, under: table.id.path).compactMap { object -> Column? in
      if case .column(let column) = object { column } else { nil }
    }
    if let order = table.columnOrder {
      let places = Dictionary(
        order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
      columns.sort { (places[$0.id.name] ?? .max) < (places[$1.id.name] ?? .max) }
    }
    if case .compositeType(let type)? = table.type.flatMap({ self[$0] }) {
      columns += type.attributes.map {
        Column(id: table.id.part(.column, $0.name), type: $0.type)
      }
    }
    guard depth < 8 else { return columns }
    for parent in table.parents {
      guard case .table(let above)? = self[parent] else { continue }
      columns += allColumns(of: above, depth: depth + 1)
    }
    return columns
  }

  /// The table and those that it inherits from, transitively.
  func lineage(of table: Table) -> [Table] {
    var lineage = [table]
    var position = 0
    while position < lineage.count, position < 64 {
      for parent in lineage[position].parents {
        guard case .table(let above)? = self[parent], !lineage.contains(where: { $0.id == parent })
        else { continue }
        lineage.append(above)
      }
      position += 1
    }
    return lineage
  }

  /// Where the rows of a partition are written: the table at the top.
  package func root(of id: ObjectID) -> ObjectID {
    var id = id
    for _ in 0..<16 {
      guard case .table(let table)? = self[id], table.partitionBound != nil,
        let parent = table.parents.first
      else { return id }
      id = parent
    }
    return id
  }
}

/// Reads what concerns one table out of a schema.
private struct TableScan {
  let schema: Schema
  let table: Table
  let rulesOfText: LexicalRules
  private(set) var columns: [SeedColumn] = []
  private(set) var keys: [SeedKey] = []
  private(set) var references: [SeedReference] = []
  private(set) var rules: [SeedRule] = []
  private(set) var partitionColumns: Set<Identifier> = []
  private var hints: [Identifier: Hints] = [:]
  private var names: Set<Identifier> = []
  private var rowidAlias: Identifier?

  init(_ table: Table, in schema: Schema) {
    self.schema = schema
    self.table = table
    rulesOfText = schema.engine == .postgresql ? .postgresql : .sqlite
    let all = schema.allColumns(of: table)
    names = Set(all.map(\.id.name))
    let lineage = schema.lineage(of: table)
    for ancestor in lineage { scanConstraints(of: ancestor.id) }
    scanPartitions()
    for generation in all.compactMap(\.generation) { hint(generation.expression) }
    if schema.engine == .sqlite { findRowidAlias(all) }
    for column in all where column.generation == nil { add(column) }
  }

  // MARK: - Columns

  private mutating func add(_ column: Column) {
    let name = column.id.name
    var domains: [Domain] = []
    let type = SeedType.resolve(column.type, in: schema, domains: &domains)
    for domain in domains {
      for check in domain.checks {
        hints[name, default: Hints()].add(from: tokens(check.expression.text))
      }
    }
    // What hints say comes before what usually helps.
    var candidates = hints[name]?.candidates ?? []
    let isHinted = hints[name] != nil
    if case .builtin("boolean", _) = type, isHinted {
      candidates += [.text("true"), .text("false")]
    }
    candidates.insert(.natural, at: 0)
    if isHinted || !domains.isEmpty {
      candidates += Hints.usual.filter { !candidates.contains($0) }
    }
    let isNullable = column.isNullable && domains.allSatisfy(\.isNullable)
    columns.append(
      SeedColumn(
        name: name, type: type, typeName: column.type.canonical.string, isNullable: isNullable,
        isCounted: isCounted(column),
        hasDefault: column.defaultValue != nil || domains.contains { $0.defaultValue != nil },
        domainChecks: Set(domains.flatMap(\.checks).map(\.name)), candidates: candidates))
  }

  private func isCounted(_ column: Column) -> Bool {
    // What a foreign key decides nobody counts.
    if references.contains(where: { $0.columns.contains(column.id.name) }) { return false }
    if column.identity != nil || column.id.name == rowidAlias { return true }
    return column.defaultValue?.text.asciiLowercased.contains("nextval(") == true
  }

  private mutating func findRowidAlias(_ all: [Column]) {
    guard !table.isWithoutRowid,
      case .primaryKey(let key)? = schema.objects(of: .primaryKey, under: table.id.path).first,
      key.columns.count == 1, !key.columns[0].isDescending,
      let column = all.first(where: { $0.id.name == key.columns[0].name }),
      column.type.canonical == "integer"
    else { return }
    rowidAlias = column.id.name
  }

  // MARK: - Constraints

  private mutating func scanConstraints(of id: ObjectID) {
    for case .primaryKey(let key) in schema.objects(of: .primaryKey, under: id.path) {
      keys.append(SeedKey(name: key.id.name, columns: key.columns.map(\.name)))
    }
    for case .unique(let key) in schema.objects(of: .unique, under: id.path) {
      keys.append(SeedKey(name: key.id.name, columns: key.columns.map(\.name)))
    }
    for case .index(let index) in schema.objects(of: .index, under: id.path) { scan(index) }
    for case .check(let check) in schema.objects(of: .check, under: id.path)
    where !check.isNotEnforced { scan(check, isOwn: id == table.id) }
    for case .exclusion(let exclusion) in schema.objects(of: .exclusion, under: id.path) {
      scan(exclusion)
    }
    for case .foreignKey(let key) in schema.objects(of: .foreignKey, under: id.path)
    where !key.isNotEnforced { scan(key) }
  }

  private mutating func scan(_ check: CheckConstraint, isOwn: Bool) {
    guard isOwn || !check.isNoInherit else { return }
    let tokens = tokens(check.expression.text)
    let mentioned = columns(in: tokens)
    for column in mentioned { hints[column, default: Hints()].add(from: tokens) }
    rules.append(
      SeedRule(name: check.id.name, text: check.expression.text, columns: mentioned))
  }

  /// Expressions count by the columns in them.
  private mutating func scan(_ index: Index) {
    var columns: [Identifier] = []
    for part in index.parts {
      switch part.subject {
      case .column(let name): columns.append(name)
      case .expression(let expression): columns += hint(expression)
      }
    }
    guard index.isUnique else { return }
    keys.append(SeedKey(name: index.id.name, columns: columns))
  }

  private mutating func scan(_ exclusion: ExclusionConstraint) {
    var columns: Set<Identifier> = []
    for element in exclusion.elements {
      switch element.part.subject {
      case .column(let name): columns.insert(name)
      case .expression(let expression):
        columns.formUnion(self.columns(in: tokens(expression.text)))
      }
    }
    rules.append(SeedRule(name: exclusion.id.name, text: "", columns: columns))
  }

  private mutating func scan(_ key: ForeignKey) {
    var referenced = key.referencedColumns
    if referenced.isEmpty,
      case .primaryKey(let primary)? =
        schema.objects(of: .primaryKey, under: key.referencedTable.path).first
    {
      referenced = primary.columns.map(\.name)
    }
    guard referenced.count == key.columns.count else { return }
    references.append(
      SeedReference(
        name: key.id.name, columns: key.columns, table: key.referencedTable,
        referencedColumns: referenced))
  }

  /// The columns that an expression is over: it must be computable from their values.
  @discardableResult
  private mutating func hint(_ expression: Expression) -> [Identifier] {
    let tokens = tokens(expression.text)
    let mentioned = columns(in: tokens).sorted()
    for column in mentioned { hints[column, default: Hints()].add(from: tokens) }
    return mentioned
  }

  // MARK: - Partitions

  /// The bounds of the partitions, at every level, say which values have a place.
  private mutating func scanPartitions() {
    guard let key = table.partitionKey else { return }
    var open = [(table.id, key.string)]
    var position = 0
    while position < open.count, position < 1_000 {
      let (parent, key) = open[position]
      position += 1
      let columns = columns(in: tokens(key))
      partitionColumns.formUnion(columns)
      for case .table(let child) in schema.objects(of: .table) where child.parents == [parent] {
        guard let bound = child.partitionBound else { continue }
        let tokens = tokens(bound.string)
        // The upper end is outside: what stands before TO is the lower one.
        let end = tokens.firstIndex { $0.isWord("to") } ?? tokens.count
        for column in columns {
          hints[column, default: Hints()].add(from: Array(tokens[..<end]))
        }
        if let key = child.partitionKey { open.append((child.id, key.string)) }
      }
    }
  }

  // MARK: - Texts

  private func tokens(_ text: String) -> [Token] {
    (try? Lexer.tokens(of: text, rules: rulesOfText)) ?? []
  }

  private func columns(in tokens: [Token]) -> Set<Identifier> {
    var found: Set<Identifier> = []
    for token in tokens where token.kind == .word || token.kind == .quotedName {
      let folds = token.kind == .word && rulesOfText.foldsToLowerCase
      let name = Identifier(
        folds ? token.text.asciiLowercased : token.unquoted, in: schema.engine)
      if names.contains(name) { found.insert(name) }
    }
    return found
  }
}
