package import SchemaModel

/// A relation or type by schema and name.
package struct RelationKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let schema: Identifier
  package let name: Identifier

  package init(_ schema: Identifier, _ name: Identifier) {
    self.schema = schema
    self.name = name
  }

  /// Without the schema where that is the usual one.
  package var description: String {
    ["public", "main"].contains(schema.raw) ? name.raw : schema.raw + "." + name.raw
  }

  package static func < (left: RelationKey, right: RelationKey) -> Bool {
    left.schema == right.schema ? left.name < right.name : left.schema < right.schema
  }
}

/// What is known of the database at one place of a migration: from the base schema when there is one, and
/// from the statements so far. What it does not know may exist nevertheless.
package struct Catalog: Sendable {
  package struct Column: Hashable, Sendable {
    /// As `format_type` prints it; nil when nobody said.
    package var type: String?
    package var isNotNull: Bool
    package var generation: Generation?
    /// Added by this file.
    package var isNew = false

    package enum Generation: Hashable, Sendable { case stored, virtual, unknown }
    package var isGenerated: Bool { generation != nil }
  }

  package struct Constraint: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
      /// The words of the expression, and the columns that it says are not null.
      case check(words: Set<String>, notNull: [Identifier])
      case unique([Identifier])
      case primaryKey([Identifier])
      case foreignKey([Identifier], references: RelationKey)
      case exclusion
      case notNull(Identifier)
    }

    package var kind: Kind
    /// What is not enforced is not valid either.
    package var isValid: Bool
    package var isNotEnforced = false
    /// The transaction that made it, when this file did.
    package var transaction: Int?
    /// Of a foreign key; empty: the other table's primary key.
    package var referencedColumns: [Identifier] = []
  }

  package struct Relation: Hashable, Sendable {
    package enum Kind: Hashable, Sendable { case table, view, materializedView, sequence }

    package var kind: Kind = .table
    /// Made by this file: nobody else can be waiting for it.
    package var isNew = false
    package var isTemporary = false
    package var isPartitioned = false
    /// What it is a partition of.
    package var parent: RelationKey?
    package var isDefaultPartition = false
    /// What it inherits from, and what inherits from it.
    package var inherits: [RelationKey] = []
    package var heirs: [RelationKey] = []
    /// SQLite.
    package var isStrict = false
    /// The words of a view's query.
    package var words: Set<String> = []
    package var columns: [Identifier: Column] = [:]
    package var constraints: [Identifier: Constraint] = [:]
    /// Whether all its columns and constraints are known.
    package var isComplete = false
    var parents: [RelationKey] { parent.map { [$0] } ?? inherits }
    package var hasPrimaryKey: Bool {
      constraints.values.contains { if case .primaryKey = $0.kind { true } else { false } }
    }
  }

  package struct Index: Hashable, Sendable {
    package var table: RelationKey
    package var isUnique: Bool
    /// Nil: an expression is among them.
    package var columns: [Identifier]?
    package var isPartial: Bool
    package var words: Set<String> = []
    package var isNew = false
  }

  package struct UserType: Hashable, Sendable {
    package var isEnum: Bool
    /// A domain with a CHECK or NOT NULL.
    package var isConstrained: Bool
    /// What a domain is made of, as `format_type` prints it.
    package var baseType: String?
    package var isNew = false
    package var transaction: Int?
  }

  package let engine: EngineName
  package var searchPath: [Identifier]
  package internal(set) var relations = Shelves<RelationKey, Relation>()
  package internal(set) var indexes = Shelves<RelationKey, Index>()
  /// The indexes of each table.
  var indexNames = Shelves<RelationKey, [RelationKey]>()
  /// What this file has dropped.
  package internal(set) var dropped: Set<RelationKey> = []
  package internal(set) var types = Shelves<RelationKey, UserType>()

  package init(engine: EngineName) {
    self.engine = engine
    searchPath = [Identifier(engine == .postgresql ? "public" : "main", in: engine)]
  }

  /// What was made so far is old for the next file.
  package mutating func settle() {
    dropped = []
    for key in relations.keys {
      relations[key]?.isNew = false
      for column in relations[key]?.columns.keys.map({ $0 }) ?? [] {
        relations[key]?.columns[column]?.isNew = false
      }
      for name in relations[key]?.constraints.keys.map({ $0 }) ?? [] {
        relations[key]?.constraints[name]?.transaction = nil
      }
    }
    for key in indexes.keys { indexes[key]?.isNew = false }
    for key in types.keys {
      types[key]?.isNew = false
      types[key]?.transaction = nil
    }
  }

  // MARK: Names

  /// Where a name leads: to what is known under it along the search path, else to the path's first schema.
  package func key(_ name: Name) -> RelationKey { key(name.path) }

  package func key(_ path: [Identifier]) -> RelationKey {
    guard let last = path.last else { return RelationKey(Identifier(""), Identifier("")) }
    if path.count > 1 { return RelationKey(path[path.count - 2], last) }
    let candidates = searchPath.map { RelationKey($0, last) }
    return candidates.first { relations[$0] != nil || indexes[$0] != nil || types[$0] != nil }
      ?? candidates.first ?? RelationKey(Identifier("public"), last)
  }

  package func relation(_ name: Name) -> Relation? { relations[key(name)] }

  /// Whether this file made the relation, or it is temporary.
  package func isNew(_ key: RelationKey) -> Bool {
    if let relation = relations[key] { return relation.isNew || relation.isTemporary }
    return indexes[key].map { isNew($0.table) } ?? false
  }

  package func isNew(_ name: Name) -> Bool { isNew(key(name)) }

  package func column(_ column: Identifier, of table: RelationKey) -> Column? {
    guard let relation = relations[table] else { return nil }
    // What a table has from its parents may be said there alone.
    return relation.columns[column]
      ?? relation.parents.lazy.compactMap { self.column(column, of: $0) }.first
  }

  package func type(of text: TypeText) -> UserType? {
    let names = text.names
    return names.isEmpty ? nil : types[key(names)]
  }

  /// The views whose query speaks of the table, and of the column when one is given.
  package func views(over table: RelationKey, column: Identifier? = nil) -> [RelationKey] {
    relations.filter { entry in
      entry.value.words.contains(table.name.key)
        && (column.map { entry.value.words.contains($0.key) } ?? true)
    }.map(\.key).sorted()
  }

  // MARK: Relatives

  package func partitions(of table: RelationKey) -> [RelationKey] {
    // Of most tables it is known that there are none, without a look at all others.
    guard relations[table]?.isPartitioned ?? true else { return [] }
    return relations.filter { $0.value.parent == table }.map(\.key).sorted()
  }

  package func hasForeignKey(
    _ columns: [Identifier], to other: Name, of table: RelationKey
  ) -> Bool {
    relations[table]?.constraints.values.contains {
      $0.kind == .foreignKey(columns, references: key(other))
    } ?? false
  }

  /// Whether the table has a key of the same columns, which its parent's new one would take over.
  func hasKey(_ kind: TableConstraint.Kind, _ table: RelationKey) -> Bool {
    relations[table]?.constraints.values.contains { present in
      switch (kind, present.kind) {
      case (.primaryKey(let wanted), .primaryKey(let columns)): wanted == columns
      case (.unique(let wanted), .unique(let columns)): wanted == columns
      default: false
      }
    } ?? false
  }

  /// The partitions, and theirs.
  package func allPartitions(of table: RelationKey) -> [RelationKey] {
    partitions(of: table).flatMap { [$0] + allPartitions(of: $0) }
  }

  /// What inherits from the table, and from that; partitions are not meant.
  package func allHeirs(of table: RelationKey) -> [RelationKey] {
    var all: [RelationKey] = []
    var open = relations[table]?.heirs ?? []
    while let heir = open.popLast() {
      guard !all.contains(heir), let relation = relations[heir] else { continue }
      all.append(heir)
      open += relation.heirs
    }
    return all.sorted()
  }

  mutating func inherit(_ child: RelationKey, from parent: RelationKey) {
    relations[parent, default: Relation()].heirs.append(child)
    relations[child, default: Relation()].inherits.append(parent)
  }

  package func defaultPartition(of table: RelationKey) -> RelationKey? {
    partitions(of: table).first { relations[$0]?.isDefaultPartition == true }
  }

  package func indexes(on table: RelationKey) -> [Index] {
    (indexNames[table] ?? []).compactMap { indexes[$0] }.filter { $0.table == table }
  }

  /// The tables that this one refers to by foreign keys, without itself.
  package func referenced(by table: RelationKey) -> [RelationKey] {
    let keys = relations[table]?.constraints.values.compactMap { constraint -> RelationKey? in
      if case .foreignKey(_, let other) = constraint.kind, other != table { other } else { nil }
    }
    return Set(keys ?? []).sorted()
  }

  /// The tables that refer to this one by foreign keys, without itself.
  package func referencing(_ table: RelationKey) -> [RelationKey] {
    relations.keys.filter { $0 != table && referenced(by: $0).contains(table) }.sorted()
  }

  /// Whether a valid CHECK says that the column is not null.
  package func provesNotNull(_ column: Identifier, of table: RelationKey) -> Bool {
    guard let relation = relations[table] else { return false }
    let isProven = relation.constraints.values.contains { constraint in
      guard constraint.isValid, case .check(_, let columns) = constraint.kind else { return false }
      return columns.contains(column)
    }
    return isProven || relation.parents.contains { provesNotNull(column, of: $0) }
  }

  /// Whether a valid CHECK may say what a partition's bound says.
  package func hasValidCheck(_ table: RelationKey) -> Bool {
    relations[table]?.constraints.values.contains { constraint in
      if case .check = constraint.kind { constraint.isValid } else { false }
    } ?? false
  }

  /// The valid CHECKs that mention the column.
  package func validChecks(on column: Identifier, of table: RelationKey) -> [Identifier] {
    guard let relation = relations[table] else { return [] }
    return relation.constraints.filter { entry in
      guard entry.value.isValid, case .check(let words, _) = entry.value.kind else { return false }
      return words.contains(column.raw)
    }.map(\.key).sorted()
  }

  /// Whether a foreign key of the other table refers to the column.
  package func refers(
    _ other: RelationKey, to column: Identifier, of table: RelationKey
  ) -> Bool {
    relations[other]?.constraints.values.contains { constraint in
      guard case .foreignKey(_, let target) = constraint.kind, target == table else { return false }
      guard constraint.referencedColumns.isEmpty else {
        return constraint.referencedColumns.contains(column)
      }
      return relations[table]?.constraints.values.contains { key in
        if case .primaryKey(let columns) = key.kind { columns.contains(column) } else { false }
      } ?? true
    } ?? false
  }

  /// What the foreign keys of a column refer to.
  package func foreignKeys(
    on column: Identifier, of table: RelationKey
  ) -> [RelationKey] {
    guard let relation = relations[table] else { return [] }
    return relation.constraints.values.compactMap { constraint in
      guard case .foreignKey(let columns, let other) = constraint.kind, columns.contains(column)
      else { return nil }
      return other
    }
  }
}
